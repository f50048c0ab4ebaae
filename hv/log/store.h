/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store (abi/store.h): records are appended and never change; when it is full, the oldest whole block
 * is evicted. Its memory is the hypervisor's. The caller's lock serialises all functions, and a dump.
 */
#pragma once

#include "abi/record.h"
#include "abi/stats.h"
#include "abi/store.h"

#include <stdbool.h>

#define LOG_STORE_MIN_BLOCKS 2u /* so that a full store still holds something after an eviction */

/* Private state, in the hypervisor's data: all zero before log_store_init(). */
struct log_store {
	struct rw_store_hdr *hdr; /* the store's first page */
	uint8_t *blocks;
	uint32_t block_count;
	uint32_t used;        /* bytes in use of the newest block, its header included */
	uint32_t count;       /* records in it */
	uint64_t block_first; /* sequence number of its first record */
	uint64_t next_index;  /* number of the block to be opened next */
	uint64_t next_seq;    /* number that the next record gets */
	uint64_t live_bytes;  /* of all live records */
	uint64_t last_ns;     /* time of the newest record */
};

/**
 * log_store_init() - makes an empty store in @size bytes of page-aligned memory.
 * @id: boot_id, boot_epoch, tsc_hz, backend
 *
 * Return: 0; -RW_EINVAL: no room for LOG_STORE_MIN_BLOCKS, or 4 GiB and more (frames have 32-bit positions).
 */
int log_store_init(struct log_store *s, void *mem, size_t size, const struct rw_store_hdr *id);

/**
 * log_store_append() - appends a record; the headers follow at the next log_store_seal().
 * @rec: private, 8-byte aligned and checked. Magic, seq and crc are set here; time_ns is raised to the
 * previous record's.
 *
 * If a block had to be evicted, a RW_DROP_EVICTED record precedes @rec.
 *
 * Return: 0; -RW_EINVAL: size or type out of bounds, nothing stored.
 */
int log_store_append(struct log_store *s, struct rw_rec_hdr *rec);

/** struct log_drop - what a drop record says. */
struct log_drop {
	uint32_t reason; /* enum rw_drop */
	uint32_t first;  /* enum rw_malformed; 0: not of that reason */
	uint64_t count, total;
	bool has_ring; /* @ring_cpu says whose ring it was */
	uint32_t ring_cpu;
};

/** log_store_drop() - appends a drop record of @cpu at @time_ns. */
void log_store_drop(struct log_store *s, const struct log_drop *drop, uint16_t cpu, uint64_t time_ns);

/**
 * log_store_seal() - updates the headers to what was appended. At the end of each batch, and before a dump.
 */
void log_store_seal(struct log_store *s);

/**
 * log_store_set_end() - records how the run ends (enum rw_end); the last call wins. Appending stays possible.
 */
void log_store_set_end(struct log_store *s, uint32_t reason);

/** log_store_usage() - sets what the status hypercall reports about the store. */
void log_store_usage(const struct log_store *s, struct rw_status *status);

/** log_store_first_block() - number of the oldest live block; s->next_index when there is none. */
uint64_t log_store_first_block(const struct log_store *s);

/**
 * log_store_block() - the live block with number @index: rw_block_hdr.used bytes from there on are in use.
 */
struct rw_block_hdr *log_store_block(const struct log_store *s, uint64_t index);
