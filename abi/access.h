/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The access image: policy.conf, compiled. docs/policy.md describes the file.
 *
 * The image is one piece of memory, position independent, in this order: header, nodes, node slots, scopes,
 * user slots, rules, text.
 *
 * A node is a name on the path of a rule: node 0 is "/", every other one has a parent, which comes before it.
 * The node slots find the child of a node by its name. Rules with the same path form a scope; a path with and
 * one without a trailing "/" are two. A node names the most specific scope for the file itself, and for what
 * lies below it. A scope names the next less specific one, which comes before it. A cell of a scope says what
 * its first rule for a user and a kind of access decides: the user slots hold one for each user that the
 * scope's rules name, the scope itself the one for all others. What no scope decides is allowed.
 *
 * Both kinds of slots are hash tables with linear probing, with a power of two of slots, half of them free at
 * least.
 */
#pragma once

#include "abi/types.h"

#define RW_ACCESS_MAGIC   0x43434157u /* "WACC" */
#define RW_ACCESS_VERSION 1u
#define RW_ACCESS_ALIGN   8u
#define RW_ACCESS_NONE    UINT32_MAX

/* Kinds of access; masks have 1 << kind. */
enum rw_right {
	RW_RIGHT_READ,
	RW_RIGHT_WRITE,
	RW_RIGHT_APPEND,
	RW_RIGHT_EXECUTE,
	RW_RIGHTS
};
#define RW_RIGHT_ALL ((1u << RW_RIGHTS) - 1)

/* rw_access_hdr.mode */
enum rw_access_mode {
	RW_ACCESS_ENFORCE = 0,
	RW_ACCESS_AUDIT = 1, /* what would be refused is recorded, and allowed */
	RW_ACCESS_MODE_COUNT
};

struct rw_access_cell {
	uint8_t decided; /* kinds of access that a rule of the scope decides */
	uint8_t denied;  /* of these: refused */
	uint8_t audited; /* of those: recorded and allowed */
	uint8_t reserved;
	uint16_t rule[RW_RIGHTS]; /* which one decides; 0 where none does */
};
RW_ASSERT_SIZE(struct rw_access_cell, 12);

struct rw_access_node {
	uint32_t parent; /* RW_ACCESS_NONE for node 0 */
	uint32_t name;   /* offset in the text */
	uint32_t len;    /* bytes; 0 for node 0 */
	uint32_t self;   /* scope for the file itself, or RW_ACCESS_NONE */
	uint32_t below;  /* scope for what lies below and is no node, or RW_ACCESS_NONE */
};
RW_ASSERT_SIZE(struct rw_access_node, 20);

struct rw_access_scope {
	uint32_t next;             /* scope for what this one does not decide, or RW_ACCESS_NONE */
	uint32_t users;            /* how many user slots are this scope's */
	struct rw_access_cell any; /* for users without a slot */
};
RW_ASSERT_SIZE(struct rw_access_scope, 20);

struct rw_access_user {
	uint32_t scope; /* RW_ACCESS_NONE: the slot is free */
	uint32_t uid;
	struct rw_access_cell cell;
};
RW_ASSERT_SIZE(struct rw_access_user, 20);

struct rw_access_rule {
	uint32_t line; /* in the file, from 1 */
	uint32_t text; /* offset of the line in the text */
	uint32_t len;  /* bytes */
};
RW_ASSERT_SIZE(struct rw_access_rule, 12);

struct rw_access_hdr {
	uint32_t magic;
	uint32_t version;
	uint32_t size; /* bytes of the image, a multiple of RW_ACCESS_ALIGN */
	uint32_t mode; /* enum rw_access_mode */
	uint32_t nodes, node_slots, scopes, user_slots, rules, text; /* how many there are; of @text: bytes */
};
RW_ASSERT_SIZE(struct rw_access_hdr, 40);
