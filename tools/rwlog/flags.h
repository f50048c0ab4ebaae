/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of the bits of Linux's flags on x86-64, for the formats that programs read. */
#pragma once

#include "rec.h"

/* A bit, or a value of several bits. */
struct flag_name {
	uint64_t mask, value; /* it is there if the bits of @mask are @value */
	const char *name;     /* NULL: the end of the list */
};

/** flags_of() - get the names of a field's bits in a record of a type; NULL: it is no such number. */
const struct flag_name *flags_of(unsigned int type, unsigned int field);

/**
 * flags_next() - take the next name off a number.
 * @list: moves on
 * @left: bits that no name has taken yet
 *
 * Return: the name, or NULL: what is left then has no name.
 */
const char *flags_next(const struct flag_name **list, uint64_t v, uint64_t *left);
