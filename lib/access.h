/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Checks and evaluates an access image (abi/access.h). Pure C that needs no library, so that the agent and
 * programs share it.
 */
#pragma once

#include "abi/access.h"

/** struct access - an image that access_open() has passed, and its parts. */
struct access {
	const struct rw_access_hdr *hdr;
	const struct rw_access_node *node;
	const uint32_t *node_slot;
	const struct rw_access_scope *scope;
	const struct rw_access_user *user;
	const struct rw_access_rule *rule;
	const struct rw_access_file *file;
	const struct rw_access_hash *hash;
	const struct rw_access_subject *subject;
	const char *text;
};

/** struct access_subject - who asks. */
struct access_subject {
	uint32_t uid;     /* of the initial user namespace */
	uint32_t program; /* the file of the trusted program, or RW_ACCESS_NONE */
};

/** struct access_answer - what the rules say of an access. Kinds are masks. */
struct access_answer {
	uint8_t denied;           /* kinds that are refused */
	uint8_t audited;          /* kinds that would be, if they were not audited only */
	uint8_t decided;          /* kinds that a rule decides */
	uint16_t rule[RW_RIGHTS]; /* which one */
};

/**
 * access_open() - check an image, so that the functions below stay inside it and end, whatever it holds.
 * @image: 8-byte aligned; untrusted, but it does not change
 * @size:  bytes
 *
 * Return: 0 with @a filled, or -1.
 */
int access_open(struct access *a, const void *image, uint32_t size);

/**
 * access_child() - find the node of a name in a directory.
 * @node: the directory's
 * @name: @len bytes, untrusted
 *
 * Context: any. Return: the node, or RW_ACCESS_NONE.
 */
uint32_t access_child(const struct access *a, uint32_t node, const char *name, uint32_t len);

/**
 * access_decide_for() - decide an access.
 * @scope: of the file: the @self of its node, the @below of the nearest directory above it that is a node
 * @kinds: that are asked for
 *
 * Context: any. The steps are as many as scopes that enclose the file, each a look-up in a hash table or two.
 */
struct access_answer access_decide_for(const struct access *a, uint32_t scope,
				       const struct access_subject *who, uint32_t kinds);

/** access_refused() - the kinds that access_decide_for() has as denied or audited, at less cost. */
uint32_t access_refused(const struct access *a, uint32_t scope, const struct access_subject *who,
			uint32_t kinds);

/** access_decide() - access_decide_for() for a user whose program is not a trusted one. */
static inline struct access_answer access_decide(const struct access *a, uint32_t scope, uint32_t uid,
						 uint32_t kinds)
{
	struct access_subject who = { uid, RW_ACCESS_NONE };

	return access_decide_for(a, scope, &who, kinds);
}

/** access_door() - the state of a door, with regard to the mode: in RW_ACCESS_AUDIT none is shut. */
static inline enum rw_door_state access_door(const struct access *a, enum rw_door door)
{
	uint8_t state = a->hdr->door[door].state;

	return state == RW_DOOR_SHUT && a->hdr->mode == RW_ACCESS_AUDIT ? RW_DOOR_AUDIT :
									  (enum rw_door_state)state;
}

/**
 * access_file() - what lines say of a program or a library.
 * @node: of its path, or RW_ACCESS_NONE
 *
 * Return: the file's number, for @a->file[] and struct access_subject; RW_ACCESS_NONE if they say nothing.
 */
static inline uint32_t access_file(const struct access *a, uint32_t node)
{
	return node == RW_ACCESS_NONE ? RW_ACCESS_NONE : a->node[node].file;
}

/**
 * access_trusts() - whether a file is trusted with its contents.
 * @file: its number
 *
 * Context: any. Return: the rule that says so, or RW_ACCESS_NO_RULE.
 */
uint16_t access_trusts(const struct access *a, uint32_t file, enum rw_access_use use,
		       const uint8_t sha256[32]);

/** access_user_label() - the level of a user; RW_ACCESS_NO_LEVEL if no line has one. Context: any. */
struct rw_access_label access_user_label(const struct access *a, uint32_t uid);

/** access_object_label() - the level of files in a scope, or in none. Context: any. */
static inline struct rw_access_label access_object_label(const struct access *a, uint32_t scope)
{
	return scope == RW_ACCESS_NONE ? RW_ACCESS_NO_LABEL : a->scope[scope].label;
}

/**
 * access_level_refuses() - what levels refuse: reading up, writing down, and any writing up but appending.
 * @subject: the subject's level
 * @lowest:  of the object's levels: a file with several paths can have several
 * @highest: of them
 * @kinds:   that are asked for
 *
 * Who or what has RW_ACCESS_NO_LEVEL is refused nothing. Context: any. Return: the kinds that are refused.
 */
uint32_t access_level_refuses(uint16_t subject, uint16_t lowest, uint16_t highest, uint32_t kinds);

/** access_hash_name() - where the search for a child begins, before it is reduced to the number of slots. */
uint32_t access_hash_name(uint32_t node, const char *name, uint32_t len);

/** access_hash_user() - the same for a user of a scope, or for a program with @scope | RW_ACCESS_PROGRAM. */
uint32_t access_hash_user(uint32_t scope, uint32_t id);
