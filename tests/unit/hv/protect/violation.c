/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/violation.c and step.c: a guest's stores and loads, run through the nested tables. */
#include "tests/unit/hv/protect/guarded.h"

static const char store[] = "0123456789abcdef";

static void test_skip(void **state)
{
	const struct evidence *r;

	(void)state;
	assert_true(mock_store(GUEST_TEXT + 0x10, store, 8));
	r = only_record();
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
	assert_int_equal(r->type, RW_REC_VIOLATION);
	assert_int_equal(r->verdict, RW_VERDICT_SKIP);
	assert_int_equal(r->target, RW_TARGET_KERNEL_TEXT);
	assert_int_equal(r->access, RW_ACCESS_WRITE);
	assert_int_equal(r->gpa, GUEST_TEXT + 0x10);
	assert_int_equal(r->gva, GUEST_TEXT + 0x10);
	assert_int_equal(r->rip, GUEST_DATA);
	assert_int_equal(r->cr3, 0x1000);
	assert_int_equal(r->cpl, 0);
	assert_int_equal(r->nbytes, RW_CODE_BYTES);
	assert_int_equal(r->bytes[15], 0x90);
	assert_int_equal(r->value_len, 8);
	assert_memory_equal(r->new_value, store, 8);
	assert_int_equal(r->old_value[7], 0x90);
	assert_int_equal(r->new_value[8], 0);
	assert_string_equal(r->symbol, "text");
	assert_int_equal(r->sym_off, 0x10);
	assert_int_equal(mock.reg[GREG_RIP], GUEST_DATA + 3);
	assert_int_equal(mock.injects, 0);
	assert_int_equal(mock.cpu.stats.violations, 1);
	assert_int_equal(mock.cpu.stats.patches, 0);
	/* The machine still works. */
	assert_true(mock_store(GUEST_DATA + 0x1000, store, 8));
	assert_memory_equal(host_ram + GUEST_DATA + 0x1000, store, 8);
	assert_int_equal(mock.records, 1);
}

static void test_object(void **state)
{
	(void)state;
	assert_true(mock_store(GUEST_HOOKS + 8, store, 8));
	assert_int_equal(only_record()->target, RW_TARGET_LSM_HOOKS);
	assert_string_equal(mock.record[0].symbol, "hooks");
	assert_int_equal(mock.record[0].sym_off, 8);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
}

/* Across a page border: neither page changes; from an unprotected page: that part is written. */
static void test_two_pages(void **state)
{
	(void)state;
	assert_true(mock_store(GUEST_TEXT + 0xffc, store, 8));
	assert_int_equal(only_record()->gpa, GUEST_TEXT + 0xffc);
	assert_int_equal(mock.record[0].value_len, 4);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
	assert_true(mock_store(GUEST_TEXT - 4, store, 8));
	assert_int_equal(mock.records, 2);
	assert_int_equal(mock.record[1].gpa, GUEST_TEXT);
	assert_memory_equal(mock.record[1].new_value, store + 4, 4);
	assert_memory_equal(host_ram + GUEST_TEXT - 4, store, 4);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
}

static void test_nothing_changed(void **state)
{
	(void)state;
	assert_true(mock_store(GUEST_TEXT, "\x90\x90", 2));
	assert_int_equal(only_record()->value_len, 0);
}

