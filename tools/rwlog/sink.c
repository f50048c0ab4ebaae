/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text on its way to a file. */
#include "sink.h"

#include <stdlib.h>

#include "util.h"

#define FLUSH_AT   (64u << 10)
#define NS_PER_S   UINT64_C(1000000000)
#define S_PER_DAY  86400u
#define EPOCH_MAX  253402300799ull /* the last second of the year 9999 */
#define U64_DIGITS 20u

void sink_open(struct sink *s, FILE *out)
{
	*s = (struct sink){ .out = out, .p = make(2 * FLUSH_AT), .cap = 2 * FLUSH_AT };
}

void sink_flush(struct sink *s)
{
	if (!s->out)
		return;
	fwrite(s->p, 1, s->n, s->out);
	s->n = 0;
}

void sink_settle(struct sink *s)
{
	if (s->n >= FLUSH_AT)
		sink_flush(s);
}

void sink_close(struct sink *s)
{
	sink_flush(s);
	free(s->p);
	*s = (struct sink){ 0 };
}

void sink_more(struct sink *s, size_t n)
{
	while (s->cap - s->n < n)
		s->p = grow(s->p, s->cap, &s->cap, 1);
}

void sink_u64(struct sink *s, uint64_t v)
{
	char *p = sink_room(s, U64_DIGITS);
	unsigned int n = 1;

	for (uint64_t limit = 10; n < U64_DIGITS && v >= limit; n++)
		limit = n < U64_DIGITS - 1 ? limit * 10 : UINT64_MAX;
	s->n += n;
	for (; v > UINT32_MAX; v /= 10)
		p[--n] = (char)('0' + v % 10);
	for (uint32_t low = (uint32_t)v; n; low /= 10)
		p[--n] = (char)('0' + low % 10);
}

void sink_digits(struct sink *s, uint64_t v, unsigned int n)
{
	char *p = sink_room(s, n);

	for (unsigned int i = n; i--; v /= 10)
		p[i] = (char)('0' + v % 10);
	s->n += n;
}

static const char hex_digits[] = "0123456789abcdef";

void sink_hex64(struct sink *s, uint64_t v)
{
	char *p = sink_room(s, 16);

	for (int i = 16; i--; v >>= 4)
		p[i] = hex_digits[v & 15];
	s->n += 16;
}

void sink_hex(struct sink *s, const uint8_t *from, size_t n)
{
	char *p = sink_room(s, 2 * n);

	for (size_t i = 0; i < n; i++) {
		*p++ = hex_digits[from[i] >> 4];
		*p++ = hex_digits[from[i] & 15];
	}
	s->n += 2 * n;
}

int sink_has_time(uint64_t epoch, uint64_t time_ns)
{
	return epoch && epoch <= EPOCH_MAX && time_ns / NS_PER_S <= EPOCH_MAX - epoch;
}

/*
 * The date of a day since 1970, by the cycle of 400 years, in years that begin with March, so that a leap day
 * is the last day of its year.
 */
static void sink_date(struct sink *s, uint64_t day)
{
	uint64_t d = day + 719468, cycle = d / 146097, of_cycle = d % 146097;
	uint64_t year = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
	uint64_t of_year = of_cycle - (365 * year + year / 4 - year / 100);
	uint64_t month = (5 * of_year + 2) / 153;

	sink_digits(s, cycle * 400 + year + (month >= 10), 4);
	sink_char(s, '-');
	sink_digits(s, month < 10 ? month + 3 : month - 9, 2);
	sink_char(s, '-');
	sink_digits(s, of_year - (153 * month + 2) / 5 + 1, 2);
}

void sink_time(struct sink *s, uint64_t epoch, uint64_t time_ns)
{
	uint64_t seconds = epoch + time_ns / NS_PER_S, of_day = seconds % S_PER_DAY;

	sink_date(s, seconds / S_PER_DAY);
	sink_char(s, 'T');
	sink_digits(s, of_day / 3600, 2);
	sink_char(s, ':');
	sink_digits(s, of_day / 60 % 60, 2);
	sink_char(s, ':');
	sink_digits(s, of_day % 60, 2);
	sink_char(s, '.');
	sink_digits(s, time_ns % NS_PER_S, 9);
	sink_char(s, 'Z');
}
