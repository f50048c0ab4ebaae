/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The monitor image: monitor.conf, compiled. docs/monitor.md describes the file.
 *
 * The image is one piece of memory, position independent, in this order: header, rules, conditions, values,
 * steps, text. The header has one entry for each type of record that the agent makes. An entry names a run of
 * steps, one or more for each rule that is about this type, in the order of the file. The first rule whose
 * conditions all hold decides; if none does, the event is recorded. A rule's conditions on uid and login
 * uid come first: the agent tests them before it collects anything else. The usual ones, a few ranges of
 * each, lie in the steps themselves, so that this takes few instructions.
 */
#pragma once

#include "abi/record.h"
#include "abi/types.h"

#define RW_MONITOR_MAGIC   0x4e4f4d57u /* "WMON" */
#define RW_MONITOR_VERSION 2u
#define RW_MONITOR_TYPES   (RW_REC_AGENT_LAST + 1u)
#define RW_MONITOR_ALIGN   8u

/* Types of records that explain other records, or say what was left out: no rule is about them. */
#define RW_MONITOR_FIXED_FIRST 140u
#define RW_MONITOR_FIXED_LAST  159u

/* rw_monitor_rule.action */
enum rw_monitor_action {
	RW_MONITOR_INCLUDE = 1,
	RW_MONITOR_EXCLUDE = 2,
	RW_MONITOR_ACTION_COUNT
};

/* rw_monitor_cond.key */
enum rw_monitor_key {
	RW_MONITOR_UID = 0, /* numbers; the first two are early: known before anything is collected */
	RW_MONITOR_LOGIN_UID,
	RW_MONITOR_ACCESS, /* numbers: enum rw_monitor_access */
	RW_MONITOR_PORT,   /* numbers */
	RW_MONITOR_DEVICE, /* numbers: major << 20 | minor */
	RW_MONITOR_FS,     /* texts: whole names */
	RW_MONITOR_PATH,   /* texts: a path, or the beginning of one */
	RW_MONITOR_EXE,
	RW_MONITOR_CGROUP,
	RW_MONITOR_KEY_COUNT
};
#define RW_MONITOR_EARLY      2u /* keys below are early */
#define RW_MONITOR_FIRST_TEXT RW_MONITOR_FS
#define RW_MONITOR_MINOR_BITS 20u

/* How a file is opened. */
enum rw_monitor_access {
	RW_MONITOR_READ = 1,
	RW_MONITOR_WRITE = 2 /* for writing, or made, or truncated */
};

/* rw_monitor_type.mode */
enum rw_monitor_mode {
	RW_MONITOR_MODE_OWN = 0, /* what the agent does by itself */
	RW_MONITOR_MODE_BATCH = 1,
	RW_MONITOR_MODE_SYNC = 2,
	RW_MONITOR_MODE_COUNT
};

/* What the agent does with a type of record. */
struct rw_monitor_type {
	uint32_t first;    /* step */
	uint16_t steps;    /* 0: all are recorded */
	uint8_t mode;      /* enum rw_monitor_mode */
	uint8_t reserved0; /* 0 */
	uint16_t fold_ms;  /* identical records within this time become one; 0: never */
	uint16_t wants;    /* late facts that the steps look at: 1 << enum rw_monitor_key */
	uint32_t limit;    /* most records in a second; 0: any number */
};
RW_ASSERT_SIZE(struct rw_monitor_type, 16);

/* rw_monitor_step.flags; 0: the event is left out if the numbers are in their ranges. */
#define RW_MONITOR_STEP_RULE   1u /* the rule's early conditions are to be tested as well */
#define RW_MONITOR_STEP_RECORD 2u /* the event is recorded if they hold */
#define RW_MONITOR_STEP_LATE   4u /* the rule has conditions that are not early */
#define RW_MONITOR_STEP_ALL    7u

/* A number is in the range if it less @low is at most @span, modulo 2^32: also the complement of a range. */
struct rw_monitor_range {
	uint32_t low, span; /* 0 and UINT32_MAX: every number */
};

struct rw_monitor_step {
	uint16_t rule;
	uint8_t flags; /* RW_MONITOR_STEP_* */
	/* Of these three, an event that has one, but none of its bits, does not match; all bits: any does. */
	uint8_t access;                                  /* 1 << enum rw_monitor_access */
	struct rw_monitor_range early[RW_MONITOR_EARLY]; /* by enum rw_monitor_key */
	uint32_t fs, path;                               /* monitor_mark() of the values */
};
RW_ASSERT_SIZE(struct rw_monitor_step, 28);

struct rw_monitor_rule {
	uint8_t action; /* enum rw_monitor_action */
	uint8_t early;  /* conditions whose key is below RW_MONITOR_EARLY: the first ones */
	uint16_t conds; /* all conditions */
	uint32_t first; /* condition */
};
RW_ASSERT_SIZE(struct rw_monitor_rule, 8);

struct rw_monitor_cond {
	uint8_t key;    /* enum rw_monitor_key */
	uint8_t negate; /* 1: holds if none of the values fits */
	uint16_t values;
	uint32_t first; /* value */
	uint32_t marks; /* texts: monitor_mark() of all values; a text without one of these bits fits none */
};
RW_ASSERT_SIZE(struct rw_monitor_cond, 12);

/* Numbers: @a to @b. Texts: @b bytes at @a of the text, neither ending in "/" nor having a NUL; 0 for "/". */
struct rw_monitor_value {
	uint32_t a, b;
};
RW_ASSERT_SIZE(struct rw_monitor_value, 8);

struct rw_monitor_hdr {
	uint32_t magic;
	uint32_t version;
	uint32_t size;                              /* bytes of the image, a multiple of RW_MONITOR_ALIGN */
	uint32_t rules, conds, values, steps, text; /* how many there are; of @text: bytes */
	struct rw_monitor_type type[RW_MONITOR_TYPES];
};
RW_ASSERT_SIZE(struct rw_monitor_hdr, 32 + 16 * RW_MONITOR_TYPES);
