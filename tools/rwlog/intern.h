/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Numbers for strings of bytes: each gets one, from 0, and the same string the same. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define INTERN_NONE SIZE_MAX

struct intern_item {
	size_t off; /* in intern.bytes */
	size_t len;
};

/** struct intern - the strings so far; zeroed at first. */
struct intern {
	struct intern_item *item;
	size_t n, item_cap;
	uint8_t *bytes;
	size_t nbytes, bytes_cap;
	uint32_t *place; /* hash table: number plus 1 */
	size_t places;
};

/** intern_find() - get a string's number, or INTERN_NONE. */
size_t intern_find(const struct intern *t, const void *p, size_t len);

/** intern_add() - get a string's number; a new string is copied and gets the next one. */
size_t intern_add(struct intern *t, const void *p, size_t len);

/** intern_get() - get the string with a number. Valid until the next intern_add(). */
const uint8_t *intern_get(const struct intern *t, size_t i, size_t *len);

/** intern_free() - free the memory. */
void intern_free(struct intern *t);
