/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPUs that the guest resets and starts: INIT and SIPI exit. */
#include "dev/apic.h"
#include "arch/x86/insn.h"
#include "arch/x86/vmx/vmx.h"

#define ACTIVITY_ACTIVE        0
#define ACTIVITY_WAIT_FOR_SIPI 3

void vmx_kick(const struct percpu *target)
{
	apic_send(target->apic_id, ICR_INIT | ICR_ASSERT);
}

/* Intel SDM volume 3, "Processor State After Reset". */
static void reset_registers(struct percpu *cpu)
{
	/* INIT preserves CD and NW, and so does a VM entry: the guest's view of them follows. */
	uint64_t cache = vmcs_read(VMCS_GUEST_CR0) & (CR0_CD | CR0_NW);
	const struct vmcs_value values[] = {
		{ VMCS_GUEST_CR0, cache | CR0_ET | CR0_NE },
		{ VMCS_CR0_SHADOW, cache | CR0_ET },
		{ VMCS_GUEST_CR3, 0 },
		{ VMCS_GUEST_CR4, CR4_VMXE },
		{ VMCS_CR4_SHADOW, 0 },
		{ VMCS_ENTRY_CONTROLS, vmcs_read(VMCS_ENTRY_CONTROLS) & ~ENTRY_GUEST_64 },
		{ VMCS_GUEST_EFER, 0 },
		{ VMCS_GUEST_DR7, DR7_RESET },
		{ VMCS_GUEST_DEBUGCTL, 0 },
		{ VMCS_GUEST_PENDING_DBG, 0 },
		{ VMCS_GUEST_RSP, 0 },
		{ VMCS_GUEST_RFLAGS, RFLAGS_FIXED },
	};

	vmcs_write_all(values, sizeof(values) / sizeof(values[0]));
	cpu->gprs = (struct hv_gprs){ .rdx = cpuid(1, 0).eax };
	write_cr2(0);
	reset_debug_registers();
}

/* While the CPU waits, its start address is not visible: SIPI sets it. */
void vmx_park(struct percpu *cpu)
{
	reset_registers(cpu);
	vmx_start_at(cpu, 0);
	vmcs_write(VMCS_GUEST_ACTIVITY, ACTIVITY_WAIT_FOR_SIPI);
	/* INIT flushes the TLB, writing these fields does not; translations of another VPID are not used. */
	if (vmcs_read(VMCS_CPU_CONTROLS2) & CPU2_VPID)
		vmcs_write(VMCS_VPID, vmcs_read(VMCS_VPID) % UINT16_MAX + 1);
}

void vmx_start_at(struct percpu *cpu, uint8_t vector)
{
	struct segment seg[SEG_COUNT];

	(void)cpu;
	segments_reset(seg, vector);
	vmx_write_segments(seg);
	vmcs_write(VMCS_GUEST_RIP, 0);
	vmcs_write(VMCS_GUEST_INTERRUPTIBILITY, 0);
	vmcs_write(VMCS_GUEST_ACTIVITY, ACTIVITY_ACTIVE);
}
