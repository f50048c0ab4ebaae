/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/core/io.c: the hidden UART, the ports that end a run, and pass-through of all others. */
#include "tests/unit/hv/core/mock.h"

#include "core/exit.h"

#define UART  0x2f8
#define PM1A  0x604
#define PM1B  0x704
#define RESET 0x80a

static int with_ports(void **state)
{
	if (mock_reset(state))
		return -1;
	machine.boot.serial_port = UART;
	machine.boot.pm1a_cnt = PM1A;
	machine.boot.pm1b_cnt = PM1B;
	machine.boot.pm1a_off_types = 1u << 0 | 1u << 5;
	machine.boot.pm1b_off_types = 1u << 0 | 1u << 6;
	machine.boot.reset_port = RESET;
	machine.boot.reset_value = 0x0f;
	io_init();
	return 0;
}

static bool exits(uint16_t port)
{
	return mock.io_ports[port / 32] & 1u << port % 32;
}

static void out(uint16_t port, uint8_t size, uint32_t value)
{
	mock.cpu.gprs.rax = 0xdead000000000000ull | value;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_IO, .io = { .port = port, .size = size } });
	assert_int_equal(mock.cpu.gprs.rax, 0xdead000000000000ull | value);
}

static uint64_t in(uint16_t port, uint8_t size)
{
	mock.cpu.gprs.rax = 0x1122334455667788;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_IO, .io = { .port = port, .size = size, .in = true } });
	return mock.cpu.gprs.rax;
}

static void test_intercepts(void **state)
{
	unsigned int count = 0;

	(void)state;
	for (uint32_t port = 0; port < 65536; port++)
		count += exits((uint16_t)port);
	assert_int_equal(count, 8 + 2 + 2 + 1);
	assert_true(exits(UART) && exits(UART + 7) && exits(PM1A + 1) && exits(PM1B) && exits(RESET));
	assert_false(exits(0xcf9) || exits(0x64) || exits(0x92));
	io_lock();
	assert_true(exits(0xcf9) && exits(0x60) && exits(0x64) && exits(0x92));
}

static void test_watched_from_the_start(void **state)
{
	(void)state;
	machine.boot.watch_resets = 1;
	io_init();
	assert_true(exits(0xcf9) && exits(0x64) && exits(0x92));
}

/* A machine without any of these. */
static void test_no_ports(void **state)
{
	(void)state;
	io_init();
	assert_false(exits(0));
	out(0, 1, 0x20);
	assert_int_equal(mock.ends, 0);
	assert_int_equal(mock.outs, 1);
	out(1, 1, 0x20); /* SLP_EN's byte, if there were a register at 0 */
	assert_int_equal(mock.ends, 0);
	/* CF9 as the FADT's reset register is watched from the lock on, like the others. */
	machine.boot.reset_port = 0xcf9;
	machine.boot.reset_value = 0x06;
	io_init();
	assert_false(exits(0xcf9));
	io_lock();
	assert_true(exits(0x64));
	assert_false(exits(0));
}

static void test_hidden(void **state)
{
	(void)state;
	mock.in_value = 0x60;
	assert_int_equal(in(UART, 1), 0x11223344556677ff);
	assert_int_equal(in(UART + 5, 2), 0x112233445566ffff);
	assert_int_equal(in(UART + 4, 4), 0xffffffff);
	assert_int_equal(in(UART - 1, 2), 0x112233445566ffff); /* partly hidden */
	assert_int_equal(in(UART + 7, 4), 0xffffffff);
	out(UART, 1, 'x');
	out(UART - 3, 4, 0);
	out(UART + 7, 2, 0);
	assert_int_equal(mock.outs, 0);
	assert_int_equal(mock.advances, 8);
}

static void test_passed_through(void **state)
{
	(void)state;
	mock.in_value = 0xaabbccdd;
	assert_int_equal(in(0x64, 1), 0x11223344556677dd);
	assert_int_equal(in(PM1A, 2), 0x112233445566ccdd);
	assert_int_equal(in(PM1A, 4), 0xaabbccdd);
	out(0x64, 1, 0xd1);
	out(PM1A, 2, 0x1c00);
	out(PM1A, 4, 0x12345678 & ~0x2000u);
	assert_int_equal(mock.outs, 3);
	assert_int_equal(mock.out[0].value, 0xd1);
	assert_int_equal(mock.out[1].size, 2);
	assert_int_equal(mock.out[2].value, 0x12345678 & ~0x2000u);
	assert_int_equal(mock.ends, 0);
}

