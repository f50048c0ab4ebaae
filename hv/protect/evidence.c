/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The record of a refused access: who did it, to what; counted, joined, stored, shown as an alert. */
#include "protect/evidence.h"

#include "core/guest_info.h"
#include "core/spinlock.h"
#include "core/state.h"
#include "lib/format.h"
#include "lib/string.h"
#include "log/journal.h"
#include "log/printk.h"
#include "protect/patch_burst.h"
#include "protect/patch_notice.h"

/* Alert lines: this many at once, then one per 100 ms. */
#define ALERT_BURST 32ull
#define ALERT_NS    100000000ull

/* Accesses are held back no longer than this while more of them come. */
#define HOLD_NS 1000000000ull

/* Bytes of a reason. */
#define NOTE_MAX 96u

/* The task of a patch is that of the one before, on the same kernel stack, if that is no older than this. */
#define SAME_TASK_NS 10000000ull
#define STACK_BYTES  0x4000ull

static struct spinlock lock = SPINLOCK(EVIDENCE); /* (x) at the end of a run one CPU flushes for all */

static const char *const target_names[] = RW_TARGET_NAMES;
static const char *const verdict_names[] = RW_VERDICT_NAMES;
static const char *const access_names[] = RW_ACCESS_NAMES;

static void fill_symbol(struct evidence *rec)
{
	struct ranges_hit hit;
	struct symbols_hit sym;

	if (rec->target > RW_TARGET_GUEST_LAST || !ranges_find(&hv.ranges, rec->gpa, &hit))
		return;
	uint64_t start = ranges_linear_start(&hv.ranges, hit.range);

	if (!symbols_lookup(&hv.symbols, hit.gva, start, &sym)) {
		memcpy(rec->symbol, sym.name, sym.len);
		rec->sym_off = sym.off;
		return;
	}
	memcpy(rec->symbol, hit.range->name, sizeof(hit.range->name));
	rec->sym_off = start ? hit.gva - start : rec->gpa - hit.range->gpa;
}

void evidence_retarget(struct evidence *rec, uint64_t gpa)
{
	rec->gva = rec->gva && (rec->gpa ^ gpa) < PAGE_SIZE ? rec->gva + gpa - rec->gpa : 0;
	rec->gpa = gpa;
	memset(rec->symbol, 0, sizeof(rec->symbol));
	fill_symbol(rec);
}

/* Where the CPU is. */
static void fill_cpu(struct percpu *cpu, struct evidence *rec)
{
	rec->cpl = (uint8_t)greg(cpu, GREG_CPL);
	rec->rip = greg(cpu, GREG_RIP);
	rec->cr3 = greg(cpu, GREG_CR3);
}

void evidence_complete(struct percpu *cpu, struct evidence *rec)
{
	fill_cpu(cpu, rec);
	rec->task_known = guest_process(cpu, &rec->task);
	fill_symbol(rec);
}

void evidence_describe(struct percpu *cpu, struct evidence *rec, uint64_t gpa, uint32_t target,
		       uint32_t access)
{
	*rec = (struct evidence){
		.type = RW_REC_VIOLATION,
		.target = (uint8_t)target,
		.access = (uint8_t)access,
		.gpa = gpa,
	};
	rec->nbytes = (uint8_t)guest_read_virt(cpu, guest_linear_rip(cpu), rec->bytes, RW_CODE_BYTES);
	evidence_complete(cpu, rec);
}

/* As guest_process(), which reads page tables: most patches of a burst come from one task. */
static void fill_patch_task(struct percpu *cpu, struct evidence *rec, uint64_t now)
{
	const struct evidence *held = &cpu->held;
	uint64_t stack = greg(cpu, GREG_RSP) & ~(STACK_BYTES - 1);

	if (held->type == RW_REC_PATCH && stack == cpu->patch_stack && now - cpu->patch_ns < SAME_TASK_NS &&
	    greg(cpu, GREG_GS_BASE) == cpu->guest_gs) {
		rec->task = held->task;
		rec->task_known = held->task_known;
	} else {
		rec->task_known = guest_process(cpu, &rec->task);
	}
	cpu->patch_stack = stack;
	cpu->patch_ns = now;
}

/* Alert lines are for someone watching the serial line now; those beyond the rate are still in the log. */
static bool may_alert(const struct percpu *cpu)
{
	static uint64_t next_ns, suppressed; /* (e) */
	uint64_t now = journal_now(cpu);

	/* A bucket of ALERT_BURST lines that refills by one per ALERT_NS. */
	bool may = next_ns <= now + ALERT_BURST * ALERT_NS;
	if (may)
		next_ns = (next_ns > now ? next_ns : now) + ALERT_NS;
	if (may && suppressed)
		printk("%lu alerts were not printed; they are in the log", suppressed);
	suppressed = may ? 0 : suppressed + 1;
	return may;
}

