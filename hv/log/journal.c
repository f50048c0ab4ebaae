/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log as the core sees it: one store and one lock around it. */
#include "log/journal.h"

#include "core/state.h"
#include "lib/string.h"
#include "dev/uart.h"
#include "log/drain.h"
#include "log/intake.h"
#include "log/printk.h"
#include "log/reader.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"

static struct log_store store;                   /* (j) */
static struct spinlock lock = SPINLOCK(JOURNAL); /* (x) */
static struct log_clock clock;                   /* (b) */
static uint32_t dumps;                           /* (j) */
static struct log_reader reader;                 /* (j) where the last read ended */

const char *journal_init(const struct rw_bootinfo *info, uint32_t backend)
{
	struct rw_store_hdr id = { .boot_epoch = info->boot_epoch,
				   .tsc_hz = info->tsc_hz,
				   .backend = backend };

	if (info->tsc_hz == 0 || info->tsc_hz > LOG_CLOCK_HZ_MAX)
		return "the loader passed no usable TSC frequency";
	clock = (struct log_clock){ .tsc_start = info->tsc_start, .tsc_hz = info->tsc_hz };
	memcpy(id.boot_id, info->boot_id, sizeof(id.boot_id));
	if (log_store_init(&store, hv_virt(info->store_phys), info->store_size, &id))
		return "the log store has no usable size";
	return NULL;
}

/* What @cpu's TSC shows now, if it differs from this CPU's only by what the guest did to both. */
static uint64_t tsc_of(const struct percpu *cpu)
{
	return rdtsc() - percpu_this()->tsc_bias + cpu->tsc_bias;
}

uint64_t journal_now(const struct percpu *cpu)
{
	return log_clock_ns(&clock, tsc_of(cpu) - cpu->tsc_bias);
}

/*
 * Moves @cpu's pending records into the store. The log's clock is shifted to @cpu's TSC, so that the guest's
 * changes to the TSC do not count. The time is read after the ring's header: another CPU adds records now.
 */
static int drain_locked(struct percpu *cpu)
{
	const struct log_clock shifted = { clock.tsc_start + cpu->tsc_bias, clock.tsc_hz };
	struct rw_ring_hdr hdr;
	int ret = log_intake_look(&cpu->ring, &hdr);

	if (ret)
		return ret;
	__asm__ volatile("lfence" : : : "memory"); /* SDM volume 2, "RDTSC": the read of the header is done */
	return log_intake_drain(&store, &shifted, &cpu->ring, &hdr, tsc_of(cpu), &cpu->stats);
}

void journal_append(struct percpu *cpu, struct rw_rec_hdr *rec)
{
	rec->cpu = (uint16_t)cpu->index;
	rec->time_ns = journal_now(cpu); /* before any wait for the lock: the time of the event */
	spin_lock(&lock);
	drain_locked(cpu); /* the ring's records are older and go first: numbers are the order of custody */
	store.now_ns = journal_now(cpu);
	if (log_store_append(&store, rec))
		printk("one of the hypervisor's own records was malformed and not stored, CPU %u",
		       cpu->index);
	log_store_seal(&store);
	spin_unlock(&lock);
}

int journal_drain(struct percpu *cpu)
{
	spin_lock(&lock);
	int ret = drain_locked(cpu);

	spin_unlock(&lock);
	return ret;
}

int journal_ring(struct percpu *cpu, const struct rw_ring_desc *desc)
{
	struct input_error err;

	if (desc->cpu >= hv.boot->cpu_count)
		return -RW_EINVAL;
	spin_lock(&lock);
	int ret = log_ring_init(&percpu_of(desc->cpu)->ring, desc, journal_now(percpu_of(desc->cpu)), &err);

	spin_unlock(&lock);
	if (ret)
		printk("CPU %u: ring refused: %s (%u)", cpu->index, err.what, err.index);
	return ret;
}

static void dump_locked(void)
{
	const struct log_dump dump = { store.hdr->boot_id, ++dumps };

	log_drain_dump(&store, dump.number);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		log_drain_stats(&dump, &percpu_of(i)->stats, i);
	uart_flush();
}

void journal_release(void)
{
	spin_lock(&lock);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		drain_locked(percpu_of(i));
		percpu_of(i)->ring.in_use = false;
	}
	spin_unlock(&lock);
}

void journal_dump(void)
{
	spin_lock(&lock);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		drain_locked(percpu_of(i));
	dump_locked();
	spin_unlock(&lock);
}

void journal_end(uint32_t reason)
{
	spin_lock(&lock);
	log_store_set_end(&store, reason);
	spin_unlock(&lock);
	journal_dump();
}

void journal_panic(void)
{
	if (!store.hdr)
		return;
	log_store_set_end(&store, RW_END_STOP);
	dump_locked();
}

/* Copies a record to the pages of a request, from byte @at on. Return: 0 or -RW_EFAULT. */
static int put_out(const struct rw_read *req, uint32_t at, const struct rw_rec_hdr *rec)
{
	const uint8_t *from = (const uint8_t *)rec;

	for (uint32_t left = rec->size; left;) {
		uint32_t in_page = at % RW_PAGE_SIZE;
		uint32_t piece = left < RW_PAGE_SIZE - in_page ? left : RW_PAGE_SIZE - in_page;

		if (guest_write(req->page[at / RW_PAGE_SIZE] + in_page, from, piece))
			return -RW_EFAULT;
		at += piece;
		from += piece;
		left -= piece;
	}
	return 0;
}

int64_t journal_read(struct rw_read *req)
{
	const struct rw_rec_hdr *rec;
	uint32_t done = 0;
	int ret = 0;

	for (uint32_t i = 0; i < RW_READ_PAGES; i++)
		if (req->page[i] % RW_PAGE_SIZE)
			return -RW_EINVAL;
	spin_lock(&lock);
	if (req->seq != reader.seq)
		log_reader_seek(&reader, &store, req->seq);
	while (!ret && (rec = log_reader_next(&reader, &store)) && rec->size <= RW_READ_BYTES - done) {
		ret = put_out(req, done, rec);
		done += rec->size;
		log_reader_pass(&reader, rec);
	}
	if (!ret) {
		req->seq = reader.seq;
		req->next_seq = store.next_seq;
		req->boot_epoch = store.hdr->boot_epoch;
	}
	spin_unlock(&lock);
	return ret ? ret : (int64_t)done;
}

void journal_usage(struct rw_status *status)
{
	spin_lock(&lock);
	log_store_usage(&store, status);
	spin_unlock(&lock);
}
