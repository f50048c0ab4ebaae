/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The machine's CPUs: finding them, and putting each under the hypervisor. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/bootinfo.h"
#include "message.h"

/**
 * cpus_find() - list the CPUs.
 * @info: cpu_count and apic_id are filled; the boot CPU is number 0
 * @why:  on an error: what is wrong
 *
 * Context: boot services, on the boot CPU.
 * Return: 0, or -1 with @why if a CPU could not be guarded: too many, or disabled by the firmware.
 */
int cpus_find(struct rw_bootinfo *info, struct message *why);

/**
 * cpus_launch() - put all CPUs under the hypervisor, the boot CPU last.
 * @info:      as copied into the region
 * @entry:     virtual address of the core's entry point
 * @under_way: on an error: whether a CPU is already a guest
 * @why:       on an error: which CPU, and what it says
 *
 * Context: boot services, on the boot CPU. On success the caller continues as a guest.
 * Return: 0 as a guest, -1 with @why on the bare CPU.
 */
int cpus_launch(const struct rw_bootinfo *info, uint64_t entry, bool *under_way, struct message *why);
