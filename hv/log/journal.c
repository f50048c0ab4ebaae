/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The log as the core sees it: one store and one lock around it. */
#include "log/journal.h"

#include "core/state.h"
#include "core/string.h"
#include "core/violation.h"
#include "dev/uart.h"
#include "log/drain.h"
#include "log/intake.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"

static struct log_store store;
static struct spinlock lock;
static uint32_t dumps;

static const struct log_ring_ops ring_ops = { guest_read, guest_write };

const char *journal_init(const struct rw_bootinfo *info, uint32_t backend)
{
	struct log_store_id id = { .boot_epoch = info->boot_epoch, .tsc_hz = info->tsc_hz, .backend = backend };

	if (info->tsc_hz == 0 || info->tsc_hz > LOG_CLOCK_HZ_MAX)
		return "the loader gave no usable TSC frequency";
	hv.clock = (struct log_clock){ .tsc_start = info->tsc_start, .tsc_hz = info->tsc_hz };
	memcpy(id.boot_id, info->boot_id, sizeof(id.boot_id));
	if (log_store_init(&store, hv_virt(info->store_phys), info->store_size, &id))
		return "the log store has no usable size";
	return NULL;
}

/* The log's clock as this CPU's TSC shows it: what the guest has done to the TSC does not count. */
static struct log_clock clock_of(const struct percpu *cpu)
{
	return (struct log_clock){ hv.clock.tsc_start + cpu->tsc_bias, hv.clock.tsc_hz };
}

uint64_t journal_now(const struct percpu *cpu)
{
	return log_clock_ns(&hv.clock, rdtsc() - cpu->tsc_bias);
}

static void refused(const char *what, const struct percpu *cpu)
{
	printk("a record of the hypervisor's own was not stored: %s, CPU %u", what, cpu->index);
}

/* What @cpu's TSC shows now, as far as it only differs from this one's by what the guest did to both. */
static uint64_t tsc_of(const struct percpu *cpu)
{
	return rdtsc() - percpu_this()->tsc_bias + cpu->tsc_bias;
}

/* @cpu: whose ring; its own staging buffer serves, since the lock is held. */
static int drain_locked(struct percpu *cpu)
{
	const struct log_clock clock = clock_of(cpu);
	const struct log_intake in = { &store, &ring_ops, &clock, cpu->staging };

	return log_intake_drain(&in, &cpu->ring, tsc_of(cpu), UINT32_MAX, &cpu->stats);
}

/* What this CPU's ring holds happened before: it goes in first, so that no time stamp has to be raised. */
static void drain_before(struct percpu *cpu)
{
	if (cpu->ring.in_use)
		drain_locked(cpu);
}

void journal_append(struct percpu *cpu, struct rw_rec_hdr *rec)
{
	spin_lock(&lock);
	drain_before(cpu);
	rec->cpu = (uint16_t)cpu->index;
	rec->time_ns = journal_now(cpu);
	if (log_store_append(&store, rec))
		refused("malformed", cpu);
	spin_unlock(&lock);
}

void journal_event(struct percpu *cpu, uint8_t type, uint32_t code, const uint64_t arg[4], const char *text)
{
	spin_lock(&lock);
	drain_before(cpu);
	if (log_store_event(&store, type, code, arg, RW_VERDICT_NONE, (uint16_t)cpu->index, journal_now(cpu), text))
		refused("malformed event", cpu);
	spin_unlock(&lock);
}

int journal_drain(struct percpu *cpu)
{
	int ret;

	spin_lock(&lock);
	ret = drain_locked(cpu);
	spin_unlock(&lock);
	return ret;
}

int journal_ring(struct percpu *cpu, const struct rw_ring_desc *desc)
{
	struct input_error err;
	int ret;

	if (desc->cpu >= hv.boot->cpu_count)
		return -RW_EINVAL;
	spin_lock(&lock);
	ret = log_ring_init(&percpu_of(desc->cpu)->ring, &ring_ops, desc, tsc_of(percpu_of(desc->cpu)), &err);
	spin_unlock(&lock);
	if (ret)
		printk("CPU %u: ring refused: %s (%u)", cpu->index, err.what, err.index);
	return ret;
}

static void dump_locked(void)
{
	dumps++;
	log_drain_dump(&store, dumps, printk_raw, NULL);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		log_drain_stats(&percpu_of(i)->stats, i, dumps, printk_raw, NULL);
	uart_flush();
}

static void drain_all_locked(void)
{
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		if (percpu_of(i)->ring.in_use)
			drain_locked(percpu_of(i));
}

void journal_release(void)
{
	spin_lock(&lock);
	drain_all_locked();
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		percpu_of(i)->ring.in_use = false;
	spin_unlock(&lock);
}

void journal_dump(void)
{
	spin_lock(&lock);
	drain_all_locked();
	dump_locked();
	spin_unlock(&lock);
}

void journal_end(uint32_t reason)
{
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		violation_flush(percpu_of(i));
	spin_lock(&lock);
	drain_all_locked();
	log_store_set_end(&store, reason);
	dump_locked();
	spin_unlock(&lock);
}

void journal_panic(void)
{
	if (!store.hdr)
		return;
	log_store_set_end(&store, RW_END_STOP);
	dump_locked();
}

void journal_usage(struct log_store_usage *usage)
{
	spin_lock(&lock);
	log_store_usage(&store, usage);
	spin_unlock(&lock);
}
