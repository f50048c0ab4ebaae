/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Guest and host state in the VMCS. */
#include "arch/x86/desc.h"
#include "arch/x86/insn.h"
#include "arch/x86/vmx/vmx.h"
#include "core/string.h"
#include "log/printk.h"
#include "mm/nested.h"

#define AR_UNUSABLE 0x10000u
#define AR_TSS_BUSY 0x8bu
#define AR_CODE_OR_DATA BIT(4)
#define AR_ACCESSED 1u
#define TSS_MIN_LIMIT 0x67u

#define VMCS_GROUP_SELECTOR 0x0800
#define VMCS_GROUP_LIMIT 0x4800
#define VMCS_GROUP_AR 0x4814
#define VMCS_GROUP_BASE 0x6806

void vmx_write_segment(enum vmx_segment s, uint16_t selector, uint64_t base, uint32_t limit, uint32_t ar)
{
	vmcs_write(VMCS_SEGMENT(VMCS_GROUP_SELECTOR, s), selector);
	vmcs_write(VMCS_SEGMENT(VMCS_GROUP_BASE, s), base);
	vmcs_write(VMCS_SEGMENT(VMCS_GROUP_LIMIT, s), limit);
	vmcs_write(VMCS_SEGMENT(VMCS_GROUP_AR, s), ar);
}

/* A segment as the firmware's GDT describes it; the firmware maps its memory one to one. */
static void load_segment(enum vmx_segment s, uint16_t selector, uint64_t gdt, uint16_t gdt_limit, uint64_t base_override)
{
	uint64_t d, base;
	uint32_t limit, ar;

	if (!(selector & ~7u) || (selector & ~7u) + 7u > gdt_limit) {
		vmx_write_segment(s, 0, base_override, 0, AR_UNUSABLE);
		return;
	}
	memcpy(&d, (const void *)(RW_HV_GUEST + gdt + (selector & ~7u)), sizeof(d));
	base = (d >> 16 & 0xffffff) | (d >> 56 & 0xff) << 24;
	limit = (uint32_t)((d & 0xffff) | (d >> 32 & 0xf0000));
	if (d & BIT(55))
		limit = limit << 12 | 0xfff;
	if (s == VMX_TR || s == VMX_LDTR) {
		uint64_t high;

		memcpy(&high, (const void *)(RW_HV_GUEST + gdt + (selector & ~7u) + 8), sizeof(high));
		base |= high << 32;
	}
	ar = (uint32_t)(d >> 40) & 0xf0ff;
	if (ar & AR_CODE_OR_DATA)
		ar |= AR_ACCESSED; /* VM entry wants it, even if nobody has used the segment since the GDT was made */
	vmx_write_segment(s, selector, s == VMX_FS || s == VMX_GS ? base_override : base, limit, ar);
}

static void init_segments(const struct rw_handoff *h)
{
	uint64_t gdt, idt;

	memcpy(&gdt, h->gdtr_base, sizeof(gdt));
	memcpy(&idt, h->idtr_base, sizeof(idt));
	load_segment(VMX_CS, h->cs, gdt, h->gdtr_limit, 0);
	load_segment(VMX_SS, h->ss, gdt, h->gdtr_limit, 0);
	load_segment(VMX_DS, h->ds, gdt, h->gdtr_limit, 0);
	load_segment(VMX_ES, h->es, gdt, h->gdtr_limit, 0);
	load_segment(VMX_FS, h->fs, gdt, h->gdtr_limit, h->fs_base);
	load_segment(VMX_GS, h->gs, gdt, h->gdtr_limit, h->gs_base);
	load_segment(VMX_LDTR, h->ldtr, gdt, h->gdtr_limit, 0);
	if (h->tr & ~7u)
		load_segment(VMX_TR, h->tr, gdt, h->gdtr_limit, 0);
	else /* VM entry demands a usable TR even where the firmware has none */
		vmx_write_segment(VMX_TR, 0, 0, TSS_MIN_LIMIT, AR_TSS_BUSY);
	vmcs_write(VMCS_GUEST_GDTR_BASE, gdt);
	vmcs_write(VMCS_GUEST_GDTR_LIMIT, h->gdtr_limit);
	vmcs_write(VMCS_GUEST_IDTR_BASE, idt);
	vmcs_write(VMCS_GUEST_IDTR_LIMIT, h->idtr_limit);
}

