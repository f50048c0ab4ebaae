/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Builds logs in memory for the tests of rwlog: records, store images, serial captures. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "input.h"

#define BUILD_BLOCK 4096u
#define BUILD_EPOCH 1700000000u

/* A store as the hypervisor keeps it. */
struct build {
	uint8_t *p; /* the image */
	size_t len;
	struct rw_store_hdr hdr;
	uint64_t next_block;
	uint64_t oldest_block;
	uint64_t now_ns;
	struct rw_block_hdr *block; /* the one being filled, in the image */
};

/** build_start() - an empty store of @count blocks of BUILD_BLOCK bytes; its boot_id is @boot, 16 times. */
void build_start(struct build *b, uint32_t count, uint8_t boot);

/** build_free() - give its memory back. */
void build_free(struct build *b);

/** build_append() - append @size bytes of a record; fills magic, size, seq, time and CRC. */
void build_append(struct build *b, void *rec, size_t size);

/* Records of each layout, appended. */
void build_agent(struct build *b, uint8_t type, const void *path, size_t path_len, const char *path2);
void build_violation(struct build *b, uint8_t type, uint8_t target, uint8_t access);
void build_event(struct build *b, uint8_t type, uint32_t code, const uint64_t arg[4], const char *text);

/** build_samples() - one record of each type, and several kinds of some. */
void build_samples(struct build *b);
#define BUILD_SAMPLES 17 /* their number */

/** build_seal_record() - CRC of a record that was changed by hand. */
void build_seal_record(uint8_t *rec);

/** build_seal_hdr() - write b->hdr to the image, with its CRC. */
void build_seal_hdr(struct build *b);

/** build_frame() - print a frame with CR LF. */
void build_frame(FILE *out, char type, uint32_t dump, uint32_t offset, const void *payload, size_t len);

/** build_dump() - print a dump of the store as frames. */
void build_dump(const struct build *b, FILE *out, uint32_t dump);

/** build_stats() - print a set of counters of @cpus CPUs as frames; counter i of CPU c is c * 1000 + i. */
void build_stats(FILE *out, uint32_t dump, uint32_t cpus);

/** build_parse() - input_parse() on bytes; copies them to the heap so that the sanitizer sees their end. */
int build_parse(struct input *in, const void *data, size_t len);

/** build_verify() - whether verify() finds all well. */
bool build_verify(const void *data, size_t len);
