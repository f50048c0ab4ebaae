/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/protect/heartbeat.c: when an agent is missed, and what is recorded of it. */
#include "tests/unit/hv/protect/guarded.h"

#include "protect/heartbeat.h"

#define SECOND 1000000000ull

/* The agent of the current CPU beats. */
static int64_t beat(enum rw_beat kind, uint32_t gone)
{
	uint64_t rip = mock.reg[GREG_RIP];
	int64_t ret;

	mock.reg[GREG_RIP] = GUEST_AGENT;
	ret = mock_call(RW_HC_BEAT, kind, gone);
	mock.reg[GREG_RIP] = rip;
	return ret;
}

/* Time passes, and then the guest makes an exit that says nothing of the agent. */
static void exit_after(uint64_t ns)
{
	mock.later_ns += ns;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INTERRUPT });
}

/* A machine of @cpus whose agents beat before the lock. */
static void locked(uint32_t cpus)
{
	static uint64_t
		start; /* after all tests before, which may have used up the alert lines of their time */

	start += 1ull << 50;
	mock.later_ns = start;
	machine.boot.cpu_count = cpus;
	mock_register();
	mock_protect();
	assert_int_equal(mock_call(RW_HC_BEAT, RW_BEAT_ALIVE, 0), 0);
	if (cpus == 2)
		heartbeat_heard(&mock.other, false, 0);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	mock.events = 0;
	mock.lines = 0;
}

static void expect(unsigned int events, uint32_t agent_state, uint32_t cpu)
{
	assert_int_equal(mock.events, events);
	assert_int_equal(mock.event_type, RW_REC_AGENT_STATE);
	assert_int_equal(mock.agent_state, agent_state);
	assert_int_equal(mock.agent_cpu, cpu);
}

/* An agent that beats is not missed, and makes no record, for however long. */
static void test_alive(void **state)
{
	(void)state;
	locked(1);
	mock.drain_result = 5;
	for (unsigned int i = 0; i < 1000; i++) {
		exit_after(HEARTBEAT_SILENT_NS - 1);
		assert_int_equal(beat(RW_BEAT_ALIVE, 0), 5);
	}
	assert_int_equal(mock.drains, 1001);
	assert_int_equal(mock.events, 0);
	assert_int_equal(mock.lines, 0);
}

/* One that falls silent is recorded once, with the time when it was heard; and once more when it is back. */
static void test_silent(void **state)
{
	uint64_t heard;

	(void)state;
	locked(1);
	exit_after(7 * SECOND);
	beat(RW_BEAT_ALIVE, 0);
	heard = journal_now(&mock.cpu);
	exit_after(HEARTBEAT_SILENT_NS);
	exit_after(HEARTBEAT_GRACE_NS - SECOND);
	assert_int_equal(mock.events, 0);
	exit_after(SECOND);
	expect(1, RW_AGENT_SILENT, 0);
	assert_int_equal(mock.agent_heard_ns, heard);
	assert_int_equal(mock.lines, 1);
	exit_after(1000 * SECOND);
	assert_int_equal(mock.events, 1);
	beat(RW_BEAT_ALIVE, 0);
	expect(2, RW_AGENT_HEARD, 0);
	assert_int_equal(mock.lines, 2);
	exit_after(HEARTBEAT_SILENT_NS);
	exit_after(HEARTBEAT_GRACE_NS);
	expect(3, RW_AGENT_SILENT, 0);
}

/* The exits of one CPU miss the agent of another, which never leaves the guest. */
static void test_other_cpu(void **state)
{
	(void)state;
	locked(2);
	for (unsigned int i = 0; i < 5; i++) {
		exit_after(10 * SECOND);
		beat(RW_BEAT_ALIVE, 0);
	}
	expect(1, RW_AGENT_SILENT, 1);
}

/*
 * A machine that stood still as a whole: the first exit after it misses the agent, which beats soon. What was
 * missed before does not count the next time.
 */
static void test_machine_stood_still(void **state)
{
	(void)state;
	locked(1);
	for (unsigned int i = 0; i < 3; i++) {
		exit_after(10000 * SECOND);
		exit_after(HEARTBEAT_GRACE_NS - 1);
		beat(RW_BEAT_ALIVE, 0);
	}
	assert_int_equal(mock.events, 0);
}

/* One that says it pauses is recorded, but not missed. */
static void test_pause(void **state)
{
	(void)state;
	locked(1);
	beat(RW_BEAT_PAUSE, 0);
	expect(1, RW_AGENT_PAUSED, 0);
	exit_after(1000 * SECOND);
	exit_after(1000 * SECOND);
	beat(RW_BEAT_PAUSE, 0);
	assert_int_equal(mock.events, 1);
	beat(RW_BEAT_ALIVE, 0);
	expect(2, RW_AGENT_HEARD, 0);
	assert_int_equal(mock.lines, 0);
}

