/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* This CPU's local APIC. Intel SDM volume 3, "Local APIC", "Extended XAPIC (x2APIC)". */
#include "dev/apic.h"

#include "arch/x86/insn.h"
#include "arch/x86/regs.h"
#include "abi/bootinfo.h"

#define APIC_BASE_X2   BIT(10)
#define XAPIC_ID_SHIFT 24
#define ICR_PATIENCE   1000000u /* polls; an IPI is accepted within microseconds */

bool apic_x2(void)
{
	return rdmsr(MSR_APIC_BASE) & APIC_BASE_X2;
}

bool apic_has_page(void)
{
	return (rdmsr(MSR_APIC_BASE) & (APIC_BASE_X2 | APIC_BASE_ENABLE)) == APIC_BASE_ENABLE;
}

uint64_t apic_page(void)
{
	return rdmsr(MSR_APIC_BASE) & CR3_ADDR_MASK; /* writes that would move it are refused: core/regs.c */
}

uint32_t apic_read(uint32_t offset)
{
	return *(volatile uint32_t *)(RW_HV_GUEST + apic_page() + offset);
}

void apic_write(uint32_t offset, uint32_t value)
{
	*(volatile uint32_t *)(RW_HV_GUEST + apic_page() + offset) = value;
}

/* An APIC that the guest has switched off reads as all ones. */
static void wait_sent(void)
{
	for (uint32_t i = 0; i < ICR_PATIENCE && apic_read(APIC_ICR_LOW) & ICR_PENDING; i++)
		cpu_relax();
}

void apic_send(uint32_t dest, uint32_t low)
{
	if (apic_x2()) {
		wrmsr(MSR_X2APIC_ICR, (uint64_t)dest << 32 | low);
		return;
	}

	uint32_t high = apic_read(APIC_ICR_HIGH);

	wait_sent();
	apic_write(APIC_ICR_HIGH, dest << XAPIC_ID_SHIFT);
	apic_write(APIC_ICR_LOW, low);
	wait_sent();
	apic_write(APIC_ICR_HIGH, high);
}
