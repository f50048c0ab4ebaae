/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text on the hypervisor's own serial line. */
#include "log/printk.h"

#include "core/spinlock.h"
#include "dev/uart.h"
#include "lib/format.h"

static struct spinlock lock = SPINLOCK(PRINT); /* (x) */

void printk(const char *format, ...)
{
	char line[256];
	size_t n = format_text(line, sizeof(line), "ringward: ");
	va_list args;

	va_start(args, format);
	n += format_va(line + n, sizeof(line) - 2 - n, format, args);
	va_end(args);
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
