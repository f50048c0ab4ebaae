/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPUs that are reset and started by the guest: INIT and SIPI exit. Intel SDM volume 3, "Processor State After Reset". */
#include "arch/x86/apic.h"
#include "arch/x86/insn.h"
#include "arch/x86/vmx/vmx.h"

#define ACTIVITY_ACTIVE 0
#define ACTIVITY_WAIT_FOR_SIPI 3
#define AR_DATA16 0x93u
#define AR_CODE16 0x9bu
#define AR_LDT 0x82u
#define AR_TSS_BUSY 0x8bu
#define LIMIT16 0xffffu
#define DR6_RESET 0xffff0ff0ull
#define DR7_RESET 0x400u
#define RIP_RESET 0xfff0u

void vmx_kick(const struct percpu *target)
{
	apic_send(target->apic_id, ICR_INIT | ICR_ASSERT);
}

static void reset_registers(struct percpu *cpu)
{
	/* INIT leaves CD and NW as they are, and so does a VM entry: the guest's idea of them has to follow. */
	uint64_t cache = vmcs_read(VMCS_GUEST_CR0) & (CR0_CD | CR0_NW);

	cpu->gprs = (struct hv_gprs){ .rdx = cpuid(1, 0).eax };
	vmcs_write(VMCS_GUEST_CR0, cache | CR0_ET | CR0_NE);
	vmcs_write(VMCS_CR0_SHADOW, cache | CR0_ET);
	vmcs_write(VMCS_GUEST_CR3, 0);
	vmcs_write(VMCS_GUEST_CR4, CR4_VMXE);
	vmcs_write(VMCS_CR4_SHADOW, 0);
	vmcs_write(VMCS_GUEST_EFER, 0);
	vmcs_write(VMCS_ENTRY_CONTROLS, vmcs_read(VMCS_ENTRY_CONTROLS) & ~ENTRY_GUEST_64);
	vmcs_write(VMCS_GUEST_DR7, DR7_RESET);
	vmcs_write(VMCS_GUEST_DEBUGCTL, 0);
	vmcs_write(VMCS_GUEST_RSP, 0);
	vmcs_write(VMCS_GUEST_RIP, RIP_RESET);
	vmcs_write(VMCS_GUEST_RFLAGS, RFLAGS_FIXED);
	write_cr2(0);
	__asm__ volatile("mov %0, %%dr0; mov %0, %%dr1; mov %0, %%dr2; mov %0, %%dr3; mov %1, %%dr6"
			 : : "r"(0ull), "r"(DR6_RESET));
}

void vmx_park(struct percpu *cpu)
{
	reset_registers(cpu);
	for (unsigned int s = VMX_ES; s <= VMX_GS; s++)
		vmx_write_segment((enum vmx_segment)s, 0, 0, LIMIT16, AR_DATA16);
	vmx_write_segment(VMX_CS, 0xf000, 0xffff0000, LIMIT16, AR_CODE16);
	vmx_write_segment(VMX_LDTR, 0, 0, LIMIT16, AR_LDT);
	vmx_write_segment(VMX_TR, 0, 0, LIMIT16, AR_TSS_BUSY);
	vmcs_write(VMCS_GUEST_GDTR_BASE, 0);
	vmcs_write(VMCS_GUEST_GDTR_LIMIT, LIMIT16);
	vmcs_write(VMCS_GUEST_IDTR_BASE, 0);
	vmcs_write(VMCS_GUEST_IDTR_LIMIT, LIMIT16);
	vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, 0);
	vmcs_write(VMCS_GUEST_PENDING_DBG, 0);
	vmcs_write(VMCS_GUEST_ACTIVITY, ACTIVITY_WAIT_FOR_SIPI);
}

void vmx_start_at(struct percpu *cpu, uint8_t vector)
{
	(void)cpu;
	vmx_write_segment(VMX_CS, (uint16_t)(vector << 8), (uint64_t)vector << 12, LIMIT16, AR_CODE16);
	vmcs_write(VMCS_GUEST_RIP, 0);
	vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, 0);
	vmcs_write(VMCS_GUEST_ACTIVITY, ACTIVITY_ACTIVE);
}