bool evidence_may_alert(const struct percpu *cpu)
{
	spin_lock(&lock);
	bool may = may_alert(cpu);

	spin_unlock(&lock);
	return may;
}

void evidence_who(const struct evidence *rec, char who[RW_COMM_LEN + 1])
{
	memset(who, 0, RW_COMM_LEN + 1);
	if (rec->task_known)
		memcpy(who, rec->task.comm, RW_COMM_LEN);
	else
		memcpy(who, "an unknown task", sizeof("an unknown task"));
}

static void alert(const struct percpu *cpu, const struct evidence *rec)
{
	char who[RW_COMM_LEN + 1], times[32] = "";

	evidence_who(rec, who);
	if (rec->type == RW_REC_PATCH) {
		patch_notice(cpu, target_names[rec->target], rec->symbol, rec->sym_off, who, rec->task.pid);
		return;
	}
	if (!may_alert(cpu))
		return;
	if (rec->last_ns)
		format_text(times, sizeof(times), ", %u times since", rec->repeat + 1);
	if (rec->access == RW_ACCESS_MSR)
		printk("ALERT write of MSR %lx ignored, rip %lx, by %s[%u]%s", rec->nr, rec->rip, who,
		       rec->task.pid, times);
	else if (rec->target == RW_TARGET_CONTROL)
		printk("ALERT write of %s, rip %lx, by %s[%u]: %s%s", rec->symbol, rec->rip, who,
		       rec->task.pid, verdict_names[rec->verdict], times);
	else if (rec->access == RW_ACCESS_HYPERCALL)
		printk("ALERT hypercall %lu refused, rip %lx, by %s[%u]%s", rec->nr, rec->rip, who,
		       rec->task.pid, times);
	else
		printk("ALERT %s of %s %s+%lx at gpa %lx, rip %lx, cpl %u, by %s[%u]: %s%s",
		       access_names[rec->access], target_names[rec->target], rec->symbol, rec->sym_off,
		       rec->gpa, rec->rip, rec->cpl, who, rec->task.pid, verdict_names[rec->verdict], times);
}

/* A linear address as text: symbol and offset where memory is protected, else the number. */
static void put_target(struct rec_writer *w, uint16_t field, uint64_t gva)
{
	char text[SYMBOL_NAME_MAX + 24], name[SYMBOL_NAME_MAX + 1] = "";
	struct symbols_hit sym = { .off = gva };
	size_t len;

	if (!gva)
		return;

	const struct rw_range *range = ranges_find_linear(&hv.ranges, gva);

	if (range && !symbols_lookup(&hv.symbols, gva, ranges_linear_start(&hv.ranges, range), &sym))
		memcpy(name, sym.name, sym.len);
	len = name[0] && !sym.off ? format_text(text, sizeof(text), "%s", name) :
	      name[0]             ? format_text(text, sizeof(text), "%s+0x%lx", name, sym.off) :
				    format_text(text, sizeof(text), "0x%lx", sym.off);
	rec_bytes(w, field, text, (uint16_t)len);
}

static void append(struct percpu *cpu, const struct evidence *e)
{
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), e->type, e->verdict);
	if (e->task_known)
		rec_bytes(&w, RW_F_GUEST_TASK, &e->task, sizeof(e->task));
	rec_u32(&w, RW_F_ACCESS, e->access);
	rec_u32(&w, RW_F_TARGET, e->target);
	if (e->access == RW_ACCESS_HYPERCALL)
		rec_u64(&w, RW_F_HYPERCALL, e->nr);
	if (e->access == RW_ACCESS_MSR)
		rec_u32(&w, RW_F_MSR, (uint32_t)e->nr);
	if (e->symbol[0]) {
		journal_text(&w, RW_F_SYMBOL, e->symbol, sizeof(e->symbol));
		rec_u64(&w, RW_F_SYMBOL_OFFSET, e->sym_off);
	}
	rec_u64(&w, RW_F_GPA, e->gpa);
	rec_u64(&w, RW_F_GVA, e->gva);
	rec_u32(&w, RW_F_CPL, e->cpl);
	rec_u64(&w, RW_F_RIP, e->rip);
	rec_u64(&w, RW_F_CR3, e->cr3);
	rec_bytes(&w, RW_F_CODE, e->bytes, e->nbytes);
	if (e->value_len) {
		rec_bytes(&w, RW_F_OLD_VALUE, e->old_value, e->value_len);
		rec_bytes(&w, RW_F_NEW_VALUE, e->new_value, e->value_len);
	}
	put_target(&w, RW_F_OLD_TARGET, e->old_target);
	put_target(&w, RW_F_NEW_TARGET, e->new_target);
	if (e->why)
		journal_text(&w, RW_F_NOTE, e->why, NOTE_MAX);
	if (e->repeat)
		rec_u32(&w, RW_F_REPEAT, e->repeat);
	if (e->last_ns) {
		rec_u64(&w, RW_F_FIRST_NS, e->first_ns);
		rec_u64(&w, RW_F_LAST_NS, e->last_ns);
	}
	journal_finish(cpu, &w);
}

