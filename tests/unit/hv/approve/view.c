/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/approve/view*.c: approved code without MBEC and GMET, with Intel's tables and with AMD's. */
#include "tests/unit/hv/core/mock.h"

#include "approve/view.h"
#include "mm/page_pool.h"
#include "protect/code_rules.h"
#include "protect/pin.h"

#define GDT       0x330000ull
#define GDT_LIMIT 127u
#define MODULE    0x340000ull
#define DATA      (NPERM_R | NPERM_W)
#define CALL_GATE 0x8100ec0000101000ull /* to 8:1000, for ring 3 */
#define CODE_DESC 0x00af9b000000ffffull
#define TSS_DESC  0xfe008b0030004087ull

static int start(const struct nested_format *format, uint32_t fallback)
{
	if (mock_reset_fallback(format, fallback))
		return -1;
	memset(host_ram + GDT, 0, PAGE_SIZE);
	((uint64_t *)(host_ram + GDT))[2] = CODE_DESC;
	((uint64_t *)(host_ram + GDT))[8] = TSS_DESC;
	mock.table[SEG_GDTR - SEG_GDTR] = (struct segment){ .base = GDT, .limit = GDT_LIMIT };
	return 0;
}

static int strict_ept(void **state)
{
	(void)state;
	return start(&vmx_ept, RW_EXEC_FALLBACK_STRICT);
}

static int strict_npt(void **state)
{
	(void)state;
	return start(&svm_npt, RW_EXEC_FALLBACK_STRICT);
}

static int smep_ept(void **state)
{
	(void)state;
	return start(&vmx_ept, RW_EXEC_FALLBACK_SMEP);
}

static int smep_npt(void **state)
{
	(void)state;
	return start(&svm_npt, RW_EXEC_FALLBACK_SMEP);
}

#define BOTH(test, fallback) \
	cmocka_unit_test_setup(test, fallback##_ept), \
	{ \
#test " (NPT)", test, fallback##_npt, NULL, NULL \
	}

static struct machine_map in_map(enum nested_map map, uint64_t gpa)
{
	return machine_walk(nested_root(map), gpa);
}

static void expect_exec(uint64_t gpa, bool kernel, bool user)
{
	struct machine_map k = in_map(NESTED_KERNEL, gpa), u = in_map(NESTED_USER, gpa);

	if ((k.perm & NPERM_X) != (kernel ? NPERM_X : 0) || (u.perm & NPERM_X) != (user ? NPERM_X : 0))
		fail_msg("page %lx: %x in the kernel's map, %x in the user's", gpa, k.perm, u.perm);
	assert_int_equal(k.perm & DATA, u.perm & DATA);
	assert_int_equal(k.pa, u.pa);
	assert_int_equal(k.level, u.level);
}

/* The guest fetches @gpa at @cpl. Return: whether it can, after at most one change of the map. */
static bool fetch(uint64_t gpa, unsigned int cpl)
{
	unsigned int injects = mock.injects;

	mock.reg[GREG_CPL] = cpl;
	mock.reg[GREG_RIP] = gpa;
	if (machine_walk(mock.root, gpa).perm & NPERM_X)
		return true;
	mock_exit(
		(struct hv_exit){ .reason = RW_EXIT_NESTED, .nested = { .gpa = gpa, .access = NACC_EXEC } });
	return mock.injects == injects && machine_walk(mock.root, gpa).perm & NPERM_X;
}

/* Locks with further ranges. */
static void lock_with(uint64_t gpa, uint32_t kind, uint32_t flags)
{
	struct rw_protect_list list = { .count = 1, .range = { { gpa, 0, PAGE_SIZE, kind, flags, "it" } } };

	mock_register();
	mock_protect();
	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), 0);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
}

