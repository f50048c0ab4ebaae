/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Builds logs in memory for the tests of rwlog: records, store images, serial captures. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "input.h"

#define BUILD_BLOCK 4096u
#define BUILD_EPOCH 1700000000u

#define BUILD_FEW 9u /* blocks: one for each class of the samples, and a few more */

/* A store in the hypervisor's layout. */
struct build {
	uint8_t *p; /* the image */
	size_t len;
	struct rw_store_hdr hdr;
	uint64_t next_index;
	uint32_t places; /* blocks that were ever in use */
	uint64_t now_ns;
	struct rw_block_hdr *block;                  /* of the record appended last, in the image */
	struct rw_block_hdr *newest[RW_CLASS_COUNT]; /* by class, or NULL */
	struct rec_writer w;                         /* the unfinished record */
	union {
		uint64_t align;
		uint8_t bytes[RW_REC_MAX];
	} rec;
};

/**
 * build_start() - make an empty store of @count blocks of BUILD_BLOCK bytes; boot_id is @boot, 16 times.
 *
 * When all are in use, the class with the most blocks loses its oldest.
 */
void build_start(struct build *b, uint32_t count, uint8_t boot);

/** build_free() - free its memory. */
void build_free(struct build *b);

/** build_record() - begin a record: fields are added to the writer, and build_end() appends it. */
struct rec_writer *build_record(struct build *b, uint8_t type, uint8_t verdict);

/** build_end() - append the record begun by build_record(): fills seq, time and CRC. */
void build_end(struct build *b);

/* The headers at some moment. */
struct build_point {
	struct rw_store_hdr hdr;
	struct rw_block_hdr newest[RW_CLASS_COUNT];
};

/** build_point() - the current headers; at least one record must have been appended. */
struct build_point build_point(const struct build *b);

/** build_back() - restore earlier headers: they do not count later records, as during a batch. */
void build_back(struct build *b, const struct build_point *point);

/** build_agent_fields() - add the samples' fields to the agent's record begun in @w. */
void build_agent_fields(struct rec_writer *w, const void *path, size_t path_len, const char *path2);

/* Records of each kind, appended. */
void build_agent(struct build *b, uint8_t type, const void *path, size_t path_len, const char *path2);
void build_violation(struct build *b, uint8_t type, uint32_t target, uint32_t access);
void build_note(struct build *b, uint8_t type, const char *text);
void build_drop(struct build *b, uint32_t reason, uint64_t count, uint64_t total);

/** build_samples() - append one record of each type, and several variants of some. */
void build_samples(struct build *b);
#define BUILD_SAMPLES 21 /* their number */

/** build_seal_record() - recompute the CRC of a record that was changed by hand. */
void build_seal_record(uint8_t *rec);

/** build_field() - the value of a record's field, to change by hand. */
uint8_t *build_field(uint8_t *rec, uint16_t id);

/** build_seal_hdr() - write b->hdr to the image, with its CRC. */
void build_seal_hdr(struct build *b);

/** build_seal_block() - recompute the CRC of a block's header, changed by hand. */
void build_seal_block(struct rw_block_hdr *block);

/** build_block() - the block at a place. */
struct rw_block_hdr *build_block(const struct build *b, uint32_t place);

/* A dump's boot and number, as in its frames. */
struct build_dump {
	uint32_t boot, number;
};

/** build_frame() - print a frame with CR LF. */
void build_frame(FILE *out, char type, struct build_dump dump, uint32_t offset, const void *payload,
		 size_t len);

/** build_dump() - print dump @number of the store as frames. */
void build_dump(const struct build *b, FILE *out, uint32_t number);

/**
 * build_stats() - print a set of counters of @cpus CPUs as frames; counter i of CPU c is c * 1000 + i.
 * @boot: as in build_start()
 */
void build_stats(FILE *out, uint8_t boot, uint32_t number, uint32_t cpus);

/**
 * build_other_store() - the intact header of a store written by another version.
 * @p:    receives it: 4,096 bytes
 * @size: bytes of the structure; version 1 has 88
 */
void build_other_store(uint8_t *p, uint32_t version, uint32_t size);

/** build_other_frame() - print an intact frame of another version. */
void build_other_frame(FILE *out, uint32_t version);

/** struct build_text - text that grows. */
struct build_text {
	FILE *f;
	char *p;
	size_t len;
};

/** build_text_start() - open @t->f; build_text_stop() closes it, and @t->p is to be freed. */
void build_text_start(struct build_text *t);
void build_text_stop(struct build_text *t);

/** build_capture() - write a capture of one dump of the samples of boot 1, with text around it. */
void build_capture(struct build_text *t);

/** build_gzip() - write bytes as a member of a gzip file. */
void build_gzip(FILE *out, const uint8_t *p, size_t n);

/** build_parse() - input_parse() on a heap copy of the bytes, so that the sanitizer sees their end. */
int build_parse(struct input *in, const void *data, size_t len);

/** build_parse_as() - build_parse(), with a choice. */
int build_parse_as(struct input *in, const void *data, size_t len, enum input_as as,
		   struct image_choice choice);

/** build_verify() - whether verify() finds no fault. */
bool build_verify(const void *data, size_t len);
