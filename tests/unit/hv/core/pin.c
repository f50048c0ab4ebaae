/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/pin.c: control state that is pinned at the lock. */
#include "tests/unit/hv/core/mock.h"

#include "core/ap_start.h"
#include "protect/pin.h"

#define LINUX_CR0  (CR0_WP | CR0_NE | CR0_ET | CR0_PE) /* no paging: the mock has no page tables */
#define LINUX_CR4  (CR4_PAE | CR4_PGE | CR4_MCE | CR4_SMEP | CR4_SMAP | CR4_UMIP | CR4_FSGSBASE)
#define LINUX_EFER (EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)
#define AREA       0xfffffe0000000000ull
#define ENTRY      0xffffffff81800000ull

enum {
	GDTR = SEG_GDTR - SEG_GDTR,
	LDTR = SEG_LDTR - SEG_GDTR,
	IDTR = SEG_IDTR - SEG_GDTR,
	TR = SEG_TR - SEG_GDTR
};

/* A guest like Linux, locked with @control_state. */
static void locked(uint32_t control_state)
{
	machine.boot.settings.control_state = control_state;
	mock.reg[GREG_EFER] = LINUX_EFER;
	mock.reg[GREG_CR4] = LINUX_CR4;
	mock.reg[GREG_LSTAR] = ENTRY;
	mock.reg[GREG_CSTAR] = ENTRY + 0x40;
	mock.reg[GREG_SYSENTER_EIP] = ENTRY + 0x80;
	mock.reg[GREG_SYSENTER_ESP] = 0xfffffe0000003000;
	mock.reg[GREG_CR0] = LINUX_CR0;
	mock.table[GDTR] = (struct segment){ .base = AREA + 0x1000, .limit = 0x7f };
	mock.table[IDTR] = (struct segment){ .base = AREA, .limit = 0xfff };
	mock.table[TR] = (struct segment){
		.base = AREA + 0x3000, .limit = 0x4087, .selector = 0x40, .attributes = 0x8b
	};
	mock_lock();
}

/* MOV to CR0 or CR4 that exits. */
static void mov_cr(uint8_t cr, uint64_t value)
{
	mock_exit(
		(struct hv_exit){ .reason = RW_EXIT_CR, .cr = { .cr = cr, .known = true, .value = value } });
}

static bool wrmsr_faults(uint32_t msr, uint64_t value)
{
	unsigned int injects = mock.injects;

	mock.cpu.gprs.rax = (uint32_t)value;
	mock.cpu.gprs.rdx = value >> 32;
	mock.cpu.gprs.rcx = msr;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_MSR_WRITE });
	return mock.injects != injects;
}

static void expect_record(unsigned int i, const char *name, uint64_t old_value, uint64_t new_value,
			  enum rw_verdict verdict)
{
	const struct evidence *e = &mock.record[i];

	assert_true(i < mock.records);
	assert_string_equal(e->symbol, name);
	assert_int_equal(e->target, RW_TARGET_CONTROL);
	assert_int_equal(e->access, RW_ACCESS_WRITE);
	assert_int_equal(e->verdict, verdict);
	assert_int_equal(e->value_len, 8);
	assert_memory_equal(e->old_value, &old_value, 8);
	assert_memory_equal(e->new_value, &new_value, 8);
}

static void test_intercepts_begin_at_the_lock(void **state)
{
	(void)state;
	assert_int_equal(mock.pinned_cr0 | mock.pinned_cr4, 0);
	locked(RW_CONTROL_ENFORCE);
	assert_int_equal(mock.pinned_cr0, LINUX_CR0 | CR0_PG);
	assert_int_equal(mock.pinned_cr4,
			 CR4_PAE | CR4_UMIP | CR4_LA57 | CR4_FSGSBASE | CR4_SMEP | CR4_SMAP | CR4_CET);
	assert_int_equal(mock.msr_pins, 12); /* EFER counts three times, once for each bit */
}