static void test_patch(void **state)
{
	(void)state;
	mock.reg[GREG_CR3] = GUEST_POKING_CR3 | 0xabc; /* with a PCID */
	mock.reg[GREG_RIP] = GUEST_TEXT + 0x5000;
	assert_true(mock_store(GUEST_TEXT + 0xffe, store, 5));
	assert_int_equal(mock.records, 2); /* one per page */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(mock.record[i].type, RW_REC_PATCH);
		assert_int_equal(mock.record[i].verdict, RW_VERDICT_ALLOW);
	}
	assert_int_equal(mock.record[0].gpa, GUEST_TEXT + 0xffe);
	assert_int_equal(mock.record[0].value_len, 2);
	assert_memory_equal(mock.record[0].new_value, store, 2);
	assert_int_equal(mock.record[1].gpa, GUEST_TEXT + 0x1000);
	assert_int_equal(mock.record[1].gva, 0); /* another page: not known */
	assert_string_equal(mock.record[1].symbol, "text");
	assert_int_equal(mock.record[1].sym_off, 0x1000);
	assert_int_equal(mock.record[1].value_len, 3);
	assert_memory_equal(mock.record[1].new_value, store + 2, 3);
	assert_int_equal(mock.record[1].old_value[2], 0x90);
	assert_memory_equal(host_ram + GUEST_TEXT + 0xffe, store, 5);
	assert_true(untouched(GUEST_TEXT, 0xffe));
	assert_true(untouched(GUEST_TEXT + 0x1003, GUEST_TEXT_SIZE - 0x1003));
	assert_int_equal(mock.cpu.stats.patches, 2);
	assert_int_equal(mock.cpu.stats.violations, 0);
	/* Still read-only. */
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_true(mock_store(GUEST_TEXT + 0xffe, "zz", 2));
	assert_memory_equal(host_ram + GUEST_TEXT + 0xffe, store, 5);
	assert_int_equal(mock.record[2].type, RW_REC_VIOLATION);
}

/* An instruction that raises an exception of its own, before or after its write to the copy. */
static void test_faults_by_itself(void **state)
{
	(void)state;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NESTED,
				    .nested = { .gpa = GUEST_TEXT, .access = NACC_WRITE } });
	assert_true(mock.cpu.step.active);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_EXCEPTION,
				    .exception = { .vector = VEC_GP, .has_error = true } });
	assert_int_equal(only_record()->gpa, GUEST_TEXT);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_SKIP);
	assert_int_equal(mock.injected.vector, VEC_GP);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
}

/* A patch of any size: each changed byte is in a record, with its old value. */
static void test_large_patch(void **state)
{
	uint8_t code[100], seen[100];
	unsigned int i, j;

	(void)state;
	for (i = 0; i < sizeof(code); i++)
		code[i] = i < 40 || i > 60 ? (uint8_t)(i + 1) : 0x90; /* unchanged in the middle */
	mock.reg[GREG_CR3] = GUEST_POKING_CR3;
	mock.reg[GREG_RIP] = GUEST_TEXT + 0x5000;
	assert_true(mock_store(GUEST_TEXT + 0xfa0, code, sizeof(code)));
	assert_memory_equal(host_ram + GUEST_TEXT + 0xfa0, code, sizeof(code));
	memset(seen, 0x90, sizeof(seen));
	for (i = 0; i < mock.records; i++) {
		const struct evidence *r = &mock.record[i];

		assert_int_equal(r->type, RW_REC_PATCH);
		assert_true(r->gpa >= GUEST_TEXT + 0xfa0 &&
			    r->gpa + r->value_len <= GUEST_TEXT + 0xfa0 + sizeof(code));
		assert_int_equal(r->sym_off, r->gpa - GUEST_TEXT);
		for (j = 0; j < r->value_len; j++)
			assert_int_equal(r->old_value[j], 0x90);
		memcpy(seen + (r->gpa - GUEST_TEXT - 0xfa0), r->new_value, r->value_len);
	}
	assert_memory_equal(seen, code, sizeof(code));
	assert_int_equal(mock.cpu.stats.patches, mock.records);
}

/* Each condition of a patch is needed; the hook table inside the text does not count as text. */
static void test_no_patch(void **state)
{
	(void)state;
	mock.reg[GREG_CR3] = GUEST_POKING_CR3;
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_true(mock_store(GUEST_TEXT, store, 1));
	mock.reg[GREG_RIP] = GUEST_TEXT;
	mock.reg[GREG_CR3] = GUEST_POKING_CR3 + 0x1000;
	assert_true(mock_store(GUEST_TEXT, store, 1));
	mock.reg[GREG_RIP] = GUEST_TEXT;
	mock.reg[GREG_CR3] = GUEST_POKING_CR3;
	assert_true(mock_store(GUEST_HOOKS, store, 1));
	mock.reg[GREG_RIP] = GUEST_TEXT;
	mock.reg[GREG_CPL] = 3;
	assert_true(mock_store(GUEST_TEXT, store, 1));
	mock.reg[GREG_CPL] = 0;
	/* A store that runs into other protected memory changes neither. */
	mock.reg[GREG_RIP] = GUEST_TEXT;
	assert_true(mock_store(GUEST_RODATA - 2, store, 4));
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE + 0x2000));
	/* Both addresses hit are in the log, neither as a patch. */
	assert_int_equal(mock.records, 6);
	assert_int_equal(mock.cpu.stats.violations, 6);
	assert_int_equal(mock.record[4].target, RW_TARGET_KERNEL_RODATA);
	assert_int_equal(mock.record[5].target, RW_TARGET_KERNEL_TEXT);
	assert_int_equal(mock.record[5].verdict, RW_VERDICT_SKIP);
}

