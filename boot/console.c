/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Prints messages. */
#include "console.h"

#include "lib/format.h"
#include "lib/uart16550.h"

#include <efi.h>
#include <efilib.h>

#include "message.h"
#include "x86.h"

#define UART_PATIENCE 100000u /* reads of LSR while waiting for room: longer than a byte takes at 1200 baud */

static uint16_t serial; /* I/O base; 0: none */

static bool uart_answers(uint16_t port)
{
	x86_out8(port + UART_SCRATCH, 0x5a);
	if (x86_in8(port + UART_SCRATCH) != 0x5a)
		return false;
	x86_out8(port + UART_SCRATCH, 0xa5);
	return x86_in8(port + UART_SCRATCH) == 0xa5;
}

bool console_serial(uint16_t port, uint32_t baud)
{
	serial = 0;
	if (!port)
		return true;
	if (!uart_answers(port))
		return false;

	const struct uart_write setup[] = UART_SETUP(baud);

	for (size_t i = 0; i < sizeof(setup) / sizeof(setup[0]); i++)
		x86_out8(port + setup[i].reg, setup[i].value);
	serial = port;
	return true;
}

static void serial_put(char c)
{
	uint32_t i;

	for (i = 0; i < UART_PATIENCE; i++)
		if (x86_in8(serial + UART_LSR) & UART_LSR_THRE)
			break;
	x86_out8(serial + UART_DATA, (uint8_t)c);
}

void console_print(const char *fmt, ...)
{
	static const char prefix[] = "ringward: ";
	char line[sizeof(prefix) + MESSAGE_LEN + 64];
	CHAR16 wide[sizeof(line)];
	size_t used, i;
	va_list args;

	used = format_text(line, sizeof(line), "%s", prefix);
	va_start(args, fmt);
	used += format_va(line + used, sizeof(line) - used - 2, fmt, args);
	va_end(args);
	line[used++] = '\r';
	line[used++] = '\n';
	for (i = 0; i < used; i++)
		wide[i] = (uint8_t)line[i] < 0x80 ? (CHAR16)line[i] : L'?';
	wide[used] = 0;
	if (ST->ConOut)
		ST->ConOut->OutputString(ST->ConOut, wide);
	for (i = 0; serial && i < used; i++)
		serial_put(line[i]);
}
