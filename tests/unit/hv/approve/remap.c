/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/approve/remap.c: when page tables are compared; what becomes of entries that lead elsewhere. */
#include "tests/unit/hv/core/mock.h"

#include "approve/remap.h"
#include "arch/x86/segment.h"
#include "lib/record.h"

#define FLAGS 0x63ull

/* Page tables of the guest; with isolation, user mode's root follows the kernel's. */
#define ROOT      0x400000ull
#define USER_ROOT 0x401000ull
#define PUD       0x402000ull
#define PMD       0x403000ull
#define PMD_CODE  0x404000ull
#define PTE_TEXT  0x405000ull
#define PTE_DATA  0x406000ull
#define PTE_AGENT 0x407000ull
#define PUD_IDT   0x408000ull
#define PMD_IDT   0x409000ull
#define PTE_IDT   0x40a000ull
#define USER_PUD  0x40b000ull
#define USER_PMD  0x40c000ull
#define USER_PTE  0x40d000ull

/* As mock_protect() names them, and the IDT. */
#define TEXT   0xffffffff81000000ull
#define RODATA 0xffffffff82000000ull
#define AGENT  0xffffffffc0000000ull
#define IDT    0xfffffe0000000000ull
#define IDT_AT 0x120000ull
#define ELSE   0x500000ull /* what an attacker would have there */

static uint64_t *entry(uint64_t table, uint64_t gva, int level)
{
	return (uint64_t *)(host_ram + table + 8 * (gva >> (3 + 9 * level) & 511));
}

static void map(uint64_t table, uint64_t gva, int level, uint64_t to)
{
	*entry(table, gva, level) = to | FLAGS;
}

static void map_idt(uint64_t root)
{
	map(root, IDT, 4, PUD_IDT);
	map(PUD_IDT, IDT, 3, PMD_IDT);
	map(PMD_IDT, IDT, 2, PTE_IDT);
	map(PTE_IDT, IDT, 1, IDT_AT);
}

static void make_tables(void)
{
	map(ROOT, TEXT, 4, PUD);
	map(PUD, TEXT, 3, PMD);
	map(PUD, AGENT, 3, PMD_CODE);
	map(PMD, TEXT, 2, PTE_TEXT);
	map(PMD, RODATA, 2, PTE_DATA);
	map(PMD_CODE, AGENT, 2, PTE_AGENT);
	for (uint64_t off = 0; off < GUEST_TEXT_SIZE; off += PAGE_SIZE)
		map(PTE_TEXT, TEXT + off, 1, GUEST_TEXT + off);
	for (uint64_t off = 0; off < 0x2000; off += PAGE_SIZE) {
		map(PTE_DATA, RODATA + off, 1, GUEST_RODATA + off);
		map(PTE_AGENT, AGENT + off, 1, GUEST_AGENT + off);
	}
	map_idt(ROOT);
}

/* User mode's tables map the first page of the text, and the IDT. */
static void isolate(void)
{
	map(USER_ROOT, TEXT, 4, USER_PUD);
	map(USER_PUD, TEXT, 3, USER_PMD);
	map(USER_PMD, TEXT, 2, USER_PTE);
	map(USER_PTE, TEXT, 1, GUEST_TEXT);
	map_idt(USER_ROOT);
}

static int reset(void **state)
{
	static uint64_t start; /* alert lines of the tests before are used up */

	if (mock_reset(state))
		return -1;
	start += 1ull << 50;
	mock.later_ns = start;
	memset(host_ram + ROOT, 0, ELSE - ROOT);
	make_tables();
	mock.reg[GREG_CR0] |= CR0_PG;
	mock.reg[GREG_CR3] = ROOT;
	mock.reg[GREG_EFER] |= EFER_LME | EFER_LMA;
	mock.table[SEG_IDTR - SEG_GDTR].base = IDT;
	return 0;
}

static void locked(void)
{
	struct rw_protect_list list = { .count = 1,
					.range[0] = { IDT_AT, IDT, 0x1000, RW_TARGET_IDT, 0, "idt" } };

	mock_register();
	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), 0);
	mock_protect();
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	mock.events = mock.lines = mock.flushes = 0;
}

