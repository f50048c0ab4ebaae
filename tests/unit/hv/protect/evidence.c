/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/evidence.c: which records a guest's accesses make, and how equal ones become one. */
#include "tests/unit/hv/protect/guarded.h"

#include "core/end.h"
#include "protect/evidence.h"

static const char store[] = "0123456789abcdef";

/* A scan: the first read is recorded at once, the rest as one record that counts them. */
static void test_scan(void **state)
{
	uint64_t got;

	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		mock.reg[GREG_RIP] = GUEST_DATA;
		assert_true(mock_load(MACHINE_REGION + 8 * i, &got, 8));
	}
	assert_int_equal(mock.records, 1);
	assert_int_equal(mock.record[0].gpa, MACHINE_REGION);
	evidence_flush(&mock.cpu);
	evidence_flush(&mock.cpu);
	assert_int_equal(mock.records, 2);
	assert_int_equal(mock.record[1].repeat, 98);
	assert_int_equal(mock.record[1].gpa, MACHINE_REGION + 99 * 8);
	assert_int_equal(mock.cpu.stats.violations, 100);
	/* A read elsewhere: the held record is stored before it. */
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_true(mock_load(MACHINE_REGION + 100 * 8, &got, 8));
	assert_true(mock_load(MACHINE_REGION + 0x100000, &got, 8));
	assert_int_equal(mock.records, 4);
	assert_int_equal(mock.record[2].repeat, 0);
	assert_int_equal(mock.record[3].gpa, MACHINE_REGION + 0x100000);
	assert_int_equal(mock.cpu.stats.violations, 102);
}

/* The same store, as often as @times says. */
static void store_again(unsigned int times)
{
	for (unsigned int i = 0; i < times; i++) {
		mock.reg[GREG_RIP] = GUEST_DATA;
		assert_true(mock_store(GUEST_TEXT + 0x10, store, 8));
	}
}

/* A flood of one store: the first is recorded at once, the rest as one record a second that counts them. */
static void test_same_store(void **state)
{
	unsigned int lines = mock.lines;
	uint64_t start;

	(void)state;
	mock.later_ns = 1ull << 40; /* the tests before may have used up the alert lines of their time */
	start = journal_now(&mock.cpu);
	store_again(1);
	assert_int_equal(mock.records, 1);
	assert_true(mock.lines > lines);
	lines = mock.lines;
	mock.later_ns += 10;
	store_again(1000);
	mock.later_ns += 10;
	store_again(1);
	assert_int_equal(only_record()->repeat, 0);
	assert_int_equal(mock.record[0].last_ns, 0);
	assert_int_equal(mock.lines, lines);
	evidence_flush(&mock.cpu);
	evidence_flush(&mock.cpu);
	assert_int_equal(mock.records, 2);
	assert_int_equal(mock.record[1].repeat, 1000);
	assert_int_equal(mock.record[1].first_ns, start + 10);
	assert_int_equal(mock.record[1].last_ns, start + 20);
	assert_int_equal(mock.record[1].gpa, GUEST_TEXT + 0x10);
	assert_int_equal(mock.cpu.stats.violations, 1002);
	/* One more, alone: it has no further ones, and says when it was. */
	store_again(1);
	evidence_flush(&mock.cpu);
	assert_int_equal(mock.records, 3);
	assert_int_equal(mock.record[2].repeat, 0);
	assert_int_equal(mock.record[2].last_ns, start + 20);
	/* Without a drain, too, none waits for longer than a second. */
	store_again(1);
	mock.later_ns += 999999999;
	store_again(1);
	assert_int_equal(mock.records, 3);
	mock.later_ns++;
	store_again(1);
	assert_int_equal(mock.records, 4);
	assert_int_equal(mock.record[3].repeat, 2);
	assert_true(untouched(GUEST_TEXT, GUEST_TEXT_SIZE));
}

/* Whatever differs makes a record of its own, and what was held back is stored before it. */
static void test_other_store(void **state)
{
	(void)state;
	store_again(3);
	mock.reg[GREG_RIP] = GUEST_DATA + 1;
	assert_true(mock_store(GUEST_TEXT + 0x10, store, 8));
	assert_int_equal(mock.records, 3);
	assert_int_equal(mock.record[1].repeat, 1);
	assert_int_equal(mock.record[1].rip, GUEST_DATA);
	assert_int_equal(mock.record[2].rip, GUEST_DATA + 1);
	store_again(1);
	assert_int_equal(mock.records, 4);
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_true(mock_store(GUEST_TEXT + 0x10, store + 1, 8));
	assert_int_equal(mock.records, 5);
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_true(mock_store(GUEST_TEXT + 0x11, store + 1, 8));
	assert_int_equal(mock.records, 6);
	mock.reg[GREG_CR3] ^= 0x1000;
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_true(mock_store(GUEST_TEXT + 0x11, store + 1, 8));
	assert_int_equal(mock.records, 7);
	/* A store that faults is not the store that was skipped. */
	machine.boot.settings.on_violation = RW_ON_VIOLATION_FAULT;
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_false(mock_store(GUEST_TEXT + 0x11, store + 1, 8));
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_false(mock_store(GUEST_TEXT + 0x11, store + 1, 8));
	assert_int_equal(mock.records, 8);
	evidence_flush(&mock.cpu);
	assert_int_equal(mock.records, 9);
	assert_int_equal(mock.record[8].verdict, RW_VERDICT_FAULT);
	assert_int_equal(mock.cpu.stats.violations, 10);
}