static void test_fault(void **state)
{
	(void)state;
	machine.boot.settings.on_violation = RW_ON_VIOLATION_FAULT;
	assert_false(mock_store(GUEST_TEXT + 1, store, 8));
	assert_int_equal(only_record()->verdict, RW_VERDICT_FAULT);
	assert_int_equal(mock.injected.type, EVENT_EXCEPTION);
	assert_int_equal(mock.injected.vector, VEC_GP); /* Linux would retry forever after a #PF */
	assert_true(mock.injected.has_error);
	assert_int_equal(mock.injected.error, 0);
	assert_int_equal(mock.reg[GREG_RIP], GUEST_DATA);
	mock.reg[GREG_CPL] = 3;
	assert_false(mock_store(GUEST_TEXT + 1, store, 8));
	assert_int_equal(mock.injected.vector, VEC_GP);
	assert_int_equal(mock.record[1].cpl, 3);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
	assert_int_equal(mock.step_begins, 0);
}

/* If the hardware does not give the linear address, the instruction is decoded for it, if possible. */
static void test_fault_address(void **state)
{
	struct hv_exit x = { .reason = RW_EXIT_NESTED,
			     .nested = { .gpa = GUEST_TEXT + 0x20, .access = NACC_WRITE } };

	(void)state;
	machine.boot.settings.on_violation = RW_ON_VIOLATION_FAULT;
	memcpy(host_ram + GUEST_DATA, "\x48\x89\x43\x20", 4); /* mov %rax, 0x20(%rbx) */
	mock.cpu.gprs.rbx = GUEST_TEXT;
	mock_exit(x);
	assert_int_equal(mock.record[0].gva, GUEST_TEXT + 0x20);
	assert_int_equal(mock.injected.vector, VEC_GP);
	mock.cpu.gprs.rbx = GUEST_DATA;
	mock_exit(x);
	assert_int_equal(mock.record[1].gva, 0);
	assert_int_equal(mock.injected.vector, VEC_GP);
	/* With paging on and the code not mapped: no bytes. */
	mock.reg[GREG_CR0] = CR0_PG;
	mock.reg[GREG_EFER] = EFER_LMA;
	mock.reg[GREG_CR3] = GUEST_DATA + 0x8000;
	memset(host_ram + GUEST_DATA + 0x8000, 0, 4096);
	mock_exit(x);
	assert_int_equal(mock.record[2].nbytes, 0);
	assert_int_equal(mock.record[2].gva, 0);
}

static void test_stop(void **state)
{
	(void)state;
	machine.boot.settings.on_violation = RW_ON_VIOLATION_STOP;
	assert_true(MOCK_ENDS(mock_store(GUEST_TEXT, store, 1)));
	assert_int_equal(mock.records, 1);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_STOP);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
}

/* The CPU's own accesses cannot be discarded. */
static void test_cpu_accesses(void **state)
{
	struct hv_exit walk = { .reason = RW_EXIT_NESTED,
				.nested = { .gpa = GUEST_RODATA, .walk = true, .access = NACC_WRITE } };
	struct hv_exit push = { .reason = RW_EXIT_NESTED,
				.nested = { .gpa = GUEST_RODATA, .access = NACC_WRITE },
				.pending = { .type = EVENT_INTR, .vector = 0x30 } };

	(void)state;
	mock_exit(walk);
	assert_int_equal(mock.record[0].access, RW_ACCESS_WALK);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_FAULT);
	assert_int_equal(mock.injected.vector, VEC_GP);
	mock_exit(push);
	assert_int_equal(mock.record[1].access, RW_ACCESS_DELIVERY);
	assert_int_equal(mock.injects, 2); /* and not the interrupt as well */
	assert_int_equal(mock.injected.vector, VEC_DF);
	assert_true(mock.injected.has_error);
	assert_int_equal(mock.step_begins, 0);
}

