/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Guest and host state in the VMCS. */
#include "arch/x86/desc.h"
#include "arch/x86/event.h"
#include "arch/x86/insn.h"
#include "arch/x86/vmx/vmx.h"
#include "core/panic.h"
#include "log/printk.h"
#include "mm/nested.h"

#define AR_UNUSABLE BIT(16)
#define AR_CS_LONG  BIT(13)

/* A segment's fields in their groups, ES to GS in that order; GDTR and IDTR have limit and base only. */
static const uint8_t order[] = {
	0, 1, 2, 3, 4, 5, [SEG_LDTR] = 6, [SEG_TR] = 7, [SEG_GDTR] = 8, [SEG_IDTR] = 9
};

/* "Guest Register State": access rights are bits 40 to 55 of the descriptor, and one for unusable. */
static void write_segment(int i, const struct segment *seg)
{
	uint32_t attributes = seg->attributes;

	vmcs_write(VMCS_SEGMENT(VMCS_GUEST_BASE, order[i]), seg->base);
	vmcs_write(VMCS_SEGMENT(VMCS_GUEST_LIMIT, order[i]), seg->limit);
	if (i == SEG_GDTR || i == SEG_IDTR)
		return;
	vmcs_write(VMCS_SEGMENT(VMCS_GUEST_SELECTOR, order[i]), seg->selector);
	vmcs_write(VMCS_SEGMENT(VMCS_GUEST_AR, order[i]),
		   attributes ? (attributes & 0xff) | (attributes & 0xf00) << 4 : AR_UNUSABLE);
}

void vmx_write_segments(const struct segment seg[SEG_COUNT])
{
	for (int i = 0; i < SEG_COUNT; i++)
		write_segment(i, &seg[i]);
}

void vmx_get_tables(struct percpu *cpu, struct segment *table)
{
	(void)cpu;
	for (int i = SEG_GDTR; i < SEG_COUNT; i++, table++) {
		bool selected = i == SEG_LDTR || i == SEG_TR;
		uint64_t ar = selected ? vmcs_read(VMCS_SEGMENT(VMCS_GUEST_AR, order[i])) : AR_UNUSABLE;

		*table = (struct segment){
			.base = vmcs_read(VMCS_SEGMENT(VMCS_GUEST_BASE, order[i])),
			.limit = (uint32_t)vmcs_read(VMCS_SEGMENT(VMCS_GUEST_LIMIT, order[i])),
			.attributes = ar & AR_UNUSABLE ? 0 : (uint16_t)((ar & 0xff) | (ar >> 4 & 0xf00)),
		};
		if (selected)
			table->selector = (uint16_t)vmcs_read(VMCS_SEGMENT(VMCS_GUEST_SELECTOR, order[i]));
	}
}

void vmx_set_tables(struct percpu *cpu, const struct segment *table)
{
	(void)cpu;
	for (int i = SEG_GDTR; i < SEG_COUNT; i++)
		write_segment(i, &table[i - SEG_GDTR]);
}

static void init_host(struct percpu *cpu)
{
	const struct vmcs_value values[] = {
		{ VMCS_HOST_CR0, read_cr0() },
		{ VMCS_HOST_CR3, read_cr3() },
		{ VMCS_HOST_CR4, read_cr4() },
		{ VMCS_HOST_EFER, rdmsr(MSR_EFER) },
		{ VMCS_HOST_PAT, rdmsr(MSR_PAT) },
		{ VMCS_HOST_CS, HV_CS },
		{ VMCS_HOST_SS, HV_DS },
		{ VMCS_HOST_DS, HV_DS },
		{ VMCS_HOST_ES, HV_DS },
		{ VMCS_HOST_FS, 0 },
		{ VMCS_HOST_GS, 0 },
		{ VMCS_HOST_TR, HV_TSS },
		{ VMCS_HOST_FS_BASE, 0 },
		{ VMCS_HOST_GS_BASE, (uint64_t)cpu },
		{ VMCS_HOST_TR_BASE, (uint64_t)&cpu->tss },
		{ VMCS_HOST_GDTR_BASE, (uint64_t)cpu->gdt },
		{ VMCS_HOST_IDTR_BASE, desc_idt_base() },
		{ VMCS_HOST_SYSENTER_CS, 0 },
		{ VMCS_HOST_SYSENTER_ESP, 0 },
		{ VMCS_HOST_SYSENTER_EIP, 0 },
		{ VMCS_HOST_RSP, (uint64_t)cpu - RW_PERCPU_DATA + RW_PERCPU_STACK_TOP },
		{ VMCS_HOST_RIP, (uint64_t)vmx_exit_entry },
	};

	vmcs_write_all(values, sizeof(values) / sizeof(values[0]));
}