static void test_off(void **state)
{
	(void)state;
	locked(RW_CONTROL_OFF);
	assert_int_equal(mock.pinned_cr0 | mock.pinned_cr4 | mock.msr_pins, 0);
	assert_false(wrmsr_faults(MSR_LSTAR, 0x1234));
	assert_int_equal(mock.reg[GREG_LSTAR], 0x1234);
	assert_int_equal(mock.records, 0);
}

/* The write is not done: skipped by default, #GP with on_violation = fault. */
static void test_cr_writes_are_refused(void **state)
{
	unsigned int advances;

	(void)state;
	locked(RW_CONTROL_ENFORCE);
	advances = mock.advances;
	mov_cr(0, LINUX_CR0 & ~CR0_WP);
	expect_record(0, "CR0.WP", LINUX_CR0, LINUX_CR0 & ~CR0_WP, RW_VERDICT_SKIP);
	mov_cr(0, LINUX_CR0 | CR0_PG);
	expect_record(1, "CR0.PG", LINUX_CR0, LINUX_CR0 | CR0_PG, RW_VERDICT_SKIP);
	mov_cr(4, LINUX_CR4 & ~(CR4_SMEP | CR4_SMAP | CR4_PGE));
	expect_record(2, "CR4.SMEP,CR4.SMAP", LINUX_CR4, LINUX_CR4 & ~(CR4_SMEP | CR4_SMAP | CR4_PGE),
		      RW_VERDICT_SKIP);
	assert_int_equal(mock.advances, advances + 3);
	assert_int_equal(mock.injects, 0);
	machine.boot.settings.on_violation = RW_ON_VIOLATION_FAULT;
	mov_cr(4, LINUX_CR4 | CR4_LA57);
	expect_record(3, "CR4.LA57", LINUX_CR4, LINUX_CR4 | CR4_LA57, RW_VERDICT_FAULT);
	assert_int_equal(mock.injects, 1);
	assert_int_equal(mock.injected.vector, VEC_GP);
	machine.boot.settings.on_violation = RW_ON_VIOLATION_STOP;
	assert_true(MOCK_ENDS(mov_cr(4, 0)));
	assert_int_equal(mock.reg[GREG_CR0], LINUX_CR0);
	assert_int_equal(mock.reg[GREG_CR4], LINUX_CR4);
	assert_int_equal(mock.step_begins, 0);
}

/* Free bits, where each write exits: the frequent one is done here, others by the CPU. */
static void test_free_bits(void **state)
{
	unsigned int advances;

	(void)state;
	locked(RW_CONTROL_ENFORCE);
	advances = mock.advances;
	mov_cr(4, LINUX_CR4 & ~CR4_PGE);
	assert_int_equal(mock.reg[GREG_CR4], LINUX_CR4 & ~CR4_PGE);
	assert_int_equal(mock.advances, advances + 1);
	mov_cr(0, LINUX_CR0 | CR0_CD);
	assert_int_equal(mock.step_begins, 1);
	assert_int_equal(mock.pinned_cr0 | mock.pinned_cr4, 0); /* for one instruction */
	mock.reg[GREG_CR0] |= CR0_CD;
	mock.reg[GREG_RIP] += 3;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_STEP });
	assert_int_equal(mock.step_ends, 1);
	assert_int_equal(mock.pinned_cr0, LINUX_CR0 | CR0_PG);
	assert_int_equal(mock.reg[GREG_CR0], LINUX_CR0 | CR0_CD);
	assert_int_equal(mock.records, 0);
}

/* The instruction that runs unwatched is not the one that was read: what it did is undone. */
static void test_outcome_is_checked(void **state)
{
	(void)state;
	locked(RW_CONTROL_ENFORCE);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CR, .cr = { .cr = 4 } });
	assert_int_equal(mock.step_begins, 1);
	mock.reg[GREG_CR4] &= ~(uint64_t)(CR4_SMEP | CR4_PGE);
	mock.reg[GREG_RIP] += 3;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_STEP });
	assert_int_equal(mock.reg[GREG_CR4], LINUX_CR4 & ~CR4_PGE);
	expect_record(0, "CR4.SMEP", LINUX_CR4 & ~CR4_PGE, LINUX_CR4 & ~(CR4_SMEP | CR4_PGE),
		      RW_VERDICT_SKIP);
	assert_int_equal(mock.records, 1);
}

