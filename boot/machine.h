/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the hypervisor has to know of the machine besides its memory. */
#ifndef RW_BOOT_MACHINE_H
#define RW_BOOT_MACHINE_H

#include "bootinfo.h"
#include "message.h"

/**
 * machine_describe() - fill in clock, identity and ACPI's registers.
 * @info: tsc_hz, tsc_start, boot_epoch, boot_id, pm1a_cnt, pm1b_cnt, reset_port, reset_value are filled
 *
 * What the firmware does not tell is 0. Takes some 30 ms where the TSC has to be measured.
 *
 * Context: boot services.
 */
void machine_describe(struct rw_bootinfo *info);

#endif
