/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reading the store's records in the order of their numbers, merged from the blocks of all classes. */
#pragma once

#include "log/store.h"

/**
 * struct log_reader - a position in the order of numbers. It stays valid while records are appended and
 * evicted. All zero: at the begin.
 */
struct log_reader {
	uint64_t seq; /* lowest number that was not passed yet */
	struct {
		uint32_t place; /* of the block that has, or had, the class's next record, plus 1; 0: none */
		uint32_t at;    /* of that record, in bytes from the block's start */
		uint64_t index; /* of the block, to see whether it was evicted */
	} class[RW_CLASS_COUNT];
};

/**
 * log_reader_seek() - goes to the first record whose number is @seq or higher.
 * @seq: any number
 *
 * Looks at each block's header, and at the headers of the records of one block for each class.
 *
 * Context of all: under the store's lock, nothing unsealed.
 */
void log_reader_seek(struct log_reader *r, const struct log_store *s, uint64_t seq);

/**
 * log_reader_next() - goes to the next record, without passing it.
 *
 * Return: the record; NULL: there is none yet, and r->seq is the number that the next one will get.
 */
const struct rw_rec_hdr *log_reader_next(struct log_reader *r, const struct log_store *s);

/** log_reader_pass() - passes @rec, which log_reader_next() has just returned. */
void log_reader_pass(struct log_reader *r, const struct rw_rec_hdr *rec);
