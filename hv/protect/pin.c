/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Control state that is pinned at the lock. */
#include "protect/pin.h"

#include "arch/x86/insn.h"
#include "core/guest_info.h"
#include "core/panic.h"
#include "core/state.h"
#include "lib/format.h"
#include "lib/string.h"
#include "log/journal.h"
#include "policy/mov_cr.h"
#include "policy/verdict.h"
#include "protect/evidence.h"
#include "protect/step.h"

#define THE_MSR GREG_COUNT /* not part of the guest's switched state: read from the CPU */

/* Intel SDM volume 3, "Control Registers", "Model-Specific Registers"; AMD APM volume 2, "System Resources". */
static const struct pin {
	enum guest_reg reg;
	uint32_t msr; /* that writes it; 0: MOV to CR0 or CR4 does */
	uint64_t mask;
	bool own; /* each CPU has its own value */
	const char name[14];
} pins[] = {
	{ GREG_CR0, 0, CR0_PE, false, "CR0.PE" },
	{ GREG_CR0, 0, CR0_ET, false, "CR0.ET" },
	{ GREG_CR0, 0, CR0_NE, false, "CR0.NE" },
	{ GREG_CR0, 0, CR0_WP, false, "CR0.WP" },
	{ GREG_CR0, 0, CR0_PG, false, "CR0.PG" },
	{ GREG_CR4, 0, CR4_PAE, false, "CR4.PAE" },
	{ GREG_CR4, 0, CR4_UMIP, false, "CR4.UMIP" },
	{ GREG_CR4, 0, CR4_LA57, false, "CR4.LA57" },
	{ GREG_CR4, 0, CR4_FSGSBASE, false, "CR4.FSGSBASE" },
	{ GREG_CR4, 0, CR4_SMEP, false, "CR4.SMEP" },
	{ GREG_CR4, 0, CR4_SMAP, false, "CR4.SMAP" },
	{ GREG_CR4, 0, CR4_CET, false, "CR4.CET" },
	{ GREG_EFER, MSR_EFER, EFER_SCE, false, "EFER.SCE" },
	{ GREG_EFER, MSR_EFER, EFER_LME, false, "EFER.LME" },
	{ GREG_EFER, MSR_EFER, EFER_NXE, false, "EFER.NXE" },
	{ GREG_STAR, MSR_STAR, UINT64_MAX, false, "STAR" },
	{ GREG_LSTAR, MSR_LSTAR, UINT64_MAX, false, "LSTAR" },
	{ GREG_CSTAR, MSR_CSTAR, UINT64_MAX, false, "CSTAR" },
	{ GREG_SFMASK, MSR_FMASK, UINT64_MAX, false, "SFMASK" },
	{ GREG_SYSENTER_CS, MSR_SYSENTER_CS, UINT64_MAX, false, "SYSENTER_CS" },
	{ GREG_SYSENTER_ESP, MSR_SYSENTER_ESP, UINT64_MAX, true, "SYSENTER_ESP" },
	{ GREG_SYSENTER_EIP, MSR_SYSENTER_EIP, UINT64_MAX, false, "SYSENTER_EIP" },
	{ THE_MSR, MSR_APIC_BASE, ~(uint64_t)APIC_BASE_BSP, true, "APIC_BASE" },
	{ THE_MSR, MSR_MISC_ENABLE, MISC_ENABLE_XD_DISABLE, false, "MISC_ENABLE.XD" },
};
#define PINS (sizeof(pins) / sizeof(pins[0]))

enum {
	GDTR = 0,
	IDTR = SEG_IDTR - SEG_GDTR,
	TR = SEG_TR - SEG_GDTR
};

static uint64_t reference[PINS];                 /* (a, c) the locking CPU's values */
static struct segment reference_tbl[SEG_TABLES]; /* (a, c) its registers from SEG_GDTR on */
static uint32_t lock_number;                     /* (a, x) odd: locked, and the state is pinned */

/* An MSR that this CPU lacks reads 0. */
static uint64_t value_of(struct percpu *cpu, const struct pin *p)
{
	uint64_t value;

	if (p->reg != THE_MSR)
		return greg(cpu, p->reg);
	return rdmsr_safe(p->msr, &value) ? 0 : value;
}

/*
 * Whether @p allows @value. A CPU that comes up may set its bits one after the other, but sets each entry
 * point to the right value at once.
 */