const char *vmx_state_init(struct percpu *cpu, const struct rw_handoff *h)
{
	struct segment seg[SEG_COUNT];
	const char *error = segments_load(seg, h);
	const struct vmcs_value values[] = {
		{ VMCS_EPTP, vmx_eptp(nested_root(NESTED_KERNEL)) },
		{ VMCS_LINK_POINTER, ~0ull },
		{ VMCS_CR0_MASK, CR0_NE },
		{ VMCS_CR0_SHADOW, h->cr0 },
		{ VMCS_GUEST_CR0, h->cr0 | CR0_NE },
		{ VMCS_CR4_MASK, CR4_VMXE },
		{ VMCS_CR4_SHADOW, h->cr4 & ~CR4_VMXE },
		{ VMCS_GUEST_CR4, h->cr4 | CR4_VMXE },
		{ VMCS_GUEST_CR3, h->cr3 },
		{ VMCS_GUEST_EFER, h->efer },
		{ VMCS_GUEST_PAT, rdmsr(MSR_PAT) },
		{ VMCS_GUEST_DEBUGCTL, 0 },
		{ VMCS_GUEST_DR7, DR7_RESET },
		{ VMCS_GUEST_SYSENTER_CS, rdmsr(MSR_SYSENTER_CS) },
		{ VMCS_GUEST_SYSENTER_ESP, rdmsr(MSR_SYSENTER_ESP) },
		{ VMCS_GUEST_SYSENTER_EIP, rdmsr(MSR_SYSENTER_EIP) },
		{ VMCS_GUEST_RIP, h->rip },
		{ VMCS_GUEST_RSP, h->rsp },
		{ VMCS_GUEST_RFLAGS, (h->rflags | RFLAGS_FIXED) & ~RFLAGS_IF },
		{ VMCS_GUEST_INTERRUPTIBILITY, 0 },
		{ VMCS_GUEST_ACTIVITY, 0 },
		{ VMCS_GUEST_PENDING_DBG, 0 },
	};

	if (error)
		return error;
	vmcs_write_all(values, sizeof(values) / sizeof(values[0]));
	vmx_write_segments(seg);
	init_host(cpu);
	return NULL;
}

/* What the guest reads from a control register: its own bits, and the hypervisor's bits from the shadow. */
static uint64_t guest_cr(enum vmcs_field value, enum vmcs_field shadow, uint64_t mask)
{
	return (vmcs_read(value) & ~mask) | (vmcs_read(shadow) & mask);
}

/* VMCS fields that hold the guest's value unchanged. */
static const uint16_t plain[GREG_COUNT] = {
	[GREG_RIP] = VMCS_GUEST_RIP,
	[GREG_RSP] = VMCS_GUEST_RSP,
	[GREG_RFLAGS] = VMCS_GUEST_RFLAGS,
	[GREG_CR3] = VMCS_GUEST_CR3,
	[GREG_EFER] = VMCS_GUEST_EFER,
	[GREG_CS_BASE] = VMCS_GUEST_CS_BASE,
	[GREG_FS_BASE] = VMCS_GUEST_FS_BASE,
	[GREG_GS_BASE] = VMCS_GUEST_GS_BASE,
	[GREG_DR7] = VMCS_GUEST_DR7,
	[GREG_SYSENTER_CS] = VMCS_GUEST_SYSENTER_CS,
	[GREG_SYSENTER_ESP] = VMCS_GUEST_SYSENTER_ESP,
	[GREG_SYSENTER_EIP] = VMCS_GUEST_SYSENTER_EIP,
};

uint64_t vmx_get(struct percpu *cpu, enum guest_reg reg)
{
	(void)cpu;
	switch (reg) {
	case GREG_CR0:
		return guest_cr(VMCS_GUEST_CR0, VMCS_CR0_SHADOW, CR0_NE);
	case GREG_CR2:
		return read_cr2();
	case GREG_CR4:
		return guest_cr(VMCS_GUEST_CR4, VMCS_CR4_SHADOW, CR4_VMXE);
	case GREG_CS_LONG:
		return (vmcs_read(VMCS_GUEST_EFER) & EFER_LMA) && (vmcs_read(VMCS_GUEST_CS_AR) & AR_CS_LONG);
	case GREG_CPL:
		/* SS.DPL: this is the CPL in real and virtual-8086 mode, too */
		return vmcs_read(VMCS_GUEST_SS_AR) >> 5 & 3;
	case GREG_STAR ... GREG_SFMASK:
		return rdmsr(MSR_STAR + (reg - GREG_STAR)); /* not switched, as the next */
	case GREG_KERNEL_GS_BASE:
		return rdmsr(MSR_KERNEL_GS_BASE); /* not switched: the hypervisor never uses SWAPGS */
	case GREG_COUNT:
		hv_panic("vmx_get: no register %u", (unsigned int)reg);
	default:
		return vmcs_read(plain[reg]);
	}
}

