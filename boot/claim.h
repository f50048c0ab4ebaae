/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Takes the hypervisor's UART away from the firmware's drivers. */
#pragma once

#include <stdint.h>

/**
 * claim_uart() - end the firmware's use of a UART.
 * @port: I/O base; the UART answers there and console_serial() has set it up
 *
 * Firmware that has its console on that line, too, would wait for ever for the UART once the hypervisor hides
 * it: its ports read as ones then, which a driver takes for data that never end. So the driver has to let go.
 *
 * Context: boot services, bare machine.
 */
void claim_uart(uint16_t port);

/**
 * claim_release() - let the firmware have the UART again that claim_uart() took.
 *
 * Context: boot services, bare machine.
 */
void claim_release(void);