/* Lost tracepoints: each change is recorded, and silence after it, too. */
static void test_deaf(void **state)
{
	(void)state;
	locked(1);
	beat(RW_BEAT_ALIVE, 1);
	expect(1, RW_AGENT_DEAF, 0);
	assert_int_equal(mock.agent_gone, 1);
	assert_int_equal(mock.lines, 1);
	beat(RW_BEAT_ALIVE, 1);
	assert_int_equal(mock.events, 1);
	beat(RW_BEAT_ALIVE, 9);
	expect(2, RW_AGENT_DEAF, 0);
	assert_int_equal(mock.agent_gone, 9);
	beat(RW_BEAT_ALIVE, 0);
	expect(3, RW_AGENT_HEARD, 0);
	beat(RW_BEAT_ALIVE, 1);
	exit_after(HEARTBEAT_SILENT_NS);
	exit_after(HEARTBEAT_GRACE_NS);
	expect(5, RW_AGENT_SILENT, 0);
}

/* Before the lock nothing is missed or recorded; after another kernel took over, neither. */
static void test_only_while_locked(void **state)
{
	(void)state;
	mock_register();
	mock_protect();
	assert_int_equal(mock_call(RW_HC_BEAT, RW_BEAT_ALIVE, 3), 0);
	mock.events = 0;
	exit_after(1000 * SECOND);
	exit_after(1000 * SECOND);
	assert_int_equal(mock.events, 0);
	/* What passed before the lock does not count after it. */
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	exit_after(HEARTBEAT_SILENT_NS - 1);
	exit_after(HEARTBEAT_GRACE_NS);
	assert_int_equal(mock.event_type, RW_REC_LOCK);
	machine.boot.settings.kexec = RW_KEXEC_ALLOW;
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), 0);
	mock.reg[GREG_RIP] = GUEST_DATA;
	mock_register();
	mock_protect();
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	mock.events = 0;
	exit_after(1000 * SECOND);
	exit_after(1000 * SECOND);
	assert_int_equal(mock.events, 0);
}

/* An agent that was never heard is not missed: a CPU that came after the lock, or an older agent. */
static void test_never_heard(void **state)
{
	(void)state;
	mock_lock();
	mock.events = 0;
	exit_after(1000 * SECOND);
	exit_after(1000 * SECOND);
	assert_int_equal(mock.events, 0);
	beat(RW_BEAT_ALIVE, 0);
	expect(1, RW_AGENT_HEARD, 0);
}

static void test_stop(void **state)
{
	(void)state;
	locked(1);
	machine.boot.settings.on_agent_loss = RW_ON_AGENT_LOSS_STOP;
	exit_after(HEARTBEAT_SILENT_NS);
	assert_true(MOCK_ENDS(exit_after(HEARTBEAT_GRACE_NS)));
	expect(1, RW_AGENT_SILENT, 0);
	/* A pause or lost tracepoints are no silence. */
	mock.lines = 0;
	beat(RW_BEAT_ALIVE, 2);
	beat(RW_BEAT_PAUSE, 2);
	exit_after(1000 * SECOND);
	exit_after(1000 * SECOND);
	expect(3, RW_AGENT_PAUSED, 0);
}

/* Wrong arguments, and callers that may not beat for the agent. */
static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(mock_call(RW_HC_BEAT, RW_BEAT_ALIVE, 0), -RW_ENOTREADY);
	locked(1);
	exit_after(HEARTBEAT_SILENT_NS);
	assert_int_equal(beat(RW_BEAT_COUNT, 0), -RW_EINVAL);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_BEAT, RW_BEAT_ALIVE, 1ull << 32), -RW_EINVAL);
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_int_equal(mock_call(RW_HC_BEAT, RW_BEAT_ALIVE, 0), -RW_EPERM);
	assert_int_equal(mock.records, 1);
	assert_int_equal(mock.drains, 1);
	exit_after(HEARTBEAT_GRACE_NS);
	expect(1, RW_AGENT_SILENT, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_alive, mock_reset),
		cmocka_unit_test_setup(test_silent, mock_reset),
		cmocka_unit_test_setup(test_other_cpu, mock_reset),
		cmocka_unit_test_setup(test_machine_stood_still, mock_reset),
		cmocka_unit_test_setup(test_pause, mock_reset),
		cmocka_unit_test_setup(test_deaf, mock_reset),
		cmocka_unit_test_setup(test_only_while_locked, mock_reset),
		cmocka_unit_test_setup(test_never_heard, mock_reset),
		cmocka_unit_test_setup(test_stop, mock_reset),
		cmocka_unit_test_setup(test_refused, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
