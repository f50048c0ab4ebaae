/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store (abi/store.h): records are appended and never change; when it is full, the class that exceeds
 * its share the most loses its oldest block. Its memory is the hypervisor's. The caller's lock serialises all
 * functions, and a dump.
 */
#pragma once

#include "abi/record.h"
#include "abi/stats.h"
#include "abi/store.h"

#include <stdbool.h>

#define LOG_SHARE_MIN 5u /* percent: the smallest share of a class */
#define LOG_BLOCKS_MIN \
	(200u / LOG_SHARE_MIN) /* so that every class has two blocks: one is kept for the other */
#define LOG_STORE_MIN (RW_STORE_HDR_SIZE + LOG_BLOCKS_MIN * RW_BLOCK_SMALL)

/* Records that were lost, until they are reported. */
struct log_lost {
	uint64_t count;
	uint64_t from_seq, to_seq; /* lowest and highest number; 0: they had none */
	uint64_t from_ns, to_ns;   /* lowest and highest time, or bounds */
};

/* Private state of one class. */
struct log_class {
	struct rw_block_hdr *block; /* its newest block; NULL: it has none */
	struct rw_block_hdr hdr;    /* what that block's header says after the next seal */
	uint32_t crc_head;          /* CRC of the part of hdr that does not change with each record */
	uint32_t share, keep;       /* blocks */
	uint32_t blocks;            /* that it has */
	uint32_t opened;            /* that it has ever had */
	uint32_t oldest;            /* place of its oldest block that may be evicted, plus 1; 0: none may */
	uint64_t kept_first;        /* number of its first record, which is kept, if @keep */
	uint64_t bytes;             /* of its live records */
	struct log_lost lost;       /* evicted, and not reported yet */
};

/* Private state, in the hypervisor's data: all zero before log_store_init(). */
struct log_store {
	struct rw_store_hdr *hdr; /* the store's first page */
	uint8_t *blocks;
	uint32_t crc_head;   /* CRC of what precedes next_seq in the header */
	uint32_t unsealed;   /* classes with records that no header counts yet: a bit each */
	uint32_t unreported; /* classes whose evictions no record reports yet: a bit each */
	uint32_t places;     /* blocks that were ever in use */
	uint64_t next_index; /* number of the block to be opened next */
	uint64_t next_seq;   /* number that the next record gets */
	uint64_t now_ns;     /* time of reports of evictions: the caller sets it before it appends */
	struct log_class by_class[RW_CLASS_COUNT];
};

/**
 * log_store_init() - makes an empty store in @size bytes of page-aligned memory.
 * @id: boot_id, boot_epoch, tsc_hz, backend
 *
 * Return: 0; -RW_EINVAL: less than LOG_STORE_MIN, or 4 GiB and more (frames have 32-bit positions).
 */
int log_store_init(struct log_store *s, void *mem, size_t size, const struct rw_store_hdr *id);

/**
 * log_store_append() - appends a record; the headers follow at the next log_store_seal().
 * @rec: private, 8-byte aligned and checked, its time set. Magic, seq and crc are set here.
 *
 * If a block had to be evicted, a RW_DROP_EVICTED record follows @rec.
 *
 * Return: 0; -RW_EINVAL: size or type out of bounds, nothing stored.
 */
int log_store_append(struct log_store *s, struct rw_rec_hdr *rec);

/** struct log_drop - what a drop record says. */
struct log_drop {
	uint32_t reason; /* enum rw_drop */
	uint32_t first;  /* enum rw_malformed; 0: not of that reason */
	uint64_t total;  /* since the start */
	struct log_lost lost;
	bool has_ring; /* @ring_cpu says whose ring it was */
	uint32_t ring_cpu;
	bool has_class; /* @class says what they were: enum rw_class */
	uint32_t class;
};

/** log_store_drop() - appends a drop record of @cpu at s->now_ns. */
void log_store_drop(struct log_store *s, const struct log_drop *drop, uint16_t cpu);

/** log_store_seal() - updates the headers to what was appended. At the end of a batch, and before a dump. */
void log_store_seal(struct log_store *s);

/** log_store_set_end() - records how the run ends (enum rw_end). The last call wins; one can append still. */
void log_store_set_end(struct log_store *s, uint32_t reason);

/** log_store_usage() - sets what the status hypercall reports about the store. */
void log_store_usage(const struct log_store *s, struct rw_status *status);

/** log_store_block() - the block at @place, below s->places; its rw_block_hdr.used bytes are in use. */
struct rw_block_hdr *log_store_block(const struct log_store *s, uint32_t place);