static void init_host(struct percpu *cpu)
{
	vmcs_write(VMCS_HOST_CR0, read_cr0());
	vmcs_write(VMCS_HOST_CR3, read_cr3());
	vmcs_write(VMCS_HOST_CR4, read_cr4());
	vmcs_write(VMCS_HOST_EFER, rdmsr(MSR_EFER));
	vmcs_write(VMCS_HOST_PAT, rdmsr(MSR_PAT));
	vmcs_write(VMCS_HOST_CS, HV_CS);
	vmcs_write(VMCS_HOST_SS, HV_DS);
	vmcs_write(VMCS_HOST_DS, HV_DS);
	vmcs_write(VMCS_HOST_ES, HV_DS);
	vmcs_write(VMCS_HOST_FS, 0);
	vmcs_write(VMCS_HOST_GS, 0);
	vmcs_write(VMCS_HOST_TR, HV_TSS);
	vmcs_write(VMCS_HOST_FS_BASE, 0);
	vmcs_write(VMCS_HOST_GS_BASE, (uint64_t)cpu);
	vmcs_write(VMCS_HOST_TR_BASE, (uint64_t)&cpu->tss);
	vmcs_write(VMCS_HOST_GDTR_BASE, (uint64_t)cpu->gdt);
	vmcs_write(VMCS_HOST_IDTR_BASE, desc_idt_base());
	vmcs_write(VMCS_HOST_SYSENTER_CS, 0);
	vmcs_write(VMCS_HOST_SYSENTER_ESP, 0);
	vmcs_write(VMCS_HOST_SYSENTER_EIP, 0);
	vmcs_write(VMCS_HOST_RSP, (uint64_t)cpu - RW_PERCPU_DATA + RW_PERCPU_STACK_TOP);
	vmcs_write(VMCS_HOST_RIP, (uint64_t)vmx_exit_entry);
}

void vmx_state_init(struct percpu *cpu, const struct rw_handoff *h)
{
	init_segments(h);
	init_host(cpu);
	vmcs_write(VMCS_EPTP, vmx_eptp(nested_root()));
	vmcs_write(VMCS_LINK_POINTER, ~0ull);
	vmcs_write(VMCS_CR0_MASK, CR0_NE);
	vmcs_write(VMCS_CR0_SHADOW, h->cr0);
	vmcs_write(VMCS_GUEST_CR0, h->cr0 | CR0_NE);
	vmcs_write(VMCS_CR4_MASK, CR4_VMXE);
	vmcs_write(VMCS_CR4_SHADOW, h->cr4 & ~CR4_VMXE);
	vmcs_write(VMCS_GUEST_CR4, h->cr4 | CR4_VMXE);
	vmcs_write(VMCS_GUEST_CR3, h->cr3);
	vmcs_write(VMCS_GUEST_EFER, h->efer);
	vmcs_write(VMCS_GUEST_PAT, rdmsr(MSR_PAT));
	vmcs_write(VMCS_GUEST_DEBUGCTL, 0);
	vmcs_write(VMCS_GUEST_DR7, 0x400);
	vmcs_write(VMCS_GUEST_SYSENTER_CS, rdmsr(MSR_SYSENTER_CS));
	vmcs_write(VMCS_GUEST_SYSENTER_ESP, rdmsr(MSR_SYSENTER_ESP));
	vmcs_write(VMCS_GUEST_SYSENTER_EIP, rdmsr(MSR_SYSENTER_EIP));
	vmcs_write(VMCS_GUEST_RIP, h->rip);
	vmcs_write(VMCS_GUEST_RSP, h->rsp);
	vmcs_write(VMCS_GUEST_RFLAGS, (h->rflags | RFLAGS_FIXED) & ~RFLAGS_IF);
	vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, 0);
	vmcs_write(VMCS_GUEST_ACTIVITY, 0);
	vmcs_write(VMCS_GUEST_PENDING_DBG, 0);
}

/* What the guest reads of a control register: its own bits, and the shadow's where the hypervisor has the say. */
static uint64_t guest_cr(enum vmcs_field value, enum vmcs_field shadow, uint64_t mask)
{
	return (vmcs_read(value) & ~mask) | (vmcs_read(shadow) & mask);
}

uint64_t vmx_get(struct percpu *cpu, enum guest_reg reg)
{
	(void)cpu;
	switch (reg) {
	case GREG_RIP:
		return vmcs_read(VMCS_GUEST_RIP);
	case GREG_RSP:
		return vmcs_read(VMCS_GUEST_RSP);
	case GREG_RFLAGS:
		return vmcs_read(VMCS_GUEST_RFLAGS);
	case GREG_CR0:
		return guest_cr(VMCS_GUEST_CR0, VMCS_CR0_SHADOW, CR0_NE);
	case GREG_CR2:
		return read_cr2();
	case GREG_CR3:
		return vmcs_read(VMCS_GUEST_CR3);
	case GREG_CR4:
		return guest_cr(VMCS_GUEST_CR4, VMCS_CR4_SHADOW, CR4_VMXE);
	case GREG_EFER:
		return vmcs_read(VMCS_GUEST_EFER);
	case GREG_CS_BASE:
		return vmcs_read(VMCS_GUEST_CS_BASE);
	case GREG_CS_LONG:
		return (vmcs_read(VMCS_GUEST_EFER) & EFER_LMA) && (vmcs_read(VMCS_GUEST_CS_AR) & BIT(13));
	case GREG_CPL:
		return vmcs_read(VMCS_GUEST_SS_AR) >> 5 & 3; /* SS.DPL is the CPL, also in real and virtual-8086 mode */
	case GREG_FS_BASE:
		return vmcs_read(VMCS_GUEST_FS_BASE);
	case GREG_GS_BASE:
		return vmcs_read(VMCS_GUEST_GS_BASE);
	case GREG_KERNEL_GS_BASE:
		return rdmsr(MSR_KERNEL_GS_BASE); /* not switched: the hypervisor never uses SWAPGS */
	default:
		return 0;
	}
}

