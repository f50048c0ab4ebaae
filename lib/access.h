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
	const char *text;
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
 * access_decide() - decide an access.
 * @scope: of the file: the @self of its node, the @below of the nearest directory above it that is a node
 * @uid: of the initial user namespace
 * @kinds: that are asked for
 *
 * Context: any. The steps are as many as scopes that enclose the file, each a look-up in a hash table.
 */
struct access_answer access_decide(const struct access *a, uint32_t scope, uint32_t uid, uint32_t kinds);

/** access_hash_name() - where the search for a child begins, before it is reduced to the number of slots. */
uint32_t access_hash_name(uint32_t node, const char *name, uint32_t len);

/** access_hash_user() - the same for a user of a scope. */
uint32_t access_hash_user(uint32_t scope, uint32_t uid);
