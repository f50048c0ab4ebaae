/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads approved.conf, and makes its image. */
#include "lib/approved_conf.h"

#include "lib/approved.h"
#include "lib/hex.h"
#include "lib/string.h"

#define DIGITS (2u * RW_SHA256_LEN)

/* Digests while they are collected and sorted. */
struct list {
	uint8_t (*digest)[RW_SHA256_LEN];
	uint32_t count;
};

/* Return: false, with an error, if @word is no digest. */
static bool read_digest(struct conf_file *file, struct span word, uint8_t digest[RW_SHA256_LEN])
{
	char text[CONF_QUOTE_LEN];

	for (size_t i = 0; i < word.size; i++) {
		int digit = i < DIGITS ? hex_digit(word.at[i]) : -1;

		if (digit < 0) {
			conf_error(file, word.at + i, "%s: %s", span_quote(word, text),
				   i < DIGITS ? "a SHA-256 has hexadecimal digits only" :
						"a SHA-256 has 64 digits");
			return false;
		}
		digest[i / 2] = (uint8_t)(digest[i / 2] << 4 | digit);
	}
	if (word.size == DIGITS)
		return true;
	conf_error(file, word.at, "%s: a SHA-256 has 64 digits", span_quote(word, text));
	return false;
}

/* Return: false, with an error, if @name is none. @end: where it would stand. */
static bool check_name(struct conf_file *file, struct span name, const char *end)
{
	if (!name.size) {
		conf_error(file, end, "the module's name is missing; a line is: SHA256 NAME");
		return false;
	}
	if (name.size > APPROVED_TEXT_MAX) {
		conf_error(file, name.at + APPROVED_TEXT_MAX, "the name is longer than %u bytes",
			   APPROVED_TEXT_MAX);
		return false;
	}
	for (size_t i = 0; i < name.size; i++) {
		if (name.at[i] > ' ' && name.at[i] <= '~')
			continue;
		conf_error(file, name.at + i, "byte 0x%02x cannot be part of a name",
			   (unsigned int)(uint8_t)name.at[i]);
		return false;
	}
	return true;
}

static void read_line(struct list *list, struct conf_file *file, struct span line)
{
	uint8_t digest[RW_SHA256_LEN];
	struct span word = conf_next_word(&line), name, more;
	char text[CONF_QUOTE_LEN];

	if (!word.size)
		return;
	name = conf_next_word(&line);
	more = conf_next_word(&line);
	if (!read_digest(file, word, digest) || !check_name(file, name, word.at + word.size))
		return;
	if (more.size) {
		conf_error(file, more.at, "%s: nothing may follow the name but a comment",
			   span_quote(more, text));
		return;
	}
	if (list->count < RW_APPROVED_MAX)
		memcpy(list->digest[list->count], digest, sizeof(digest));
	else if (list->count == RW_APPROVED_MAX)
		conf_error(file, word.at, "more than %u modules", RW_APPROVED_MAX);
	else
		return;
	list->count++;
}

static void swap(uint8_t *a, uint8_t *b)
{
	uint8_t kept[RW_SHA256_LEN];

	memcpy(kept, a, sizeof(kept));
	memcpy(a, b, sizeof(kept));
	memcpy(b, kept, sizeof(kept));
}

static int order(const struct list *list, uint32_t a, uint32_t b)
{
	return approved_order(list->digest[a], list->digest[b]);
}

/* Moves the digest at @at down to its place in the heap of the first @count. */
static void sift(struct list *list, uint32_t at, uint32_t count)
{
	for (;;) {
		uint32_t child = 2 * at + 1;

		if (child + 1 < count && order(list, child, child + 1) < 0)
			child++;
		if (child >= count || order(list, at, child) >= 0)
			return;
		swap(list->digest[at], list->digest[child]);
		at = child;
	}
}

/* Heap sort: no memory, no recursion, and no bad order of the input. */
static void sort(struct list *list)
{
	for (uint32_t at = list->count / 2; at-- > 0;)
		sift(list, at, list->count);
	for (uint32_t count = list->count; count-- > 1;) {
		swap(list->digest[0], list->digest[count]);
		sift(list, 0, count);
	}
}

static void drop_equal(struct list *list)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < list->count; i++) {
		if (kept && !order(list, i, kept - 1))
			continue;
		memcpy(list->digest[kept], list->digest[i], RW_SHA256_LEN);
		kept++;
	}
	list->count = kept;
}

uint32_t approved_parse(const char *text, size_t size, struct conf_file *file, void *image)
{
	struct rw_approved_hdr *hdr = (struct rw_approved_hdr *)image;
	struct list list = { .digest = (uint8_t(*)[RW_SHA256_LEN])(hdr + 1) };
	struct span rest, line;

	if (!conf_start(file, text, size, APPROVED_FILE_MAX, &rest))
		return 0;
	while (conf_next_line(file, &rest, &line))
		read_line(&list, file, line);
	if (file->errors)
		return 0;
	sort(&list);
	drop_equal(&list);
	*hdr = (struct rw_approved_hdr){ .magic = RW_APPROVED_MAGIC,
					 .version = RW_APPROVED_VERSION,
					 .count = list.count };
	return (uint32_t)RW_APPROVED_BYTES(list.count);
}
