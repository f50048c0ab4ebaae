/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which program a process runs at which time, from a boot's records of exec and fork. */
#pragma once

#include "rec.h"

/* A process gets a program. */
struct program_step {
	uint32_t tgid;
	uint32_t parent; /* it has that of this process, from which it was forked; 0: see path */
	uint64_t time_ns;
	struct text path; /* of the executable, in its record */
};

struct programs {
	struct program_step *v; /* by process and time, after programs_sort() */
	size_t n, cap;
};

/** programs_add() - take a record, which must stay; only exec and fork count. @p: begins as zeros. */
void programs_add(struct programs *p, const struct rec *r);

/** programs_sort() - after the last record: prepare look-ups. */
void programs_sort(struct programs *p);

/**
 * programs_exe() - get the path of the executable that a process runs at a time.
 *
 * Return: whether it is known: the process, or one that it comes from, has started a program since the
 * begin of the log.
 */
bool programs_exe(const struct programs *p, uint32_t tgid, uint64_t time_ns, struct text *path);

/** programs_free() - free the memory. */
void programs_free(struct programs *p);