/* Where the backend does not decode the instruction, its code is read. */
static void test_mov_is_read_from_code(void **state)
{
	unsigned int advanced;

	(void)state;
	locked(RW_CONTROL_ENFORCE);
	memcpy(host_ram + GUEST_DATA, "\x41\x0f\x22\xe4", 4); /* mov cr4, r12 */
	mock.reg[GREG_RIP] = GUEST_DATA;
	mock.cpu.gprs.r12 = LINUX_CR4 & ~CR4_SMAP;
	advanced = mock.advanced;
	exit_dispatch(&mock.cpu, &(struct hv_exit){ .reason = RW_EXIT_CR, .cr = { .cr = 4 } });
	expect_record(0, "CR4.SMAP", LINUX_CR4, LINUX_CR4 & ~CR4_SMAP, RW_VERDICT_SKIP);
	assert_int_equal(mock.advanced, advanced + 4);
	assert_int_equal(mock.step_begins, 0);
}

static void test_msr_writes_are_refused(void **state)
{
	(void)state;
	locked(RW_CONTROL_ENFORCE);
	assert_true(wrmsr_faults(MSR_LSTAR, ENTRY + 1));
	expect_record(0, "LSTAR", ENTRY, ENTRY + 1, RW_VERDICT_FAULT);
	assert_true(wrmsr_faults(MSR_CSTAR, 0));
	expect_record(1, "CSTAR", ENTRY + 0x40, 0, RW_VERDICT_FAULT);
	assert_true(wrmsr_faults(MSR_SYSENTER_EIP, 1));
	assert_true(wrmsr_faults(MSR_SYSENTER_ESP, 1));
	expect_record(3, "SYSENTER_ESP", 0xfffffe0000003000, 1, RW_VERDICT_FAULT);
	assert_true(wrmsr_faults(MSR_EFER, LINUX_EFER & ~EFER_NXE));
	expect_record(4, "EFER.NXE", LINUX_EFER, LINUX_EFER & ~EFER_NXE, RW_VERDICT_FAULT);
	assert_true(wrmsr_faults(MSR_MISC_ENABLE, MISC_ENABLE_XD_DISABLE));
	expect_record(5, "MISC_ENABLE.XD", 0, MISC_ENABLE_XD_DISABLE, RW_VERDICT_FAULT);
	assert_int_equal(mock.records, 6);
	assert_int_equal(mock.reg[GREG_LSTAR], ENTRY);
	assert_int_equal(mock.reg[GREG_EFER], LINUX_EFER);
	/* The value that it has already, and bits that are not pinned. */
	assert_false(wrmsr_faults(MSR_LSTAR, ENTRY));
	assert_false(wrmsr_faults(MSR_MISC_ENABLE, 1));
	assert_int_equal(mock.msr_written, MSR_MISC_ENABLE);
	assert_int_equal(mock.records, 6);
}

static void test_audit(void **state)
{
	(void)state;
	locked(RW_CONTROL_AUDIT);
	assert_false(wrmsr_faults(MSR_LSTAR, ENTRY + 1));
	expect_record(0, "LSTAR", ENTRY, ENTRY + 1, RW_VERDICT_ALLOW);
	assert_int_equal(mock.reg[GREG_LSTAR], ENTRY + 1);
	mov_cr(4, LINUX_CR4 & ~CR4_SMEP);
	expect_record(1, "CR4.SMEP", LINUX_CR4, LINUX_CR4 & ~CR4_SMEP, RW_VERDICT_ALLOW);
	assert_int_equal(mock.step_begins, 1);
	mock.reg[GREG_CR4] &= ~(uint64_t)CR4_SMEP;
	mock.reg[GREG_RIP] += 3;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_STEP });
	assert_int_equal(mock.reg[GREG_CR4], LINUX_CR4 & ~CR4_SMEP);
	assert_int_not_equal(mock.pinned_cr4, 0);
	assert_int_equal(mock.records, 2);
}