static void ends(uint16_t port, uint8_t size, uint32_t value, int reason)
{
	unsigned int before = mock.ends, outs = mock.outs;

	if (reason == RW_END_RESET) {
		/* The log is dumped, virtualization switched off, and the machine reset in every way. */
		assert_true(MOCK_ENDS(out(port, size, value)));
		assert_int_equal(mock.ends, before + 1);
		assert_int_equal(mock.end_reason, reason);
		assert_true(mock.cpu_exits > 0);
		assert_int_equal(mock.out[mock.outs - 1].port, 0x64);
		mock.outs = 0;
		mock.cpu_exits = 0;
		return;
	}
	out(port, size, value);
	assert_int_equal(mock.ends, before + (reason != RW_END_RUNNING));
	if (reason != RW_END_RUNNING)
		assert_int_equal(mock.end_reason, reason);
	/* The log is dumped, then the guest's write is made. */
	assert_int_equal(mock.outs, outs + 1);
	mock.outs = 0;
}

static void test_sleep(void **state)
{
	(void)state;
	ends(PM1A, 2, 0x2000, RW_END_POWEROFF);
	ends(PM1A, 2, 0x3401, RW_END_POWEROFF);
	ends(PM1A, 4, 0x3401, RW_END_POWEROFF);
	ends(PM1A + 1, 1, 0x20, RW_END_POWEROFF);
	ends(PM1B, 2, 0x2000, RW_END_POWEROFF);
	ends(PM1A, 2, 0xdfff, RW_END_RUNNING);
	ends(PM1A, 1, 0x20, RW_END_RUNNING);
	ends(PM1A + 1, 1, 0xdf, RW_END_RUNNING);
}

/* Other sleep types: the write is dropped, and the log continues. */
static void test_sleep_refused(void **state)
{
	static const struct {
		uint16_t port;
		uint8_t size;
		uint32_t value;
	} writes[] = {
		{ PM1A, 2, 0x2400 },     { PM1A, 2, 0x3c01 }, { PM1A + 1, 1, 0x24 },
		{ PM1A, 4, 0x12342800 }, { PM1B, 2, 0x3400 }, { PM1A - 1, 4, 0x00240000 },
		{ PM1A + 1, 2, 0x0024 },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		out(writes[i].port, writes[i].size, writes[i].value);
		assert_int_equal(mock.outs, 0);
		assert_int_equal(mock.ends, 0);
		assert_int_equal(mock.advances, i + 1);
	}
	ends(PM1B, 2, 0x3800, RW_END_POWEROFF);
}

static void test_resets(void **state)
{
	(void)state;
	ends(RESET, 1, 0x0f, RW_END_RESET);
	ends(RESET, 1, 0x0e, RW_END_RUNNING);
	ends(RESET - 1, 2, 0x0f00, RW_END_RESET);
	ends(0x92, 1, 0x03, RW_END_RESET);
	ends(0x92, 1, 0x02, RW_END_RUNNING);
	ends(0x64, 1, 0xfe, RW_END_RESET);
	ends(0x64, 1, 0xf0, RW_END_RESET);
	ends(0x64, 1, 0xff, RW_END_RUNNING);
	ends(0x64, 1, 0xaa, RW_END_RUNNING);
	ends(0xcf9, 1, 0x06, RW_END_RESET);
	ends(0xcf9, 1, 0x02, RW_END_RUNNING);
	ends(0xcf8, 4, 0x80000600, RW_END_RUNNING); /* a PCI configuration address */
}

/*
 * CF9, 92 and 64 as one byte of a wider access. Any access other than to the PCI configuration address counts
 * as bytes, also at CF8.
 */
static void test_wide_resets(void **state)
{
	(void)state;
	ends(0xcf9, 2, 0x0006, RW_END_RESET);
	ends(0xcf9, 2, 0x0600, RW_END_RUNNING);
	ends(0xcf9, 4, 0x00000004, RW_END_RESET);
	ends(0xcf8, 2, 0x0600, RW_END_RESET);
	ends(0xcf8, 2, 0x0206, RW_END_RUNNING);
	ends(0xcf7, 4, 0x00060000, RW_END_RESET);
	ends(0xcf6, 4, 0x0e000000, RW_END_RESET);
	ends(0xcf6, 4, 0x000e0e0e, RW_END_RUNNING);
	ends(0x91, 2, 0x0100, RW_END_RESET);
	ends(0x90, 4, 0x00010000, RW_END_RESET);
	ends(0x90, 4, 0xff00ffff, RW_END_RUNNING);
	ends(0x92, 2, 0x0100, RW_END_RUNNING);
	ends(0x63, 2, 0xfe00, RW_END_RESET);
	ends(0x61, 4, 0xfe000000, RW_END_RESET);
	ends(0x61, 4, 0x00fefefe, RW_END_RUNNING);
	ends(0x64, 4, 0x000000f4, RW_END_RESET);
}

/*
 * After D1 to the keyboard controller, the next byte to port 60 sets its output port, whose bit 0 is the
 * reset line.
 */
