/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The access image: policy.conf, compiled. docs/policy.md describes the file.
 *
 * The image is one piece of memory, position independent, in this order: header, nodes, node slots, scopes,
 * user slots, rules, files, hashes, subjects, text.
 *
 * A node is a name on the path of a rule: node 0 is "/", every other one has a parent, which comes before it.
 * The node slots find the child of a node by its name. Lines about access to the same path, or about its
 * level, form a scope; a path with and one without a trailing "/" are two. A node names the most specific
 * scope for the file itself, and for what lies below it. A scope names the next less specific one, which
 * comes before it. A cell of a scope says what its first rule for a user and a kind of access decides: the
 * user slots hold one for each user that the scope's rules name, the scope itself the one for all others.
 * What no scope decides is allowed. Slots of a scope can also be for trusted programs: such a cell comes
 * before those of users.
 *
 * A rule here is any line that decides something; only some are about a path and a user. A file is what lines
 * say of a program or a library by its path. A trusted program is named by the number of its file.
 *
 * Both kinds of slots are hash tables with linear probing, with a power of two of slots, half of them free at
 * least.
 */
#pragma once

#include "abi/types.h"

#define RW_ACCESS_MAGIC   0x43434157u /* "WACC" */
#define RW_ACCESS_VERSION 4u
#define RW_ACCESS_ALIGN   8u
#define RW_ACCESS_NONE    UINT32_MAX
#define RW_ACCESS_NO_RULE UINT16_MAX

/* Kinds of access; masks have 1 << kind. */
enum rw_right {
	RW_RIGHT_READ,
	RW_RIGHT_WRITE,
	RW_RIGHT_APPEND,
	RW_RIGHT_EXECUTE,
	RW_RIGHTS
};
#define RW_RIGHT_ALL ((1u << RW_RIGHTS) - 1)

/* What lets root go round the rules: docs/policy.md says what each one is. */
enum rw_door {
	RW_DOOR_DEVMEM,
	RW_DOOR_PORTS,
	RW_DOOR_MSR,
	RW_DOOR_PCI,
	RW_DOOR_KEXEC,
	RW_DOOR_HIBERNATION,
	RW_DOOR_MODULES,
	RW_DOOR_BLOCKDEV,
	RW_DOOR_BPF,
	RW_DOOR_KPROBES,
	RW_DOOR_HELPERS,
	RW_DOOR_RESULTS, /* no way round, but lines that the policy has of itself */
	RW_DOORS
};

/* What a policy has: rw_access_hdr.features. */
#define RW_ACCESS_RULES      (1u << 0)            /* [+|-][rwax] PATH UID */
#define RW_ACCESS_ISOLATE    (1u << 1)            /* isolate exe */
#define RW_ACCESS_TRUST      (1u << 2)            /* trust exe, trust lib, allow trusted */
#define RW_ACCESS_LEVELS     (1u << 3)            /* level, levels, subject, object */
#define RW_ACCESS_DOOR(door) (1u << (8 + (door))) /* door NAME, by enum rw_door */
#define RW_ACCESS_ALL_DOORS  (RW_ACCESS_DOOR(RW_DOORS) - RW_ACCESS_DOOR(0))
#define RW_ACCESS_EVERYTHING ((RW_ACCESS_DOOR(RW_DOORS) - 1) & 0xffffff0fu)

/*
 * What the agent of this version enforces. The loader and rwpolicy refuse a line that needs anything else,
 * and the agent such an image. A door that is not in here is RW_DOOR_OPEN in every image.
 */
#define RW_ACCESS_SUPPORTED RW_ACCESS_EVERYTHING

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

/* A level of a file or a user, and the rule that says so. */
struct rw_access_label {
	uint16_t level; /* RW_ACCESS_NO_LEVEL: none */
	uint16_t rule;  /* RW_ACCESS_NO_RULE where there is no level */
};
RW_ASSERT_SIZE(struct rw_access_label, 4);
#define RW_ACCESS_NO_LEVEL  UINT16_MAX
#define RW_ACCESS_LEVEL_MAX (UINT16_MAX - 1u)
#define RW_ACCESS_NO_LABEL  ((struct rw_access_label){ RW_ACCESS_NO_LEVEL, RW_ACCESS_NO_RULE })

