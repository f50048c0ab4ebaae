/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An input file of rwlog: loaded, recognised by its content, parsed. */
#pragma once

#include <sys/stat.h>

#include "boots.h"
#include "capture.h"
#include "hash.h"
#include "image.h"
#include "status.h"
#include "text.h"

/** enum input_as - what a file is to be read as. */
enum input_as {
	INPUT_AS_IT_LOOKS,
	INPUT_AS_CAPTURE,
	INPUT_AS_MEMORY, /* a store's image, a memory dump or an ELF core */
};

#define INPUT_LIMIT \
	(UINT64_C(512) << 20) /* bytes that may come out of a pipe, a device or a compressed file */
#define INPUT_LAYERS 4u       /* a hex dump, in UTF-16, compressed twice */

struct input {
	const char *name;
	uint64_t limit; /* instead of INPUT_LIMIT, if not 0 */
	enum input_as as;
	struct image_choice choice; /* in memory */
	struct stat st;             /* of the file that was read */
	uint64_t size;              /* bytes of the file itself, before it is expanded */
	char sha256[HASH_TEXT];     /* of them; empty: not wanted */
	uint8_t *data;
	size_t len;
	bool mapped;
	struct spool piped;     /* holds data that came from a pipe or a device */
	struct image_scan scan; /* the stores that are in it */
	bool is_capture;
	struct capture capture; /* is_capture */
	struct part *image;     /* otherwise */
	struct boot *boot;
	size_t nboot;
	bool by_index; /* only what an index names was read */
	struct problems problems;
	struct problems notes;  /* nothing wrong, but worth knowing */
	uint32_t other_version; /* of the content that another version wrote; 0: none */
};

/**
 * input_load() - read a file.
 * @in:   zeroed
 * @name: the file; "-" is standard input
 *
 * Return: 0, or a negative errno; -EFBIG: more than the limit comes from what is no regular file.
 */
int input_load(struct input *in, const char *name);

/**
 * input_parse() - recognise and parse the loaded bytes.
 *
 * Return: 0 (problems found are in @in->problems), -EPROTONOSUPPORT if they hold only what another version
 * wrote (@in->other_version), -ENOENT if they hold no log of Ringward, -ESRCH if they hold stores, but not
 * the one that @in->choice wants, or -EFBIG if they are compressed and more than the limit comes out.
 */
int input_parse(struct input *in);

/**
 * input_console() - read only Ringward's lines of text, into @in->capture.console.
 *
 * Return: 0, or -EFBIG as input_parse().
 */
int input_console(struct input *in);

/** input_wants() - whether the choice wants a boot, of whose id frames name the first four bytes: @boot. */
bool input_wants(const struct input *in, uint32_t boot);

/** input_status() - get the exit status that the content of a parsed file deserves. */
enum status input_status(const struct input *in);

/** input_list() - print a line about each boot of a capture, and about each store. */
void input_list(const struct input *in, FILE *out);

/** input_free() - free all memory. */
void input_free(struct input *in);
