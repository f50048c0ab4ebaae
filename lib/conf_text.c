/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the parsers of configuration files share. */
#include "lib/conf_text.h"

#include "lib/format.h"
#include "lib/hex.h"

static void tell(struct conf_file *file, struct conf_report *report, const char *format, va_list args)
{
	char text[CONF_MESSAGE_LEN];

	format_va(text, sizeof(text), format, args);
	report->text = text;
	*(report->warning ? &file->warnings : &file->errors) += 1;
	file->report(file->context, report);
}

void conf_error(struct conf_file *file, const char *at, const char *format, ...)
{
	struct conf_report report = { .line = file->line };
	va_list args;

	if (file->line)
		report.column = (uint32_t)(at - file->text) + 1;
	va_start(args, format);
	tell(file, &report, format, args);
	va_end(args);
}

void conf_warn(struct conf_file *file, uint32_t line, uint32_t column, const char *format, ...)
{
	struct conf_report report = { .warning = true, .line = line, .column = column };
	va_list args;

	va_start(args, format);
	tell(file, &report, format, args);
	va_end(args);
}

bool conf_start(struct conf_file *file, const char *text, size_t size, unsigned int limit, struct span *rest)
{
	file->line = 0;
	if (size > limit) {
		conf_error(file, text, "the file has %lu bytes; the limit is %u", (unsigned long)size, limit);
		return false;
	}
	*rest = (struct span){ text, size };
	if (span_has_prefix(*rest, "\xef\xbb\xbf"))
		*rest = span_skip(*rest, 3);
	return true;
}

bool conf_next_line(struct conf_file *file, struct span *rest, struct span *line)
{
	size_t end = 0;

	if (!rest->size)
		return false;
	while (end < rest->size && rest->at[end] != '\n')
		end++;
	*line = (struct span){ rest->at, end };
	if (end < rest->size && end && rest->at[end - 1] == '\r')
		line->size--;
	file->line++;
	file->text = line->at;
	*rest = span_skip(*rest, end < rest->size ? end + 1 : end);
	return true;
}

struct span conf_next_word(struct span *rest)
{
	struct span line = span_trim(*rest);
	bool quoted = false;
	size_t n = 0;

	if (line.size && line.at[0] == '#')
		line.size = 0;
	while (n < line.size && (quoted || !span_is_blank(line.at[n])))
		quoted ^= line.at[n++] == '"';
	*rest = span_skip(line, n);
	return (struct span){ line.at, n };
}

struct span span_trim(struct span s)
{
	while (s.size && span_is_blank(s.at[0]))
		s = span_skip(s, 1);
	while (s.size && span_is_blank(s.at[s.size - 1]))
		s.size--;
	return s;
}

bool span_equals(struct span s, const char *word)
{
	size_t i;

	for (i = 0; i < s.size; i++)
		if (!word[i] || s.at[i] != word[i])
			return false;
	return !word[s.size];
}

bool span_same(struct span a, struct span b)
{
	size_t i;

	if (a.size != b.size)
		return false;
	for (i = 0; i < a.size; i++)
		if (a.at[i] != b.at[i])
			return false;
	return true;
}

bool span_has_prefix(struct span s, const char *prefix)
{
	size_t i;

	for (i = 0; prefix[i]; i++)
		if (i >= s.size || s.at[i] != prefix[i])
			return false;
	return true;
}

bool span_number(struct span s, unsigned int base, uint32_t *out)
{
	uint64_t value = 0;
	size_t i;

	if (!s.size)
		return false;
	for (i = 0; i < s.size; i++) {
		int digit = hex_digit(s.at[i]);

		if (digit < 0 || (unsigned int)digit >= base)
			return false;
		value = value * base + (unsigned int)digit;
		if (value > UINT32_MAX)
			return false;
	}
	*out = (uint32_t)value;
	return true;
}

const char *span_quote(struct span s, char out[CONF_QUOTE_LEN])
{
	size_t n = s.size < CONF_QUOTE_MAX ? s.size : CONF_QUOTE_MAX, i;

	while (n < s.size && n && ((uint8_t)s.at[n] & 0xc0) == 0x80)
		n--;
	for (i = 0; i < n; i++)
		out[i] = s.at[i];
	for (; n < s.size && i < n + 3; i++)
		out[i] = '.';
	out[i] = '\0';
	return out;
}
