/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The loader's messages: on the firmware's console and on the hypervisor's serial line. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/**
 * console_serial() - choose the serial line for messages from here on.
 * @port: I/O base of a 16550 UART; 0: none
 * @baud: speed; divides 115200
 *
 * The UART is set to @baud, 8 data bits, no parity, one stop bit, no interrupts.
 *
 * Context: bare machine. Return: true if @port is 0 or a UART answers there.
 */
bool console_serial(uint16_t port, uint32_t baud);

/**
 * console_print() - print one line, prefixed with "ringward: ".
 * @fmt: as format_va() takes it, without a line end
 *
 * Context: before ExitBootServices. After a launch, call console_serial(0, 0) first: the line is now the
 * hypervisor's.
 */
void console_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
