/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Processes at the levels that the policy of tests/e2e/test_access.py has, and what they share. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "access.h"

#define LEVELS    "/levels"           /* has no level; anybody may make files there */
#define LOW_FILE  "/levels/low/file"  /* what lies in the directory has the level low, */
#define HIGH_FILE "/levels/high/file" /* or high */
#define DROP      "/levels/drop"      /* is of level high, in a directory without a level */
#define PLAIN     "/levels/plain"     /* has no level at first */

/* Who has a level: users, and root by the program that it runs, which is this one by another name. */
enum actor {
	NOBODY, /* root without a level */
	LOW,
	MIDDLE,
	HIGH,
	ROOT_LOW,
	ROOT_HIGH
};

#define AS_LOW  "/opt/as-low"
#define AS_HIGH "/opt/as-high"

/* Something that an actor does: returns 0 or errno. Its descriptors are those of the process that asks. */
struct level_step {
	const char *name;
	int (*run)(void);
};

/* Defines a step. */
#define STEP(NAME) \
	static int step_##NAME(void); \
	static const struct level_step NAME \
		__attribute__((section("level_steps"), used, aligned(8))) = { #NAME, step_##NAME }; \
	static int step_##NAME(void)

/** levels_as() - let an actor do a step, in a process of its own. Return: what the step returned. */
int levels_as(enum actor actor, const struct level_step *step);

/**
 * levels_start() - the same, without waiting for it.
 *
 * Return: the process, which has run up to its levels_ready(), where it stays until levels_end().
 */
pid_t levels_start(enum actor actor, const struct level_step *step);

/** levels_ready() - of a step: say that others may come, and wait until they have gone. */
void levels_ready(void);

/** levels_end() - let a step resume that levels_start() has started. Return: what it returned. */
int levels_end(pid_t pid);

/** levels_prepare() - make the files above anew, and the network of this machine. */
void levels_prepare(void);

/** levels_main() - what the program does as AS_LOW or AS_HIGH. */
int levels_main(char **argv);

/* Defines a case: an actor does a step, with all prepared. */
#define LEVEL_CASE(NAME, ACTOR, ACTION) \
	CASE(NAME) \
	{ \
		levels_prepare(); \
		return levels_as(ACTOR, &(ACTION)); \
	}

/* Defines a case: the second actor does its step after the first one has done its own, which must succeed. */
#define LEVEL_PAIR(NAME, FIRST, BEFORE, SECOND, ACTION) \
	CASE(NAME) \
	{ \
		levels_prepare(); \
		must(levels_as(FIRST, &(BEFORE)) == 0, "the first step"); \
		return levels_as(SECOND, &(ACTION)); \
	}

/* Defines a case: the second actor does its step while the first one is at its levels_ready(). */
#define LEVEL_MEETING(NAME, FIRST, HOST, SECOND, ACTION) \
	CASE(NAME) \
	{ \
		int ret; \
\
		levels_prepare(); \
		levels_peer = levels_start(FIRST, &(HOST)); \
		ret = levels_as(SECOND, &(ACTION)); \
		levels_end(levels_peer); \
		return ret; \
	}

/* The process that a LEVEL_MEETING has started first. */
extern pid_t levels_peer;
