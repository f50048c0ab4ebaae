/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text on the hypervisor's own serial line. */
#include "log/printk.h"

#include "abi/frame.h"
#include "core/spinlock.h"
#include "dev/uart.h"
#include "lib/format.h"

static struct spinlock lock = SPINLOCK(PRINT); /* (x) */

#define PREFIX "ringward: "

/*
 * Lines hold names that the guest chooses: of tasks, symbols, ranges, its kernel. None may form a frame's
 * mark, end the line or command a terminal. The hypervisor's own lines never contain such a character.
 */
static void make_plain(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < ' ' || s[i] > '~' || s[i] == RW_FRAME_MARK[0])
			s[i] = '?';
}

void printk(const char *format, ...)
{
	char line[256] = PREFIX;
	size_t n = sizeof(PREFIX) - 1;
	va_list args;

	va_start(args, format);
	n += format_va(line + n, sizeof(line) - 2 - n, format, args);
	va_end(args);
	make_plain(line, n);
	line[n++] = '\r';
	line[n++] = '\n';
	printk_raw(line, n);
}

void printk_raw(const char *s, size_t n)
{
	spin_lock(&lock);
	uart_write(s, n);
	spin_unlock(&lock);
}

void printk_break_lock(void)
{
	spin_unlock(&lock);
}
