/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/core/exit.c: what the dispatcher does with each action, and which exits it knows. */
#include "tests/unit/hv/core/mock.h"

#include "core/ap_park.h"
#include "core/smp.h"

static const struct hv_event interrupt = { .type = EVENT_INTR, .vector = 0x30 };

static void test_advance(void **state)
{
	(void)state;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID, .insn_len = 2 });
	assert_int_equal(mock.advances, 1);
	assert_int_equal(mock.advanced, 2);
	assert_int_equal(mock.injects, 0);
	assert_int_equal(mock.cpu.stats.exits[RW_EXIT_CPUID], 1);
	assert_true(mock.cpu.stats.hv_cycles > 0);
	/* Without a length the hypervisor does not guess. */
	assert_true(MOCK_ENDS({
		struct hv_exit x = { .reason = RW_EXIT_CPUID };
		exit_dispatch(&mock.cpu, &x);
	}));
	assert_int_equal(mock.advances, 1);
}

static void test_resume(void **state)
{
	(void)state;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INTERRUPT });
	assert_int_equal(mock.advances, 0);
	assert_int_equal(mock.injects, 0);
}

/* An event whose delivery an exit interrupted is delivered later, unchanged. */
static void test_pending(void **state)
{
	struct hv_exit x = { .reason = RW_EXIT_NESTED,
			     .pending = interrupt,
			     .nested = { .gpa = 0x8000000000ull, .access = NACC_WRITE } };

	(void)state;
	mock_exit(x);
	assert_int_equal(mock.injects, 1);
	assert_memory_equal(&mock.injected, &interrupt, sizeof(interrupt));
	x.pending =
		(struct hv_event){ .type = EVENT_EXCEPTION, .vector = VEC_PF, .has_error = true, .error = 7 };
	x.nested.gpa = GUEST_DATA;
	mock_exit(x);
	assert_int_equal(mock.injects, 2);
	assert_int_equal(mock.injected.error, 7);
	assert_int_equal(mock.advances, 0);
}

/*
 * A machine check during the hypervisor is delivered to the guest as soon as no other event is pending.
 */
static void test_machine_check(void **state)
{
	(void)state;
	mock.reg[GREG_CR4] = CR4_MCE;
	mock.cpu.machine_check = true;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INTERRUPT, .pending = interrupt });
	assert_int_equal(mock.injected.vector, interrupt.vector);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_VIRT_INSN });
	assert_int_equal(mock.injected.vector, VEC_UD);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID, .insn_len = 2 });
	assert_int_equal(mock.injected.vector, VEC_MC);
	assert_int_equal(mock.injected.type, EVENT_EXCEPTION);
	assert_false(mock.injected.has_error);
	assert_int_equal(mock.injects, 3);
	assert_int_equal(mock.advances, 1);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INTERRUPT });
	assert_int_equal(mock.injects, 3); /* once */
	/* A guest with CR4.MCE clear is reset, as on the bare CPU. */
	mock.reg[GREG_CR4] = 0;
	mock.cpu.machine_check = true;
	assert_true(MOCK_ENDS(mock_exit((struct hv_exit){ .reason = RW_EXIT_INTERRUPT })));
	assert_int_equal(mock.end_reason, RW_END_RESET);
}

/* An exception from the handler replaces the pending event. */
static void test_inject(void **state)
{
	(void)state;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_VIRT_INSN, .pending = interrupt });
	assert_int_equal(mock.injects, 1);
	assert_int_equal(mock.injected.type, EVENT_EXCEPTION);
	assert_int_equal(mock.injected.vector, VEC_UD);
	assert_false(mock.injected.has_error);
	assert_int_equal(mock.advances, 0);
}

