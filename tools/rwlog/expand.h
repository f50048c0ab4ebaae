/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Undoes what was done to a whole file: compression, UTF-16, a hex dump. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** enum expand_end - how far a file could be expanded. */
enum expand_end {
	EXPAND_NOTHING, /* it is none of these */
	EXPAND_WHOLE,
	EXPAND_CUT,      /* up to its end, which comes too early */
	EXPAND_ALTERED,  /* up to a place that is not valid */
	EXPAND_TOO_MUCH, /* more than the limit comes out of it */
};

struct expanded {
	uint8_t *data; /* to be freed */
	size_t len, cap;
	size_t limit;     /* most bytes that may come out */
	const char *name; /* of the form: "gzip" */
};

/**
 * expand() - expand one layer of a file.
 * @e:    zeroed but for limit
 * @data: the file, untrusted
 * @len:  its bytes
 */
enum expand_end expand(struct expanded *e, const uint8_t *data, size_t len);

/* One of each form; @data has its mark. As expand(). */
enum expand_end expand_gzip(struct expanded *e, const uint8_t *data, size_t len);
enum expand_end expand_xz(struct expanded *e, const uint8_t *data, size_t len);
enum expand_end expand_zstd(struct expanded *e, const uint8_t *data, size_t len);

/** expand_hex() - as expand(), for the hex dumps of xxd, hexdump and od; EXPAND_NOTHING: it is none. */
enum expand_end expand_hex(struct expanded *e, const uint8_t *data, size_t len);

/** expand_room() - make room for at least @n more bytes. Return: whether the limit allows that. */
int expand_room(struct expanded *e, size_t n);
