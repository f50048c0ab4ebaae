/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store: records go in at its end and never change; the oldest whole block goes when it is full.
 *
 * abi/store.h has the layout. Its memory is the hypervisor's. One lock of the caller's serialises all
 * functions here, log_drain_dump() included.
 */
#ifndef HV_LOG_STORE_H
#define HV_LOG_STORE_H

#include "record.h"
#include <store.h> /* abi's, not this file */

#define LOG_STORE_MIN_BLOCKS 2u   /* so that a full store still holds something after an eviction */
#define LOG_EVENT_TEXT_MAX   512u /* bytes of an event's text; what is longer is cut */

/* What tells this run of the hypervisor from others. */
struct log_store_id {
	uint8_t boot_id[16];
	uint64_t boot_epoch; /* seconds since 1970 UTC, 0: not known */
	uint64_t tsc_hz;
	uint32_t backend;    /* 0 VMX/EPT, 1 SVM/NPT */
};

/* Private state, in the hypervisor's data: all zero before log_store_init(). */
struct log_store {
	struct rw_store_hdr *hdr; /* the store's first page */
	uint8_t *blocks;
	uint32_t block_count;
	uint32_t used;            /* bytes in use of the newest block, its header included */
	uint64_t next_index;      /* number of the block that would be opened next */
	uint64_t live_bytes;      /* of all live records */
	uint64_t last_ns;         /* time of the newest record */
};

/* Numbers for struct rw_status. */
struct log_store_usage {
	uint64_t capacity;  /* bytes of all blocks */
	uint64_t used;      /* bytes of live records */
	uint64_t first_seq; /* oldest record held; next_seq when there is none */
	uint64_t next_seq;
	uint64_t evicted;   /* records pushed out so far */
};

/**
 * log_store_init() - lay an empty store out.
 * @s:    state to set
 * @mem:  page-aligned memory of the hypervisor; all of it is zeroed
 * @size: bytes; what is left behind the last whole block stays unused
 * @id:   goes into the store's header
 *
 * Context: once, at the start. Return: 0; -RW_EINVAL: no room for LOG_STORE_MIN_BLOCKS, or 4 GiB and more
 * (positions in frames have 32 bits).
 */
int log_store_init(struct log_store *s, void *mem, size_t size, const struct log_store_id *id);

/**
 * log_store_append() - put a record behind the newest one.
 * @s:   store
 * @rec: whole record in private memory, 8-byte aligned, checked by the caller; type, verdict, size, time_ns,
 *       cpu, flags and what follows are set. This function sets magic, seq and crc, and raises time_ns to the
 *       time of the record before it where it is lower: time never goes back along the sequence.
 *
 * When the record opens a block in place of the oldest one, a RW_DROP_EVICTED record precedes it there.
 *
 * Context: caller's lock. Return: 0; -RW_EINVAL: size or type out of bounds, nothing stored.
 */
int log_store_append(struct log_store *s, struct rw_rec_hdr *rec);

/**
 * log_store_event() - build a record of type RW_REC_AGENT, RW_REC_LOCK or RW_REC_DROP, and append it.
 * @s:       store
 * @type:    enum rw_rec_type
 * @code:    rw_rec_event.code
 * @arg:     four values, or NULL for zeros
 * @verdict: enum rw_verdict
 * @cpu:     hypervisor's index of this CPU
 * @time_ns: since the hypervisor's start
 * @text:    NUL-terminated, or NULL; cut behind LOG_EVENT_TEXT_MAX bytes
 *
 * Context: caller's lock; 600 bytes of stack. Return: as log_store_append().
 */
int log_store_event(struct log_store *s, uint8_t type, uint32_t code, const uint64_t arg[4], uint8_t verdict,
		    uint16_t cpu, uint64_t time_ns, const char *text);

/**
 * log_store_set_end() - write down how the run ends.
 * @s:      store
 * @reason: enum rw_end; a later call overrides an earlier one
 *
 * Context: caller's lock. Appending stays possible.
 */
void log_store_set_end(struct log_store *s, uint32_t reason);

/**
 * log_store_usage() - numbers for the status hypercall.
 *
 * Context: caller's lock.
 */
void log_store_usage(const struct log_store *s, struct log_store_usage *usage);

/**
 * log_store_first_block() - number of the oldest live block.
 *
 * Live blocks are those from it up to, without, s->next_index; none when both are equal.
 * Context: caller's lock.
 */
uint64_t log_store_first_block(const struct log_store *s);

/**
 * log_store_block() - a block by its number.
 * @s:     store
 * @index: number of a live block
 *
 * Context: caller's lock. Return: its header; rw_block_hdr.used bytes from there on are in use.
 */
const struct rw_block_hdr *log_store_block(const struct log_store *s, uint64_t index);

#endif
