/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's own GDT, TSS and IDT. */
#pragma once

#include <stdint.h>

struct percpu;

#define HV_CS  0x08
#define HV_DS  0x10
#define HV_TSS 0x18

struct __attribute__((packed)) hv_table_reg {
	uint16_t limit;
	uint64_t base;
};

/** desc_init_idt() - fills the shared IDT. Once, before desc_load(). */
void desc_init_idt(void);

/** desc_load() - loads GDT, segments, TSS, IDT and GS base of this CPU. */
void desc_load(struct percpu *cpu);

/** desc_idt_base() - the IDT's address, for host state. */
uint64_t desc_idt_base(void);