static void any_exit(void)
{
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID, .insn_len = 2 });
}

/* It is refused if the agent is not mapped there. */
static int64_t agent_call(void)
{
	mock.reg[GREG_RIP] = AGENT;
	return mock_call(RW_HC_CPU_INDEX, 0, 0);
}

static uint64_t value(uint16_t id)
{
	struct rec_field f;
	uint64_t v = 0;

	assert_true(rec_find(mock.event, id, &f));
	assert_true(f.len <= sizeof(v));
	memcpy(&v, f.value, f.len);
	return v;
}

static void expect_record(uint64_t gva, int level, uint64_t at, uint64_t was, uint64_t is,
			  enum rw_verdict verdict)
{
	assert_int_equal(mock.event_type, RW_REC_REMAP);
	assert_int_equal(((const struct rw_rec_hdr *)mock.event)->verdict, verdict);
	assert_int_equal(value(RW_F_GVA), gva);
	assert_int_equal(value(RW_F_TABLE_LEVEL), level);
	assert_int_equal(value(RW_F_ENTRY_GPA), at);
	assert_int_equal(value(RW_F_EXPECTED_ENTRY), was);
	assert_int_equal(value(RW_F_FOUND_ENTRY), is);
	assert_int_equal(value(RW_F_CR3), mock.reg[GREG_CR3]);
}

static void test_entry_is_put_back(void **state)
{
	uint64_t *e = entry(PTE_TEXT, TEXT + 0x3000, 1), was = *e;

	(void)state;
	locked();
	any_exit();
	assert_int_equal(mock.events, 0);
	*e = ELSE | FLAGS;
	any_exit();
	assert_int_equal(mock.events, 1);
	assert_int_equal(*e, was);
	assert_true(mock.flushes > 0);
	assert_int_equal(mock.lines, 1);
	expect_record(TEXT + 0x3000, 1, PTE_TEXT + 8 * 3, was, ELSE | FLAGS, RW_VERDICT_DENY);
	assert_int_equal(value(RW_F_TARGET), RW_TARGET_KERNEL_TEXT);
	assert_int_equal(value(RW_F_GPA), GUEST_TEXT + 0x3000);
	any_exit();
	assert_int_equal(mock.events, 1);
}

static void test_each_level_and_object(void **state)
{
	static const struct {
		uint64_t table, gva;
		int level;
		uint32_t target;
	} cases[] = {
		{ PTE_AGENT, AGENT + 0x1000, 1, RW_TARGET_AGENT_TEXT },
		{ PMD_CODE, AGENT, 2, RW_TARGET_AGENT_TEXT },
		{ PUD, AGENT, 3, RW_TARGET_AGENT_TEXT },
		{ PTE_DATA, RODATA, 1, RW_TARGET_KERNEL_RODATA },
		{ PMD, RODATA, 2, RW_TARGET_KERNEL_RODATA },
		{ PTE_IDT, IDT, 1, RW_TARGET_IDT },
		{ PUD_IDT, IDT, 3, RW_TARGET_IDT },
		{ ROOT, IDT, 4, RW_TARGET_IDT },
		{ ROOT, TEXT, 4, RW_TARGET_KERNEL_TEXT },
	};

	(void)state;
	locked();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t *e = entry(cases[i].table, cases[i].gva, cases[i].level), was = *e;

		*e = ELSE | FLAGS;
		mock.events = 0;
		any_exit();
		assert_int_equal(mock.events, 1);
		assert_int_equal(*e, was);
		assert_int_equal(value(RW_F_TARGET), cases[i].target);
		assert_int_equal(value(RW_F_TABLE_LEVEL), cases[i].level);
	}
}

static void test_another_root(void **state)
{
	(void)state;
	locked();
	memcpy(host_ram + ELSE, host_ram + ROOT, PAGE_SIZE);
	mock.reg[GREG_CR3] = ELSE | 0x123; /* with a PCID */
	any_exit();
	assert_int_equal(mock.events, 0);
	map(ELSE, TEXT, 4, ELSE + PAGE_SIZE);
	any_exit();
	assert_int_equal(mock.events, 1);
	assert_int_equal(*entry(ELSE, TEXT, 4), PUD | FLAGS);
}

