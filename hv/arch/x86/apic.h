/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* This CPU's local APIC, in whichever mode the guest has put it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define APIC_ICR_LOW 0x300u
#define APIC_ICR_HIGH 0x310u
#define APIC_ID_REG 0x20u

/* Interrupt command register: Intel SDM volume 3, "Interrupt Command Register (ICR)". */
#define ICR_VECTOR 0xffu
#define ICR_MODE 0x700u
#define ICR_NMI 0x400u
#define ICR_INIT 0x500u
#define ICR_SIPI 0x600u
#define ICR_LOGICAL 0x800u
#define ICR_PENDING 0x1000u
#define ICR_ASSERT 0x4000u
#define ICR_LEVEL 0x8000u
#define ICR_SHORTHAND 0xc0000u
#define ICR_SELF 0x40000u
#define ICR_ALL 0x80000u
#define ICR_OTHERS 0xc0000u

/* apic_x2() - whether it is in x2APIC mode (MSRs instead of a page). */
bool apic_x2(void);

/* apic_page() - physical address of the registers' page in xAPIC mode. */
uint64_t apic_page(void);

/* apic_read(), apic_write() - a register by its offset in the page. xAPIC mode only. */
uint32_t apic_read(uint32_t offset);
void apic_write(uint32_t offset, uint32_t value);

/*
 * apic_send() - an IPI with the ICR's low half @low to APIC id @dest. The guest may be between the two halves
 * of an IPI of its own: its destination is put back.
 */
void apic_send(uint32_t dest, uint32_t low);