static void test_permissions(void **state)
{
	(void)state;
	expect_exec(GUEST_DATA, true, true);
	lock_with(0x402000, RW_TARGET_TRAMPOLINE, 0);
	expect_exec(GUEST_TEXT, true, false);
	expect_exec(GUEST_AGENT, true, false);
	expect_exec(GUEST_RODATA, false, false);
	expect_exec(GUEST_DATA, false, true);
	expect_exec(0x402000, true, true);
	for (uint64_t gpa = 0; gpa < 2 * SIZE_1G; gpa += SIZE_2M)
		if (gpa >= sizeof(host_ram) && !hv_owns(gpa, SIZE_2M))
			expect_exec(gpa, false, true);
	assert_int_equal(nested_perm(GUEST_DATA), DATA | NPERM_XU);
	assert_int_equal(code_status(), RW_CODE_ACTIVE | RW_CODE_JIT_OFF);
}

/* What is only user mode's is in no map executable for the kernel. */
static void test_vdso(void **state)
{
	(void)state;
	lock_with(0x402000, RW_TARGET_VDSO, 0);
	expect_exec(0x402000, false, true);
}

static void test_follows_the_mode(void **state)
{
	(void)state;
	mock_lock();
	assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
	assert_true(fetch(GUEST_TEXT, 0));
	assert_true(fetch(GUEST_DATA, 3));
	assert_int_equal(mock.root, nested_root(NESTED_USER));

	unsigned int flushes = mock.flushes;

	for (int i = 0; i < 100; i++) {
		assert_true(fetch(GUEST_TEXT, 0));
		assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
		assert_true(fetch(GUEST_DATA + 0x1000, 3));
		assert_int_equal(mock.root, nested_root(NESTED_USER));
	}
	assert_int_equal(mock.flushes, flushes);
	assert_int_equal(mock.records + mock.injects, 0);
}

static void test_refused(void **state)
{
	(void)state;
	mock_lock();
	assert_false(fetch(GUEST_DATA, 0));
	assert_int_equal(mock.record[0].target, RW_TARGET_UNAPPROVED);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_FAULT);
	assert_int_equal(mock.injected.vector, VEC_UD);
	assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
	/* Nor does user mode run the kernel's code. */
	assert_true(fetch(GUEST_DATA, 3));
	assert_false(fetch(GUEST_TEXT, 3));
	assert_int_equal(mock.record[1].target, RW_TARGET_KERNEL_TEXT);
	assert_false(fetch(GUEST_RODATA, 3));
	assert_int_equal(mock.root, nested_root(NESTED_USER));
	assert_int_equal(mock.injects, 3);
}

static void test_audit(void **state)
{
	(void)state;
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_AUDIT;
	mock_lock();
	assert_true(fetch(GUEST_DATA, 0));
	assert_int_equal(mock.event_type, RW_REC_DYNAMIC_CODE);
	expect_exec(GUEST_DATA, true, true);
	expect_exec(GUEST_DATA + PAGE_SIZE, false, true);
}

static void test_module(void **state)
{
	const struct rw_protect_list list = {
		.count = 1,
		.range = { { MODULE, MODULE, 2 * PAGE_SIZE, RW_TARGET_MODULE_TEXT, 0, "mod" } },
	};

	(void)state;
	mock_lock();
	assert_true(fetch(GUEST_DATA, 3));
	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	mock.reg[GREG_RIP] = GUEST_AGENT;
	mock.reg[GREG_CPL] = 0;
	mock.flushes = 0;
	assert_int_equal(mock_call(RW_HC_MODULE, GUEST_ARG, 0), 0);
	assert_true(mock.flushes >= 1);
	expect_exec(MODULE, true, false);
	expect_exec(MODULE + PAGE_SIZE, true, false);
	expect_exec(MODULE + 2 * PAGE_SIZE, false, true);
	assert_int_equal(in_map(NESTED_USER, MODULE).perm, NPERM_R);
	/* Freed: its address leads nowhere. */
	mock.reg[GREG_CR0] = CR0_PG;
	mock.reg[GREG_EFER] = EFER_LMA;
	memset(host_ram + GUEST_POKING_CR3, 0, PAGE_SIZE);
	mock.reg[GREG_CPL] = 0;
	mock.reg[GREG_RIP] = GUEST_TEXT;
	assert_true(mock_store(MODULE, "abcd", 4));
	assert_memory_equal(host_ram + MODULE, "abcd", 4);
	expect_exec(MODULE, false, true);
	expect_exec(MODULE + PAGE_SIZE, true, false);
	assert_int_equal(mock.records, 0);
}

