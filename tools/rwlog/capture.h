/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A serial capture: its frames, assembled into dumps of the store and sets of counters; its lines of text. */
#pragma once

#include "console.h"
#include "dumps.h"

struct capture {
	struct problems *problems;
	/* takes each good frame; NULL: it becomes part of @dumps */
	void (*take)(void *ctx, const struct frame *f, uint64_t line);
	void *ctx;
	struct dumps dumps;
	struct console console;
	size_t frames;   /* valid ones */
	size_t rejoined; /* of these, those that a terminal or logger had broken */
	size_t bad_frames;
	uint32_t other_version; /* of frames written by another version; 0: none */
	uint64_t other_frames;  /* their number */
};

/**
 * capture_parse() - read a capture.
 * @c:    zeroed but for problems
 * @data: the capture's characters, untrusted
 * @len:  how many
 *
 * Leaves the parsed dumps, the complete sets of counters and the alerts in @c, and what is wrong in
 * @c->problems.
 */
void capture_parse(struct capture *c, const char *data, size_t len);

/** capture_frames() - as capture_parse(), without the alerts and other lines of text. */
void capture_frames(struct capture *c, const char *data, size_t len);

/**
 * capture_next() - find a good frame from the place *@at on, not far from it.
 * @data: the capture's characters, untrusted; @len: how many
 * @at:   not above @len; receives where the frame ends, for which a broken one counts as its mark alone
 *
 * Return: whether there is one.
 */
bool capture_next(const char *data, size_t len, size_t *at, struct frame *f);

/** capture_console() - as capture_parse(), without the frames. */
void capture_console(struct capture *c, const char *data, size_t len);

/* How far a text was read, which comes piece by piece. */
struct capture_reading {
	size_t from;          /* up to here, for frames */
	size_t told;          /* likewise, for Ringward's lines of text */
	uint64_t line;        /* number of the line at @from */
	bool frames, console; /* what is wanted */
};

/* Initialiser for the begin of a capture. */
/* clang-format off */
#define CAPTURE_READING ((struct capture_reading){ .line = 1, .frames = true, .console = true })
/* clang-format on */

/**
 * capture_more() - read a text as far as what follows it cannot change what it means.
 * @text:  @len characters, untrusted: those that were not dropped, and more
 * @ended: nothing follows soon: read all
 */
void capture_more(struct capture *c, struct capture_reading *r, const char *text, size_t len, bool ended);

/** capture_drop() - get how many characters are no longer needed; the caller removes them. */
size_t capture_drop(struct capture_reading *r);

/** capture_free() - free the memory, except the list of problems. */
void capture_free(struct capture *c);