static void test_hidden_read(void **state)
{
	uint8_t got[8] = { 0 }, ones[8];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	machine.boot.settings.on_violation = RW_ON_VIOLATION_STOP; /* a read never stops the machine */
	assert_true(mock_load(MACHINE_REGION + 0x100, got, 8));
	assert_memory_equal(got, ones, 8);
	assert_int_equal(only_record()->target, RW_TARGET_HYPERVISOR);
	assert_int_equal(mock.record[0].access, RW_ACCESS_READ);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_SKIP);
	assert_int_equal(mock.record[0].value_len, 0);
	assert_string_equal(mock.record[0].symbol, "");
}

/* The policy area: readable without an exit, so only writes and fetches come here. Nothing changes it. */
static void test_policy_write(void **state)
{
	struct hv_exit fetch = { .reason = RW_EXIT_NESTED,
				 .nested = { .gpa = MACHINE_REGION + 0x2100, .access = NACC_EXEC } };
	uint8_t *real = host_region + 0x2100, got[4];

	(void)state;
	machine.boot.policy_phys = MACHINE_REGION + 0x2000;
	machine.boot.policy_size = PAGE_SIZE;
	memcpy(real, "true", 4);
	assert_true(mock_store(MACHINE_REGION + 0x2100, store, 4));
	assert_memory_equal(real, "true", 4);
	assert_int_equal(only_record()->target, RW_TARGET_POLICY);
	assert_int_equal(mock.record[0].access, RW_ACCESS_WRITE);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_SKIP);
	assert_memory_equal(mock.record[0].old_value, "true", 4);
	assert_memory_equal(mock.record[0].new_value, store, 4);
	assert_true(mock_load(MACHINE_REGION + 0x2100, got, 4));
	assert_memory_equal(got, "true", 4);
	mock_exit(fetch);
	assert_int_equal(mock.injected.vector, VEC_UD);
	assert_int_equal(mock.record[mock.records - 1].access, RW_ACCESS_EXEC);
	/* Its neighbours are hidden as all other pages. */
	assert_true(mock_load(MACHINE_REGION + 0x1ffc, got, 4));
	assert_int_equal(got[0], 0xff);
}

static void test_hidden_write(void **state)
{
	static uint8_t before[sizeof(host_region)];
	struct hv_exit fetch = { .reason = RW_EXIT_NESTED,
				 .nested = { .gpa = MACHINE_REGION, .access = NACC_EXEC } };

	(void)state;
	memcpy(before, host_region, MACHINE_POOL);
	assert_true(mock_store(MACHINE_REGION + 0xffe, store, 4));
	assert_memory_equal(before, host_region, MACHINE_POOL);
	assert_int_equal(only_record()->target, RW_TARGET_HYPERVISOR);
	assert_int_equal(mock.record[0].access, RW_ACCESS_WRITE);
	assert_int_equal(mock.record[0].old_value[0], 0xff); /* the record reveals nothing either */
	/* The view keeps nothing of it. */
	assert_true(mock_load(MACHINE_REGION + 0xffe, before, 4));
	assert_int_equal(before[0], 0xff);
	mock_exit(fetch);
	assert_int_equal(mock.injected.vector, VEC_UD);
	assert_int_equal(mock.record[mock.records - 1].access, RW_ACCESS_EXEC);
}

/* Before the lock, too. */
static void test_hidden_before_lock(void **state)
{
	uint8_t got = 0;

	(void)state;
	assert_true(mock_load(MACHINE_REGION + sizeof(host_region) - 1, &got, 1));
	assert_int_equal(got, 0xff);
	assert_int_equal(mock.records, 1);
}

/*
 * Iterations of a repeated store: RIP stays. @size: bytes per iteration. Return: false if an exception was
 * injected.
 */