static uint64_t *entry_of_gdt(void)
{
	return (uint64_t *)(host_ram + GDT);
}

/* The GDT that user mode's map has. */
static const uint64_t *users_gdt(void)
{
	struct machine_map m = in_map(NESTED_USER, GDT);

	assert_true(m.mapped && hv_owns(m.pa, PAGE_SIZE));
	return hv_virt(m.pa);
}

static void test_gates(void **state)
{
	(void)state;
	mock_lock();
	entry_of_gdt()[14] = 0x00cff3000000ffff; /* a process's segment */
	assert_true(fetch(GUEST_DATA, 3));
	assert_memory_equal(users_gdt(), entry_of_gdt(), GDT_LIMIT + 1);
	assert_int_equal(in_map(NESTED_KERNEL, GDT).pa, GDT);
	assert_int_equal(in_map(NESTED_USER, GDT + PAGE_SIZE).pa, GDT + PAGE_SIZE);
	assert_int_equal(mock.records, 0);
	/* A gate is not there for user mode; it is recorded once, until it was away. */
	for (int i = 0; i < 3; i++) {
		assert_true(fetch(GUEST_TEXT, 0));
		entry_of_gdt()[15] = CALL_GATE;
		assert_true(fetch(GUEST_DATA, 3));
		assert_int_equal(users_gdt()[15], 0);
		assert_int_equal(users_gdt()[14], entry_of_gdt()[14]);
		assert_int_equal(users_gdt()[8], TSS_DESC);
		assert_int_equal(mock.records, 1);
	}
	assert_int_equal(entry_of_gdt()[15], CALL_GATE);
	assert_string_equal(mock.record[0].symbol, "GDT");
	assert_int_equal(mock.record[0].target, RW_TARGET_CONTROL);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_SKIP);
	/* Another CPU writes to the table meanwhile. */
	entry_of_gdt()[13] = CALL_GATE;
	assert_int_equal(users_gdt()[13], 0);
	assert_true(fetch(GUEST_TEXT, 0));
	entry_of_gdt()[13] = entry_of_gdt()[15] = 0;
	assert_true(fetch(GUEST_DATA, 3));
	assert_true(fetch(GUEST_TEXT, 0));
	entry_of_gdt()[15] = CALL_GATE + 1;
	assert_true(fetch(GUEST_DATA, 3));
	assert_int_equal(mock.records, 2);
}

/* Any half of a descriptor may be named. Types that no jump follows stay. */
static void test_gate_types(void **state)
{
	(void)state;
	mock_lock();
	for (uint64_t type = 0; type < 32; type++) {
		bool stays = type >= 16 || type == 2 || type == 9 || type == 11;
		uint64_t desc = 0xe00000000000 | type << 40;

		assert_true(fetch(GUEST_TEXT, 0));
		entry_of_gdt()[9] = desc;
		assert_true(fetch(GUEST_DATA, 3));
		assert_int_equal(users_gdt()[9], stays ? desc : 0);
		assert_true(fetch(GUEST_TEXT, 0));
		entry_of_gdt()[9] = desc & ~BIT(47);
		assert_true(fetch(GUEST_DATA, 3));
		assert_int_equal(users_gdt()[9], desc & ~BIT(47));
	}
}

/* The page tables may lead to another table; a table that no copy can have ends user mode. */
static void test_gdt_moves(void **state)
{
	(void)state;
	mock_lock();
	assert_true(fetch(GUEST_DATA, 3));
	assert_true(fetch(GUEST_TEXT, 0));
	memset(host_ram + GDT + SIZE_2M, 0, PAGE_SIZE);
	((uint64_t *)(host_ram + GDT + SIZE_2M))[15] = CALL_GATE;
	mock.table[0].base = GDT + SIZE_2M;
	mock.cpu.pin.table[0].base = GDT + SIZE_2M;
	assert_true(fetch(GUEST_DATA, 3));
	assert_int_equal(in_map(NESTED_USER, GDT).pa, GDT);
	assert_true(hv_owns(in_map(NESTED_USER, GDT + SIZE_2M).pa, PAGE_SIZE));
	assert_int_equal(mock.records, 1);
	for (int i = 0; i < 3; i++) {
		assert_true(fetch(GUEST_TEXT, 0));
		mock.table[0].base = i == 0 ? GDT + 0xfc0 : i == 1 ? 0xf0000000 : GDT + 4;
		for (int n = 0; n < 70 && !mock.injects; n++)
			assert_false(fetch(GUEST_DATA, 3));
		assert_int_equal(mock.injected.vector, VEC_UD);
		assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
		mock.injects = 0;
	}
}