static void test_exception(void **state)
{
	(void)state;
	mock.reg[GREG_CR2] = 1;
	mock_exit((struct hv_exit){
		.reason = RW_EXIT_EXCEPTION,
		.exception = { .vector = VEC_GP, .has_error = true, .error = 0x18, .cr2 = 2 } });
	assert_int_equal(mock.injected.vector, VEC_GP);
	assert_int_equal(mock.injected.error, 0x18);
	assert_int_equal(mock.reg[GREG_CR2], 1);
	mock_exit((struct hv_exit){
		.reason = RW_EXIT_EXCEPTION,
		.exception = { .vector = VEC_PF, .has_error = true, .error = 6, .cr2 = 0x1234 } });
	assert_int_equal(mock.injected.vector, VEC_PF);
	assert_int_equal(mock.injected.error, 6);
	assert_int_equal(mock.reg[GREG_CR2], 0x1234);
}

static void test_cache(void **state)
{
	(void)state;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CACHE_INSN });
	assert_int_equal(mock.wbinvds, 1);
	assert_int_equal(mock.advances, 1);
}

static void unknown(enum rw_exit_reason reason)
{
	assert_true(MOCK_ENDS(mock_exit((struct hv_exit){ .reason = reason })));
	assert_int_equal(mock.cpu.stats.exits[reason], 1);
}

static void test_unknown(void **state)
{
	(void)state;
	unknown(RW_EXIT_OTHER);
	unknown(RW_EXIT_STEP);
	assert_int_equal(mock.advances, 0);
	assert_int_equal(mock.injects, 0);
}

/* An NMI is the guest's, unless another CPU sent it as a shoot-down. */
static void test_nmi(void **state)
{
	(void)state;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NMI });
	assert_int_equal(mock.nmis_passed, 1);
	assert_int_equal(mock.cpu.kick, KICK_HELD);
	mock.cpu.kick = KICK_SENT;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NMI });
	assert_int_equal(mock.nmis_dropped, 1);
	assert_int_equal(mock.nmis_passed, 1);
	assert_int_equal(mock.cpu.kick, KICK_NONE);
}

static void test_init_sipi(void **state)
{
	(void)state;
	mock.cpu.index = 1;
	mock.cpu.kick = KICK_SENT;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INIT });
	assert_int_equal(mock.parks, 0);
	assert_true(mock.cpu.in_guest);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INIT });
	assert_int_equal(mock.parks, 1);
	assert_false(mock.cpu.in_guest); /* it is parked: no CPU waits for it */
	mock_exit((struct hv_exit){ .reason = RW_EXIT_SIPI, .sipi = { .vector = 0x9a } });
	assert_int_equal(mock.starts, 1);
	assert_int_equal(mock.start_vector, 0x9a);
	assert_true(mock.cpu.in_guest);
	/* An INIT that came while it waited exits before its first instruction. */
	mock.reg[GREG_RIP] = 0;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INIT });
	assert_int_equal(mock.parks, 1);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INIT });
	assert_int_equal(mock.parks, 2);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_SIPI, .sipi = { .vector = 0x9a } });
	mock.reg[GREG_RIP] = 1;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_INIT });
	assert_int_equal(mock.parks, 3);
	/* INIT would restart the boot CPU in the firmware: a reset. */
	mock.cpu.index = 0;
	assert_true(MOCK_ENDS(mock_exit((struct hv_exit){ .reason = RW_EXIT_INIT })));
	assert_int_equal(mock.end_reason, RW_END_RESET);
}

/* Another CPU, with the kernel's IDT, locks; then this one has @idt. */
static void lock_elsewhere(uint64_t idt)
{
	mock.table[SEG_IDTR - SEG_GDTR].base = 0x1000;
	ap_park_lock(&mock.other);
	assert_int_equal(mock.cpu.judge, !mock.cpu.parked);
	assert_false(mock.other.judge);
	mock.table[SEG_IDTR - SEG_GDTR].base = idt;
	mock.cpu.kick = KICK_SENT;
}

