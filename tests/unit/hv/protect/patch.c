/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/patch.c and patch_copy.c: what is committed and what not, and how the guest resumes. */
#include "tests/unit/hv/protect/guarded.h"

#include "lib/string.h"
#include "protect/patch.h"
#include "protect/patch_copy.h"
#include "protect/probes.h"

/* The kernel's own addresses of its text: where symbols and sites are. */
#define TEXT_GVA (RW_SYMBOL_BASE + GUEST_TEXT)
#define SITE     0x100u /* of the text, a static call */
#define FROZEN   0x200u
#define FUNCTION 0x400u
#define SOURCE   (GUEST_DATA + 0x2000)
/* A module's page and one of dynamic code, each a range of its own, just below the agent's text. */
#define MODULE  (GUEST_AGENT - 2 * PAGE_SIZE)
#define DYNAMIC (GUEST_AGENT - PAGE_SIZE)

static const uint8_t nop5[5] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
static struct evidence rec;
static unsigned int advances;

static void add_sites(void)
{
	struct rw_site_page page = {
		.count = 2,
		.site = { { GUEST_TEXT + SITE, 0, RW_SITE_CALL, 5, 0 },
			  { GUEST_TEXT + FROZEN, 0, RW_SITE_FROZEN, 5, 0 } },
	};
	struct rw_symbol_page symbols = { .count = 1, .bytes = 9, .data = { 0 } };
	uint32_t off = GUEST_TEXT + FUNCTION;
	struct input_error err;

	memcpy(symbols.data, &off, 4);
	memcpy(symbols.data + 4, "\4func", 5);
	assert_int_equal(sites_add_page(&hv.sites, &page, &err), 0);
	assert_int_equal(symbols_add_page(&hv.symbols, &symbols, &err), 0);
}

static int verified(void **state)
{
	if (guarded(state))
		return -1;
	for (uint32_t i = 1; i <= hv.ranges.ranges; i++) {
		struct rw_range *r = &hv.ranges.entry[i].range;

		if (r->kind == RW_TARGET_KERNEL_TEXT)
			r->gva = RW_SYMBOL_BASE + r->gpa;
	}
	add_sites();
	probes_clear();
	machine.boot.settings.patches = RW_PATCHES_VERIFY;
	memcpy(host_ram + GUEST_TEXT + SITE, nop5, 5);
	memcpy(host_ram + GUEST_TEXT + FROZEN, nop5, 5);
	return 0;
}

static bool apply(uint32_t off, const void *bytes, uint32_t len)
{
	rec = (struct evidence){ .target = RW_TARGET_KERNEL_TEXT, .gpa = GUEST_TEXT + off };
	return patch_apply(&mock.cpu, &rec, bytes, len);
}

static void call_of(uint8_t *code, uint32_t from, uint32_t to)
{
	uint32_t displacement = to - from - 5;

	code[0] = 0xe8;
	memcpy(code + 1, &displacement, 4);
}

static void test_steps(void **state)
{
	uint8_t code[5];

	(void)state;
	call_of(code, SITE, FUNCTION);
	assert_true(apply(SITE, "\xcc", 1));
	assert_int_equal(rec.type, RW_REC_PATCH);
	assert_true(apply(SITE + 1, code + 1, 4));
	assert_true(apply(SITE, code, 1));
	assert_memory_equal(host_ram + GUEST_TEXT + SITE, code, 5);
	/* What stands there already is no change. */
	assert_true(apply(SITE - 2, "\x90\x90\xe8", 3));
	assert_int_equal(rec.value_len, 0);
}

static void test_wrong_target(void **state)
{
	uint8_t code[5];

	(void)state;
	call_of(code, SITE, FUNCTION + 1);
	assert_true(apply(SITE, "\xcc", 1));
	assert_false(apply(SITE + 1, code + 1, 4));
	assert_int_equal(rec.type, RW_REC_VIOLATION);
	assert_string_equal(rec.why, "leads to no function of the kernel");
	assert_int_equal(rec.new_target, TEXT_GVA + FUNCTION + 1);
	assert_int_equal(rec.old_target, 0);
	assert_memory_equal(host_ram + GUEST_TEXT + SITE + 1, nop5 + 1, 4);
	/* The last step finds the rest unchanged: what stood there comes back, and not an INT3 for ever. */
	assert_false(apply(SITE, code, 1));
	assert_memory_equal(host_ram + GUEST_TEXT + SITE, nop5, 5);
	assert_int_equal(rec.old_value[0], nop5[0]);
}

static void test_landing_pad(void **state)
{
	uint8_t code[5];

	(void)state;
	hv.sites.patching.flags = RW_PATCHING_ENDBR;
	call_of(code, SITE, FUNCTION);
	assert_false(apply(SITE, code, 5));
	memcpy(host_ram + GUEST_TEXT + FUNCTION, "\xf3\x0f\x1e\xfa", 4);
	assert_true(apply(SITE, code, 5));
}

