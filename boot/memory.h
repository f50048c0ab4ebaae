/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The machine's memory, as the firmware knows it, and the hypervisor's region in it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/bootinfo.h"
#include "message.h"

/**
 * memory_survey() - find the ends of RAM and of the address space in use.
 * @info: ram_top, mem_top and mapped_top are filled
 * @why:  on an error: what is wrong
 *
 * Context: boot services. Return: 0, or -1 with @why.
 */
int memory_survey(struct rw_bootinfo *info, struct message *why);

/**
 * memory_reserve() - take the hypervisor's region from the firmware, and list the RAM left to the guest.
 * @info: planned by layout_plan(); is placed, ram and range_count are filled
 * @why:  on an error: what is wrong
 *
 * The region is EfiReservedMemoryType, so no operating system uses it, and is filled with zeros.
 *
 * Context: boot services. Return: 0, or -1 with @why and the region returned to the firmware.
 */
int memory_reserve(struct rw_bootinfo *info, struct message *why);

/**
 * memory_release() - give the region back.
 * @info: placed by memory_reserve()
 *
 * Context: boot services, bare machine.
 */
void memory_release(const struct rw_bootinfo *info);

/**
 * memory_holds_tables() - whether firmware tables may lie at an address.
 * @phys: untrusted
 * @size: bytes
 *
 * Context: boot services. Return: true if the range lies in one piece of RAM of the firmware's memory map.
 */
bool memory_holds_tables(uint64_t phys, uint64_t size);
