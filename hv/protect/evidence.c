/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The record of a refused access: who did it, to what; counted, joined, stored, shown as an alert. */
#include "protect/evidence.h"

#include "core/guest_info.h"
#include "core/spinlock.h"
#include "core/state.h"
#include "lib/string.h"
#include "log/journal.h"
#include "log/printk.h"

/* Alert lines: this many at once, then one each 100 ms. */
#define ALERT_BURST 32ull
#define ALERT_NS    100000000ull

static struct spinlock lock = SPINLOCK(EVIDENCE); /* (x) at the end of a run one CPU flushes for all */

static const char *const target_names[] = RW_TARGET_NAMES;
static const char *const verdict_names[] = RW_VERDICT_NAMES;
static const char *const access_names[] = RW_ACCESS_NAMES;

static void fill_symbol(struct rw_rec_violation *rec)
{
	struct ranges_hit hit;
	struct symbols_hit sym;

	if (rec->target == RW_TARGET_HYPERVISOR || !ranges_find(&hv.ranges, rec->gpa, &hit))
		return;
	if (!symbols_lookup(&hv.symbols, hit.gva, ranges_linear_start(&hv.ranges, hit.range), &sym)) {
		memcpy(rec->symbol, sym.name, sym.len);
		rec->sym_off = sym.off;
		return;
	}
	memcpy(rec->symbol, hit.range->name, sizeof(hit.range->name));
	rec->sym_off = rec->gpa - hit.range->gpa;
}

void evidence_retarget(struct rw_rec_violation *rec, uint64_t gpa)
{
	rec->gva = rec->gva && (rec->gpa ^ gpa) < PAGE_SIZE ? rec->gva + gpa - rec->gpa : 0;
	rec->gpa = gpa;
	memset(rec->symbol, 0, sizeof(rec->symbol));
	fill_symbol(rec);
}

void evidence_describe(struct percpu *cpu, struct rw_rec_violation *rec, uint64_t gpa, uint32_t target,
		       uint32_t access)
{
	*rec = (struct rw_rec_violation){
		.hdr = { .type = RW_REC_VIOLATION, .size = sizeof(*rec) },
		.target = (uint8_t)target,
		.access = (uint8_t)access,
		.gpa = gpa,
		.cpl = (uint8_t)greg(cpu, GREG_CPL),
		.rip = greg(cpu, GREG_RIP),
		.cr3 = greg(cpu, GREG_CR3),
	};
	rec->nbytes = (uint8_t)guest_read_virt(cpu, guest_linear_rip(cpu), rec->bytes, RW_CODE_BYTES);
	if (guest_process(cpu, &rec->proc))
		rec->hdr.flags |= RW_RECF_PROC;
	else
		memset(&rec->proc, 0, sizeof(rec->proc));
	fill_symbol(rec);
}

/*
 * Alert lines are for whoever watches the serial line now; what is too much for it is in the log all the
 * same.
 */
static bool may_alert(const struct percpu *cpu)
{
	static uint64_t next_ns, suppressed; /* (e) */
	uint64_t now = journal_now(cpu);

	/* A bucket of ALERT_BURST lines that fills by one each ALERT_NS. */
	bool may = next_ns <= now + ALERT_BURST * ALERT_NS;
	if (may)
		next_ns = (next_ns > now ? next_ns : now) + ALERT_NS;
	if (may && suppressed)
		printk("%lu alerts were not printed; they are in the log", suppressed);
	suppressed = may ? 0 : suppressed + 1;
	return may;
}

static void alert(const struct percpu *cpu, const struct rw_rec_violation *rec)
{
	char who[RW_COMM_LEN + 1] = "a task not known";

	if (!may_alert(cpu))
		return;
	/* The name is the guest's: anything could stand in it. */
	for (unsigned int i = 0; rec->hdr.flags & RW_RECF_PROC && i < RW_COMM_LEN; i++) {
		char c = rec->proc.comm[i];

		who[i] = c && (c < ' ' || c > '~') ? '?' : c;
	}
	if (rec->access == RW_ACCESS_HYPERCALL)
		printk("ALERT hypercall %lu refused, rip %lx, by %s[%u]", rec->nr, rec->rip, who,
		       rec->proc.pid);
	else
		printk("ALERT %s of %s %s+%lx at gpa %lx, rip %lx, cpl %u, by %s[%u]: %s",
		       access_names[rec->access], target_names[rec->target], rec->symbol, rec->sym_off,
		       rec->gpa, rec->rip, rec->cpl, who, rec->proc.pid, verdict_names[rec->hdr.verdict]);
}

static void store(struct percpu *cpu, struct rw_rec_violation *rec)
{
	*(rec->hdr.type == RW_REC_PATCH ? &cpu->stats.patches : &cpu->stats.violations) += 1 + rec->repeat;
	journal_append(cpu, &rec->hdr);
	if (rec->hdr.type == RW_REC_VIOLATION)
		alert(cpu, rec);
}

static void flush_locked(struct percpu *cpu)
{
	struct rw_rec_violation *held = &cpu->held_read;

	if (!held->repeat)
		return;
	held->repeat--; /* it stands for itself and for those before it */
	store(cpu, held);
	held->repeat = 0;
}

void evidence_flush(struct percpu *cpu)
{
	spin_lock(&lock);
	flush_locked(cpu);
	spin_unlock(&lock);
}

static bool runs_on(const struct rw_rec_violation *last, const struct rw_rec_violation *rec)
{
	return rec->target == RW_TARGET_HYPERVISOR && rec->access == RW_ACCESS_READ &&
	       last->access == RW_ACCESS_READ && rec->rip == last->rip && rec->cr3 == last->cr3 &&
	       rec->gpa - last->gpa <= PAGE_SIZE;
}

void evidence_record(struct percpu *cpu, struct rw_rec_violation *rec)
{
	struct rw_rec_violation *held = &cpu->held_read;

	spin_lock(&lock);
	uint32_t repeat = runs_on(held, rec) ? held->repeat + 1 : 0;

	if (!repeat) {
		flush_locked(cpu);
		store(cpu, rec);
	}
	*held = *rec;
	held->repeat = repeat;
	spin_unlock(&lock);
}