struct rw_access_node {
	uint32_t parent; /* RW_ACCESS_NONE for node 0 */
	uint32_t name;   /* offset in the text */
	uint32_t len;    /* bytes; 0 for node 0 */
	uint32_t self;   /* scope for the file itself, or RW_ACCESS_NONE */
	uint32_t below;  /* scope for what lies below and is no node, or RW_ACCESS_NONE */
	uint32_t file;   /* what else lines say of this file, or RW_ACCESS_NONE */
};
RW_ASSERT_SIZE(struct rw_access_node, 24);

struct rw_access_scope {
	uint32_t next;                /* scope for what this one does not decide, or RW_ACCESS_NONE */
	uint32_t users;               /* how many user slots are this scope's, */
	uint32_t programs;            /* and how many are for trusted programs in it */
	struct rw_access_cell any;    /* for users without a slot */
	struct rw_access_label label; /* as objects; the next scope's, if no line says another */
};
RW_ASSERT_SIZE(struct rw_access_scope, 28);

#define RW_ACCESS_SCOPES_MAX 0x7fffffffu
#define RW_ACCESS_PROGRAM    0x80000000u /* rw_access_user.scope: the slot is for a program */

struct rw_access_user {
	uint32_t scope; /* RW_ACCESS_NONE: the slot is free */
	uint32_t id;    /* uid; of a program: its file */
	struct rw_access_cell cell;
};
RW_ASSERT_SIZE(struct rw_access_user, 20);

struct rw_access_rule {
	uint32_t line; /* in the policy.conf, from 1 */
	uint32_t text; /* offset of the line in the text */
	uint32_t len;  /* bytes */
};
RW_ASSERT_SIZE(struct rw_access_rule, 12);

/* What lines say of a program or library, the file itself: not of what lies below. */
struct rw_access_file {
	uint32_t node;
	uint32_t hash;                /* the first of its hashes: they follow one another */
	uint32_t hashes;              /* how many; 0: nobody trusts it */
	struct rw_access_label label; /* of its processes, as subjects */
	uint16_t isolate;             /* the rule that isolates its processes, or RW_ACCESS_NO_RULE */
	uint8_t isolate_audit;        /* 1: what that rule would refuse is recorded and allowed */
	uint8_t reserved;
};
RW_ASSERT_SIZE(struct rw_access_file, 20);

/* rw_access_hash.use */
enum rw_access_use {
	RW_ACCESS_EXE = 0, /* started by execve */
	RW_ACCESS_LIB = 1, /* library, or interpreter */
	RW_ACCESS_USES
};

/* A content that a file may have to be trusted. */
struct rw_access_hash {
	uint8_t sha256[32];
	uint16_t rule;
	uint8_t use; /* enum rw_access_use */
	uint8_t reserved;
};
RW_ASSERT_SIZE(struct rw_access_hash, 36);

/* The level of a user; ascending by @uid, of which the first counts. */
struct rw_access_subject {
	uint32_t uid;
	struct rw_access_label label;
};
RW_ASSERT_SIZE(struct rw_access_subject, 8);

/* rw_access_door.state */
enum rw_door_state {
	RW_DOOR_OPEN = 0,
	RW_DOOR_AUDIT = 1, /* who goes through is recorded */
	RW_DOOR_SHUT = 2,
	RW_DOOR_STATES
};

struct rw_access_door {
	uint8_t state;
	uint8_t reserved;
	uint16_t rule; /* that says so; RW_ACCESS_NO_RULE: none does */
};
RW_ASSERT_SIZE(struct rw_access_door, 4);

/* rw_access_hdr.flags */
#define RW_ACCESS_HIGH_WATER \
	(1u << 0) /* a subject that reads up gets the object's level, and is not refused */

#define RW_ACCESS_DOORS_MAX 16u /* room for more */

struct rw_access_hdr {
	uint32_t magic;
	uint32_t version;
	uint32_t size;     /* bytes of the image, a multiple of RW_ACCESS_ALIGN */
	uint32_t mode;     /* enum rw_access_mode */
	uint32_t features; /* RW_ACCESS_RULES and so on */
	uint32_t flags;
	/* How many there are; of @text: bytes. */
	uint32_t nodes, node_slots, scopes, user_slots, rules, files, hashes, subjects, text;
	uint32_t reserved;
	struct rw_access_door door[RW_ACCESS_DOORS_MAX]; /* by enum rw_door; the others are 0 */
};
RW_ASSERT_SIZE(struct rw_access_hdr, 64 + 4 * RW_ACCESS_DOORS_MAX);