void vmx_set(struct percpu *cpu, enum guest_reg reg, uint64_t value)
{
	(void)cpu;
	switch (reg) {
	case GREG_RIP:
	case GREG_RSP:
	case GREG_RFLAGS:
	case GREG_EFER:
	case GREG_SYSENTER_CS ... GREG_SYSENTER_EIP:
		vmcs_write(plain[reg], value);
		break;
	case GREG_STAR ... GREG_SFMASK:
		wrmsr(MSR_STAR + (reg - GREG_STAR), value);
		break;
	case GREG_CR0:
		vmcs_write(VMCS_CR0_SHADOW, value);
		vmcs_write(VMCS_GUEST_CR0, value | CR0_NE);
		break;
	case GREG_CR4:
		vmcs_write(VMCS_CR4_SHADOW, value);
		vmcs_write(VMCS_GUEST_CR4, value | CR4_VMXE);
		break;
	case GREG_CR2:
		write_cr2(value);
		break;
	default:
		hv_panic("vmx_set: register %u cannot be written", (unsigned int)reg);
	}
}

/*
 * "Guest/Host Masks and Read Shadows for CR0 and CR4": a masked bit exits when the guest changes it.
 * "Descriptor-table exiting" takes LLDT and the instructions that store, too. Every CPU with EPT has it.
 */
void vmx_pin(struct percpu *cpu, uint64_t cr0, uint64_t cr4)
{
	uint64_t controls = vmcs_read(VMCS_CPU_CONTROLS2) & ~(uint64_t)CPU2_TABLES;
	const struct vmcs_value values[] = {
		{ VMCS_CR0_SHADOW, vmx_get(cpu, GREG_CR0) },
		{ VMCS_CR0_MASK, CR0_NE | cr0 },
		{ VMCS_CR4_SHADOW, vmx_get(cpu, GREG_CR4) },
		{ VMCS_CR4_MASK, CR4_VMXE | cr4 },
		{ VMCS_CPU_CONTROLS2, controls | (cpu->pin.tables ? CPU2_TABLES : 0) },
	};

	vmcs_write_all(values, sizeof(values) / sizeof(values[0]));
}

/* The guest's own flushes are for every EPT: "Operations that Invalidate Cached Mappings". */
void vmx_use_map(struct percpu *cpu)
{
	vmcs_write(VMCS_EPTP, vmx_eptp(nested_root(cpu->view.map)));
}

void vmx_advance(struct percpu *cpu, unsigned int len)
{
	const uint64_t shadows = INTERRUPTIBILITY_STI | INTERRUPTIBILITY_MOV_SS;
	uint64_t blocked = vmcs_read(VMCS_GUEST_INTERRUPTIBILITY);
	uint64_t rip = vmcs_read(VMCS_GUEST_RIP) + len;

	vmcs_write(VMCS_GUEST_RIP, vmx_get(cpu, GREG_CS_LONG) ? rip : (uint32_t)rip);
	if (blocked & shadows)
		vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, blocked & ~shadows);
	/* The trap after an instruction that was emulated for a guest that single-steps itself. */
	if (vmcs_read(VMCS_GUEST_RFLAGS) & RFLAGS_TF && !(vmcs_read(VMCS_GUEST_DEBUGCTL) & DEBUGCTL_BTF))
		vmcs_write(VMCS_GUEST_PENDING_DBG, vmcs_read(VMCS_GUEST_PENDING_DBG) | DR6_BS);
}

void vmx_inject(struct percpu *cpu, const struct hv_event *event)
{
	uint64_t info = event_encode(event, vmcs_read(VMCS_GUEST_CR0));

	(void)cpu;
	if (info & EVENT_INFO_HAS_ERROR)
		vmcs_write(VMCS_ENTRY_ERROR_CODE, info >> EVENT_INFO_ERROR_SHIFT);
	vmcs_write(VMCS_ENTRY_INTR_INFO, (uint32_t)info);
}

void vmx_describe(struct percpu *cpu)
{
	static const char *const names[] = { "es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr" };

	(void)cpu;
	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		printk("guest %s %04lx base %lx limit %lx ar %lx", names[i],
		       vmcs_read(VMCS_SEGMENT(VMCS_GUEST_SELECTOR, i)),
		       vmcs_read(VMCS_SEGMENT(VMCS_GUEST_BASE, i)),
		       vmcs_read(VMCS_SEGMENT(VMCS_GUEST_LIMIT, i)),
		       vmcs_read(VMCS_SEGMENT(VMCS_GUEST_AR, i)));
	printk("vmcs reason %lx qualification %lx idt-info %lx entry-info %lx", vmcs_read(VMCS_EXIT_REASON),
	       vmcs_read(VMCS_QUALIFICATION), vmcs_read(VMCS_IDT_INFO), vmcs_read(VMCS_ENTRY_INTR_INFO));
	printk("  interruptibility %lx activity %lx", vmcs_read(VMCS_GUEST_INTERRUPTIBILITY),
	       vmcs_read(VMCS_GUEST_ACTIVITY));
}