static bool allows(struct percpu *cpu, const struct pin *p, uint64_t value)
{
	uint64_t want = p->own ? value_of(cpu, p) : reference[p - pins];

	return !((value ^ want) & p->mask) ||
	       (cpu->pin.phase == PIN_COMING_UP && (p->own || !(value & p->mask)));
}

static bool is_written_by(const struct pin *p, enum guest_reg reg, uint32_t msr)
{
	return msr ? p->msr == msr : !p->msr && p->reg == reg;
}

/* The names of all pins that forbid @value, in @name. Return: one of them, NULL if there is none. */
static const struct pin *forbidden(struct percpu *cpu, enum guest_reg reg, uint32_t msr, uint64_t value,
				   char name[RW_SYMBOL_LEN])
{
	const struct pin *found = NULL;
	size_t used = 0;

	memset(name, 0, RW_SYMBOL_LEN);
	for (const struct pin *p = pins; p < pins + PINS; p++) {
		if (!is_written_by(p, reg, msr) || allows(cpu, p, value))
			continue;
		used += format_text(name + used, RW_SYMBOL_LEN - used, "%s%s", found ? "," : "", p->name);
		found = p;
	}
	return found;
}

/* Records a write, whose @verdict is known, of @size bytes. */
static void record(struct percpu *cpu, const char *name, const void *old_value, const void *new_value,
		   uint8_t size, enum rw_verdict verdict)
{
	evidence_control(cpu, name, old_value, new_value, size, verdict);
	if (verdict == RW_VERDICT_STOP)
		hv_stop("a change of the control state, and on_violation = stop");
}

/* The same for the register of @p. */
static void record_value(struct percpu *cpu, const struct pin *p, const char *name, uint64_t value,
			 enum rw_verdict verdict)
{
	uint64_t old = value_of(cpu, p);

	record(cpu, name, &old, &value, sizeof(value), verdict);
}

static bool is_audit(void)
{
	return hv.boot->settings.control_state == RW_CONTROL_AUDIT;
}

/* @skip: what on_violation = skip means for this write. */
static enum rw_verdict verdict(enum rw_verdict skip)
{
	return is_audit() ? RW_VERDICT_ALLOW : policy_refusal(hv.boot->settings.on_violation, skip);
}

/* All pinned bits of @reg; their values. */
static uint64_t mask_of(enum guest_reg reg)
{
	uint64_t mask = 0;

	for (const struct pin *p = pins; p < pins + PINS; p++)
		mask |= p->reg == reg ? p->mask : 0;
	return mask;
}

static uint64_t reference_of(enum guest_reg reg)
{
	uint64_t value = 0;

	for (const struct pin *p = pins; p < pins + PINS; p++)
		value |= p->reg == reg ? reference[p - pins] & p->mask : 0;
	return value;
}

static void watch(struct percpu *cpu, bool registers, bool tables)
{
	cpu->pin.tables = tables;
	hv_backend()->pin(cpu, registers ? mask_of(GREG_CR0) : 0, registers ? mask_of(GREG_CR4) : 0);
}

/*
 * Runs the instruction at RIP, once, without the exit that it has caused. A breakpoint on it has hit already,
 * and the exit may have cleared RF.
 */
static enum hv_action run_unwatched(struct percpu *cpu, bool tables)
{
	cpu->pin.stepping = true;
	watch(cpu, tables, !tables);
	hv_backend()->set(cpu, GREG_RFLAGS, greg(cpu, GREG_RFLAGS) | RFLAGS_RF);
	step_alone(cpu);
	return HV_RESUME;
}

/*
 * Fills in what the backend does not know. By the time the code is read it may be another: check_registers()
 * therefore looks at what the instruction did.
 */
static void decode_mov(struct percpu *cpu, struct hv_exit *x)
{
	bool long_mode = greg(cpu, GREG_CS_LONG);
	uint8_t code[RW_CODE_BYTES];
	struct operand_regs regs;
	unsigned int gpr;
	size_t count = guest_read_virt(cpu, guest_linear_rip(cpu), code, sizeof(code));

	x->insn_len = (uint8_t)mov_cr_decode(code, count, long_mode, &gpr);
	x->cr.known = x->insn_len != 0;
	if (!x->cr.known)
		return;
	guest_operand_regs(cpu, &regs);
	x->cr.value = long_mode ? regs.gpr[gpr] : (uint32_t)regs.gpr[gpr];
}

