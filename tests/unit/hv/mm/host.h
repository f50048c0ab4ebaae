/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Lets hv/mm and hv/core run on the host; passed with -include for everything that the tests compile from
 * there.
 *
 * It defines the guards of arch/x86/insn.h, whose instructions only ring 0 may run, and of core/lock_order.h,
 * and so replaces them. It moves the hypervisor's two windows onto arrays: that of the region to host_region,
 * that of guest memory to host_ram.
 */
#pragma once
#define HV_INSN_H
#define HV_LOCK_ORDER_H

#include <stdint.h>

#include "abi/bootinfo.h"
#include "tests/unit/hv/mm/lock_order.h"

#define HOST_REGION_PAGES 2048u
#define HOST_RAM_PAGES    2048u

extern uint8_t host_region[HOST_REGION_PAGES * RW_PAGE_SIZE];
extern uint8_t host_ram[HOST_RAM_PAGES * RW_PAGE_SIZE]; /* guest-physical memory from 0 */

#undef RW_HV_REGION
#define RW_HV_REGION ((uint64_t)(uintptr_t)host_region)
#undef RW_HV_GUEST
#define RW_HV_GUEST ((uint64_t)(uintptr_t)host_ram)

struct cpuid_regs {
	uint32_t eax, ebx, ecx, edx;
};

/*
 * Functions that the sources call; each test program links the files that its sources need: machine.c, cpu.c,
 * ../core/mock.c.
 */
struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf);
uint64_t rdmsr(uint32_t msr);
void wrmsr(uint32_t msr, uint64_t value);
int rdmsr_safe(uint32_t msr, uint64_t *value);
int wrmsr_safe(uint32_t msr, uint64_t value);
int xsetbv_safe(uint32_t index, uint64_t value);
uint64_t rdtsc(void);
uint8_t inb(uint16_t port);
uint16_t inw(uint16_t port);
uint32_t inl(uint16_t port);
void outb(uint16_t port, uint8_t value);
void outw(uint16_t port, uint16_t value);
void outl(uint16_t port, uint32_t value);
void wbinvd(void);
uint64_t read_cr0(void);
uint64_t read_cr2(void);
void write_cr2(uint64_t value);
uint64_t read_cr3(void);
uint64_t read_cr4(void);
void reset_debug_registers(void);

static inline void cpu_relax(void)
{
}
