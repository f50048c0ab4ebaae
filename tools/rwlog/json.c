/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes JSON objects, one member after the other. */
#include "json.h"

#include <string.h>

#include "text.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

static void member(struct json *j, const char *name)
{
	if (j->more)
		sink_char(j->to, ',');
	j->more = true;
	if (!name)
		return;
	sink_char(j->to, '"');
	sink_text(j->to, name);
	sink_bytes(j->to, "\":", 2);
}

void json_open(struct json *j, const char *name, char bracket)
{
	member(j, name);
	sink_char(j->to, bracket);
	j->more = false;
}

void json_close(struct json *j, char bracket)
{
	sink_char(j->to, bracket);
	j->more = true;
}

void json_u64(struct json *j, const char *name, uint64_t v)
{
	member(j, name);
	sink_u64(j->to, v);
}

void json_i64(struct json *j, const char *name, int64_t v)
{
	member(j, name);
	if (v < 0)
		sink_char(j->to, '-');
	sink_u64(j->to, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void json_bool(struct json *j, const char *name, bool v)
{
	member(j, name);
	sink_text(j->to, v ? "true" : "false");
}

/* Bytes at the start of a string that need no escape: printable ASCII but for quote and backslash. */
static size_t plain(const uint8_t *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] >= ' ' && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
		i++;
	return i;
}

static void escape(struct sink *to, uint32_t code)
{
	static const char digits[] = "0123456789abcdef";

	sink_bytes(to, "\\u", 2);
	for (int shift = 12; shift >= 0; shift -= 4)
		sink_char(to, digits[code >> shift & 15]);
}

/* One character that is not plain. Return: its bytes; 0 if it is not UTF-8. */
static size_t character(struct sink *to, const uint8_t *p, size_t n)
{
	uint32_t code = 0;
	size_t len = text_utf8(p, n, &code);

	if (len == 0) {
		sink_text(to, REPLACEMENT);
	} else if (code == '"' || code == '\\') {
		sink_char(to, '\\');
		sink_char(to, (char)code);
	} else if (text_unsafe(code) && code < 0x10000) {
		escape(to, code);
	} else {
		sink_bytes(to, p, len);
	}
	return len;
}

/* Return: whether all bytes were UTF-8. */
static bool string(struct sink *to, struct text t)
{
	bool good = true;

	sink_char(to, '"');
	for (size_t i = 0; i < t.len;) {
		size_t n = plain(t.p + i, t.len - i);

		sink_bytes(to, t.p + i, n);
		i += n;
		if (i == t.len)
			break;
		n = character(to, t.p + i, t.len - i);
		good &= n != 0;
		i += n ? n : 1;
	}
	sink_char(to, '"');
	return good;
}

void json_str(struct json *j, const char *name, const char *v)
{
	member(j, name);
	string(j->to, (struct text){ (const uint8_t *)v, strlen(v) });
}

void json_number_str(struct json *j, const char *name, uint64_t v)
{
	member(j, name);
	sink_char(j->to, '"');
	sink_u64(j->to, v);
	sink_char(j->to, '"');
}

void json_time(struct json *j, const char *name, uint64_t epoch, uint64_t time_ns)
{
	member(j, name);
	sink_char(j->to, '"');
	sink_time(j->to, epoch, time_ns);
	sink_char(j->to, '"');
}

void json_address(struct json *j, const char *name, uint64_t v)
{
	member(j, name);
	sink_bytes(j->to, "\"0x", 3);
	sink_hex64(j->to, v);
	sink_char(j->to, '"');
}

void json_hex(struct json *j, const char *name, const uint8_t *p, size_t n)
{
	member(j, name);
	sink_char(j->to, '"');
	sink_hex(j->to, p, n);
	sink_char(j->to, '"');
}

bool json_text_item(struct json *j, struct text t)
{
	member(j, NULL);
	return string(j->to, t);
}

bool json_text_only(struct json *j, const char *name, struct text t)
{
	member(j, name);
	return string(j->to, t);
}

void json_text(struct json *j, const char *name, struct text t)
{
	char hex[64];

	if (json_text_only(j, name, t))
		return;
	snprintf(hex, sizeof(hex), "%s_hex", name);
	json_hex(j, hex, t.p, t.len);
}