enum hv_action pin_cr_write(struct percpu *cpu, struct hv_exit *x)
{
	enum guest_reg reg = x->cr.cr ? GREG_CR4 : GREG_CR0;
	char name[RW_SYMBOL_LEN];

	/* Their operand is not decoded: whatever the instruction loads is compared with what was pinned. */
	if (x->cr.cr == HV_TABLES)
		return run_unwatched(cpu, true);

	if (!x->cr.known)
		decode_mov(cpu, x);

	const struct pin *p = x->cr.known ? forbidden(cpu, reg, 0, x->cr.value, name) : NULL;

	if (p) {
		enum rw_verdict v = verdict(RW_VERDICT_SKIP);

		record_value(cpu, p, name, x->cr.value, v);
		if (v != RW_VERDICT_ALLOW)
			return v == RW_VERDICT_SKIP ? HV_ADVANCE : exit_inject(cpu, VEC_GP, true, 0);
	}
	/* A flush of all translations, the only frequent write: every CPU has this bit. */
	if (x->cr.known && reg == GREG_CR4 && (x->cr.value ^ greg(cpu, reg)) == CR4_PGE) {
		hv_backend()->set(cpu, reg, x->cr.value);
		return HV_ADVANCE;
	}
	return run_unwatched(cpu, false); /* the CPU itself checks the other bits */
}

bool pin_refuses_msr(struct percpu *cpu, uint32_t msr, uint64_t value)
{
	char name[RW_SYMBOL_LEN];
	const struct pin *p = cpu->pin.phase == PIN_OFF ? NULL : forbidden(cpu, GREG_COUNT, msr, value, name);

	if (!p)
		return false;
	record_value(cpu, p, name, value, verdict(RW_VERDICT_FAULT));
	return !is_audit();
}

/* An instruction has run unwatched: another than the exit's if the guest has changed its code meanwhile. */
static void check_registers(struct percpu *cpu)
{
	static const enum guest_reg regs[] = { GREG_CR0, GREG_CR4, GREG_EFER }; /* LMA follows from CR0 */
	uint64_t value[3], want[3];
	bool changed = false;

	if (is_audit())
		return;
	for (size_t i = 0; i < 3; i++) {
		value[i] = greg(cpu, regs[i]);
		want[i] = (value[i] & ~mask_of(regs[i])) | reference_of(regs[i]);
		changed |= value[i] != want[i];
	}
	for (size_t i = 0; i < 3 && changed; i++)
		hv_backend()->set(cpu, regs[i], want[i]);
	for (size_t i = 0; i < 3 && changed; i++) {
		char name[RW_SYMBOL_LEN];
		const struct pin *p = forbidden(cpu, regs[i], i == 2 ? MSR_EFER : 0, value[i], name);

		if (p)
			record_value(cpu, p, name, value[i], verdict(RW_VERDICT_SKIP));
	}
}

static bool is_same(const struct segment *a, const struct segment *b)
{
	return a->base == b->base && a->limit == b->limit && a->selector == b->selector;
}

/* @value: a register as its record has it, base and limit. */
static uint8_t table_value(const struct segment *seg, uint8_t value[RW_VALUE_BYTES])
{
	memcpy(value, &seg->base, sizeof(seg->base));
	memcpy(value + sizeof(seg->base), &seg->limit, sizeof(seg->limit));
	return sizeof(seg->base) + sizeof(seg->limit);
}

/*
 * An instruction has run that may have loaded a descriptor table register. An IDT without entries can only
 * end in a triple fault, by which Linux can be told to restart the machine. LDTR is the programs' that use
 * modify_ldt(2).
 */
static void check_tables(struct percpu *cpu)
{
	static const struct {
		uint8_t index;
		char name[5];
	} pinned[] = { { GDTR, "GDTR" }, { IDTR, "IDTR" }, { TR, "TR" } };
	struct segment now[SEG_TABLES], *own = cpu->pin.table;
	uint8_t old_value[RW_VALUE_BYTES], new_value[RW_VALUE_BYTES], changed = 0;

	hv_backend()->get_tables(cpu, now);
	for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
		struct segment *seg = &now[pinned[i].index], *want = &own[pinned[i].index];

		if (is_same(seg, want) || (pinned[i].index == IDTR && !seg->limit))
			continue;
		table_value(want, old_value);
		changed = table_value(seg, new_value);
		*(is_audit() ? want : seg) = is_audit() ? *seg : *want;
		record(cpu, pinned[i].name, old_value, new_value, changed, verdict(RW_VERDICT_SKIP));
	}
	if (changed)
		hv_backend()->set_tables(cpu, now);
}

