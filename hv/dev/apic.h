/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* This CPU's local APIC, in whatever mode the guest has set. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ICR_RESERVED 0xfff32000u /* in x2APIC mode, #GP if set */
enum {
	APIC_ID_REG = 0x20,
	APIC_ICR_LOW = 0x300,
	APIC_ICR_HIGH = 0x310
}; /* offsets in the page */

/* Interrupt command register: Intel SDM volume 3, "Interrupt Command Register (ICR)". */
enum {
	ICR_VECTOR = 0xff,
	ICR_MODE = 0x700,
	ICR_NMI = 0x400,
	ICR_INIT = 0x500,
	ICR_SIPI = 0x600,
	ICR_LOGICAL = 0x800,
	ICR_PENDING = 0x1000,
	ICR_ASSERT = 0x4000,
	ICR_LEVEL = 0x8000,
	ICR_SHORTHAND = 0xc0000,
	ICR_SELF = 0x40000,
	ICR_ALL = 0x80000,
	ICR_OTHERS = 0xc0000,
};

/** apic_x2() - whether it is in x2APIC mode (MSRs instead of a page). */
bool apic_x2(void);

/** apic_has_page() - whether it is in xAPIC mode; in x2APIC mode, or off, its page does not respond. */
bool apic_has_page(void);

/** apic_page() - physical address of the registers' page in xAPIC mode. */
uint64_t apic_page(void);

/** apic_read(), apic_write() - a register by its offset in the page. xAPIC mode only. */
uint32_t apic_read(uint32_t offset);
void apic_write(uint32_t offset, uint32_t value);

/**
 * apic_send() - sends an IPI with the ICR's low half @low to APIC id @dest. The guest may be between its
 * writes of the two halves: the high half is preserved.
 */
void apic_send(uint32_t dest, uint32_t low);
