/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What each thread does, as sequences of words: one for each record, through a window that moves along. A
 * sequence belongs to the program that its process runs, and ends when the process executes another one.
 */
#pragma once

#include "filter.h"
#include "intern.h"
#include "log.h"

#define WINDOW_MAX     16u
#define WINDOW_DEFAULT 6u
#define WORD_NEW       UINT32_MAX       /* one that the model does not have */
#define WORD_BEFORE    (UINT32_MAX - 1) /* before a sequence's first word */
#define LOCALITY       20u              /* windows that are looked at together */

/** enum alphabet - what a word tells of a record. In the order of the words in options.def. */
enum alphabet {
	ALPHABET_OBJECTS, /* the event, and roughly what it was done to */
	ALPHABET_EVENTS,  /* the event */
};

struct sequence {
	const struct boot *boot;
	uint32_t pid, tgid;
	size_t program; /* number in the walk's programs; INTERN_NONE: not known there */
	struct text path;
	uint32_t window[WINDOW_MAX];
	uint64_t from_seq, to_seq; /* records */
	uint64_t windows;
	void *more; /* the caller's, zeroed when the sequence begins */
};

struct sequence_walk {
	const struct log *log;
	const struct filter *filter; /* which records are words */
	enum alphabet alphabet;
	unsigned int window;
	bool learns; /* new words and programs are added */
	struct intern *words, *programs;
	size_t more; /* bytes at sequence.more */
	/* For each record of a sequence, with the window that ends with it. */
	void (*each)(void *ctx, struct sequence *s, const struct rec *r);
	/* After the last one. */
	void (*end)(void *ctx, struct sequence *s);
	void *ctx;
};

/** sequence_walk() - go through a log, whose records must be sorted by time. */
void sequence_walk(const struct sequence_walk *w);
