/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes lines of CSV (RFC 4180), whose cells come in any order. */
#include "csv.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sink.h"
#include "text.h"
#include "util.h"

/* Where a cell's text lies in csv.cells. */
struct cell {
	size_t from, to;
};

/* Text that grows. */
struct stream {
	FILE *f;
	char *text;
	size_t len;
};

struct csv {
	struct stream cells; /* of all columns but the last */
	struct stream last;
	unsigned int columns;
	struct cell *cell;
};

static void no_memory(void)
{
	fputs("rwlog: out of memory\n", stderr);
	exit(2);
}

static void stream_open(struct stream *s)
{
	s->f = open_memstream(&s->text, &s->len);
	if (!s->f)
		no_memory();
}

static void stream_close(struct stream *s)
{
	fclose(s->f);
	free(s->text);
}

struct csv *csv_open(unsigned int columns)
{
	struct csv *row = calloc(1, sizeof(*row));

	if (row)
		row->cell = calloc(columns, sizeof(*row->cell));
	if (!row || !row->cell)
		no_memory();
	stream_open(&row->cells);
	stream_open(&row->last);
	row->columns = columns;
	return row;
}

static void put_flags(FILE *f, const struct member *m)
{
	const struct flag_name *list = m->bits.names;
	const char *name, *before = "";
	uint64_t left = m->bits.v;

	for (; (name = flags_next(&list, m->bits.v, &left)); before = "|")
		fprintf(f, "%s%s", before, name);
	if (left)
		fprintf(f, "%s0x%" PRIx64, before, left);
}

static void put_time(FILE *f, const struct member *m)
{
	char time[64];
	struct sink s = { .p = time, .cap = sizeof(time) };

	sink_time(&s, m->time.epoch, m->time.ns);
	fwrite(s.p, 1, s.n, f);
}

static void put_value(FILE *f, const struct member *m)
{
	switch (m->form) {
	case MEMBER_U64:
		fprintf(f, "%" PRIu64, m->u);
		break;
	case MEMBER_I64:
		fprintf(f, "%" PRId64, m->i);
		break;
	case MEMBER_BOOL:
		fputs(m->u ? "true" : "false", f);
		break;
	case MEMBER_ADDRESS:
		fprintf(f, "0x%016" PRIx64, m->u);
		break;
	case MEMBER_WORD:
		fputs(m->word, f);
		break;
	case MEMBER_TEXT:
		text_show(f, m->text, false);
		break;
	case MEMBER_HEX:
		text_hex(f, m->text.p, m->text.len);
		break;
	case MEMBER_STRINGS:
		text_strings(f, m->text);
		break;
	case MEMBER_IDS:
		text_ids(f, m->text);
		break;
	case MEMBER_AREAS:
		text_areas(f, m->text);
		break;
	case MEMBER_SOCKET:
		text_socket(f, m->text);
		break;
	case MEMBER_FLAGS:
		put_flags(f, m);
		break;
	case MEMBER_TIME:
		put_time(f, m);
	}
}

void csv_member(struct csv *row, const struct member *m)
{
	struct cell *cell = &row->cell[m->column];

	if (m->column == row->columns - 1) {
		fprintf(row->last.f, "%s%s=", ftell(row->last.f) ? " " : "", m->name);
		put_value(row->last.f, m);
		return;
	}
	cell->from = (size_t)ftell(row->cells.f);
	put_value(row->cells.f, m);
	cell->to = (size_t)ftell(row->cells.f);
}

static void put_cell(const char *p, size_t n, FILE *out)
{
	bool quote = memchr(p, '"', n) || memchr(p, ',', n) || memchr(p, '\r', n) || memchr(p, '\n', n);

	if (quote)
		putc('"', out);
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			putc('"', out);
		putc(p[i], out);
	}
	if (quote)
		putc('"', out);
}

void csv_end_row(struct csv *row, FILE *out)
{
	fflush(row->cells.f);
	for (unsigned int i = 0; i < row->columns - 1; i++) {
		put_cell(row->cells.text + row->cell[i].from, row->cell[i].to - row->cell[i].from, out);
		putc(',', out);
	}
	fflush(row->last.f);
	put_cell(row->last.text, (size_t)ftell(row->last.f), out);
	fputs("\r\n", out);
	memset(row->cell, 0, row->columns * sizeof(*row->cell));
	rewind(row->cells.f);
	rewind(row->last.f);
}

void csv_close(struct csv *row)
{
	stream_close(&row->cells);
	stream_close(&row->last);
	free(row->cell);
	free(row);
}
