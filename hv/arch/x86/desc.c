/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's own GDT, TSS and IDT. Intel SDM volume 3, "Segment Descriptors", "IDT Descriptors". */
#include "arch/x86/desc.h"

#include "arch/x86/insn.h"
#include "core/percpu.h"
#include "lib/string.h"

#define DESC_CODE64          0x00af9b000000ffffull
#define DESC_DATA            0x00cf93000000ffffull
#define DESC_TSS64_AVAILABLE 0x89ull
#define GATE_INTERRUPT64     0x8eull
enum {
	VECTORS = 32,
	IST_DF = 1,
	IST_NMI = 2,
	TRAP_ENTRY_SIZE = 16
};

/* Entry points, TRAP_ENTRY_SIZE bytes apart: see trap.asm. */
extern const char trap_entries[], trap_entry_nmi[];

static struct {
	uint64_t low, high;
} idt[VECTORS] __attribute__((aligned(16))); /* (b) */

static void set_gate(unsigned int vector, uint64_t entry, unsigned int ist)
{
	idt[vector].low = (entry & 0xffff) | (uint64_t)HV_CS << 16 | (uint64_t)ist << 32 |
			  GATE_INTERRUPT64 << 40 | (entry >> 16 & 0xffff) << 48;
	idt[vector].high = entry >> 32;
}

void desc_init_idt(void)
{
	for (unsigned int v = 0; v < VECTORS; v++)
		set_gate(v, (uint64_t)trap_entries + v * TRAP_ENTRY_SIZE, 0);
	set_gate(VEC_DF, (uint64_t)trap_entries + VEC_DF * TRAP_ENTRY_SIZE, IST_DF);
	set_gate(VEC_MC, (uint64_t)trap_entries + VEC_MC * TRAP_ENTRY_SIZE, IST_DF);
	set_gate(VEC_NMI, (uint64_t)trap_entry_nmi, IST_NMI);
}

uint64_t desc_idt_base(void)
{
	return (uint64_t)idt;
}

void desc_load(struct percpu *cpu)
{
	uint64_t area = (uint64_t)cpu - RW_PERCPU_DATA, tss = (uint64_t)&cpu->tss;
	struct hv_table_reg gdtr = { sizeof(cpu->gdt) - 1, (uint64_t)cpu->gdt };
	struct hv_table_reg idtr = { sizeof(idt) - 1, (uint64_t)idt };

	memset(&cpu->tss, 0, sizeof(cpu->tss));
	cpu->tss.rsp[0] = area + RW_PERCPU_STACK_TOP;
	cpu->tss.ist[IST_DF - 1] = area + RW_PERCPU_DF_TOP;
	cpu->tss.ist[IST_NMI - 1] = area + RW_PERCPU_NMI_TOP;
	cpu->tss.iomap = sizeof(cpu->tss);

	memset(cpu->gdt, 0, sizeof(cpu->gdt));
	cpu->gdt[HV_CS / 8] = DESC_CODE64;
	cpu->gdt[HV_DS / 8] = DESC_DATA;
	cpu->gdt[HV_TSS / 8] = (sizeof(cpu->tss) - 1) | (tss & 0xffffff) << 16 | DESC_TSS64_AVAILABLE << 40 |
			       (tss >> 24 & 0xff) << 56;
	cpu->gdt[HV_TSS / 8 + 1] = tss >> 32;

	__asm__ volatile("lgdt %0; lidt %1; push %2; lea 1f(%%rip), %%rax; push %%rax; lretq; 1:"
			 "mov %3, %%ds; mov %3, %%es; mov %3, %%ss; mov %4, %%fs; mov %4, %%gs; ltr %5"
			 :
			 : "m"(gdtr), "m"(idtr), "i"(HV_CS), "r"(HV_DS), "r"(0), "r"((uint16_t)HV_TSS)
			 : "rax", "memory");
	cpu->self = cpu;
	wrmsr(MSR_GS_BASE, (uint64_t)cpu);
}