/* At the lock a CPU that the kernel has not started still has the firmware's IDT: its next exit parks it. */
static void test_park_at_the_lock(void **state)
{
	const struct hv_exit kicked = { .reason = RW_EXIT_INIT };

	(void)state;
	machine.boot.cpu_count = 2;
	mock.cpu.index = 1;
	lock_elsewhere(0x1000);
	mock_exit(kicked); /* one of the kernel's: the exit is handled as ever */
	assert_int_equal(mock.parks, 0);
	assert_false(mock.cpu.judge);
	assert_int_equal(mock.cpu.kick, KICK_NONE);

	lock_elsewhere(0x2000);
	mock_exit(kicked);
	assert_int_equal(mock.parks, 1);
	assert_int_equal(mock.cpu.kick, KICK_NONE);
	assert_false(mock.cpu.in_guest);

	lock_elsewhere(0x2000); /* it waits already */
	mock_exit((struct hv_exit){ .reason = RW_EXIT_SIPI, .sipi = { .vector = 0x9a } });
	assert_int_equal(mock.parks, 1);
	assert_int_equal(mock.starts, 1);

	lock_elsewhere(0x2000); /* it left the guest before the kick came, and what it did there is dropped */
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NESTED,
				    .pending = interrupt,
				    .nested = { .gpa = GUEST_DATA, .access = NACC_EXEC } });
	assert_int_equal(mock.parks, 2);
	assert_int_equal(mock.injects, 0);

	lock_elsewhere(0); /* it is started where SIPI does not exit, and has no IDT yet */
	mock.cpu.parked = false;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID });
	assert_int_equal(mock.parks, 2);

	mock.cpu.index = 0; /* the boot CPU is never parked */
	lock_elsewhere(0x2000);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_NMI });
	assert_int_equal(mock.parks, 2);
}

/* A change of the nested tables kicks another CPU out of the guest, and it flushes before it re-enters. */
static void test_flush_all(void **state)
{
	unsigned int flushes = mock.flushes;

	(void)state;
	machine.boot.cpu_count = 2;
	machine.boot.tsc_hz = 1000000;
	mock.other.in_guest = true;
	smp_flush_all(&mock.cpu);
	assert_int_equal(mock.flushes, flushes + 1);
	assert_int_equal(mock.kicks, 1);
	assert_int_equal(mock.other.kick, KICK_SENT);
	mock.other.in_guest = false;
	smp_flush_all(&mock.cpu);
	assert_int_equal(mock.kicks, 1);
	assert_true(mock.other.flush_wanted);
	smp_enter_guest(&mock.other);
	assert_int_equal(mock.flushes, flushes + 3);
	assert_false(mock.other.flush_wanted);
	assert_true(mock.other.in_guest);
	assert_int_equal(mock.cpu.stats.shootdowns, 2);
}

/* A triple fault: the log is dumped first, then each kind of reset is tried. */
static void test_shutdown(void **state)
{
	(void)state;
	machine.boot.reset_port = 0x604;
	machine.boot.reset_value = 0x34;
	assert_true(MOCK_ENDS(mock_exit((struct hv_exit){ .reason = RW_EXIT_SHUTDOWN })));
	assert_int_equal(mock.ends, 1);
	assert_int_equal(mock.end_reason, RW_END_RESET);
	assert_int_equal(mock.outs, 4);
	assert_int_equal(mock.out[0].port, 0x604);
	assert_int_equal(mock.out[0].value, 0x34);
	assert_int_equal(mock.out[1].port, 0xcf9);
	assert_int_equal(mock.out[2].value, 6);
	assert_int_equal(mock.out[3].port, 0x64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_advance, mock_reset),
		cmocka_unit_test_setup(test_resume, mock_reset),
		cmocka_unit_test_setup(test_pending, mock_reset),
		cmocka_unit_test_setup(test_machine_check, mock_reset),
		cmocka_unit_test_setup(test_inject, mock_reset),
		cmocka_unit_test_setup(test_exception, mock_reset),
		cmocka_unit_test_setup(test_cache, mock_reset),
		cmocka_unit_test_setup(test_unknown, mock_reset),
		cmocka_unit_test_setup(test_nmi, mock_reset),
		cmocka_unit_test_setup(test_init_sipi, mock_reset),
		cmocka_unit_test_setup(test_park_at_the_lock, mock_reset),
		cmocka_unit_test_setup(test_flush_all, mock_reset),
		cmocka_unit_test_setup(test_shutdown, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
