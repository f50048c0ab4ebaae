/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log as the core sees it: the hypervisor's own records, intake of the rings, dumps, the end of a run. */
#pragma once

#include "core/percpu.h"
#include "lib/record.h"
#include "log/store.h"

/** journal_init() - sets up the store. Once. Return: NULL or an error line. */
const char *journal_init(const struct rw_bootinfo *info, uint32_t backend);

/** journal_now() - nanoseconds since the start on @cpu: this one, or one that this CPU acts for. */
uint64_t journal_now(const struct percpu *cpu);

/** journal_append() - stores @rec, made with lib/record.h; sets its time, CPU. Context: any exit handler. */
void journal_append(struct percpu *cpu, struct rw_rec_hdr *rec);

#define JOURNAL_RECORD (896 / 8) /* words of a buffer for any of the hypervisor's own records */

/** journal_text() - adds @text as a field, printable and of at most @max bytes. */
static inline void journal_text(struct rec_writer *w, uint16_t id, const char *text, size_t max)
{
	rec_bytes(w, id, text, (uint16_t)printable(text, max));
}

/** journal_finish() - ends a record, and stores it as journal_append() does. */
static inline void journal_finish(struct percpu *cpu, struct rec_writer *w)
{
	rec_end(w);
	journal_append(cpu, w->hdr);
}

/** journal_drain() - moves @cpu's pending records into the store. Return: how many, or a negative RW_E*. */
int journal_drain(struct percpu *cpu);

/** journal_ring() - sets up a ring for the CPU desc->cpu; @desc: private copy. Return: 0, negative RW_E*. */
int journal_ring(struct percpu *cpu, const struct rw_ring_desc *desc);

/** journal_release() - drains all rings for the last time, and forgets where they are. */
void journal_release(void);

/**
 * journal_dump() - drains all rings, then prints the store and all CPUs' counters as frames.
 * journal_end() - the run ends: records why, and dumps.
 * journal_panic() - as journal_end(RW_END_STOP), but the failed code may hold locks: rings are not drained.
 */
void journal_dump(void);
void journal_end(uint32_t reason);
void journal_panic(void);

/**
 * journal_read() - copies stored records to guest memory, as many whole ones as fit.
 * @req: private copy, untrusted; all but the pages is updated.
 *
 * Records that wait in the rings are not in the store yet. A call that continues where the last one ended
 * costs what it copies; any other looks at the header of each block first.
 *
 * Return: bytes copied; -RW_EINVAL: a page is not aligned; -RW_EFAULT: one is not memory that the guest may
 * write.
 */
int64_t journal_read(struct rw_read *req);

/** journal_usage() - sets what the status hypercall reports about the store. */
void journal_usage(struct rw_status *status);
