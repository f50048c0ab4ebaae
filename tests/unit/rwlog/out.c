/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* rwlog's output for a built store. */
#include "tests/unit/rwlog/out.h"

#include <stdlib.h>

#include "export.h"
#include "show.h"

/* Output about an image, being written to a string. */
struct out {
	struct input file, *in;
	struct log log;
	FILE *f;
	char *text;
	size_t len;
};

static void begin(struct out *o, const struct build *b)
{
	o->in = &o->file;
	if (build_parse(o->in, b->p, b->len))
		abort();
	log_open(&o->log, &o->in, 1);
	o->f = open_memstream(&o->text, &o->len);
}

static char *end(struct out *o)
{
	fclose(o->f);
	log_free(&o->log);
	input_free(o->in);
	return o->text;
}

char *out_jsonl(const struct build *b, const struct filter *f)
{
	struct out o;

	begin(&o, b);
	export_records(EXPORT_JSONL, &o.log, f, o.f);
	return end(&o);
}

char *out_csv(const struct build *b, const struct filter *f)
{
	struct out o;

	begin(&o, b);
	export_header(EXPORT_CSV, o.f);
	export_records(EXPORT_CSV, &o.log, f, o.f);
	return end(&o);
}

char *out_show(const struct build *b, const struct filter *f, const struct symbols *symbols)
{
	struct out o;

	begin(&o, b);
	show(&o.log, f, symbols, false, o.f);
	return end(&o);
}
