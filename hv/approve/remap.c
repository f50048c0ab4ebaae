/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The kernel's page tables still map what was locked. */
#include "approve/remap.h"

#include "core/guest_info.h"
#include "core/panic.h"
#include "core/smp.h"
#include "core/state.h"
#include "lib/string.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "mm/mapping.h"
#include "mm/nested.h"
#include "protect/evidence.h"

#define PUT_BACK_MAX 64u /* entries in one check; more wait for the next one */
#define TOLD_MAX     16u

enum half {
	KERNEL,
	USER, /* with page-table isolation: the little of the kernel that user mode's tables map */
	HALVES
};

static struct mapping locked_maps[HALVES]; /* (a, c) */
static int levels;                         /* (a, c) of the page tables; 0: nothing is compared */
static uint64_t agent_gva;                 /* (a, c) a page of the agent's text */
static uint64_t gap_tsc;                   /* (a, c) between two comparisons on one CPU */

/* With page_tables = audit an entry stays as it is: it makes one record, not one each time. */
static struct {
	uint64_t at, found;
} told[TOLD_MAX];          /* (x) */
static uint32_t told_next; /* (x) */

static bool in_long_mode(struct percpu *cpu)
{
	return greg(cpu, GREG_EFER) & EFER_LMA && greg(cpu, GREG_CR0) & CR0_PG;
}

/* Other ranges may be freed, or are not mapped all the time. */
static bool stays_mapped(const struct ranges_entry *e)
{
	switch (e->live ? e->range.kind : 0) {
	case RW_TARGET_KERNEL_TEXT:
	case RW_TARGET_KERNEL_RODATA:
	case RW_TARGET_AGENT_TEXT:
	case RW_TARGET_AGENT_RODATA:
	case RW_TARGET_IDT:
	case RW_TARGET_VDSO:
		return true;
	default:
		return false;
	}
}

/* Records where @range is mapped: as it was named, and for the IDT where the CPU finds it. Return: bytes. */
static uint64_t add_range(enum half half, uint64_t root, const struct rw_range *range, uint64_t idt)
{
	if (range->kind == RW_TARGET_IDT && idt != range->gva)
		mapping_add(&locked_maps[half], root, levels, idt, range->gpa, PAGE_SIZE);
	return mapping_add(&locked_maps[half], root, levels, range->gva, range->gpa, range->len);
}

static uint64_t add_ranges(enum half half, uint64_t root, uint64_t idt, uint64_t *missing)
{
	uint64_t bytes = 0;

	*missing = 0;
	for (uint32_t i = 1; i <= hv.ranges.used; i++) {
		const struct ranges_entry *e = &hv.ranges.entry[i];

		if (!stays_mapped(e))
			continue;
		uint64_t done = add_range(half, root, &e->range, idt);

		if (e->range.kind == RW_TARGET_AGENT_TEXT)
			agent_gva = e->range.gva;
		bytes += done;
		*missing += e->range.len - done;
	}
	return bytes;
}

/* Whether the tables at @root map the agent, right or wrong. With page-table isolation user mode's do not. */
static bool maps_agent(uint64_t root)
{
	return mapping_exists(root, levels, agent_gva);
}

/*
 * Whether the page after @root is the root of user mode: it maps the IDT, but not the agent. Without
 * isolation it is anything, another root perhaps.
 */
static bool is_pair(uint64_t root, uint64_t idt)
{
	return !(root & CR3_ISOLATION_USER) && mapping_exists(root | CR3_ISOLATION_USER, levels, idt) &&
	       maps_agent(root) && !maps_agent(root | CR3_ISOLATION_USER);
}

void remap_lock(struct percpu *cpu)
{
	uint64_t root = greg(cpu, GREG_CR3) & CR3_ADDR_MASK, missing, unused;

	locked_maps[KERNEL].count = locked_maps[USER].count = 0;
	memset(told, 0, sizeof(told));
	levels = 0;
	if (hv.boot->settings.page_tables == RW_PAGE_TABLES_OFF || !in_long_mode(cpu))
		return;
	levels = greg(cpu, GREG_CR4) & CR4_LA57 ? 5 : 4;
	gap_tsc = hv.boot->tsc_hz / 1000 * REMAP_GAP_MS;

	uint64_t idt = guest_idt_base(cpu) & PAGE_MASK;
	uint64_t bytes = add_ranges(KERNEL, root, idt, &missing);

	if (is_pair(root, idt))
		add_ranges(USER, root | CR3_ISOLATION_USER, idt, &unused);
	printk("page tables: the mappings of %lu pages are compared (%u and %u runs)%s", bytes >> PAGE_SHIFT,
	       locked_maps[KERNEL].count, locked_maps[USER].count,
	       missing ? "; others are not mapped as named, or too many" : "");
}

