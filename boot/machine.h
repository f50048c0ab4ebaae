/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the hypervisor must know about the machine besides its memory. */
#pragma once

#include "abi/bootinfo.h"
#include "message.h"

/**
 * machine_describe() - fill in clock, identity and ACPI's registers.
 * @info: tsc_hz, tsc_start, boot_epoch, boot_id, the ACPI registers and sleep types are filled
 *
 * What the firmware does not tell is 0. Takes about 30 ms if the TSC must be measured.
 *
 * Context: boot services.
 */
void machine_describe(struct rw_bootinfo *info);

/**
 * machine_hide_sleep() - remove the sleep states that keep memory from ACPI's tables: see acpi_hide_sleep().
 * Context: boot services.
 */
void machine_hide_sleep(void);
