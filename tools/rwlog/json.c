/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes JSON objects, one member after the other. */
#include "json.h"

#include <inttypes.h>
#include <string.h>

#include "text.h"

static void member(struct json *j, const char *name)
{
	if (j->more)
		putc(',', j->out);
	if (name)
		fprintf(j->out, "\"%s\":", name);
	j->more = true;
}

void json_open(struct json *j, const char *name, char bracket)
{
	member(j, name);
	putc(bracket, j->out);
	j->more = false;
}

void json_close(struct json *j, char bracket)
{
	putc(bracket, j->out);
	j->more = true;
}

void json_u64(struct json *j, const char *name, uint64_t v)
{
	member(j, name);
	fprintf(j->out, "%" PRIu64, v);
}

void json_i64(struct json *j, const char *name, int64_t v)
{
	member(j, name);
	fprintf(j->out, "%" PRId64, v);
}

void json_bool(struct json *j, const char *name, bool v)
{
	member(j, name);
	fputs(v ? "true" : "false", j->out);
}

/* Return: whether all bytes were UTF-8. */
static bool string(FILE *out, struct text t)
{
	bool good = true;

	putc('"', out);
	for (size_t i = 0; i < t.len;) {
		uint32_t code = 0;
		size_t n = text_utf8(t.p + i, t.len - i, &code);

		if (n == 0) {
			fputs("\xef\xbf\xbd", out);
			good = false;
		} else if (code == '"' || code == '\\') {
			fprintf(out, "\\%c", (int)code);
		} else if (text_unsafe(code) && code < 0x10000) {
			fprintf(out, "\\u%04" PRIx32, code);
		} else {
			fwrite(t.p + i, 1, n, out);
		}
		i += n ? n : 1;
	}
	putc('"', out);
	return good;
}

void json_str(struct json *j, const char *name, const char *v)
{
	member(j, name);
	string(j->out, (struct text){ (const uint8_t *)v, strlen(v) });
}

void json_address(struct json *j, const char *name, uint64_t v)
{
	member(j, name);
	fprintf(j->out, "\"0x%016" PRIx64 "\"", v);
}

void json_hex(struct json *j, const char *name, const uint8_t *p, size_t n)
{
	member(j, name);
	putc('"', j->out);
	text_hex(j->out, p, n);
	putc('"', j->out);
}

bool json_text_item(struct json *j, struct text t)
{
	member(j, NULL);
	return string(j->out, t);
}

void json_text(struct json *j, const char *name, struct text t)
{
	char hex[32];

	member(j, name);
	if (string(j->out, t))
		return;
	snprintf(hex, sizeof(hex), "%s_hex", name);
	json_hex(j, hex, t.p, t.len);
}
