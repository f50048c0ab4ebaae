/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The 16550 UART: its registers, and the writes that set one up. Names as in the PC16550D data sheet. */
#pragma once

#include <stdint.h>

#define UART_PORTS 8
#define UART_CLOCK 115200u /* highest speed; the divisor is taken from it */

/* Registers, from the base. */
enum {
	UART_DATA = 0, /* with UART_DLAB: low byte of the divisor */
	UART_IER = 1,  /* with UART_DLAB: high byte of the divisor */
	UART_FCR = 2,  /* read: IIR */
	UART_LCR = 3,
	UART_MCR = 4,
	UART_LSR = 5,
	UART_SCRATCH = 7,
};

#define UART_FCR_CLEAR 0x07u /* FIFOs on and empty */
#define UART_IIR_FIFO  0xc0u /* both bits set if the FIFOs work */
#define UART_LCR_8N1   0x03u
#define UART_DLAB      0x80u /* LCR: the first two registers are the divisor */
#define UART_MCR_DTR   0x01u
#define UART_MCR_RTS   0x02u
#define UART_LSR_THRE  0x20u /* the transmitter has room */
#define UART_LSR_TEMT  0x40u /* the last bit is sent */

struct uart_write {
	uint8_t reg, value;
};

/**
 * UART_SETUP() - an initializer for an array of struct uart_write, to be done in this order: @baud, which
 * divides UART_CLOCK, 8 data bits, no parity, one stop bit, no interrupts, FIFOs on and empty.
 */
/* clang-format off */
#define UART_SETUP(baud) \
	{ { UART_IER, 0 }, \
	  { UART_LCR, UART_DLAB }, \
	  { UART_DATA, (uint8_t)(UART_CLOCK / (baud)) }, \
	  { UART_IER, (uint8_t)(UART_CLOCK / (baud) >> 8) }, \
	  { UART_LCR, UART_LCR_8N1 }, \
	  { UART_FCR, UART_FCR_CLEAR }, \
	  { UART_MCR, UART_MCR_DTR | UART_MCR_RTS } }
/* clang-format on */
