/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* How far long work is, on standard error if that is a terminal. */
#include "progress.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)
#define EACH_NS  (NS_PER_S / 2)

static struct {
	const char *name; /* NULL: no work, or no terminal */
	uint64_t next;    /* when something is shown */
	bool shown;
} state;

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

void progress_begin(const char *name)
{
	state.name = isatty(STDERR_FILENO) ? name : NULL;
	state.next = now() + NS_PER_S;
	state.shown = false;
}

void progress(const char *what, uint64_t done, uint64_t all)
{
	uint64_t time;

	if (!state.name)
		return;
	time = now();
	if (time < state.next)
		return;
	state.next = time + EACH_NS;
	state.shown = true;
	if (all)
		fprintf(stderr, "\rrwlog: %s: %s, %" PRIu64 " %%\033[K", state.name, what,
			done < all ? done * 100 / all : 100);
	else
		fprintf(stderr, "\rrwlog: %s: %s, %" PRIu64 " MiB\033[K", state.name, what, done >> 20);
}

void progress_end(void)
{
	if (state.name && state.shown)
		fputs("\r\033[K", stderr);
	state.name = NULL;
}
