/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reading the store's records in the order of their numbers, merged from the blocks of all classes. */
#include "log/reader.h"

#include "lib/events.h"

static const struct rw_rec_hdr *rec_at(const struct rw_block_hdr *block, uint32_t at)
{
	return (const struct rw_rec_hdr *)(const void *)((const uint8_t *)block + at);
}

/* Goes to the start of @block. */
static void enter(struct log_reader *r, const struct rw_block_hdr *block)
{
	r->class[block->class].place = block->place + 1;
	r->class[block->class].at = sizeof(*block);
	r->class[block->class].index = block->index;
}

/* Finds, for each class, the block with the lowest numbers of those that have one of at least @seq. */
static void find_blocks(const struct log_store *s, uint64_t seq,
			const struct rw_block_hdr *found[RW_CLASS_COUNT])
{
	for (uint32_t place = 0; place < s->places; place++) {
		const struct rw_block_hdr *block = log_store_block(s, place);

		if (block->count && block->last_seq >= seq &&
		    (!found[block->class] || block->first_seq < found[block->class]->first_seq))
			found[block->class] = block;
	}
}

void log_reader_seek(struct log_reader *r, const struct log_store *s, uint64_t seq)
{
	const struct rw_block_hdr *found[RW_CLASS_COUNT] = { NULL };

	*r = (struct log_reader){ .seq = seq < s->next_seq ? seq : s->next_seq };
	find_blocks(s, r->seq, found);
	for (unsigned int class = 0; class < RW_CLASS_COUNT; class ++) {
		const struct rw_block_hdr *newest = s->by_class[class].block;
		uint32_t *at = &r->class[class].at;

		if (found[class]) {
			enter(r, found[class]);
			while (rec_at(found[class], *at)->seq < r->seq)
				*at += rec_at(found[class], *at)->size;
		} else if (newest) {
			enter(r, newest);
			*at = newest->used;
		}
	}
}

/*
 * The block of the same class after @block, as far as they are held; NULL: there is none yet. Evicted blocks
 * are the oldest that are not kept. So only a kept block can name a next one that is gone, and then the class
 * continues with its oldest.
 */
static const struct rw_block_hdr *block_after(const struct log_store *s, const struct rw_block_hdr *block)
{
	const struct log_class *c = &s->by_class[block->class];
	const struct rw_block_hdr *next;

	if (!block->next)
		return NULL;
	next = log_store_block(s, block->next - 1);
	if (next->class == block->class && next->before == block->before + block->count)
		return next;
	return c->oldest ? log_store_block(s, c->oldest - 1) : NULL;
}

/* The first block of a class that had none when the reader was set: searched for once for each class. */
static const struct rw_block_hdr *first_block(const struct log_reader *r, const struct log_store *s,
					      unsigned int class)
{
	const struct rw_block_hdr *found[RW_CLASS_COUNT] = { NULL };

	if (s->by_class[class].block)
		find_blocks(s, r->seq, found);
	return found[class];
}

/* The block that a class's position lies in; NULL: there is none yet. */
static const struct rw_block_hdr *block_of(struct log_reader *r, const struct log_store *s,
					   unsigned int class)
{
	const uint32_t place = r->class[class].place, oldest = s->by_class[class].oldest;
	const struct rw_block_hdr *block;

	if (!place) {
		block = first_block(r, s, class);
	} else {
		block = log_store_block(s, place - 1);
		if (block->index == r->class[class].index)
			return block;
		block = oldest ? log_store_block(s, oldest - 1) : NULL; /* that one was evicted */
	}
	if (block)
		enter(r, block);
	return block;
}

/* The class's next record; NULL: there is none yet. */
static const struct rw_rec_hdr *next_of(struct log_reader *r, const struct log_store *s, unsigned int class)
{
	const struct rw_block_hdr *block = block_of(r, s, class);

	while (block && r->class[class].at >= block->used) {
		block = block_after(s, block);
		if (block)
			enter(r, block);
	}
	return block ? rec_at(block, r->class[class].at) : NULL;
}

const struct rw_rec_hdr *log_reader_next(struct log_reader *r, const struct log_store *s)
{
	const struct rw_rec_hdr *next = NULL;

	for (unsigned int class = 0; class < RW_CLASS_COUNT; class ++) {
		const struct rw_rec_hdr *rec = next_of(r, s, class);

		if (rec && (!next || rec->seq < next->seq))
			next = rec;
	}
	if (!next)
		r->seq = s->next_seq;
	return next;
}

void log_reader_pass(struct log_reader *r, const struct rw_rec_hdr *rec)
{
	r->class[event_desc(rec->type)->class].at += rec->size;
	r->seq = rec->seq + 1;
}
