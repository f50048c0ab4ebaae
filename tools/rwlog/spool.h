/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Bytes that grow: in memory at first, in a temporary file without a name once they are many. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct spool {
	uint8_t *p; /* changes when it grows */
	size_t len, cap;
	int file; /* descriptor plus 1; 0: in memory */
};

#define SPOOL_MEMORY (16u << 20) /* bytes from which on it is a file */

/**
 * spool_room() - make room for @n more bytes at @s->p + @s->len.
 *
 * The file is in $TMPDIR or /tmp; if there is no room, all stays in memory. Ends the program if memory runs
 * out.
 */
void spool_room(struct spool *s, size_t n);

/** spool_free() - free the bytes. */
void spool_free(struct spool *s);
