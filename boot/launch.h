/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Enters the hypervisor on the CPU that runs the loader. */
#pragma once

#include <stdint.h>

#include "abi/bootinfo.h"
#include "message.h"

/* Where launch_switch() jumps; read by switch.asm. */
struct launch_target {
	uint64_t cr3;
	uint64_t rsp;
	uint64_t entry;
	uint64_t bootinfo; /* virtual address of the hypervisor */
	uint64_t cpu;
	uint64_t handoff; /* virtual address of the hypervisor */
};

/**
 * launch_code() - find the loader's pages that the hypervisor's page tables must map for the entry.
 * @pages: their number
 *
 * Context: anywhere. Return: their physical address.
 */
uint64_t launch_code(uint64_t *pages);

/**
 * launch_check() - check that the firmware left the CPU in a state that the entry can handle.
 * @why: on an error: what is wrong
 *
 * Context: each CPU. Return: 0, or -1 with @why.
 */
int launch_check(struct message *why);

/**
 * launch_cpu() - put this CPU under the hypervisor.
 * @info:  as copied into the region
 * @cpu:   index of this CPU
 * @entry: virtual address of the core's entry point
 * @why:   on an error: the hypervisor's message, without unprintable bytes
 *
 * Context: each CPU, after launch_check(). On success the caller continues as a guest, without access to the
 * region.
 * Return: 0 as a guest, -1 with @why on the bare machine.
 */
int launch_cpu(const struct rw_bootinfo *info, uint32_t cpu, uint64_t entry, struct message *why);