static bool repeat_store(uint64_t gpa, size_t size, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		mock.repeats = i + 1 < count;
		if (!mock_store(gpa + i * size, store, size))
			return false;
	}
	return true;
}

static void test_repeated(void **state)
{
	(void)state;
	assert_true(repeat_store(GUEST_TEXT + 0xf00, 8, 64));
	assert_int_equal(only_record()->gpa, GUEST_TEXT + 0xf00);
	assert_int_equal(mock.step_ends, 1);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
	assert_int_equal(mock.injects, 0);
}

/* Over more pages than a view holds: each iteration touches only one, so nothing is injected. */
static void test_repeated_over_many_pages(void **state)
{
	(void)state;
	assert_true(repeat_store(GUEST_TEXT, 8, 8 * 512));
	assert_int_equal(mock.injects, 0);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
	assert_false(mock.cpu.step.active);
	assert_true(mock.records >= 1);
}

/* Very many iterations: the step ends anyway, and the next fault begins another. */
static void test_repeated_long(void **state)
{
	(void)state;
	assert_true(repeat_store(GUEST_TEXT, 1, STEP_MAX_ITERATIONS + 100));
	assert_int_equal(mock.records, 2);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
	assert_false(mock.cpu.step.active);
}

static void test_guest_steps_itself(void **state)
{
	(void)state;
	mock.step_db = true;
	assert_true(mock_store(GUEST_TEXT, store, 1));
	assert_int_equal(mock.injects, 1);
	assert_int_equal(mock.injected.vector, VEC_DB);
	assert_false(mock.injected.has_error);
}

/*
 * One instruction, two accesses: a read that is answered with ones, then a write that faults. This ends the
 * step.
 */
static void test_step_ends_with_exception(void **state)
{
	struct hv_exit read = { .reason = RW_EXIT_NESTED,
				.nested = { .gpa = MACHINE_REGION, .access = NACC_READ } };

	(void)state;
	machine.boot.settings.on_violation = RW_ON_VIOLATION_FAULT;
	mock_exit(read);
	assert_true(mock.cpu.step.active);
	assert_false(mock_store(GUEST_TEXT, store, 8));
	assert_false(mock.cpu.step.active);
	assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
	assert_int_equal(mock.step_ends, 1);
	assert_int_equal(mock.record[0].access, RW_ACCESS_WRITE);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_FAULT);
	assert_int_equal(mock.injects, 1);
	assert_int_equal(mock.injected.vector, VEC_GP);
}

/*
 * Any other kind of exit ends the step and is handled. The instruction has not run and will run again, so
 * there is nothing to record yet, except the completed iterations of a repeated one.
 */
static void test_step_ends_with_other_exit(void **state)
{
	struct hv_exit write = { .reason = RW_EXIT_NESTED,
				 .nested = { .gpa = GUEST_TEXT, .access = NACC_WRITE } };
	unsigned int advances = mock.advances;

	(void)state;
	mock_exit(write);
	assert_true(mock.cpu.step.active);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID });
	assert_false(mock.cpu.step.active);
	assert_int_equal(mock.root, nested_root(NESTED_KERNEL));
	assert_int_equal(mock.records, 0);
	assert_int_equal(mock.advances, advances + 1);
	mock.repeats = true;
	assert_true(mock_store(GUEST_TEXT, store, 1));
	assert_true(mock.cpu.step.active);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID });
	assert_int_equal(only_record()->verdict, RW_VERDICT_SKIP);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
}

/* Memory that is mapped at first touch, in a stepped instruction. */
static void test_late_in_step(void **state)
{
	const uint64_t mmio = 0x8000000000ull; /* in an empty entry of the root */
	struct hv_exit write = { .reason = RW_EXIT_NESTED,
				 .nested = { .gpa = GUEST_TEXT, .access = NACC_WRITE } };
	struct hv_exit touch = { .reason = RW_EXIT_NESTED, .nested = { .gpa = mmio, .access = NACC_READ } };

	(void)state;
	mock_exit(write);
	assert_true(mock.cpu.step.active);
	for (unsigned int i = 0; i < 4 && !machine_walk(mock.root, mmio).mapped; i++)
		mock_exit(touch);
	assert_true(machine_walk(mock.root, mmio).mapped);
	assert_int_equal(machine_walk(mock.root, mmio).pa, mmio);
	assert_int_equal(mock.injects, 0);
}

