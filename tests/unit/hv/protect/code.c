/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/code.c: what runs in kernel mode after the lock, with Intel's tables and with AMD's. */
#include "tests/unit/hv/protect/guarded.h"

#include "protect/code.h"
#include "protect/code_rules.h"

#define AREA    0xffffffffc0000000ull /* linear, mapped to AREA_AT by the tables of map_area() */
#define AREA_AT 0x200000ull
#define MODULE  (AREA_AT + 0x5000)
#define DATA    (NPERM_R | NPERM_W | NPERM_XU)

static int mbec(void **state)
{
	return mock_reset_mbec(state);
}

static int gmet(void **state)
{
	return mock_reset_gmet(state);
}

#define MODES(test) \
	cmocka_unit_test_setup(test, mbec), \
	{ \
#test " (GMET)", test, gmet, NULL, NULL \
	}

static unsigned int perm_at(uint64_t gpa)
{
	return machine_walk(nested_root(NESTED_KERNEL), gpa).perm;
}

/* What @perm reads back as: with GMET kernel mode's execution includes user mode's. */
static unsigned int seen(unsigned int perm)
{
	return machine.format == &svm_npt && perm & NPERM_XS ? perm | NPERM_XU : perm;
}

static uint64_t *guest_table(uint64_t gpa)
{
	return (uint64_t *)(host_ram + gpa);
}

/* The kernel's tables: 2 MiB at AREA, executable. */
static void map_area(uint64_t flags)
{
	for (uint64_t at = GUEST_POKING_CR3; at <= GUEST_POKING_CR3 + 0x2000; at += PAGE_SIZE)
		memset(host_ram + at, 0, PAGE_SIZE);
	guest_table(GUEST_POKING_CR3)[511] = (GUEST_POKING_CR3 + 0x1000) | PTE_P;
	guest_table(GUEST_POKING_CR3 + 0x1000)[511] = (GUEST_POKING_CR3 + 0x2000) | PTE_P;
	guest_table(GUEST_POKING_CR3 + 0x2000)[0] = AREA_AT | PTE_PS | flags;
	mock.reg[GREG_CR0] = CR0_PG;
	mock.reg[GREG_EFER] = EFER_LMA | EFER_NXE;
	mock.reg[GREG_CR3] = GUEST_POKING_CR3;
}

static void fetch(uint64_t gpa, uint64_t gva)
{
	mock.reg[GREG_RIP] = gva;
	mock_exit((struct hv_exit){
		.reason = RW_EXIT_NESTED,
		.nested = { .gpa = gpa, .gva = gva, .gva_valid = true, .access = NACC_EXEC },
	});
}

static int64_t approve(const struct rw_protect_list *list)
{
	memcpy(host_ram + GUEST_ARG, list, sizeof(*list));
	mock.reg[GREG_CR0] = 0; /* the call comes from the agent's text */
	mock.reg[GREG_RIP] = GUEST_AGENT;
	int64_t ret = mock_call(RW_HC_MODULE, GUEST_ARG, 0);

	mock.reg[GREG_CR0] = CR0_PG;
	return ret;
}

static const struct rw_protect_list module_list = {
	.count = 2,
	.range = { { MODULE, AREA + 0x5000, 2 * PAGE_SIZE, RW_TARGET_MODULE_TEXT, 0, "mod" },
		   { MODULE + 0x4000, AREA + 0x9000, PAGE_SIZE, RW_TARGET_MODULE_TEXT, 0, "mod" } },
};

static void test_permissions(void **state)
{
	struct rw_protect_list list = {
		.count = 4,
		.range = { { 0x400000, 0, PAGE_SIZE, RW_TARGET_FIRMWARE_CODE, RW_RANGE_WRITABLE, "fw" },
			   { 0x401000, 0, PAGE_SIZE, RW_TARGET_FIRMWARE_CODE, 0, "fw" },
			   { 0x402000, 0, PAGE_SIZE, RW_TARGET_TRAMPOLINE, 0, "ap" },
			   { 0x403000, 0, PAGE_SIZE, RW_TARGET_VDSO, 0, "vdso" } },
	};

	(void)state;
	mock_register();
	mock_protect();
	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), 0);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	assert_int_equal(perm_at(GUEST_TEXT), seen(NPERM_R | NPERM_XS));
	assert_int_equal(perm_at(GUEST_AGENT), seen(NPERM_R | NPERM_XS));
	assert_int_equal(perm_at(GUEST_RODATA), NPERM_R);
	assert_int_equal(perm_at(GUEST_DATA), DATA);
	assert_int_equal(perm_at(0x400000), seen(NPERM_R | NPERM_W | NPERM_XS));
	assert_int_equal(perm_at(0x401000), seen(NPERM_R | NPERM_XS));
	assert_int_equal(perm_at(0x402000), NPERM_R | NPERM_X);
	assert_int_equal(perm_at(0x403000), NPERM_R | NPERM_XU);
	assert_int_equal(code_status(), RW_CODE_ACTIVE | RW_CODE_JIT_OFF);
}

