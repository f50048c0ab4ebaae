/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A page of HTML about logs. */
#include "report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alerts.h"
#include "kaslr.h"
#include "names.h"
#include "report_boot.h"
#include "select.h"
#include "util.h"
#include "verify.h"
#include "rw_version.h"

/* The page's own text: tools/rwlog/page/, put into the program by the linker. */
extern const char page_body_start[] __asm__("_binary_tools_rwlog_page_body_html_start");
extern const char page_body_end[] __asm__("_binary_tools_rwlog_page_body_html_end");
extern const char page_style_start[] __asm__("_binary_tools_rwlog_page_style_css_start");
extern const char page_style_end[] __asm__("_binary_tools_rwlog_page_style_css_end");
extern const char page_script_start[] __asm__("_binary_tools_rwlog_page_script_js_start");
extern const char page_script_end[] __asm__("_binary_tools_rwlog_page_script_js_end");

struct report {
	struct sink inputs, boots; /* items of the lists */
	struct json input_items, boot_items;
	struct report_room room;
};

bool report_rec(const struct report_boot *b, size_t i, struct rec *r)
{
	*r = boot_rec(b->boot, i);
	return filter_match(&b->filter, r);
}

void report_shown(struct json *j, const char *name, const char *shown, size_t len)
{
	bool cut = len > REPORT_TEXT;

	/* It is UTF-8, and shortened before a character. */
	for (len = cut ? REPORT_TEXT : len; cut && len && ((uint8_t)shown[len] & 0xc0) == 0x80;)
		len--;
	json_text_only(j, name, (struct text){ (const uint8_t *)shown, len });
	if (cut)
		json_bool(j, "cut", true);
}

void report_text(struct json *j, const char *name, struct text t)
{
	char *shown = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&shown, &len);

	text_show(f, t, false);
	fclose(f);
	if (len > REPORT_TEXT)
		memcpy(shown + REPORT_TEXT - 4, " ...", 4);
	json_text_only(j, name,
		       (struct text){ (const uint8_t *)shown, len < REPORT_TEXT ? len : REPORT_TEXT });
	free(shown);
}

/* Lines of text as a list of strings; at most @most. */
static void lines(struct json *j, const char *name, const char *text, size_t most)
{
	json_open(j, name, '[');
	for (const char *end; most-- && (end = strchr(text, '\n')); text = end + 1)
		json_text_item(j, (struct text){ (const uint8_t *)text, (size_t)(end - text) });
	json_close(j, ']');
}

/* What verify says about the file. */
static void put_verdict(struct json *j, const struct input *in)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	verify(in, "", REPORT_PROBLEMS, f);
	problems_print(&in->notes, f, "note: ", REPORT_PROBLEMS);
	fclose(f);
	lines(j, "verify", text, 2 * REPORT_PROBLEMS + in->nboot + 8);
	free(text);
}

static void put_alerts(struct report *r, struct json *j, const struct input *in)
{
	const struct console *c = &in->capture.console;
	size_t written = 0, all = 0;

	json_open(j, "alerts", '[');
	for (size_t i = 0; i < c->nalert; i++) {
		const struct alert *a = &c->alert[i];

		if (!alerts_missing(a))
			continue;
		all++;
		if (written == r->room.alerts)
			continue;
		written++;
		json_open(j, NULL, '{');
		json_u64(j, "line", a->line);
		report_text(j, "text", (struct text){ (const uint8_t *)a->text, strlen(a->text) });
		json_close(j, '}');
	}
	json_close(j, ']');
	json_u64(j, "alerts_left_out", all - written);
	r->room.alerts -= written;
}

static void put_input(struct report *r, const struct input *in)
{
	struct json *j = &r->input_items;

	json_open(j, NULL, '{');
	report_text(j, "name", (struct text){ (const uint8_t *)in->name, strlen(in->name) });
	json_u64(j, "bytes", in->size);
	json_str(j, "sha256", in->sha256);
	json_str(j, "status", status_word(input_status(in)));
	json_str(j, "kind", in->is_capture ? "capture of the serial line" : "memory or image of the store");
	put_verdict(j, in);
	put_alerts(r, j, in);
	json_close(j, '}');
}

/* An equal share of what is left for each boot that is known to come, and each file. */
static struct report_room share(const struct report_room *all, size_t parts)
{
	return (struct report_room){ all->events / parts, all->processes / parts, all->violations / parts,
				     0 };
}

