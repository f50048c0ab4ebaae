/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The local APIC, in its current mode. */
#pragma once

#include "probe.h"

#define MSR_APIC_BASE  0x1bu
#define APIC_PAGE      0xfee00000ull
#define APIC_ID        0x20u
#define APIC_TPR       0x80u
#define APIC_EOI       0xb0u
#define APIC_SVR       0xf0u
#define APIC_ICR_LOW   0x300u
#define APIC_ICR_HIGH  0x310u
#define APIC_LVT_TIMER 0x320u
#define APIC_LVT_LINT0 0x350u
#define APIC_LVT_LINT1 0x360u
#define APIC_INITIAL   0x380u
#define APIC_CURRENT   0x390u
#define APIC_DIVIDE    0x3e0u
#define LVT_MASKED     0x10000u
#define LVT_PERIODIC   0x20000u
#define LVT_DEADLINE   0x40000u
#define ICR_NMI        0x400u
#define ICR_INIT       0x500u
#define ICR_SIPI       0x600u
#define ICR_ASSERT     0x4000u
#define ICR_SELF       0x40000u
#define ICR_ALL        0x80000u
#define ICR_OTHERS     0xc0000u

BOOLEAN apic_x2(void);
UINT32 apic_read(UINT32 reg);
void apic_write(UINT32 reg, UINT32 value);
void apic_command(UINT32 dest, UINT32 low); /* returns when it is sent */
void apic_end(void);                        /* of an interrupt */
void apic_on(void);                         /* spurious vector on, timer and pins off */
