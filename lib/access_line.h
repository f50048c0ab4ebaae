/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the parsers of the lines of policy.conf share. */
#pragma once

#include "lib/access_conf.h"

/** struct access_line - a line being parsed. */
struct access_line {
	struct access_conf *conf;
	struct span verb, rest;
	const char *end;    /* of what belongs to the rule */
	const char *syntax; /* for messages */
	uint32_t errors;    /* of the file, before this line */
};

/** access_word() - take the next word; blanks in double quotes belong to it. Empty at the end of the line. */
struct span access_word(struct access_line *l);

/** access_expect_end() - report a word that is one too many. */
void access_expect_end(struct access_line *l);

/**
 * access_need() - take a word that has to be there.
 * @what: what it is, for the message
 *
 * Return: false, reported, if the line ends.
 */
bool access_need(struct access_line *l, const char *what, struct span *word);

/** access_keyword() - take one of @count words. Return: which one; @count, reported, if it is none. */
unsigned int access_keyword(struct access_line *l, const char *const *words, unsigned int count);

/** access_audit() - take what ends a line: nothing, or "audit". */
void access_audit(struct access_line *l, struct access_rule *rule);

/** access_kinds() - read the letters of @word from its second byte on, or from its first if not @signed. */
void access_kinds(struct access_line *l, struct span word, bool is_signed, struct access_rule *rule);

/** access_unquote() - remove double quotes around a path. Return: false, reported, if it cannot be one. */
bool access_unquote(struct access_line *l, struct span *word);

/** access_path() - read a path. */
void access_path(struct access_line *l, struct span word, struct access_rule *rule);

/** access_program() - take the path of a file that is no directory. Return: false if the line ends. */
bool access_program(struct access_line *l, struct access_rule *rule);

/** access_uid() - read a uid. */
void access_uid(struct access_line *l, struct span word, struct access_rule *rule);

/**
 * access_add() - add the rule that a line has made, unless the line had an error.
 *
 * Nodes are made for its path, if it has one. Return: the rule in the list; NULL if it is not there.
 */
struct access_rule *access_add(struct access_line *l, const struct access_rule *rule);

/* The parsers of lines, after the first word. */
void access_parse_allow(struct access_line *l);
void access_parse_door(struct access_line *l);
void access_parse_isolate(struct access_line *l);
void access_parse_level(struct access_line *l);
void access_parse_levels(struct access_line *l);
void access_parse_object(struct access_line *l);
void access_parse_subject(struct access_line *l);
void access_parse_trust(struct access_line *l);