static void test_ldt(void **state)
{
	(void)state;
	mock_lock();
	for (int i = 0; i < 2; i++) {
		mock.table[SEG_LDTR - SEG_GDTR] =
			(struct segment){ .selector = 0x50, .base = 0x1000, .limit = 7 };
		assert_true(fetch(GUEST_DATA, 3));
		assert_int_equal(mock.table[SEG_LDTR - SEG_GDTR].selector, 0);
		assert_int_equal(mock.table[SEG_LDTR - SEG_GDTR].attributes, 0);
		assert_int_equal(mock.table[0].base, GDT);
		assert_true(fetch(GUEST_TEXT, 0));
	}
	assert_int_equal(mock.records, 1);
	assert_string_equal(mock.record[0].symbol, "LDTR");
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_AUDIT;
	mock.table[SEG_LDTR - SEG_GDTR] = (struct segment){ .selector = 0x50, .base = 0x2000, .limit = 7 };
	assert_true(fetch(GUEST_DATA, 3));
	assert_int_equal(mock.table[SEG_LDTR - SEG_GDTR].selector, 0x50);
	assert_int_equal(mock.record[1].verdict, RW_VERDICT_ALLOW);
}

static void test_gate_stops(void **state)
{
	(void)state;
	machine.boot.settings.on_violation = RW_ON_VIOLATION_STOP;
	mock_lock();
	entry_of_gdt()[15] = CALL_GATE;
	assert_true(MOCK_ENDS(fetch(GUEST_DATA, 3)));
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_STOP);
}

/* A CPU whose entry points are not pinned yet does not run user mode. */
static void test_coming_up(void **state)
{
	(void)state;
	mock_lock();
	assert_true(fetch(GUEST_DATA, 3));
	view_restart(&mock.cpu);
	assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
	pin_restart(&mock.cpu);
	mock.reg[GREG_LSTAR] = GUEST_DATA;
	for (int i = 0; i < 70 && !mock.injects; i++)
		assert_false(fetch(GUEST_DATA, 3));
	assert_int_equal(mock.injects, 1);
	mock.reg[GREG_LSTAR] = 0;
	assert_true(fetch(GUEST_DATA, 3));
}

/* A step of user mode sees user mode's map. */
static void test_step(void **state)
{
	(void)state;
	mock_lock();
	assert_true(fetch(GUEST_DATA, 3));
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NESTED,
				    .nested = { .gpa = GUEST_TEXT, .access = NACC_WRITE } });
	assert_true(mock.cpu.step.active);
	assert_int_equal(machine_walk(mock.root, GUEST_DATA).perm & NPERM_X, NPERM_X);
	assert_int_equal(machine_walk(mock.root, GUEST_TEXT).perm, DATA);
	mock.reg[GREG_RIP] += 4;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_STEP });
	assert_int_equal(mock.root, nested_root(NESTED_USER));
	/* A fetch for which it is the wrong one ends it. */
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NESTED,
				    .nested = { .gpa = GUEST_TEXT, .access = NACC_WRITE } });
	mock.reg[GREG_CPL] = 0;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NESTED,
				    .nested = { .gpa = GUEST_TEXT, .access = NACC_EXEC } });
	assert_false(mock.cpu.step.active);
	assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
}