static void test_late(void **state)
{
	struct hv_exit touch = { .reason = RW_EXIT_NESTED,
				 .nested = { .gpa = 0x8000001000ull, .access = NACC_READ } };
	struct hv_exit beyond = { .reason = RW_EXIT_NESTED,
				  .nested = { .gpa = 1ull << 40, .access = NACC_READ } };
	unsigned int flushes = mock.flushes;

	(void)state;
	mock_exit(touch);
	assert_int_equal(mock.flushes, flushes + 1);
	assert_int_equal(mock.injects, 0);
	assert_int_equal(machine_walk(mock.root, 0x8000001000ull).pa, 0x8000001000ull);
	mock_exit(beyond);
	assert_int_equal(mock.injected.vector, VEC_GP);
	assert_int_equal(mock.records, 0);
}

/*
 * A fault on an access that the tables allow: the CPU's translations are stale. If it repeats endlessly, the
 * hypervisor is to blame.
 */
static void test_spurious(void **state)
{
	struct hv_exit fault = { .reason = RW_EXIT_NESTED,
				 .nested = { .gpa = GUEST_DATA, .access = NACC_WRITE } };
	unsigned int flushes = mock.flushes;

	(void)state;
	mock_exit(fault);
	assert_int_equal(mock.flushes, flushes + 1);
	assert_int_equal(mock.injects, 0);
	assert_int_equal(mock.records, 0);
	assert_true(MOCK_ENDS({
		for (unsigned int i = 0; i < 100; i++)
			mock_exit(fault);
	}));
	/* Two alternating addresses are not an endless loop. */
	mock.cpu.spurious_count = 0;
	for (unsigned int i = 0; i < 100; i++) {
		fault.nested.gpa = GUEST_DATA + 0x1000 * (i & 1);
		mock_exit(fault);
	}
}

#define NEAR (GUEST_TEXT + 0x90000) /* in a table that a step at GUEST_TEXT copies */

/* As long as the other CPU has not asked for a flush, a step has the tables from before its change. */
static void test_spurious_in_a_step(void **state)
{
	struct hv_exit fault = { .reason = RW_EXIT_NESTED, .nested = { .gpa = NEAR, .access = NACC_WRITE } };

	(void)state;
	assert_int_equal(nested_set_perm(NEAR, PAGE_SIZE, NPERM_R), 0);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NESTED,
				    .nested = { .gpa = GUEST_TEXT, .access = NACC_WRITE } });
	assert_true(mock.cpu.step.active);
	assert_int_equal(nested_set_perm(NEAR, PAGE_SIZE, nested_open()), 0);
	mock_exit(fault);
	assert_true(mock.cpu.step.active);
	assert_true(machine_walk(mock.root, NEAR).perm & NPERM_W);
}

static void test_misconfiguration(void **state)
{
	struct hv_exit x = { .reason = RW_EXIT_NESTED, .nested = { .gpa = GUEST_DATA, .misconfig = true } };

	(void)state;
	assert_true(MOCK_ENDS(mock_exit(x)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_skip),
		BOTH(test_object),
		BOTH(test_two_pages),
		BOTH(test_nothing_changed),
		BOTH(test_patch),
		BOTH(test_large_patch),
		BOTH(test_faults_by_itself),
		BOTH(test_no_patch),
		BOTH(test_fault),
		BOTH(test_fault_address),
		BOTH(test_stop),
		BOTH(test_cpu_accesses),
		BOTH(test_hidden_read),
		BOTH(test_hidden_write),
		BOTH(test_policy_write),
		cmocka_unit_test_setup(test_hidden_before_lock, mock_reset),
		BOTH(test_repeated),
		BOTH(test_repeated_over_many_pages),
		BOTH(test_repeated_long),
		BOTH(test_guest_steps_itself),
		BOTH(test_step_ends_with_exception),
		BOTH(test_step_ends_with_other_exit),
		BOTH(test_late_in_step),
		BOTH(test_late),
		BOTH(test_spurious),
		BOTH(test_spurious_in_a_step),
		BOTH(test_misconfiguration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