static void put_boot(struct report *r, const struct boot *boot, const struct filter *filter,
		     const struct symbols *symbols, size_t parts)
{
	const struct rw_store_hdr *h = &boot->newest->hdr;
	struct report_boot b = {
		.boot = boot, .epoch = h->boot_epoch, .j = &r->boot_items, .room = share(&r->room, parts)
	};
	const char *end = boot->newest->have_hdr ? text_end(h->end_reason) : NULL;
	char id[TEXT_BOOT_LEN];
	struct selection s;
	struct symbols own;

	selection_open(&s, boot, filter, false);
	b.filter = s.filter;
	b.cgroups = s.cgroups;
	b.symbols = kaslr_for_boot(symbols, boot, &own, stderr);
	boot_name(boot, id);
	json_open(b.j, NULL, '{');
	json_str(b.j, "id", id);
	json_u64(b.j, "epoch", sink_has_time(h->boot_epoch, 0) ? h->boot_epoch : 0);
	for (size_t i = 0; i < boot->nrec; i++) {
		struct rec rec;

		b.chosen += report_rec(&b, i, &rec);
	}
	json_u64(b.j, "records", b.chosen);
	json_u64(b.j, "not_chosen", boot->nrec - b.chosen);
	json_u64(b.j, "evicted", store_evicted(h));
	json_str(b.j, "end", end ? end : "unknown");
	report_events(&b);
	report_tree(&b);
	report_top(&b);
	report_violations(&b);
	json_close(b.j, '}');
	selection_close(&s);
	r->room.events -= b.used.events;
	r->room.processes -= b.used.processes;
	r->room.violations -= b.used.violations;
}

/* Writes data into a script element: no "<" in it, so that nothing ends the element. */
static void write_data(const struct sink *s, FILE *out)
{
	for (size_t i = 0; i < s->n; i++) {
		if (s->p[i] == '<')
			fputs("\\u003c", out);
		else
			putc(s->p[i], out);
	}
}

static void write_list(const char *name, const struct sink *s, FILE *out)
{
	fprintf(out, ",\"%s\":[", name);
	write_data(s, out);
	putc(']', out);
}

/* What the page says about itself. */
static void write_frame(size_t boots_left_out, FILE *out)
{
	char name[NAME_LEN];

	fprintf(out, "{\"version\":\"%s\",\"made\":%lld,\"boots_left_out\":%zu,\"classes\":[", RW_VERSION,
		(long long)time(NULL), boots_left_out);
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++)
		fprintf(out, "%s\"%s\"", i ? "," : "", name_of_class(i, name));
	putc(']', out);
}

/* A policy that lets only these very texts run and style: what a log holds never does. */
static void write_policy(FILE *out)
{
	char style[HASH_TEXT], script[HASH_TEXT];

	hash_base64(style, page_style_start, (size_t)(page_style_end - page_style_start));
	hash_base64(script, page_script_start, (size_t)(page_script_end - page_script_start));
	fprintf(out,
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'sha256-%s'; script-src 'sha256-%s'\">\n",
		style, script);
}

static void write_page(const struct report *r, size_t boots_left_out, FILE *out)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", out);
	write_policy(out);
	fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<title>Ringward report</title>\n<style>",
	      out);
	fwrite(page_style_start, 1, (size_t)(page_style_end - page_style_start), out);
	fputs("</style>\n</head>\n", out);
	fwrite(page_body_start, 1, (size_t)(page_body_end - page_body_start), out);
	fputs("<script type=\"application/json\" id=\"data\">", out);
	write_frame(boots_left_out, out);
	write_list("inputs", &r->inputs, out);
	write_list("boots", &r->boots, out);
	fputs("}</script>\n<script>", out);
	fwrite(page_script_start, 1, (size_t)(page_script_end - page_script_start), out);
	fputs("</script>\n</body>\n</html>\n", out);
}

void report(const struct log *log, const struct filter *filter, const struct symbols *symbols, FILE *out)
{
	size_t boots = log->nboot < REPORT_BOOTS ? log->nboot : REPORT_BOOTS;
	struct report r = { .room = { REPORT_EVENTS, REPORT_PROCESSES, REPORT_VIOLATIONS, REPORT_ALERTS } };

	sink_open(&r.inputs, NULL);
	sink_open(&r.boots, NULL);
	r.input_items.to = &r.inputs;
	r.boot_items.to = &r.boots;
	for (size_t i = 0; i < log->nin; i++)
		put_input(&r, log->in[i]);
	for (size_t i = 0; i < boots; i++)
		put_boot(&r, &log->boot[i], filter, symbols, boots - i);
	write_page(&r, log->nboot - boots, out);
	sink_close(&r.inputs);
	sink_close(&r.boots);
}
