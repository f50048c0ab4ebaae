/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Bytes that grow: in memory at first, in a temporary file without a name once they are many. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spool {
	uint8_t *p; /* valid after spool_bytes() */
	size_t len;
	size_t cap;    /* bytes that fit at p */
	size_t stored; /* bytes that are in the file; those at p follow them, until spool_bytes() */
	int file;      /* descriptor plus 1; 0: in memory */
	bool mapped;   /* p is a mapping of the file */
};

#define SPOOL_MEMORY (16u << 20) /* bytes from which on it is a file */

/**
 * spool_add() - append @n bytes, at most 65536, which the caller writes before the next call.
 *
 * The file is in $TMPDIR or /tmp; if there is no room, all stays in memory. Ends the program if memory runs
 * out. Not after spool_bytes(). Who writes fewer bytes lowers @s->len.
 *
 * Return: their place.
 */
uint8_t *spool_add(struct spool *s, size_t n);

/** spool_bytes() - after the last spool_add(): get all @s->len bytes, which may be changed. */
uint8_t *spool_bytes(struct spool *s);

/** spool_free() - free the bytes. */
void spool_free(struct spool *s);