/* Before the lock, with kernel_code = off, and on a CPU that cannot, everything may run. */
static void test_inactive(void **state)
{
	(void)state;
	assert_int_equal(perm_at(GUEST_DATA), NPERM_RWX);
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_OFF;
	mock_lock();
	assert_int_equal(perm_at(GUEST_DATA), NPERM_RWX);
	assert_int_equal(perm_at(GUEST_TEXT), NPERM_R | NPERM_X);
	assert_int_equal(code_status(), 0);
	machine.boot.settings.modules = RW_MODULES_APPROVED;
	assert_int_equal(code_status(), RW_CODE_MODULES_APPROVED);
	machine.boot.settings.modules = RW_MODULES_NONE;
	assert_int_equal(code_status(), RW_CODE_MODULES_NONE);
	machine.boot.settings.modules = RW_MODULES_ANY;
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_ENFORCE;
	machine.exec_modes = false;
	assert_int_equal(code_status(), 0);
	assert_true(code_may_start(&mock.cpu, 0x10));
}

static void test_refused(void **state)
{
	const struct evidence *r;

	(void)state;
	mock_lock();
	fetch(GUEST_DATA + 0x10, GUEST_DATA + 0x10);
	r = only_record();
	assert_int_equal(r->type, RW_REC_VIOLATION);
	assert_int_equal(r->verdict, RW_VERDICT_FAULT);
	assert_int_equal(r->target, RW_TARGET_UNAPPROVED);
	assert_int_equal(r->access, RW_ACCESS_EXEC);
	assert_int_equal(r->gpa, GUEST_DATA + 0x10);
	assert_int_equal(r->gva, GUEST_DATA + 0x10);
	assert_int_equal(mock.injected.vector, VEC_UD);
	assert_int_equal(perm_at(GUEST_DATA), DATA);
	/* A page with another name is refused under that. */
	fetch(GUEST_RODATA, GUEST_RODATA);
	assert_int_equal(mock.record[1].target, RW_TARGET_KERNEL_RODATA);
	assert_int_equal(mock.injects, 2);
}

/* User mode executes data; such a fault is over when it is handled. */
static void test_user(void **state)
{
	(void)state;
	mock_lock();
	mock.reg[GREG_CPL] = 3;
	fetch(GUEST_DATA, GUEST_DATA);
	assert_int_equal(mock.records + mock.injects, 0);
	fetch(GUEST_RODATA, GUEST_RODATA);
	assert_int_equal(only_record()->cpl, 3);
	assert_int_equal(mock.injected.vector, VEC_UD);
}

/* A fetch that the tables allow, but the CPU does not, ends in the guest and not in the hypervisor. */
static void test_smep_off(void **state)
{
	(void)state;
	mock_lock();
	for (int i = 0; i < 70 && !mock.injects; i++)
		fetch(GUEST_TEXT, GUEST_TEXT);
	assert_int_equal(mock.injected.vector, VEC_UD);
	assert_int_equal(only_record()->target, RW_TARGET_UNAPPROVED);
}

static void test_audit(void **state)
{
	(void)state;
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_AUDIT;
	mock_lock();
	fetch(GUEST_DATA, GUEST_DATA);
	assert_int_equal(mock.injects + mock.records, 0);
	assert_int_equal(mock.event_type, RW_REC_DYNAMIC_CODE);
	assert_int_equal(perm_at(GUEST_DATA), seen(DATA | NPERM_XS));
	assert_int_equal(perm_at(GUEST_DATA + PAGE_SIZE), DATA);
	fetch(GUEST_RODATA, GUEST_RODATA);
	assert_int_equal(mock.injects + mock.records, 0);
	assert_int_equal(perm_at(GUEST_RODATA), seen(NPERM_R | NPERM_XS));
	assert_true(code_may_start(&mock.cpu, 0x10));
}