static void test_elsewhere(void **state)
{
	(void)state;
	assert_false(apply(FROZEN, "\xcc", 1));
	assert_string_equal(rec.why, "frozen at the lock");
	assert_false(apply(0x300, "\xcc", 1));
	assert_string_equal(rec.why, "the kernel patches nothing there");
	assert_false(apply(SITE + 3, "\x12\x34\x56", 3));
	assert_string_equal(rec.why, "reaches beyond a place that the kernel patches");
	assert_false(apply(GUEST_TEXT_SIZE - 1, "\xcc\xcc", 2));
	assert_int_equal(rec.type, RW_REC_VIOLATION);
}

static void test_probes(void **state)
{
	(void)state;
	machine.boot.settings.kprobes = RW_KPROBES_ALLOW;
	assert_false(apply(0x300, "\x91", 1));
	assert_true(apply(0x300, "\xcc", 1));
	assert_false(apply(0x300, "\x91", 1));
	assert_true(apply(0x300, "\x90", 1));
	assert_false(apply(0x300, "\x91", 1));
	assert_false(apply(0x300, "\xcc\xcc", 2));
	assert_false(apply(FROZEN, "\xcc", 1));
}

/* The guest's next instruction copies @len bytes from SOURCE to @off of the text. */
static void prepare(uint32_t off, const char *code, const void *bytes, uint32_t len)
{
	mock.reg[GREG_CR3] = GUEST_POKING_CR3;
	mock.reg[GREG_RIP] = GUEST_TEXT + 0x5000;
	memcpy(host_ram + GUEST_TEXT + 0x5000, code, strlen(code));
	memcpy(host_ram + SOURCE, bytes, len);
	mock.cpu.gprs.rdi = GUEST_TEXT + off;
	mock.cpu.gprs.rsi = SOURCE;
	mock.cpu.gprs.rcx = len;
	advances = mock.advances;
}

static void hit_at(uint64_t gpa)
{
	mock_exit(
		(struct hv_exit){ .reason = RW_EXIT_NESTED, .nested = { .gpa = gpa, .access = NACC_WRITE } });
}

static void hit(uint32_t off)
{
	hit_at(GUEST_TEXT + off);
}

static void test_copy(void **state)
{
	uint8_t code[5];

	(void)state;
	call_of(code, SITE, FUNCTION);
	prepare(SITE, "\xf3\xa4", code, 5);
	hit(SITE);
	assert_memory_equal(host_ram + GUEST_TEXT + SITE, code, 5);
	assert_int_equal(only_record()->type, RW_REC_PATCH);
	assert_int_equal(mock.step_begins, 0);
	assert_int_equal(mock.advances, advances + 1);
	assert_int_equal(mock.cpu.gprs.rcx, 0);
	assert_int_equal(mock.cpu.gprs.rdi, GUEST_TEXT + SITE + 5);
	assert_int_equal(mock.cpu.gprs.rsi, SOURCE + 5);
}

/* mov %ecx,(%rdi); mov %r8d,-4(%rdi,%rdx), as memcpy() copies 4 to 7 bytes. */
static void test_stores(void **state)
{
	uint8_t code[5];

	(void)state;
	call_of(code, SITE, FUNCTION);
	prepare(SITE, "\x89\x0f\x44\x89\x44\x17\xfc\xc3", code, 5);
	memcpy(&mock.cpu.gprs.rcx, code, 4);
	memcpy(&mock.cpu.gprs.r8, code + 1, 4);
	mock.cpu.gprs.rdx = 5;
	hit(SITE);
	assert_memory_equal(host_ram + GUEST_TEXT + SITE, code, 5);
	assert_int_equal(only_record()->type, RW_REC_PATCH);
	assert_int_equal(mock.advances, advances + 1);
	assert_int_equal(mock.cpu.gprs.rdi, GUEST_TEXT + SITE);
}

/* A refused copy looks done to Linux: the bytes to copy become those that stand there. */
static void test_refused(void **state)
{
	(void)state;
	prepare(FROZEN, "\xf3\xa4", "\xcc", 1);
	hit(FROZEN);
	assert_int_equal(only_record()->type, RW_REC_VIOLATION);
	assert_int_equal(only_record()->verdict, RW_VERDICT_SKIP);
	assert_memory_equal(host_ram + GUEST_TEXT + FROZEN, nop5, 5);
	assert_int_equal(host_ram[SOURCE], 0x0f);
	assert_int_equal(mock.cpu.gprs.rcx, 0);
	assert_int_equal(mock.advances, advances + 1);
}

static void test_refused_fault(void **state)
{
	(void)state;
	machine.boot.settings.on_violation = RW_ON_VIOLATION_FAULT;
	prepare(FROZEN, "\xf3\xa4", "\xcc", 1);
	hit(FROZEN);
	assert_int_equal(mock.injected.vector, VEC_GP);
	assert_int_equal(host_ram[SOURCE], 0xcc);
	assert_int_equal(mock.cpu.gprs.rcx, 1);
}

