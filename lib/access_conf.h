/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compiles policy.conf into an access image. Pure C: the loader and tools share it. */
#pragma once

#include "abi/access.h"
#include "lib/conf_text.h"

#define ACCESS_NAME       "policy.conf"
#define ACCESS_FILE_MAX   1048576u /* bytes */
#define ACCESS_LINE_MAX   8192u    /* bytes, without the line end */
#define ACCESS_PATH_MAX   4095u    /* bytes: PATH_MAX of Linux, without the NUL */
#define ACCESS_PART_MAX   255u     /* bytes of a name between slashes: NAME_MAX of Linux */
#define ACCESS_RULES_MAX  16384u
#define ACCESS_NODES_MAX  32768u /* names on all paths */
#define ACCESS_LEVELS_MAX 64u    /* names of levels */
#define ACCESS_UID_ANY    UINT32_MAX
#define ACCESS_OWN_TEXT   1024u /* bytes of access_protect_results() */

#define ACCESS_NODE_SLOTS_MAX (2u * ACCESS_NODES_MAX)
#define ACCESS_USER_SLOTS_MAX (2u * ACCESS_RULES_MAX)

/* Bytes of the largest image that these limits allow. */
#define ACCESS_IMAGE_MAX \
	(sizeof(struct rw_access_hdr) + ACCESS_NODES_MAX * sizeof(struct rw_access_node) + \
	 ACCESS_NODE_SLOTS_MAX * sizeof(uint32_t) + ACCESS_RULES_MAX * sizeof(struct rw_access_scope) + \
	 ACCESS_USER_SLOTS_MAX * sizeof(struct rw_access_user) + \
	 ACCESS_RULES_MAX * sizeof(struct rw_access_rule) + \
	 ACCESS_RULES_MAX * (sizeof(struct rw_access_file) + sizeof(struct rw_access_hash)) + \
	 ACCESS_FILE_MAX + ACCESS_OWN_TEXT + RW_ACCESS_ALIGN)

/* What a line is about. */
enum access_what {
	ACCESS_RULE,  /* [+|-][rwax] */
	ACCESS_ALLOW, /* allow trusted */
	ACCESS_TRUST, /* trust exe, trust lib */
	ACCESS_ISOLATE,
	ACCESS_DOOR,
	ACCESS_USER,  /* subject uid */
	ACCESS_LABEL, /* subject exe */
	ACCESS_OBJECT
};

/** struct access_rule - a line that decides something. What @what does not need is 0. */
struct access_rule {
	struct span line; /* without blanks at either end and without a comment */
	struct span path; /* absolute, without quotes */
	uint32_t number, column;
	uint32_t uid;     /* or ACCESS_UID_ANY */
	uint32_t node;    /* of the path */
	uint32_t program; /* ACCESS_ALLOW: the node of the program that is allowed */
	uint16_t level;   /* of the subject or object */
	uint8_t what;     /* enum access_what */
	uint8_t kinds;    /* mask of enum rw_right */
	uint8_t use;      /* ACCESS_TRUST: enum rw_access_use */
	uint8_t door;     /* enum rw_door */
	uint8_t state;    /* of the door: enum rw_door_state */
	uint8_t sha256[32];
	bool deny, audit;
};

/** struct access_node - a name on the paths of rules. */
struct access_node {
	struct span name;
	uint32_t parent;  /* node, or RW_ACCESS_NONE */
	uint32_t rule;    /* whose line has the name */
	bool self, below; /* some rule is about access to the file itself or its level, to what lies below */
	bool file;        /* some rule says what the file is */
};

/** struct access_level - what a line says of a level. */
struct access_level {
	struct span name;
	uint32_t line;
	uint16_t level;
};

/** struct access_conf - a file's contents, parsed: room for the largest; too large for a stack. */
struct access_conf {
	struct conf_file *file;
	uint32_t supported;                                   /* RW_ACCESS_SUPPORTED: what a line may use */
	uint32_t mode;                                        /* enum rw_access_mode */
	uint32_t flags;                                       /* RW_ACCESS_HIGH_WATER */
	uint32_t mode_line, levels_line, door_line[RW_DOORS]; /* which line has said so; 0: none */
	uint32_t rules, nodes, levels;
	struct access_level level[ACCESS_LEVELS_MAX];
	struct access_node node[ACCESS_NODES_MAX];
	uint32_t slot[ACCESS_NODE_SLOTS_MAX];      /* finds nodes by name, as in the image */
	struct access_rule rule[ACCESS_RULES_MAX]; /* their spans point into the file's text */
};

/**
 * access_parse() - read a policy.conf.
 * @conf: filled
 * @text: the file's bytes, untrusted; must stay until access_build() returns; @size: how many
 * @file: who gets the reports; the whole file is read even after an error
 * @supported: what lines may use, RW_ACCESS_SUPPORTED outside of tests; anything else is an error
 *
 * Context: anywhere. Return: 0, or -1 if there was an error.
 */
int access_parse(struct access_conf *conf, const char *text, size_t size, struct conf_file *file,
		 uint32_t supported);

/**
 * access_protect_results() - add the lines that protect Ringward's own files, if the door `results` is not
 * open. Their number is 0.
 * @conf: what access_parse() has read without an error
 *
 * Context: anywhere. Return: 0, or -1 if there are too many rules or names (reported).
 */
int access_protect_results(struct access_conf *conf);

/**
 * access_build() - make the image of what access_parse() has read.
 * @image: 8-byte aligned, ACCESS_IMAGE_MAX bytes
 *
 * Warns about lines that can never decide anything.
 *
 * Context: anywhere. Return: bytes of the image.
 */
uint32_t access_build(const struct access_conf *conf, void *image);

/* The path of a rule about the root directory alone: "/" is about all files. */
#define ACCESS_ROOT "/."

/** access_is_below() - whether a rule is about all that lies below its path, and the directory itself. */
static inline bool access_is_below(const struct access_rule *rule)
{
	return rule->path.at[rule->path.size - 1] == '/';
}

/** access_letters() - the kinds of access in @kinds as letters: "rwax". */
const char *access_letters(uint32_t kinds, char out[RW_RIGHTS + 1]);

/**
 * access_syntax() - describe the kinds of lines.
 * @i:     from 0
 * @needs: receives the features that such a line needs; 0: none, or it depends on the line
 *
 * Return: the form of the lines of kind @i; NULL after the last.
 */
const char *access_syntax(unsigned int i, uint32_t *needs);

/** access_door_name() - as a line has it. */
const char *access_door_name(enum rw_door door);

/**
 * access_next_part() - take the next name of a path.
 * @path: what is left of it; shortened
 * @part: the name
 *
 * Return: false at the end.
 */
bool access_next_part(struct span *path, struct span *part);