/* A CPU after INIT: nothing exits, entry points get the right value at once; the last value pins it. */
static void test_coming_up(void **state)
{
	uint64_t lstar, cr4;

	(void)state;
	locked(RW_CONTROL_ENFORCE);
	lstar = mock.reg[GREG_LSTAR];
	cr4 = mock.reg[GREG_CR4];
	pin_restart(&mock.cpu);
	assert_int_equal(mock.pinned_cr0 | mock.pinned_cr4, 0);
	mock.reg[GREG_LSTAR] = mock.reg[GREG_CR4] = 0;
	mock.reg[GREG_EFER] = 0;
	assert_false(wrmsr_faults(MSR_EFER, EFER_NXE));
	assert_true(wrmsr_faults(MSR_LSTAR, lstar + 1));
	expect_record(0, "LSTAR", 0, lstar + 1, RW_VERDICT_FAULT);
	assert_false(wrmsr_faults(MSR_SYSENTER_ESP, 0xfffffe0000043000)); /* its own */
	mock.reg[GREG_CR4] = cr4;
	assert_false(wrmsr_faults(MSR_EFER, LINUX_EFER & ~EFER_LMA));
	assert_int_equal(mock.pinned_cr0, 0);
	assert_false(wrmsr_faults(MSR_LSTAR, lstar));
	assert_int_not_equal(mock.pinned_cr0, 0);
	assert_int_equal(mock.records, 1);
	assert_true(wrmsr_faults(MSR_SYSENTER_ESP, 0xfffffe0000003000));
}

/* An instruction of the guest about a descriptor table register, which sets it to @seg. */
static void load(unsigned int index, struct segment seg)
{
	unsigned int steps = mock.step_begins;

	mock_exit((struct hv_exit){ .reason = RW_EXIT_CR, .cr = { .cr = HV_TABLES } });
	assert_int_equal(mock.step_begins, steps + 1);
	assert_false(mock.pinned_tables);
	assert_int_not_equal(mock.pinned_cr0, 0); /* the guest may exchange the instruction */
	mock.table[index] = seg;
	mock.reg[GREG_RIP] += 3;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_STEP });
	assert_true(mock.pinned_tables);
}

static void expect_table(unsigned int i, const char *name, const struct segment *old,
			 const struct segment *new)
{
	const struct evidence *e = &mock.record[i];

	assert_true(i < mock.records);
	assert_string_equal(e->symbol, name);
	assert_int_equal(e->value_len, 12);
	assert_memory_equal(e->old_value, &old->base, 8);
	assert_memory_equal(e->old_value + 8, &old->limit, 4);
	assert_memory_equal(e->new_value, &new->base, 8);
	assert_memory_equal(e->new_value + 8, &new->limit, 4);
}

/* GDTR, IDTR and TR get back what was pinned; what does not change them is free. */
static void test_tables(void **state)
{
	static const uint8_t all[] = { GDTR, IDTR, TR };
	static const char *const names[] = { "GDTR", "IDTR", "TR" };
	struct segment before, own = { .base = 0xffff888000001000, .limit = 0xfff };

	(void)state;
	locked(RW_CONTROL_ENFORCE);
	for (unsigned int i = 0; i < 3; i++) {
		before = mock.table[all[i]];
		load(all[i], own);
		expect_table(i, names[i], &before, &own);
		assert_int_equal(mock.record[i].verdict, RW_VERDICT_SKIP);
		assert_memory_equal(&mock.table[all[i]], &before, sizeof(before));
	}
	before = mock.table[IDTR];
	load(IDTR, before);
	load(LDTR, own);
	load(IDTR, (struct segment){ .base = 0x1000 }); /* no entries: a triple fault */
	assert_int_equal(mock.table[IDTR].base, 0x1000);
	load(IDTR, before);
	assert_int_equal(mock.records, 3);
}

