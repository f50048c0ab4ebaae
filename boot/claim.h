/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Takes the hypervisor's UART from the firmware's drivers. */
#pragma once

#include <stdint.h>

/**
 * claim_uart() - end the firmware's use of a UART.
 * @port: I/O base; a UART answers there and console_serial() has set it up
 *
 * Once the hypervisor hides the UART, its ports read as ones, which a driver takes for endless data: firmware
 * with its console on this line would hang. So its driver is disconnected.
 *
 * Context: boot services, bare machine.
 */
void claim_uart(uint16_t port);

/**
 * claim_release() - return the UART that claim_uart() took to the firmware.
 *
 * Context: boot services, bare machine.
 */
void claim_release(void);
