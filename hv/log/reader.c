/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Merges the blocks of all classes by number. */
#include "log/reader.h"

static const struct rw_rec_hdr *rec_at(const struct rw_block_hdr *block, uint32_t at)
{
	return (const struct rw_rec_hdr *)(const void *)((const uint8_t *)block + at);
}

/* The class's block with the lowest numbers among those that have one of at least @seq; NULL: none. */
static const struct rw_block_hdr *find_block(const struct log_store *s, unsigned int class, uint64_t seq)
{
	const struct rw_block_hdr *found = NULL;

	for (uint32_t place = 0; place < s->places; place++) {
		const struct rw_block_hdr *block = log_store_block(s, place);

		if (block->class == class && block->count && block->last_seq >= seq &&
		    (!found || block->first_seq < found->first_seq))
			found = block;
	}
	return found;
}

/* Moves a class's position to its first record with a number of at least @seq. */
static void seek(struct log_reader *r, unsigned int class, uint64_t seq)
{
	const struct rw_block_hdr *block = find_block(r->store, class, seq);
	uint32_t at = sizeof(*block);

	while (block && rec_at(block, at)->seq < seq)
		at += rec_at(block, at)->size;
	r->class[class].block = block;
	r->class[class].at = at;
}

void log_reader_start(struct log_reader *r, const struct log_store *s, uint64_t seq)
{
	r->store = s;
	for (unsigned int class = 0; class < RW_CLASS_COUNT; class ++)
		seek(r, class, seq);
}

/* The class that has the next record; RW_CLASS_COUNT: none. */
static unsigned int next_class(const struct log_reader *r)
{
	unsigned int next = RW_CLASS_COUNT;
	uint64_t lowest = UINT64_MAX;

	for (unsigned int class = 0; class < RW_CLASS_COUNT; class ++) {
		const struct rw_block_hdr *block = r->class[class].block;

		if (block && rec_at(block, r->class[class].at)->seq < lowest) {
			lowest = rec_at(block, r->class[class].at)->seq;
			next = class;
		}
	}
	return next;
}

const struct rw_rec_hdr *log_reader_peek(const struct log_reader *r)
{
	unsigned int class = next_class(r);

	return class < RW_CLASS_COUNT ? rec_at(r->class[class].block, r->class[class].at) : NULL;
}

void log_reader_skip(struct log_reader *r)
{
	unsigned int class = next_class(r);

	if (class == RW_CLASS_COUNT)
		return;

	const struct rw_block_hdr *block = r->class[class].block;

	r->class[class].at += rec_at(block, r->class[class].at)->size;
	if (r->class[class].at >= block->used)
		seek(r, class, block->last_seq + 1);
}