/* Kernel text as a root: the hypervisor must not write there for the attacker. */
static void test_protected_page_as_root(void **state)
{
	(void)state;
	memset(host_ram + GUEST_TEXT, 0, PAGE_SIZE);
	locked();
	mock.reg[GREG_CR3] = GUEST_TEXT;
	assert_true(MOCK_ENDS(any_exit()));
	assert_int_equal(*entry(GUEST_TEXT, TEXT, 4), 0);
	assert_int_equal(((const struct rw_rec_hdr *)mock.event)->verdict, RW_VERDICT_STOP);
}

static void test_stop(void **state)
{
	(void)state;
	machine.boot.settings.on_violation = RW_ON_VIOLATION_STOP;
	locked();
	map(PTE_TEXT, TEXT, 1, ELSE);
	assert_true(MOCK_ENDS(any_exit()));
	assert_int_equal(mock.event_type, RW_REC_REMAP);
}

static void test_audit_records_once(void **state)
{
	(void)state;
	machine.boot.settings.page_tables = RW_PAGE_TABLES_AUDIT;
	locked();
	map(PTE_TEXT, TEXT, 1, ELSE);
	map(PTE_AGENT, AGENT, 1, ELSE);
	any_exit();
	any_exit();
	assert_int_equal(mock.events, 2);
	assert_int_equal(((const struct rw_rec_hdr *)mock.event)->verdict, RW_VERDICT_ALLOW);
	assert_int_equal(*entry(PTE_TEXT, TEXT, 1), ELSE | FLAGS);
	map(PTE_TEXT, TEXT, 1, ELSE + PAGE_SIZE);
	any_exit();
	assert_int_equal(mock.events, 3);
}

static void test_off(void **state)
{
	(void)state;
	machine.boot.settings.page_tables = RW_PAGE_TABLES_OFF;
	locked();
	map(PTE_TEXT, TEXT, 1, ELSE);
	any_exit();
	assert_int_equal(mock.events, 0);
	assert_int_equal(*entry(PTE_TEXT, TEXT, 1), ELSE | FLAGS);
}

static void test_not_before_the_lock_nor_more_often_than_the_gap(void **state)
{
	(void)state;
	machine.boot.tsc_hz = 1000000;
	mock.tsc = 1000000;
	map(PTE_TEXT, TEXT, 1, ELSE);
	any_exit();
	map(PTE_TEXT, TEXT, 1, GUEST_TEXT);
	locked();
	map(PTE_TEXT, TEXT, 1, ELSE);
	mock.tsc += 49000;
	any_exit();
	assert_int_equal(mock.events, 0);
	mock.tsc += 1000;
	any_exit();
	assert_int_equal(mock.events, 1);
}

/* A CPU that is being started has none of this. */
static void test_paging_off(void **state)
{
	(void)state;
	locked();
	map(PTE_TEXT, TEXT, 1, ELSE);
	mock.reg[GREG_CR0] &= ~CR0_PG;
	any_exit();
	mock.reg[GREG_CR0] |= CR0_PG;
	mock.reg[GREG_EFER] &= ~EFER_LMA;
	any_exit();
	assert_int_equal(mock.events, 0);
}

static void test_many_entries(void **state)
{
	(void)state;
	locked();
	for (uint64_t off = 0; off < GUEST_TEXT_SIZE; off += PAGE_SIZE)
		map(PTE_TEXT, TEXT + off, 1, ELSE);
	any_exit();
	assert_int_equal(mock.events, GUEST_TEXT_SIZE / PAGE_SIZE);
	for (uint64_t off = 0; off < GUEST_TEXT_SIZE; off += PAGE_SIZE)
		assert_int_equal(*entry(PTE_TEXT, TEXT + off, 1), (GUEST_TEXT + off) | FLAGS);
}

