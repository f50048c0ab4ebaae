/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's own serial port. Registers as in the PC16550D data sheet. */
#include "dev/uart.h"

#include "arch/x86/insn.h"
#include "arch/x86/regs.h"

#include <stdbool.h>

enum {
	UART_DATA,
	UART_IER,
	UART_FCR,
	UART_LCR,
	UART_MCR,
	UART_LSR
};

enum {
	UART_CLOCK = 115200,
	LCR_8N1 = 0x03,
	LCR_DLAB = 0x80,
	FCR_ENABLE_CLEAR = 0x07,
	MCR_DTR_RTS = 0x03,
	IIR_FIFO = 0xc0, /* read at UART_FCR: both bits set if the FIFOs work */
	LSR_THRE = BIT(5),
	LSR_TEMT = BIT(6),
	FIFO_SIZE = 16,
};

/* Polls before a port counts as dead: far more than one character needs at the lowest rate. */
#define UART_PATIENCE 20000000u

static uint16_t base; /* (x) 0: none, or dead */
static int fifo;      /* (b) characters that fit once the holding register is empty */

void uart_init(uint16_t port, uint32_t baud)
{
	base = port;
	if (!base)
		return;

	uint32_t divisor = UART_CLOCK / baud;

	outb(base + UART_IER, 0);
	outb(base + UART_LCR, LCR_DLAB);
	outb(base + UART_DATA, (uint8_t)divisor);
	outb(base + UART_IER, (uint8_t)(divisor >> 8));
	outb(base + UART_LCR, LCR_8N1);
	outb(base + UART_FCR, FCR_ENABLE_CLEAR);
	outb(base + UART_MCR, MCR_DTR_RTS);
	fifo = (inb(base + UART_FCR) & IIR_FIFO) == IIR_FIFO ? FIFO_SIZE : 1;
}

/*
 * Reads the port once per loop: uart_flush() has no lock, and the port may be found dead while another CPU
 * writes.
 */
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
	for (uint16_t port; n && (port = port_now()) && wait_for(port, LSR_THRE);)
		/* The holding register is empty, and so is the FIFO. */
		for (int i = 0; i < fifo && n; i++, n--)
			outb(port + UART_DATA, (uint8_t)*s++);
}

void uart_flush(void)
{
	uint16_t port = port_now();

	if (port)
		wait_for(port, LSR_TEMT);
}
