/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One log record: the check of its structure, and access to its fields. */
#pragma once

#include <stdbool.h>

#include "lib/events.h"
#include "lib/record.h"

/* A record that passed rec_check(). It may lie at any alignment: the functions below read its fields. */
struct rec {
	const uint8_t *p;
	struct rw_rec_hdr hdr;
};

/* Where a record lies, and its number, so that sorting does not touch it. */
struct rec_ref {
	const uint8_t *p;
	uint64_t seq;
};

/** rec_by_seq() - compare the numbers of two struct rec_ref, for bsearch(). */
int rec_by_seq(const void *a, const void *b);

/**
 * rec_by_seq_and_place() - compare two struct rec_ref of one part, for qsort().
 *
 * A part's records lie in one piece of memory, in the order of their positions.
 */
int rec_by_seq_and_place(const void *a, const void *b);

/* A string from the guest: not terminated, any bytes. */
struct text {
	const uint8_t *p;
	size_t len;
};

/**
 * rec_check() - check an untrusted record.
 * @p:     its bytes, at any alignment
 * @avail: bytes that may be read at @p
 * @why:   receives what is wrong, if not NULL
 * @n:     size of @why
 *
 * Checks magic, size, CRC, verdict, flags, and the fields and their values, padding included. A type, a field
 * or an enumeration's value that only a newer version knows is not a fault.
 *
 * Return: the record's size in bytes, or 0 if it is not a valid record.
 */
size_t rec_check(const uint8_t *p, size_t avail, char *why, size_t n);

/**
 * rec_walk() - get the field at *@pos, which begins as 0, and move *@pos to the next. Return: false: no more.
 */
bool rec_walk(const struct rec *r, uint32_t *pos, struct rec_field *f);

/** rec_field() - get the field @id. Return: whether there is one. */
bool rec_field(const struct rec *r, enum rw_field_id id, struct rec_field *f);

/** rec_number() - get the number in the field @id, of 4 or 8 bytes; 0 if there is none. */
uint64_t rec_number(const struct rec *r, enum rw_field_id id);

/** value_number() - get the number in a field of 4 or 8 bytes. */
uint64_t value_number(const struct rec_field *f);

/** value_structure() - copy a field's structure of @size bytes to @to; members that it has not become 0. */
void value_structure(const struct rec_field *f, void *to, size_t size);

/** value_text() - get a field's bytes. */
struct text value_text(const struct rec_field *f);

/** rec_is_task() - tell whether a field says who did it. */
bool rec_is_task(const struct rec_field *f);

/**
 * rec_task() - get who did it.
 *
 * Return: 0: unknown; 1: only pid, tgid and comm are known; 2: all fields are.
 */
int rec_task(const struct rec *r, struct rw_task *task);

/** rec_comm() - get a task's name, without its padding; @comm has RW_COMM_LEN bytes. */
struct text rec_comm(const char *comm);
