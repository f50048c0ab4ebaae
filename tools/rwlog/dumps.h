/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Assembles the dumps of the store, and the sets of counters, from a capture's frames. */
#pragma once

#include "framing.h"
#include "part.h"
#include "abi/stats.h"

/* The counters of all CPUs, sent at one moment. */
struct counters {
	struct spool buf;    /* struct rw_cpu_stats of each CPU, back to back, at any alignment */
	uint32_t boot, dump; /* as in its frames */
	uint64_t line;       /* of its last frame */
};

struct gather;

struct dumps {
	struct problems *problems;
	struct part **part; /* dumps, in the order of their first frames */
	size_t npart, part_cap;
	struct counters *set; /* complete sets of counters, likewise */
	size_t nset, set_cap;
	uint64_t repeats; /* frames that were there before, byte by byte */

	struct gather **gather; /* frames of one boot and dump */
	size_t ngather, gather_cap;
	void *tree;           /* of those that still take frames: tsearch(3) */
	struct gather *last;  /* the one that took the last frame */
	uint64_t comparisons; /* made by the tree and by sorting, for tests */
};

/* Where a frame begins in a capture. */
struct frame_place {
	uint64_t line;
	uint64_t at; /* characters before it */
};

/**
 * dumps_frame() - take a frame.
 *
 * The order of frames does not matter, and one that repeats another is only counted.
 */
void dumps_frame(struct dumps *d, const struct frame *f, struct frame_place place);

/** dumps_finish() - after the last frame: parse each dump, and report what is wrong with it. */
void dumps_finish(struct dumps *d);

/** dumps_free() - free the memory, except the list of problems. */
void dumps_free(struct dumps *d);
