/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A serial capture: its frames, assembled into dumps of the store and sets of counters. */
#pragma once

#include "part.h"
#include "abi/stats.h"

#define CAPTURE_STREAMS 64u /* boots whose frames may be interleaved */

/* The counters of all CPUs, sent at one moment. */
struct counters {
	uint8_t *buf; /* struct rw_cpu_stats of each CPU, back to back, at any alignment */
	size_t len, cap;
	uint32_t dump;
	uint64_t line; /* where the set begins */
	bool broken;   /* a piece is missing */
};

/* The frames of one boot: lines of several boots may alternate. */
struct stream {
	uint32_t boot;
	uint64_t used;       /* line of its last frame */
	struct part *open;   /* dump whose END has not come yet */
	uint64_t next_off;   /* in the open dump: offset of its next data */
	uint64_t total;      /* bytes of the open dump, as its BEGIN says */
	bool has_begin;      /* the open dump has a BEGIN */
	struct counters set; /* set being gathered */
};

struct capture {
	struct problems *problems;
	struct part **part; /* dumps, in the order in which they begin */
	size_t npart, part_cap;
	struct counters last; /* the last complete set of counters; len 0 if there is none */
	size_t frames;        /* valid ones */
	size_t bad_frames;
	uint32_t other_version; /* of frames written by another version; 0: none */
	uint64_t other_frames;  /* their number */

	struct stream stream[CAPTURE_STREAMS];
	size_t nstream;
};

/**
 * capture_parse() - read a capture.
 * @c:    zeroed but for problems
 * @data: the capture's characters, untrusted
 * @len:  how many
 *
 * Leaves the parsed dumps and the last complete set of counters in @c, and what is wrong in @c->problems.
 */
void capture_parse(struct capture *c, const char *data, size_t len);

/** capture_free() - free the memory, except the list of problems. */
void capture_free(struct capture *c);
