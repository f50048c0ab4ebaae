/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What programs usually do: the windows of their sequences, and how often each was seen. */
#include "model.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

#define FIRST_LINE "rwlog-model 1"

/* A window as a string: of which program, and the words. */
struct key {
	uint32_t v[1 + WINDOW_MAX];
	size_t len;
};

static struct key key_of(const struct model *m, size_t program, const uint32_t *window)
{
	struct key k = { .v = { (uint32_t)program }, .len = (1 + m->window) * sizeof(uint32_t) };

	memcpy(k.v + 1, window, m->window * sizeof(uint32_t));
	return k;
}

static void add_count(struct model *m, size_t program, const uint32_t *window, uint64_t count)
{
	struct key k = key_of(m, program, window);
	size_t known = m->windows.n, i = intern_add(&m->windows, k.v, k.len);

	while (m->count_cap <= i)
		m->count = grow(m->count, m->count_cap, &m->count_cap, sizeof(*m->count));
	m->count[i] = (i == known ? 0 : m->count[i]) + count;
}

void model_add(struct model *m, size_t program, const uint32_t *window)
{
	add_count(m, program, window, 1);
}

uint64_t model_count(const struct model *m, size_t program, const uint32_t *window)
{
	struct key k = key_of(m, program, window);
	size_t i = intern_find(&m->windows, k.v, k.len);

	return i == INTERN_NONE ? 0 : m->count[i];
}

unsigned int model_distance(const struct model *m, size_t program, const uint32_t *window)
{
	unsigned int least = m->window;

	for (size_t i = 0; i < m->windows.n && least; i++) {
		unsigned int differ = 0;
		size_t len;
		struct key k;

		memcpy(k.v, intern_get(&m->windows, i, &len), (1 + m->window) * sizeof(uint32_t));
		if (k.v[0] != program)
			continue;
		for (unsigned int j = 0; j < m->window; j++)
			differ += k.v[1 + j] != window[j];
		least = differ < least ? differ : least;
	}
	return least;
}

/* Text without blanks, line ends and percent signs: those as %XX. */
static void write_text(const uint8_t *p, size_t len, FILE *out)
{
	for (size_t i = 0; i < len; i++) {
		if (p[i] > ' ' && p[i] < 0x7f && p[i] != '%')
			putc(p[i], out);
		else
			fprintf(out, "%%%02x", p[i]);
	}
}

static void write_all(const struct intern *t, const char *kind, FILE *out)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t len;
		const uint8_t *p = intern_get(t, i, &len);

		fprintf(out, "%s ", kind);
		write_text(p, len, out);
		putc('\n', out);
	}
}

void model_write(const struct model *m, const struct log *log, FILE *out)
{
	fprintf(out, FIRST_LINE "\nwindow %u\nalphabet %s\n", m->window,
		m->alphabet == ALPHABET_EVENTS ? "events" : "objects");
	for (size_t i = 0; i < log->nin; i++) {
		fprintf(out, "input %s ", log->in[i]->sha256);
		write_text((const uint8_t *)log->in[i]->name, strlen(log->in[i]->name), out);
		putc('\n', out);
	}
	write_all(&m->words, "word", out);
	write_all(&m->programs, "program", out);
	for (size_t i = 0; i < m->windows.n; i++) {
		size_t len;
		struct key k;

		memcpy(k.v, intern_get(&m->windows, i, &len), (1 + m->window) * sizeof(uint32_t));
		fprintf(out, "seen %" PRIu64 " %" PRIu32, m->count[i], k.v[0]);
		for (unsigned int j = 1; j <= m->window; j++)
			if (k.v[j] == WORD_BEFORE)
				fputs(" -", out);
			else
				fprintf(out, " %" PRIu32, k.v[j]);
		putc('\n', out);
	}
}

/* The text after a line's first word, back as bytes. Return: whether it is a new one. */
static bool read_text(struct intern *t, const char *p)
{
	size_t len = strlen(p), n = 0, known = t->n;
	uint8_t *bytes = make(len + 1);

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '%' && isxdigit((unsigned char)p[i + 1]) && isxdigit((unsigned char)p[i + 2])) {
			const char digits[] = { p[i + 1], p[i + 2], '\0' };

			bytes[n++] = (uint8_t)strtoul(digits, NULL, 16);
			i += 2;
		} else {
			bytes[n++] = (uint8_t)p[i];
		}
	}
	intern_add(t, bytes, n);
	free(bytes);
	return t->n > known;
}

static bool take_number(const char **p, uint64_t most, uint64_t *v)
{
	char *end;

	while (**p == ' ')
		(*p)++;
	if (!isdigit((unsigned char)**p))
		return false;
	*v = strtoull(*p, &end, 10);
	*p = end;
	return *v < most;
}

/* "COUNT PROGRAM WORD..." */
static bool read_seen(struct model *m, const char *p)
{
	uint32_t window[WINDOW_MAX];
	uint64_t count, program, word;
	size_t known;

	if (!m->window || !take_number(&p, UINT64_MAX, &count) || !take_number(&p, m->programs.n, &program))
		return false;
	for (unsigned int j = 0; j < m->window; j++) {
		if (p[0] == ' ' && p[1] == '-') {
			window[j] = WORD_BEFORE;
			p += 2;
		} else if (take_number(&p, m->words.n, &word)) {
			window[j] = (uint32_t)word;
		} else {
			return false;
		}
	}
	known = m->windows.n;
	add_count(m, program, window, count);
	return *p == '\0' && m->windows.n > known;
}

static bool read_line(struct model *m, const char *line, uint64_t number)
{
	uint64_t v;

	if (number == 1)
		return strcmp(line, FIRST_LINE) == 0;
	if (strncmp(line, "window ", 7) == 0) {
		line += 7;
		if (m->window || !take_number(&line, WINDOW_MAX + 1, &v) || v < 2)
			return false;
		m->window = (unsigned int)v;
		return true;
	}
	if (strncmp(line, "alphabet ", 9) == 0) {
		m->alphabet = strcmp(line + 9, "events") == 0 ? ALPHABET_EVENTS : ALPHABET_OBJECTS;
		return m->alphabet == ALPHABET_EVENTS || strcmp(line + 9, "objects") == 0;
	}
	if (strncmp(line, "word ", 5) == 0)
		return read_text(&m->words, line + 5);
	if (strncmp(line, "program ", 8) == 0)
		return read_text(&m->programs, line + 8);
	if (strncmp(line, "seen ", 5) == 0)
		return read_seen(m, line + 4);
	return strncmp(line, "input ", 6) == 0;
}

bool model_read(struct model *m, const char *data, size_t len, char *why, size_t n)
{
	const char *p = data, *end = data + len, *nl;

	if (len && memchr(data, '\0', len)) {
		snprintf(why, n, "this is no model that rwlog learn writes: it is not text");
		return false;
	}
	for (uint64_t number = 1; p < end; number++, p = nl ? nl + 1 : end) {
		bool good;
		char *line;

		nl = memchr(p, '\n', (size_t)(end - p));
		line = strndup(p, (size_t)((nl ? nl : end) - p));
		good = line && read_line(m, line, number);
		free(line);
		if (!good) {
			snprintf(why, n,
				 number == 1 ? "this is no model that rwlog learn writes" :
					       "line %" PRIu64 " is none of a model",
				 number);
			return false;
		}
	}
	if (!m->window)
		snprintf(why, n, "the model has no window");
	return m->window != 0;
}

void model_free(struct model *m)
{
	intern_free(&m->words);
	intern_free(&m->programs);
	intern_free(&m->windows);
	free(m->count);
	*m = (struct model){ 0 };
}