/* The kernel's own area for new code: recorded, and read-only from then on, until the kernel frees it. */
static void test_code_area(void **state)
{
	(void)state;
	mock_lock();
	hv.agent.code_area = (uint32_t)(AREA - RW_SYMBOL_BASE);
	map_area(PTE_P);
	fetch(MODULE, AREA + 0x5000);
	assert_int_equal(mock.injects + mock.records, 0);
	assert_int_equal(mock.event_type, RW_REC_DYNAMIC_CODE);
	assert_int_equal(perm_at(MODULE), seen(NPERM_R | NPERM_XS));
	/* The same page at another address is not the kernel's new code. */
	fetch(MODULE + 0x2000, MODULE + 0x2000);
	assert_int_equal(only_record()->target, RW_TARGET_UNAPPROVED);
	/* Data before the area. */
	hv.agent.code_area += 0x200000;
	fetch(MODULE + PAGE_SIZE, AREA + 0x6000);
	assert_int_equal(mock.records, 2);
	hv.agent.code_area = 0;
	fetch(MODULE + PAGE_SIZE, AREA + 0x6000);
	machine.boot.settings.dynamic_code = RW_DYNAMIC_CODE_DENY;
	hv.agent.code_area = (uint32_t)(AREA - RW_SYMBOL_BASE);
	fetch(MODULE + PAGE_SIZE, AREA + 0x6000);
	assert_int_equal(mock.records, 2);
	assert_int_equal(mock.injects, 4);
	assert_int_equal(mock.cpu.held.repeat, 2);
	assert_int_equal(perm_at(MODULE + PAGE_SIZE), DATA);
}

/* Code that cannot be named cannot be protected either: it does not run. */
static void test_code_area_is_full(void **state)
{
	(void)state;
	mock_lock();
	hv.agent.code_area = (uint32_t)(AREA - RW_SYMBOL_BASE);
	hv.ranges.room = hv.ranges.ranges;
	map_area(PTE_P);
	fetch(MODULE, AREA + 0x5000);
	assert_int_equal(only_record()->target, RW_TARGET_UNAPPROVED);
	assert_int_equal(perm_at(MODULE), DATA);
}

static void test_module(void **state)
{
	(void)state;
	mock_lock();
	map_area(PTE_P);
	assert_int_equal(approve(&module_list), 0);
	assert_int_equal(mock.event_type, RW_REC_MODULE_CODE);
	assert_int_equal(perm_at(MODULE), seen(NPERM_R | NPERM_XS));
	assert_int_equal(perm_at(MODULE + PAGE_SIZE), seen(NPERM_R | NPERM_XS));
	assert_int_equal(perm_at(MODULE + 0x4000), seen(NPERM_R | NPERM_XS));
	assert_int_equal(perm_at(MODULE + 0x2000), DATA);
	/* It is protected while the kernel can execute it. */
	mock.reg[GREG_RIP] = AREA + 0x100;
	assert_true(mock_store(MODULE + 8, "abcd", 4));
	assert_true(untouched(MODULE, PAGE_SIZE));
	assert_int_equal(only_record()->target, RW_TARGET_MODULE_TEXT);
	assert_string_equal(mock.record[0].symbol, "mod");
	/* Its address leads to data, or to nothing: it has been freed, and the first write makes it data. */
	map_area(PTE_P | PTE_NX);
	mock.reg[GREG_RIP] = AREA + 0x100;
	assert_true(mock_store(MODULE + 8, "abcd", 4));
	assert_memory_equal(host_ram + MODULE + 8, "abcd", 4);
	assert_int_equal(perm_at(MODULE), DATA);
	assert_int_equal(perm_at(MODULE + PAGE_SIZE), seen(NPERM_R | NPERM_XS));
	map_area(0);
	assert_true(mock_store(MODULE + 0x4000, "abcd", 4));
	assert_int_equal(perm_at(MODULE + 0x4000), DATA);
	mock.reg[GREG_CPL] = 3;
	fetch(MODULE + PAGE_SIZE, MODULE + PAGE_SIZE);
	assert_int_equal(perm_at(MODULE + PAGE_SIZE), DATA);
	assert_int_equal(mock.records, 1);
	assert_int_equal(hv.ranges.ranges, 3);
}