void vmx_set(struct percpu *cpu, enum guest_reg reg, uint64_t value)
{
	(void)cpu;
	switch (reg) {
	case GREG_RIP:
		vmcs_write(VMCS_GUEST_RIP, value);
		break;
	case GREG_RSP:
		vmcs_write(VMCS_GUEST_RSP, value);
		break;
	case GREG_RFLAGS:
		vmcs_write(VMCS_GUEST_RFLAGS, value);
		break;
	case GREG_CR0:
		vmcs_write(VMCS_CR0_SHADOW, value);
		vmcs_write(VMCS_GUEST_CR0, value | CR0_NE);
		break;
	case GREG_CR2:
		write_cr2(value);
		break;
	default:
		printk("VMX: guest register %u cannot be set", reg);
	}
}

void vmx_advance(struct percpu *cpu, unsigned int len)
{
	uint64_t blocked = vmcs_read(VMCS_GUEST_INTERRUPTIBILITY);
	uint64_t rip = vmcs_read(VMCS_GUEST_RIP) + len;

	if (!vmx_get(cpu, GREG_CS_LONG))
		rip = (uint32_t)rip;
	vmcs_write(VMCS_GUEST_RIP, rip);
	if (blocked & (INTERRUPTIBILITY_STI | INTERRUPTIBILITY_MOV_SS))
		vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, blocked & ~(INTERRUPTIBILITY_STI | INTERRUPTIBILITY_MOV_SS));
	/* The trap after an instruction that was done for the guest: it single-steps itself. */
	if (vmcs_read(VMCS_GUEST_RFLAGS) & RFLAGS_TF && !(vmcs_read(VMCS_GUEST_DEBUGCTL) & DEBUGCTL_BTF))
		vmcs_write(VMCS_GUEST_PENDING_DBG, vmcs_read(VMCS_GUEST_PENDING_DBG) | DR6_BS);
}

/* VM-entry interruption information: "VM-Entry Controls for Event Injection". */
void vmx_inject(struct percpu *cpu, const struct hv_event *event)
{
	static const uint8_t types[] = { [EVENT_INTR] = 0, [EVENT_NMI] = 2, [EVENT_EXCEPTION] = 3 };
	bool has_error;

	(void)cpu;
	if (event->type == EVENT_NONE || event->type == EVENT_SOFT)
		return; /* INT n runs again: RIP still points at it */
	/* Real mode has no error codes, and VM entry refuses one there. */
	has_error = event->has_error && vmcs_read(VMCS_GUEST_CR0) & CR0_PE;
	if (has_error)
		vmcs_write(VMCS_ENTRY_ERROR_CODE, event->error);
	vmcs_write(VMCS_ENTRY_INTR_INFO, INTR_INFO_VALID | (has_error ? INTR_INFO_ERROR : 0) |
						 (uint64_t)types[event->type] << 8 | event->vector);
}

void vmx_describe(struct percpu *cpu)
{
	static const char *const names[] = { "es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr" };

	(void)cpu;
	for (unsigned int s = VMX_ES; s <= VMX_TR; s++)
		printk("guest %s %04lx base %lx limit %lx ar %lx", names[s], vmcs_read(VMCS_SEGMENT(VMCS_GROUP_SELECTOR, s)),
		       vmcs_read(VMCS_SEGMENT(VMCS_GROUP_BASE, s)), vmcs_read(VMCS_SEGMENT(VMCS_GROUP_LIMIT, s)),
		       vmcs_read(VMCS_SEGMENT(VMCS_GROUP_AR, s)));
	printk("vmcs reason %lx qualification %lx idt-info %lx entry-info %lx interruptibility %lx activity %lx",
	       vmcs_read(VMCS_EXIT_REASON), vmcs_read(VMCS_QUALIFICATION), vmcs_read(VMCS_IDT_INFO),
	       vmcs_read(VMCS_ENTRY_INTR_INFO), vmcs_read(VMCS_GUEST_INTERRUPTIBILITY), vmcs_read(VMCS_GUEST_ACTIVITY));
}