/* Equal patches change the code anew each time: none is held back. */
static void test_same_patch(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		mock.reg[GREG_CR3] = GUEST_POKING_CR3;
		mock.reg[GREG_RIP] = GUEST_TEXT + 0x5000;
		memset(host_ram + GUEST_TEXT, 0x90, 8);
		assert_true(mock_store(GUEST_TEXT, store, 4));
	}
	assert_int_equal(mock.records, 3);
	assert_int_equal(mock.cpu.stats.patches, 3);
}

/* One CPU ends the run: each CPU's held-back evidence is stored once, under its own number. */
static void test_held_at_the_end(void **state)
{
	(void)state;
	machine.boot.cpu_count = 2;
	mock.other.held = (struct evidence){
		.type = RW_REC_VIOLATION,
		.target = RW_TARGET_HYPERVISOR,
		.access = RW_ACCESS_READ,
		.repeat = 7,
	};
	mock.cpu.held = mock.other.held;
	mock.cpu.held.repeat = 2;
	end_log(RW_END_POWEROFF);
	end_log(RW_END_RESET);
	assert_int_equal(mock.records, 2);
	assert_int_equal(mock.record_cpu[0], 0);
	assert_int_equal(mock.record[0].repeat, 1);
	assert_int_equal(mock.record_cpu[1], 1);
	assert_int_equal(mock.record[1].repeat, 6);
	assert_int_equal(mock.other.stats.violations, 7);
	assert_int_equal(mock.ends, 2);
}

/* The process is found by the offsets that the agent registered. */
static void test_process(void **state)
{
	uint64_t task = GUEST_DATA + 0x2000;
	uint32_t pid = 77, tgid = 66;

	(void)state;
	hv.agent.current_off = 0x40;
	hv.agent.task_pid = 0x10;
	hv.agent.task_tgid = 0x14;
	hv.agent.task_comm = 0x20;
	mock.reg[GREG_GS_BASE] = mock.cpu.guest_gs = GUEST_DATA + 0x1000;
	memcpy(host_ram + GUEST_DATA + 0x1040, &task, 8);
	memcpy(host_ram + task + 0x10, &pid, 4);
	memcpy(host_ram + task + 0x14, &tgid, 4);
	memcpy(host_ram + task + 0x20, "evil\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_true(mock_store(GUEST_TEXT, store, 1));
	assert_true(mock.record[0].task_known);
	assert_int_equal(mock.record[0].task.pid, 77);
	assert_int_equal(mock.record[0].task.tgid, 66);
	assert_string_equal(mock.record[0].task.comm, "evil");
	/* From user mode the other GS base applies. */
	mock.reg[GREG_CPL] = 3;
	mock.reg[GREG_KERNEL_GS_BASE] = mock.reg[GREG_GS_BASE];
	mock.reg[GREG_GS_BASE] = 0;
	assert_true(mock_store(GUEST_TEXT, store, 1));
	assert_int_equal(mock.record[1].task.pid, 77);
	/* A hostile task pointer: process unknown. */
	task = MACHINE_REGION;
	memcpy(host_ram + GUEST_DATA + 0x1040, &task, 8);
	assert_true(mock_store(GUEST_TEXT, store, 1));
	assert_false(mock.record[2].task_known);
	assert_int_equal(mock.record[2].task.pid, 0);
}

/* GS leads to a task that the attacker has made up: nobody else is blamed. */
static void test_wrong_gs(void **state)
{
	uint64_t task = GUEST_DATA + 0x2000;

	(void)state;
	hv.agent.current_off = 0x40;
	hv.agent.task_comm = 0x20;
	memcpy(host_ram + GUEST_DATA + 0x1040, &task, 8);
	memcpy(host_ram + task + 0x20, "innocent\0\0\0\0\0\0\0", 16);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	mock.reg[GREG_GS_BASE] = GUEST_DATA + 0x5000;
	assert_int_equal(mock_call(RW_HC_CPU_INDEX, 0, 0), 0); /* after the lock the first one counts */
	mock.reg[GREG_GS_BASE] = GUEST_DATA + 0x1000;
	assert_int_equal(mock_call(RW_HC_CPU_INDEX, 0, 0), 0);
	assert_true(mock_store(GUEST_TEXT, store, 1));
	assert_false(mock.record[0].task_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_scan),       BOTH(test_same_store),      BOTH(test_other_store),
		BOTH(test_same_patch), BOTH(test_held_at_the_end), BOTH(test_process),
		BOTH(test_wrong_gs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