static void store(struct percpu *cpu, const struct evidence *e)
{
	*(e->type == RW_REC_PATCH ? &cpu->stats.patches : &cpu->stats.violations) += 1 + e->repeat;
	if (e->type != RW_REC_PATCH || !patch_burst_take(cpu, e))
		append(cpu, e);
	alert(cpu, e);
}

static void flush_locked(struct percpu *cpu)
{
	struct evidence *held = &cpu->held;

	patch_notice_tick(cpu);
	patch_burst_tick(cpu);
	if (!held->repeat)
		return;
	held->repeat--; /* it stands for itself and those before it */
	store(cpu, held);
	held->repeat = 0;
}

void evidence_flush(struct percpu *cpu)
{
	spin_lock(&lock);
	flush_locked(cpu);
	spin_unlock(&lock);
}

void evidence_end(void)
{
	spin_lock(&lock);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		flush_locked(percpu_of(i));
	patch_notice_flush();
	patch_burst_flush(percpu_of(0));
	spin_unlock(&lock);
}

/* A scan of the hypervisor's memory: the same instruction reads on. */
static bool reads_on(const struct evidence *last, const struct evidence *rec)
{
	return rec->target == RW_TARGET_HYPERVISOR && rec->access == RW_ACCESS_READ &&
	       last->access == RW_ACCESS_READ && rec->rip == last->rip && rec->cr3 == last->cr3 &&
	       rec->gpa - last->gpa <= PAGE_SIZE;
}

/*
 * The same access by the same task once more. Each patch counts by itself (patch_burst.h), and so does a
 * write of an MSR, which is reported once before and once after the lock.
 */
static bool repeats(const struct evidence *last, const struct evidence *rec)
{
	return rec->type == RW_REC_VIOLATION && rec->access != RW_ACCESS_MSR &&
	       memcmp(rec, last, EVIDENCE_WHAT) == 0 &&
	       memcmp(&rec->gpa, &last->gpa, sizeof(*rec) - EVIDENCE_WHERE) == 0;
}

/* Counts @rec, the last of those that are held back. */
static void hold(struct evidence *held, const struct evidence *rec, uint64_t now)
{
	uint32_t repeat = held->repeat + 1;
	uint64_t first_ns = held->repeat ? held->first_ns : now;

	*held = *rec;
	held->repeat = repeat;
	held->first_ns = first_ns;
	held->last_ns = now;
}

void evidence_patch(struct percpu *cpu, struct evidence *rec)
{
	spin_lock(&lock);
	uint64_t now = journal_now(cpu);

	flush_locked(cpu);
	fill_symbol(rec);
	fill_patch_task(cpu, rec, now);
	fill_cpu(cpu, rec);
	store(cpu, rec);
	cpu->held = *rec;
	spin_unlock(&lock);
}

void evidence_control(struct percpu *cpu, const char *name, const void *old_value, const void *new_value,
		      uint8_t size, enum rw_verdict verdict)
{
	struct evidence rec;

	evidence_describe(cpu, &rec, 0, RW_TARGET_CONTROL, RW_ACCESS_WRITE);
	rec.verdict = (uint8_t)verdict;
	format_text(rec.symbol, sizeof(rec.symbol), "%s", name);
	rec.value_len = size;
	memcpy(rec.old_value, old_value, size);
	memcpy(rec.new_value, new_value, size);
	evidence_record(cpu, &rec);
}

void evidence_record(struct percpu *cpu, struct evidence *rec)
{
	struct evidence *held = &cpu->held;

	spin_lock(&lock);
	uint64_t now = journal_now(cpu);

	if (repeats(held, rec) || reads_on(held, rec)) {
		hold(held, rec, now);
		if (now - held->first_ns >= HOLD_NS)
			flush_locked(cpu);
	} else {
		flush_locked(cpu);
		store(cpu, rec);
		*held = *rec;
	}
	spin_unlock(&lock);
}
