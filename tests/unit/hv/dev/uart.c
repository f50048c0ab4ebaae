/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/dev/uart.c: the output, and a port that dies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dev/uart.h"
#include "lib/uart16550.h"

/* Registers as in the PC16550D data sheet. */
#define PORT      0x2f8
#define FCR       2
#define LCR       3
#define LSR       5
#define LSR_READY 0x60
#define LCR_DLAB  0x80

static uint8_t lsr, lcr;
static char sent[64];
static size_t count;
static unsigned int polls;
static bool other_gives_up; /* another CPU finds the port dead after the next check of its line status */

static int reset(void **state)
{
	(void)state;
	lsr = LSR_READY;
	count = polls = 0;
	memset(sent, 0, sizeof(sent));
	other_gives_up = false;
	uart_init(PORT, 115200);
	return 0;
}

uint8_t inb(uint16_t port)
{
	assert_in_range(port, PORT, PORT + UART_PORTS - 1);
	if (port == PORT + FCR)
		return 0xc0;
	assert_int_equal(port, PORT + LSR);
	polls++;
	if (other_gives_up) {
		other_gives_up = false;
		lsr = 0;
		uart_flush();
		lsr = LSR_READY;
		return LSR_READY;
	}
	return lsr;
}

void outb(uint16_t port, uint8_t value)
{
	assert_in_range(port, PORT, PORT + UART_PORTS - 1);
	if (port == PORT + LCR)
		lcr = value;
	if (port != PORT || lcr & LCR_DLAB)
		return;
	assert_true(count < sizeof(sent));
	sent[count++] = (char)value;
}

/* One check of the line status per 16 characters, the size of the FIFO. */
static void writes(void **state)
{
	(void)state;
	uart_write("0123456789abcdef0123456789abcdef!", 33);
	uart_flush();
	assert_string_equal(sent, "0123456789abcdef0123456789abcdef!");
	assert_int_equal(polls, 3 + 1);
}

static void no_port(void **state)
{
	(void)state;
	uart_init(0, 115200);
	uart_write("x", 1);
	uart_flush();
	assert_int_equal(count + polls, 0);
}

/* A port that never becomes ready is not used any more. */
static void dead_port(void **state)
{
	unsigned int once;

	(void)state;
	lsr = 0;
	uart_write("x", 1);
	once = polls;
	assert_true(once > 1000000);
	uart_write("x", 1);
	uart_flush();
	assert_int_equal(polls, once);
	assert_int_equal(count, 0);
}

/* Another CPU gives the port up in mid-line: no character goes to another port. */
static void dies_while_writing(void **state)
{
	(void)state;
	other_gives_up = true;
	uart_write("0123456789abcdefgh", 18);
	assert_string_equal(sent, "0123456789abcdef");
	uart_write("x", 1);
	assert_int_equal(count, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(writes, reset),
		cmocka_unit_test_setup(no_port, reset),
		cmocka_unit_test_setup(dead_port, reset),
		cmocka_unit_test_setup(dies_while_writing, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