/* Those of a CPU are at the same distances from each other as the locking CPU's; all have one IDT. */
static bool has_tables(struct percpu *cpu)
{
	const struct segment *ref = reference_tbl;
	struct segment *now = cpu->pin.table;

	hv_backend()->get_tables(cpu, now);
	return is_same(&now[IDTR], &ref[IDTR]) && now[GDTR].limit == ref[GDTR].limit &&
	       now[GDTR].base - now[TR].base == ref[GDTR].base - ref[TR].base &&
	       now[TR].limit == ref[TR].limit && now[TR].selector == ref[TR].selector;
}

static bool has_all(struct percpu *cpu)
{
	for (const struct pin *p = pins; p < pins + PINS; p++)
		if (!p->own && (value_of(cpu, p) ^ reference[p - pins]) & p->mask)
			return false;
	return has_tables(cpu);
}

static void set_phase(struct percpu *cpu, enum pin_phase phase)
{
	struct pin_state *s = &cpu->pin;

	__atomic_store_n(&s->since, journal_now(cpu), __ATOMIC_RELAXED);
	__atomic_store_n(&s->phase, phase, __ATOMIC_RELEASE);
}

void pin_watch_starts(struct percpu *cpu)
{
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		struct pin_state *s = &percpu_of(i)->pin;
		struct evidence rec = { .type = RW_REC_VIOLATION,
					.verdict = RW_VERDICT_ALLOW,
					.target = RW_TARGET_CONTROL,
					.access = RW_ACCESS_WRITE };
		bool coming_up = __atomic_load_n(&s->phase, __ATOMIC_ACQUIRE) == PIN_COMING_UP &&
				 !__atomic_load_n(&percpu_of(i)->parked, __ATOMIC_RELAXED);
		uint64_t since = __atomic_load_n(&s->since, __ATOMIC_RELAXED);

		if (!coming_up || !since || journal_now(cpu) < since + PIN_PATIENCE_NS ||
		    !__atomic_compare_exchange_n(&s->since, &since, 0, false, __ATOMIC_RELAXED,
						 __ATOMIC_RELAXED))
			continue;
		format_text(rec.symbol, sizeof(rec.symbol), "CPU %u is not pinned", i);
		evidence_record(cpu, &rec);
	}
}

void pin_restart(struct percpu *cpu)
{
	struct pin_state *s = &cpu->pin;

	watch(cpu, false, false);
	s->stepping = false;
	s->lock = __atomic_load_n(&lock_number, __ATOMIC_ACQUIRE);
	set_phase(cpu, s->lock & 1 ? PIN_COMING_UP : PIN_OFF);
}

void pin_update(struct percpu *cpu)
{
	struct pin_state *s = &cpu->pin;

	if (s->stepping && cpu->step.active)
		return;
	if (s->lock != __atomic_load_n(&lock_number, __ATOMIC_ACQUIRE))
		pin_restart(cpu);
	if (s->stepping) {
		s->stepping = false;
		check_registers(cpu);
		check_tables(cpu);
		watch(cpu, true, true);
	}
	if (s->phase == PIN_COMING_UP && has_all(cpu)) {
		set_phase(cpu, PIN_ON);
		watch(cpu, true, true);
	}
}

void pin_lock(struct percpu *cpu)
{
	if (hv.boot->settings.control_state == RW_CONTROL_OFF)
		return;
	for (const struct pin *p = pins; p < pins + PINS; p++) {
		reference[p - pins] = value_of(cpu, p);
		if (p->msr)
			hv_backend()->msr_intercept(p->msr, false, true);
	}
	hv_backend()->get_tables(cpu, reference_tbl);
	__atomic_fetch_add(&lock_number, 1, __ATOMIC_RELEASE);
}

void pin_unlock(void)
{
	if (lock_number & 1)
		__atomic_fetch_add(&lock_number, 1, __ATOMIC_RELEASE);
}
