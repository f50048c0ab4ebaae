// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A guest that reports machine checks while it causes exits all the time. (The stock kernel cannot.)
#include "guest.h"

#include <efilib.h>

#define CR4_MCE        (1ull << 6)
#define MCG_CAP        0x179u
#define MCG_STATUS     0x17au
#define MCG_CTL        0x17bu
#define MCG_CAP_CTL_P  (1u << 8)
#define MC_CTL(i)      (0x400u + 4 * (i))
#define MC_STATUS(i)   (0x401u + 4 * (i))
#define MC_VALID       (1ull << 63)
#define MC_UNCORRECTED (1ull << 61)
#define VEC_MC         18u
#define MOST           12u /* reports until the guest switches off */

static UINT32 banks;
static volatile UINT32 taken; /* exceptions */
static volatile UINT64 taken_status, taken_mcg;

static UINT64 rdmsr(UINT32 msr)
{
	UINT32 low, high;

	__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
	return (UINT64)high << 32 | low;
}

static void wrmsr(UINT32 msr, UINT64 value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((UINT32)value), "d"((UINT32)(value >> 32)));
}

/* Reads and clears the first valid bank's status; 0: there is none. */
__attribute__((target("general-regs-only"))) static UINT64 take_bank(void)
{
	for (UINT32 i = 0; i < banks; i++) {
		UINT64 status = rdmsr(MC_STATUS(i));

		if (!(status & MC_VALID))
			continue;
		wrmsr(MC_STATUS(i), 0);
		return status;
	}
	return 0;
}

__attribute__((interrupt, target("general-regs-only"))) static void machine_check(void *frame)
{
	(void)frame;
	taken_mcg = rdmsr(MCG_STATUS);
	taken_status = take_bank();
	taken++;
	wrmsr(MCG_STATUS, 0);
}

static void enable(void)
{
	UINT64 at = (UINT64)machine_check, cr4, cap = rdmsr(MCG_CAP);
	struct table_register idtr;
	UINT16 cs;

	banks = (UINT8)cap;
	__asm__ volatile("sidt %0" : "=m"(idtr));
	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	((struct idt_gate *)idtr.base)[VEC_MC] =
		(struct idt_gate){ (UINT16)at, cs, 0x8e00, (UINT16)(at >> 16), (UINT32)(at >> 32), 0 };
	if (cap & MCG_CAP_CTL_P)
		wrmsr(MCG_CTL, ~0ull);
	for (UINT32 i = 0; i < banks; i++) {
		wrmsr(MC_CTL(i), ~0ull);
		wrmsr(MC_STATUS(i), 0);
	}
	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	__asm__ volatile("mov %0, %%cr4" : : "r"(cr4 | CR4_MCE));
}

static void report(const char *what, UINT64 status, UINT64 mcg)
{
	guest_say(what);
	guest_say(" status ");
	guest_say_hex(status);
	guest_say(" mcg ");
	guest_say_hex(mcg);
	guest_say("\n");
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	UINT32 regs[4], told = 0, reports = 0;

	(void)self;
	InitializeLib(self, system);
	enable();
	guest_say("banks ");
	guest_say_hex(banks);
	guest_say("\nready\n");
	while (reports < MOST) {
		UINT64 status;

		guest_cpuid(0, regs);
		if (taken != told) {
			told++;
			reports++;
			report("exception", taken_status, taken_mcg);
			continue;
		}
		status = rdmsr(MC_STATUS(banks - 1));
		if (status & MC_VALID && !(status & MC_UNCORRECTED)) {
			wrmsr(MC_STATUS(banks - 1), 0);
			reports++;
			report("polled", status, rdmsr(MCG_STATUS));
		}
	}
	guest_power_off();
}
