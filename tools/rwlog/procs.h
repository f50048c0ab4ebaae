/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which program each process runs, from the records of its boot as they go by. */
#pragma once

#include "rec.h"

struct proc {
	uint32_t tgid;    /* 0: the place is free */
	struct text path; /* of the program, in the record that started it; len 0: not known */
	uint64_t user;    /* for the caller; 0 in a new process */
};

struct procs {
	struct proc *v; /* hash table */
	size_t n, cap;  /* cap: a power of two, or 0 */
};

/**
 * procs_note() - take a record: fork and exec change what is known.
 *
 * Records go by in the order of their numbers. A process number that is used again begins a new process.
 */
void procs_note(struct procs *p, const struct rec *r);

/** procs_find() - get a process, or NULL if no record has named it. Valid until the next procs_note(). */
struct proc *procs_find(const struct procs *p, uint32_t tgid);

/** procs_free() - free the memory; @p is then empty again. */
void procs_free(struct procs *p);