static void test_output_port(void **state)
{
	(void)state;
	out(0x60, 1, 0x01); /* clears a D1 that an earlier test may have left */
	mock.outs = 0;
	ends(0x60, 1, 0x00, RW_END_RUNNING); /* no D1 before it: for the keyboard */
	ends(0x64, 1, 0xd1, RW_END_RUNNING);
	ends(0x60, 1, 0xdf, RW_END_RUNNING);
	ends(0x60, 1, 0x00, RW_END_RUNNING); /* a second byte */
	ends(0x64, 1, 0xd1, RW_END_RUNNING);
	ends(0x60, 1, 0xde, RW_END_RESET);
	ends(0x64, 1, 0xd1, RW_END_RUNNING);
	ends(0x60, 2, 0x01fe, RW_END_RESET);
	ends(0x63, 2, 0xd100, RW_END_RUNNING);
	ends(0x60, 4, 0x00000000, RW_END_RESET);
	/* A command between the two: if it takes a byte of its own, it takes this one; else no change. */
	ends(0x64, 1, 0xd1, RW_END_RUNNING);
	ends(0x64, 1, 0xaa, RW_END_RUNNING);
	ends(0x60, 1, 0x00, RW_END_RESET);
	for (unsigned int i = 0; i < 4; i++) {
		static const uint8_t own_byte[] = { 0x60, 0xd2, 0xd3, 0xd4 };

		ends(0x64, 1, 0xd1, RW_END_RUNNING);
		ends(0x64, 1, own_byte[i], RW_END_RUNNING);
		ends(0x60, 1, 0x00, RW_END_RUNNING);
	}
	/* Reads change nothing. */
	ends(0x64, 1, 0xd1, RW_END_RUNNING);
	in(0x60, 1);
	in(0x64, 1);
	ends(0x60, 1, 0x00, RW_END_RESET);
}

/*
 * Any write to one of the four ports: the log is dumped, the device gets the write, and if there is no device
 * the CPU halts.
 */
static void test_exit_port(void **state)
{
	static const struct {
		uint8_t port, size;
		uint32_t value;
	} good[] = { { 0xf4, 1, 0x21 }, { 0xf4, 2, 0x1234 }, { 0xf4, 4, 0xfedcba98 }, { 0xf7, 1, 0 } };

	(void)state;
	out(0xf4, 1, 0x21);
	assert_int_equal(mock.ends, 0);
	machine.boot.exit_port = 0xf4;
	io_init();
	assert_true(exits(0xf4) && exits(0xf7) && !exits(0xf3) && !exits(0xf8));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		mock.ends = mock.outs = 0;
		assert_true(MOCK_ENDS(out(good[i].port, good[i].size, 0xa5000000 | good[i].value)));
		assert_int_equal(mock.ends, 1);
		assert_int_equal(mock.end_reason, RW_END_EXIT);
		assert_int_equal(mock.outs, 1);
		assert_int_equal(mock.out[0].port, good[i].port);
		assert_int_equal(mock.out[0].value,
				 good[i].size == 4 ? 0xa5000000 | good[i].value : good[i].value);
	}
	mock.ends = mock.outs = 0;
	mock.in_value = 0x55;
	assert_int_equal(in(0xf4, 1), 0x1122334455667755);
	out(0xf3, 1, 1);
	out(0xf8, 1, 1);
	assert_int_equal(mock.ends, 0);
	assert_int_equal(mock.outs, 2);
}

/* String instructions transfer nothing. */
static void test_string(void **state)
{
	static const uint16_t resets[] = { 0xcf9, 0x64, 0x60, 0x92, RESET };

	(void)state;
	mock.cpu.gprs.rax = 0x2000;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_IO,
				    .io = { .port = PM1A, .size = 2, .string = true, .rep = true } });
	mock_exit((struct hv_exit){ .reason = RW_EXIT_IO,
				    .io = { .port = UART, .size = 1, .in = true, .string = true } });
	for (size_t i = 0; i < sizeof(resets) / sizeof(resets[0]); i++)
		mock_exit((struct hv_exit){
			.reason = RW_EXIT_IO,
			.io = { .port = resets[i], .size = 1, .string = true, .rep = i & 1 } });
	assert_int_equal(mock.outs, 0);
	assert_int_equal(mock.ends, 0);
	assert_int_equal(mock.advances, 2 + sizeof(resets) / sizeof(resets[0]));
	assert_int_equal(mock.cpu.gprs.rax, 0x2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_intercepts, with_ports),
		cmocka_unit_test_setup(test_no_ports, mock_reset),
		cmocka_unit_test_setup(test_hidden, with_ports),
		cmocka_unit_test_setup(test_passed_through, with_ports),
		cmocka_unit_test_setup(test_sleep, with_ports),
		cmocka_unit_test_setup(test_sleep_refused, with_ports),
		cmocka_unit_test_setup(test_resets, with_ports),
		cmocka_unit_test_setup(test_wide_resets, with_ports),
		cmocka_unit_test_setup(test_output_port, with_ports),
		cmocka_unit_test_setup(test_watched_from_the_start, with_ports),
		cmocka_unit_test_setup(test_exit_port, with_ports),
		cmocka_unit_test_setup(test_string, with_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
