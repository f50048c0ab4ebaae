/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's own serial port. */
#include "dev/uart.h"

#include "arch/x86/insn.h"
#include "lib/uart16550.h"

#include <stdbool.h>

#define FIFO_SIZE 16

/* Polls before a port counts as dead: far more than one character needs at the lowest rate. */
#define UART_PATIENCE 20000000u

static uint16_t base; /* (x) 0: none, or dead */
static int fifo;      /* (b) characters that fit once the holding register is empty */

void uart_init(uint16_t port, uint32_t baud)
{
	base = port;
	if (!base)
		return;

	const struct uart_write setup[] = UART_SETUP(baud);

	for (size_t i = 0; i < sizeof(setup) / sizeof(setup[0]); i++)
		outb(base + setup[i].reg, setup[i].value);
	fifo = (inb(base + UART_FCR) & UART_IIR_FIFO) == UART_IIR_FIFO ? FIFO_SIZE : 1;
}

/* Read once per loop: uart_flush() has no lock, and another CPU may find the port dead meanwhile. */
static uint16_t port_now(void)
{
	return __atomic_load_n(&base, __ATOMIC_RELAXED);
}

static bool wait_for(uint16_t port, uint8_t bit)
{
	for (uint32_t i = 0; i < UART_PATIENCE; i++, cpu_relax())
		if (inb(port + UART_LSR) & bit)
			return true;
	__atomic_store_n(&base, 0, __ATOMIC_RELAXED);
	return false;
}

void uart_write(const char *s, size_t n)
{
	for (uint16_t port; n && (port = port_now()) && wait_for(port, UART_LSR_THRE);)
		/* The holding register is empty, and so is the FIFO. */
		for (int i = 0; i < fifo && n; i++, n--)
			outb(port + UART_DATA, (uint8_t)*s++);
}

void uart_flush(void)
{
	uint16_t port = port_now();

	if (port)
		wait_for(port, UART_LSR_TEMT);
}