/* What the agent did not name as the tables map it: nothing to compare, nothing to refuse. */
static void test_other_mapping_at_the_lock(void **state)
{
	(void)state;
	map(PTE_TEXT, TEXT, 1, ELSE);
	locked();
	any_exit();
	map(PTE_TEXT, TEXT, 1, ELSE + PAGE_SIZE);
	any_exit();
	assert_int_equal(mock.events, 0);
}

static void test_isolation(void **state)
{
	uint64_t *e = entry(USER_PTE, TEXT, 1), was = *e;

	(void)state;
	isolate();
	was = *e;
	locked();
	assert_int_equal(agent_call(), 0);
	mock.reg[GREG_CR3] = USER_ROOT;
	any_exit();
	assert_int_equal(mock.events, 0);
	/* While user mode's root is in use, and at calls of the agent. */
	*e = ELSE | FLAGS;
	any_exit();
	assert_int_equal(mock.events, 1);
	assert_int_equal(*e, was);
	mock.reg[GREG_CR3] = ROOT;
	*e = ELSE | FLAGS;
	any_exit();
	assert_int_equal(mock.events, 1);
	assert_int_equal(agent_call(), 0);
	assert_int_equal(mock.events, 2);
	/* The kernel's at an odd address, without the agent: at the agent's calls it is the kernel's. */
	memcpy(host_ram + ELSE + PAGE_SIZE, host_ram + ROOT, PAGE_SIZE);
	mock.reg[GREG_CR3] = ELSE + PAGE_SIZE;
	map(ELSE + PAGE_SIZE, TEXT, 4, ELSE);
	agent_call();
	assert_int_equal(mock.events, 3);
	assert_int_equal(*entry(ELSE + PAGE_SIZE, TEXT, 4), PUD | FLAGS);
	mock.events = 2;
	/* A call from user mode, with its root: refused, and no reason to look for the kernel there. */
	mock.reg[GREG_CR3] = USER_ROOT;
	mock.reg[GREG_CPL] = 3;
	agent_call();
	mock.reg[GREG_CPL] = 0;
	mock.reg[GREG_CR3] = ROOT;
	assert_int_equal(mock.events, 2);
	/* A root of the firmware's: nothing for user mode. */
	memset(host_ram + USER_ROOT, 0, PAGE_SIZE);
	assert_int_equal(agent_call(), 0);
	assert_int_equal(mock.events, 2);
	/* The kernel's half is compared as before. */
	map(PTE_AGENT, AGENT + 0x1000, 1, ELSE);
	assert_int_equal(agent_call(), 0);
	assert_int_equal(mock.events, 3);
}

/* Without isolation the page after a root may be another root: nothing of user mode's is compared. */
static void test_neighbouring_root(void **state)
{
	(void)state;
	memcpy(host_ram + USER_ROOT, host_ram + ROOT, PAGE_SIZE);
	locked();
	map(USER_ROOT, TEXT, 4, ELSE);
	assert_int_equal(agent_call(), 0);
	assert_int_equal(mock.events, 0);
	mock.reg[GREG_CR3] = USER_ROOT;
	any_exit();
	assert_int_equal(mock.events, 1);
	assert_int_equal(*entry(USER_ROOT, TEXT, 4), PUD | FLAGS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_entry_is_put_back, reset),
		cmocka_unit_test_setup(test_each_level_and_object, reset),
		cmocka_unit_test_setup(test_another_root, reset),
		cmocka_unit_test_setup(test_protected_page_as_root, reset),
		cmocka_unit_test_setup(test_stop, reset),
		cmocka_unit_test_setup(test_audit_records_once, reset),
		cmocka_unit_test_setup(test_off, reset),
		cmocka_unit_test_setup(test_not_before_the_lock_nor_more_often_than_the_gap, reset),
		cmocka_unit_test_setup(test_paging_off, reset),
		cmocka_unit_test_setup(test_many_entries, reset),
		cmocka_unit_test_setup(test_other_mapping_at_the_lock, reset),
		cmocka_unit_test_setup(test_isolation, reset),
		cmocka_unit_test_setup(test_neighbouring_root, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