static void left_to_a_step(uint64_t flag)
{
	prepare(SITE, "\xf3\xa4", "\xcc", 1);
	mock.reg[GREG_RFLAGS] |= flag;
	hit(SITE);
	assert_true(mock.cpu.step.active);
	assert_int_equal(mock.records, 0);
}

static void test_not_copied_downwards(void **state)
{
	(void)state;
	left_to_a_step(RFLAGS_DF);
}

static void test_not_copied_when_debugged(void **state)
{
	(void)state;
	left_to_a_step(RFLAGS_TF);
}

static void add_other_code(void)
{
	static const struct rw_protect_list list = {
		.count = 2,
		.range = { { MODULE, MODULE, PAGE_SIZE, RW_TARGET_MODULE_TEXT, 0, "module" },
			   { DYNAMIC, DYNAMIC, PAGE_SIZE, RW_TARGET_DYNAMIC_CODE, 0, "dynamic code" } },
	};
	struct input_error err;

	assert_int_equal(ranges_add(&hv.ranges, &list, &err), 0);
	assert_int_equal(nested_set_perm(MODULE, 2 * PAGE_SIZE, NPERM_R | NPERM_X), 0);
	memset(host_ram + MODULE, 0x90, 2 * PAGE_SIZE);
}

/* Code that has no sites: its patches are made and recorded, in one exit each. */
static void test_other_code(void **state)
{
	(void)state;
	add_other_code();
	prepare(MODULE + 0x20 - GUEST_TEXT, "\xf3\xa4", "\xe9\1\2\3\4", 5);
	hit_at(MODULE + 0x20);
	assert_memory_equal(host_ram + MODULE + 0x20, "\xe9\1\2\3\4", 5);
	assert_int_equal(only_record()->type, RW_REC_PATCH);
	assert_int_equal(only_record()->target, RW_TARGET_MODULE_TEXT);
	assert_int_equal(only_record()->value_len, 5);
	assert_int_equal(mock.step_begins, 0);
	assert_int_equal(mock.advances, advances + 1);
	prepare(DYNAMIC + 0x20 - GUEST_TEXT, "\xf3\xa4", "\xcc", 1);
	hit_at(DYNAMIC + 0x20);
	assert_int_equal(host_ram[DYNAMIC + 0x20], 0xcc);
	assert_int_equal(mock.record[1].target, RW_TARGET_DYNAMIC_CODE);
}

/* A copy that reaches from one range into the next: by a step, which judges each page as what it is. */
static void test_two_ranges(void **state)
{
	(void)state;
	add_other_code();
	prepare(DYNAMIC - 2 - GUEST_TEXT, "\xf3\xa4", "\xe9\1\2\3", 4);
	hit_at(DYNAMIC - 2);
	assert_true(mock.cpu.step.active);
	assert_int_equal(mock.records, 0);
}

/* From a module's code into what is protected otherwise: not a byte. */
static void test_beyond(void **state)
{
	(void)state;
	add_other_code();
	rec = (struct evidence){ .target = RW_TARGET_DYNAMIC_CODE, .gpa = GUEST_AGENT - 1 };
	assert_false(patch_apply(&mock.cpu, &rec, (const uint8_t *)"\xcc\xcc", 2));
	assert_int_equal(rec.type, RW_REC_VIOLATION);
	assert_string_equal(rec.why, "reaches beyond the code where it begins");
	assert_true(untouched(GUEST_AGENT - 1, 2));
}

/* With GS at a made-up task, the task of the patch before is not blamed. */
static void test_wrong_gs(void **state)
{
	(void)state;
	mock.cpu.guest_gs = mock.reg[GREG_GS_BASE] = GUEST_DATA + 0x1000;
	prepare(SITE, "\xf3\xa4", "\xcc", 1);
	hit(SITE);
	mock.cpu.held.task_known = true;
	mock.reg[GREG_GS_BASE] += PAGE_SIZE;
	prepare(SITE, "\xf3\xa4", nop5, 1);
	hit(SITE);
	assert_int_equal(mock.record[1].type, RW_REC_PATCH);
	assert_false(mock.record[1].task_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_steps, verified),
		cmocka_unit_test_setup(test_wrong_target, verified),
		cmocka_unit_test_setup(test_landing_pad, verified),
		cmocka_unit_test_setup(test_elsewhere, verified),
		cmocka_unit_test_setup(test_probes, verified),
		cmocka_unit_test_setup(test_copy, verified),
		cmocka_unit_test_setup(test_stores, verified),
		cmocka_unit_test_setup(test_refused, verified),
		cmocka_unit_test_setup(test_refused_fault, verified),
		cmocka_unit_test_setup(test_not_copied_downwards, verified),
		cmocka_unit_test_setup(test_not_copied_when_debugged, verified),
		cmocka_unit_test_setup(test_other_code, verified),
		cmocka_unit_test_setup(test_two_ranges, verified),
		cmocka_unit_test_setup(test_beyond, verified),
		cmocka_unit_test_setup(test_wrong_gs, verified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