static void test_kexec(void **state)
{
	(void)state;
	machine.boot.settings.kexec = RW_KEXEC_ALLOW;
	mock_lock();
	assert_true(fetch(GUEST_DATA, 3));
	assert_true(fetch(GUEST_TEXT, 0));
	mock.reg[GREG_RIP] = GUEST_AGENT;
	mock.reg[GREG_CPL] = 0;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), 0);
	expect_exec(GDT, true, true);
	expect_exec(GUEST_TEXT, true, true);
	expect_exec(GUEST_RODATA, true, true);
	assert_int_equal(in_map(NESTED_USER, GDT).pa, GDT);
	mock_lock();
	assert_true(fetch(GUEST_DATA, 3));
	assert_true(hv_owns(in_map(NESTED_USER, GDT).pa, PAGE_SIZE));
}

/* smep: data is code once ring 3 has executed it, until it is written to. */
static void test_smep(void **state)
{
	(void)state;
	assert_int_equal(nested_perm(GUEST_DATA), NPERM_RWX);
	mock_lock();
	assert_false(nested_has_maps());
	assert_int_equal(code_status(), RW_CODE_ACTIVE | RW_CODE_JIT_OFF | RW_CODE_IN_PART);
	assert_int_equal(machine_walk(mock.root, GUEST_DATA).perm, DATA);
	assert_int_equal(machine_walk(mock.root, GUEST_TEXT).perm & NPERM_XS, NPERM_XS);
	assert_false(fetch(GUEST_DATA, 0));
	assert_int_equal(mock.record[0].target, RW_TARGET_UNAPPROVED);
	assert_true(fetch(GUEST_DATA, 3));
	assert_int_equal(machine_walk(mock.root, GUEST_DATA).perm, NPERM_R | NPERM_X);
	assert_int_equal(machine_walk(mock.root, GUEST_DATA + PAGE_SIZE).perm, DATA);
	mock.reg[GREG_CPL] = 0;
	assert_true(mock_store(GUEST_DATA, "abcd", 4));
	assert_memory_equal(host_ram + GUEST_DATA, "abcd", 4);
	assert_int_equal(machine_walk(mock.root, GUEST_DATA).perm, DATA);
	assert_false(fetch(GUEST_DATA, 0));
	assert_int_equal(mock.records, 2);
	/* Named pages do not change, nor what is no memory. */
	assert_false(fetch(GUEST_RODATA, 3));
	assert_false(fetch(0xf0000000, 3));
	mock.reg[GREG_CPL] = 0;
	mock.reg[GREG_RIP] = GUEST_TEXT;
	assert_true(mock_store(GUEST_TEXT, "abcd", 4));
	assert_int_equal(host_ram[GUEST_TEXT], 0x90);
}

static void test_smep_merges(void **state)
{
	uint64_t left;

	(void)state;
	mock_lock();
	assert_true(fetch(0x700000, 3));
	left = pool_left();
	mock.reg[GREG_CPL] = 3;
	assert_true(mock_store(0x700000, "abcd", 4));
	assert_int_equal(in_map(NESTED_KERNEL, 0x700000).level, 2);
	assert_true(fetch(0x701000, 3));
	assert_int_equal(pool_left(), left);
}

/* A page that writes to itself becomes both in the end. */
static void test_smep_ends(void **state)
{
	int turns = 0;

	(void)state;
	mock_lock();
	while (machine_walk(mock.root, GUEST_DATA).perm != NPERM_RWX && turns++ < 100) {
		assert_true(fetch(GUEST_DATA, 3));
		assert_true(mock_store(GUEST_DATA + 8, "abcd", 4));
	}
	assert_in_range(turns, 4, 20);
	assert_int_equal(mock.records, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_permissions, strict),
		BOTH(test_vdso, strict),
		BOTH(test_follows_the_mode, strict),
		BOTH(test_refused, strict),
		BOTH(test_audit, strict),
		BOTH(test_module, strict),
		BOTH(test_gates, strict),
		BOTH(test_gate_types, strict),
		BOTH(test_gdt_moves, strict),
		BOTH(test_ldt, strict),
		BOTH(test_gate_stops, strict),
		BOTH(test_coming_up, strict),
		BOTH(test_step, strict),
		BOTH(test_kexec, strict),
		BOTH(test_smep, smep),
		BOTH(test_smep_merges, smep),
		BOTH(test_smep_ends, smep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