static void test_tables_audit(void **state)
{
	struct segment before, own = { .base = 0xffff888000001000, .limit = 0xfff };

	(void)state;
	locked(RW_CONTROL_AUDIT);
	before = mock.table[IDTR];
	load(IDTR, own);
	expect_table(0, "IDTR", &before, &own);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_ALLOW);
	load(GDTR, mock.table[GDTR]);
	assert_memory_equal(&mock.table[IDTR], &own, sizeof(own));
	assert_int_equal(mock.records, 1);
}

/* A CPU that comes up has its own GDT and TSS, beside each other as those of the CPU that locked. */
static void test_tables_of_another_cpu(void **state)
{
	(void)state;
	locked(RW_CONTROL_ENFORCE);
	pin_restart(&mock.cpu);
	mock.table[GDTR].base = 0xffff88801f409000;
	mock.table[TR].base = AREA + 0x43000;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID });
	assert_false(mock.pinned_tables);
	mock.table[GDTR].base = AREA + 0x41000;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID });
	assert_true(mock.pinned_tables);
	load(GDTR, mock.table[GDTR]);
	assert_int_equal(mock.records, 0);
}

/* A CPU that stays without the control state, as one does that an attacker starts, is reported once. */
static void test_late_cpu(void **state)
{
	(void)state;
	locked(RW_CONTROL_ENFORCE);
	pin_restart(&mock.cpu);
	mock.reg[GREG_CR4] = 0;
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_DRAIN, 0, 0), 0);
	assert_int_equal(mock.records, 0);
	mock.later_ns += PIN_PATIENCE_NS - 1;
	mock.cpu.parked = false;
	assert_int_equal(mock_call(RW_HC_DRAIN, 0, 0), 0);
	assert_int_equal(mock.records, 0);
	mock.later_ns++;
	mock.cpu.parked = true; /* it runs nothing */
	assert_int_equal(mock_call(RW_HC_DRAIN, 0, 0), 0);
	assert_int_equal(mock.records, 0);
	mock.cpu.parked = false;
	assert_int_equal(mock_call(RW_HC_BEAT, RW_BEAT_ALIVE, 0), 0);
	assert_int_equal(mock.records, 1);
	assert_string_equal(mock.record[0].symbol, "CPU 0 is not pinned");
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_ALLOW);
	mock.later_ns += PIN_PATIENCE_NS;
	assert_int_equal(mock_call(RW_HC_DRAIN, 0, 0), 0);
	assert_int_equal(mock.records, 1);
}

/* Another kernel takes over: what was pinned is free, and the next lock pins what holds then. */
static void test_unlock(void **state)
{
	(void)state;
	machine.boot.settings.kexec = RW_KEXEC_ALLOW;
	locked(RW_CONTROL_ENFORCE);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), 0);
	assert_int_equal(mock.pinned_cr0 | mock.pinned_cr4, 0);
	assert_false(wrmsr_faults(MSR_LSTAR, 0x1234));
	mock.reg[GREG_CR4] = CR4_PAE;
	mock_lock();
	assert_true(wrmsr_faults(MSR_LSTAR, ENTRY));
	expect_record(0, "LSTAR", 0x1234, ENTRY, RW_VERDICT_FAULT);
	assert_int_not_equal(mock.pinned_cr4, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_intercepts_begin_at_the_lock, mock_reset),
		cmocka_unit_test_setup(test_off, mock_reset),
		cmocka_unit_test_setup(test_cr_writes_are_refused, mock_reset),
		cmocka_unit_test_setup(test_free_bits, mock_reset),
		cmocka_unit_test_setup(test_outcome_is_checked, mock_reset),
		cmocka_unit_test_setup(test_mov_is_read_from_code, mock_reset),
		cmocka_unit_test_setup(test_msr_writes_are_refused, mock_reset),
		cmocka_unit_test_setup(test_audit, mock_reset),
		cmocka_unit_test_setup(test_coming_up, mock_reset),
		cmocka_unit_test_setup(test_tables, mock_reset),
		cmocka_unit_test_setup(test_tables_audit, mock_reset),
		cmocka_unit_test_setup(test_tables_of_another_cpu, mock_reset),
		cmocka_unit_test_setup(test_late_cpu, mock_reset),
		cmocka_unit_test_setup(test_unlock, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
