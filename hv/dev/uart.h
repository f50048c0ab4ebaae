/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's own serial port: a 16550, written by polling. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** uart_init() - initialises the port at I/O base @port (0: none) with @baud. Before printk(). */
void uart_init(uint16_t port, uint32_t baud);

/** uart_write() - waits for room, and sends. Nothing without a port; gives up on one that is never ready. */
void uart_write(const char *s, size_t n);

/** uart_flush() - waits until the last bit is sent. */
void uart_flush(void);
