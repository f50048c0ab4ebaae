/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the hypervisor has to know of the machine besides its memory. */
#pragma once

#include "abi/bootinfo.h"
#include "message.h"

/**
 * machine_describe() - fill in clock, identity and ACPI's registers.
 * @info: tsc_hz, tsc_start, boot_epoch, boot_id, the ACPI registers and sleep types are filled
 *
 * What the firmware does not tell is 0. Takes some 30 ms where the TSC has to be measured.
 *
 * Context: boot services.
 */
void machine_describe(struct rw_bootinfo *info);

/**
 * machine_hide_sleep() - takes the sleep states that keep memory out of ACPI's tables: see acpi_hide_sleep().
 * Boot services.
 */
void machine_hide_sleep(void);