static bool was_told(const struct mapping_change *c)
{
	for (uint32_t i = 0; i < TOLD_MAX; i++)
		if (__atomic_load_n(&told[i].at, __ATOMIC_RELAXED) == c->at &&
		    __atomic_load_n(&told[i].found, __ATOMIC_RELAXED) == c->found)
			return true;

	uint32_t i = __atomic_fetch_add(&told_next, 1, __ATOMIC_RELAXED) % TOLD_MAX;

	__atomic_store_n(&told[i].at, c->at, __ATOMIC_RELAXED);
	__atomic_store_n(&told[i].found, c->found, __ATOMIC_RELAXED);
	return false;
}

static void record(struct percpu *cpu, const struct mapping_change *c, enum rw_verdict verdict)
{
	static const char *const targets[] = RW_TARGET_NAMES;
	struct ranges_hit hit = { 0 };
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;
	struct evidence e;

	ranges_find(&hv.ranges, c->gpa, &hit);
	evidence_describe(cpu, &e, c->gpa, hit.kind, RW_ACCESS_WRITE);
	rec_begin(&w, buf, sizeof(buf), RW_REC_REMAP, (uint8_t)verdict);
	if (e.task_known)
		rec_bytes(&w, RW_F_GUEST_TASK, &e.task, sizeof(e.task));
	rec_u32(&w, RW_F_TARGET, e.target);
	if (e.symbol[0]) {
		journal_text(&w, RW_F_SYMBOL, e.symbol, sizeof(e.symbol));
		rec_u64(&w, RW_F_SYMBOL_OFFSET, e.sym_off);
	}
	rec_u64(&w, RW_F_GVA, c->gva);
	rec_u64(&w, RW_F_GPA, c->gpa);
	rec_u32(&w, RW_F_TABLE_LEVEL, (uint32_t)c->level);
	rec_u64(&w, RW_F_ENTRY_GPA, c->at);
	rec_u64(&w, RW_F_EXPECTED_ENTRY, c->expected);
	rec_u64(&w, RW_F_FOUND_ENTRY, c->found);
	rec_u64(&w, RW_F_RIP, e.rip);
	rec_u64(&w, RW_F_CR3, e.cr3);
	journal_finish(cpu, &w);
	if (evidence_may_alert(cpu))
		printk("ALERT page tables map %lx (%s) elsewhere: entry of level %u at %lx was %lx, is %lx",
		       c->gva, hit.kind ? targets[hit.kind] : "", (unsigned int)c->level, c->at, c->expected,
		       c->found);
}

/*
 * Return: false: the entry is no memory that may be written. The tables below the root are the kernel's own,
 * as all entries that lead to them are as at the lock; but a CPU's root can be any page.
 */
static bool put_back(const struct mapping_change *c)
{
	uint8_t *page = guest_page(c->at);

	if (!page || (c->level == levels && !(nested_perm(c->at) & NPERM_W)))
		return false;
	__atomic_store_n((uint64_t *)(page + (c->at & (PAGE_SIZE - 1))), c->expected, __ATOMIC_SEQ_CST);
	return true;
}

static void enforce(struct percpu *cpu, const struct mapping_change *c)
{
	bool stop = hv.boot->settings.on_violation == RW_ON_VIOLATION_STOP || !put_back(c);

	record(cpu, c, stop ? RW_VERDICT_STOP : RW_VERDICT_DENY);
	if (stop)
		hv_stop("page tables map locked memory elsewhere, and on_violation = stop or no way back");
}

static void compare(struct percpu *cpu, enum half half, uint64_t root)
{
	bool audit = hv.boot->settings.page_tables == RW_PAGE_TABLES_AUDIT;
	struct mapping_change c;
	uint32_t next = 0, put = 0;

	while (put < PUT_BACK_MAX && mapping_changed(&locked_maps[half], root, levels, &next, &c)) {
		if (audit) {
			if (!was_told(&c))
				record(cpu, &c, RW_VERDICT_ALLOW);
			continue;
		}
		enforce(cpu, &c);
		put++;
		next--; /* the run may have further such entries */
	}
	if (put)
		smp_flush_all(cpu);
}

/* The firmware's runtime services run with a root that has nothing for user mode. */
static bool has_kernel_entry(uint64_t root)
{
	uint64_t entry = 0;

	guest_read(root + PAGE_SIZE - sizeof(entry), &entry, sizeof(entry));
	return entry & PTE_P;
}

void remap_check(struct percpu *cpu, bool hypercall)
{
	if (!hv_locked() || !levels || cpu->exit_tsc - cpu->remap_tsc < gap_tsc || !in_long_mode(cpu))
		return;

	uint64_t root = greg(cpu, GREG_CR3) & CR3_ADDR_MASK;
	bool isolated = locked_maps[USER].count, called = hypercall && !greg(cpu, GREG_CPL);

	cpu->remap_tsc = cpu->exit_tsc;
	/* The agent's calls come with the kernel's root, even if an attacker unmaps the agent. */
	if (isolated && !called && !maps_agent(root)) {
		compare(cpu, USER, root);
		return;
	}
	compare(cpu, KERNEL, root);
	if (isolated && called && !(root & CR3_ISOLATION_USER) && has_kernel_entry(root | CR3_ISOLATION_USER))
		compare(cpu, USER, root | CR3_ISOLATION_USER);
}