/* Room for ranges is given back: modules come and go for ever. */
static void test_modules_come_and_go(void **state)
{
	uint32_t used;

	(void)state;
	mock_lock();
	map_area(PTE_P);
	assert_int_equal(approve(&module_list), 0);
	used = hv.ranges.used;
	for (int i = 0; i < 100; i++)
		assert_int_equal(approve(&module_list), 0); /* in the memory of the one before */
	assert_int_equal(hv.ranges.used, used);
	assert_int_equal(hv.ranges.ranges, 3 + 2);
	assert_int_equal(hv.ranges.pages.kind[RW_TARGET_MODULE_TEXT], 3);
}

static void test_module_refused(void **state)
{
	struct rw_protect_list list = module_list;

	(void)state;
	mock_register();
	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_MODULE, GUEST_ARG, 0), -RW_ENOTREADY);
	mock_protect();
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	map_area(PTE_P);
	list.count = 0;
	assert_int_equal(approve(&list), -RW_EINVAL);
	list.count = RW_PROTECT_MAX + 1;
	assert_int_equal(approve(&list), -RW_EINVAL);
	list = module_list;
	list.range[1].kind = RW_TARGET_KERNEL_TEXT;
	assert_int_equal(approve(&list), -RW_EINVAL);
	list = module_list;
	list.range[1].flags = RW_RANGE_OBJECT;
	assert_int_equal(approve(&list), -RW_EINVAL);
	list = module_list;
	list.range[1].gpa = GUEST_RODATA; /* approval does not make a locked page code */
	assert_int_equal(approve(&list), -RW_EXISTS);
	list.range[1].gpa = MACHINE_REGION;
	assert_int_equal(approve(&list), -RW_EFAULT);
	list.range[1].gpa = ~0ull & PAGE_MASK;
	assert_true(approve(&list) < 0);
	machine.boot.settings.modules = RW_MODULES_NONE;
	assert_int_equal(approve(&module_list), -RW_EPERM);
	assert_int_equal(mock.event_type, RW_REC_MODULE_CODE);
	assert_int_equal(perm_at(MODULE), DATA);
	assert_int_equal(perm_at(GUEST_RODATA), NPERM_R);
	assert_int_equal(hv.ranges.ranges, 3);
}

/* A CPU may start in the kernel's trampoline only. */
static void test_start(void **state)
{
	struct rw_protect_list list = {
		.count = 1, .range = { { 0x98000, 0, PAGE_SIZE, RW_TARGET_TRAMPOLINE, 0, "trampoline" } }
	};

	(void)state;
	assert_true(code_may_start(&mock.cpu, 0x20)); /* before the lock: the firmware's */
	mock_register();
	mock_protect();
	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), 0);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	mock.reg[GREG_RIP] = GUEST_TEXT;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_SIPI, .sipi = { .vector = 0x98 } });
	assert_int_equal(mock.starts, 1);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_SIPI, .sipi = { .vector = 0x20 } });
	assert_int_equal(mock.starts, 1);
	assert_int_equal(only_record()->target, RW_TARGET_UNAPPROVED);
	assert_int_equal(mock.record[0].gpa, 0x20000);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_DENY);
}

/* Another kernel finds everything as at the start. */
static void test_kexec(void **state)
{
	(void)state;
	machine.boot.settings.kexec = RW_KEXEC_ALLOW;
	mock_lock();
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), 0);
	assert_int_equal(perm_at(GUEST_DATA), NPERM_RWX);
	assert_int_equal(perm_at(GUEST_TEXT), NPERM_RWX);
	assert_int_equal(perm_at(GUEST_RODATA), NPERM_RWX);
	assert_int_equal(nested_open(), NPERM_RWX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MODES(test_permissions),
		MODES(test_inactive),
		MODES(test_refused),
		MODES(test_user),
		MODES(test_smep_off),
		MODES(test_audit),
		MODES(test_code_area),
		MODES(test_module),
		MODES(test_modules_come_and_go),
		MODES(test_module_refused),
		MODES(test_start),
		MODES(test_kexec),
		MODES(test_code_area_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
