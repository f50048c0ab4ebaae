/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What occurs most often in a log: programs, files, peers. */
#include "top.h"

#include <inttypes.h>
#include <stdlib.h>

#include "json.h"
#include "select.h"
#include "tally.h"

static void count(struct tallies *t, struct text name)
{
	tally_of(t, name)->records++;
}

static int by_count(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->records != y->records)
		return x->records > y->records ? -1 : 1;
	return tally_compare_names(x, y);
}

/* Prints the most frequent ones, and frees them. */
static void put(struct tallies *t, const char *title, size_t lines, void (*show)(FILE *, struct text),
		FILE *out)
{
	size_t n = tally_sort(t, by_count);

	fprintf(out, "%s: %zu\n", title, n);
	for (size_t i = 0; i < n && i < lines; i++) {
		fprintf(out, "%10" PRIu64 "  ", t->v[i].records);
		show(out, t->v[i].name);
		putc('\n', out);
	}
	if (n > lines)
		fprintf(out, "%10s  and %zu more\n", "", n - lines);
	free(t->v);
}

static void show_quoted(FILE *out, struct text t)
{
	text_show(out, t, true);
}

struct counted {
	struct tallies programs, files, peers;
	const struct programs *known;
};

/* The program by its executable; its name if that is not known. */
static void count_program(struct counted *c, const struct rec *r)
{
	struct rec_field f;
	struct rw_task task;
	struct text exe;
	uint32_t pos = 0;

	if (rec_task(r, &task) == 2 && programs_exe(c->known, task.tgid, r->hdr.time_ns, &exe)) {
		count(&c->programs, exe);
		return;
	}
	while (rec_walk(r, &pos, &f))
		if (rec_is_task(&f)) {
			size_t at = field_desc(f.id)->kind == RW_KIND_TASK ?
					    offsetof(struct rw_task, comm) :
					    offsetof(struct rw_guest_task, comm);

			count(&c->programs, rec_comm((const char *)f.value + at));
			return;
		}
}

static void count_record(struct counted *c, const struct rec *r)
{
	const struct event_desc *event = event_desc(r->hdr.type);
	struct rec_field f;

	count_program(c, r);
	if (event && event->class == RW_CLASS_FILE && rec_field(r, RW_F_PATH, &f))
		count(&c->files, value_text(&f));
	if (event && event->class == RW_CLASS_NET && r->hdr.type != RW_REC_BIND &&
	    rec_field(r, RW_F_ADDRESS, &f))
		count(&c->peers, value_text(&f));
}

static void count_boot(struct counted *c, const struct boot *b, const struct filter *filter)
{
	struct selection s;
	struct rec r;

	*c = (struct counted){ .known = &s.programs };
	selection_open(&s, b, filter, true);
	while (selection_next(&s, &r))
		count_record(c, &r);
	selection_close(&s);
}

void top(const struct log *log, const struct filter *filter, size_t lines, FILE *out)
{
	for (size_t i = 0; i < log->nboot; i++) {
		char id[TEXT_BOOT_LEN];
		struct counted c;

		boot_name(&log->boot[i], id);
		count_boot(&c, &log->boot[i], filter);
		fprintf(out, "-- boot %s\n", id);
		put(&c.programs, "programs", lines, show_quoted, out);
		put(&c.files, "files", lines, show_quoted, out);
		put(&c.peers, "peers", lines, text_socket, out);
	}
}

static void json_name(struct json *j, struct text name, bool is_address)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *f;

	if (!is_address) {
		json_text(j, "name", name);
		return;
	}
	f = open_memstream(&shown, &len);
	text_socket(f, name);
	fclose(f);
	json_text(j, "name", (struct text){ (const uint8_t *)shown, len });
	free(shown);
}

/* The most frequent ones, as a list of @lines; frees them. */
static void json_counts(struct json *j, struct tallies *t, const char *title, size_t lines,
			bool are_addresses)
{
	size_t n = tally_sort(t, by_count);

	json_open(j, title, '{');
	json_u64(j, "different", n);
	json_open(j, "most", '[');
	for (size_t i = 0; i < n && i < lines; i++) {
		json_open(j, NULL, '{');
		json_name(j, t->v[i].name, are_addresses);
		json_u64(j, "records", t->v[i].records);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	free(t->v);
}

void top_json(const struct log *log, const struct filter *filter, size_t lines, FILE *out)
{
	struct sink to;

	sink_open(&to, out);
	for (size_t i = 0; i < log->nboot; i++) {
		struct json j = { .to = &to };
		char id[TEXT_BOOT_LEN];
		struct counted c;

		boot_name(&log->boot[i], id);
		count_boot(&c, &log->boot[i], filter);
		json_open(&j, NULL, '{');
		json_str(&j, "boot", id);
		json_counts(&j, &c.programs, "programs", lines, false);
		json_counts(&j, &c.files, "files", lines, false);
		json_counts(&j, &c.peers, "peers", lines, true);
		json_close(&j, '}');
		sink_char(&to, '\n');
	}
	sink_close(&to);
}
