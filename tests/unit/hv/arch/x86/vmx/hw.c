/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the CPU with its VMCS, and of what the VMX backend alone calls. */
#include "tests/unit/hv/arch/x86/vmx/hw.h"

#include "arch/x86/desc.h"

struct hw hw;
const char vmx_exit_entry[1];

/* vmcs.c */

static uint64_t *field_of(enum vmcs_field field)
{
	assert_in_range(field, 0, sizeof(hw.vmcs) / sizeof(hw.vmcs[0]) - 1);
	return &hw.vmcs[field];
}

uint64_t vmcs_read(enum vmcs_field field)
{
	return *field_of(field);
}

/*
 * "Field Encoding in VMCS": bits 13 and 14 are the width, bits 10 and 11 the type; type 1 is read-only.
 */
void vmcs_write(enum vmcs_field field, uint64_t value)
{
	static const uint64_t width[] = { UINT16_MAX, UINT64_MAX, UINT32_MAX, UINT64_MAX };

	assert_int_not_equal((uint32_t)field >> 10 & 3, 1);
	assert_int_equal(value & ~width[(uint32_t)field >> 13 & 3], 0);
	*field_of(field) = value;
	hw.written[field] = true;
}

void vmcs_write_all(const struct vmcs_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		vmcs_write(values[i].field, values[i].value);
}

bool vmx_invept(uint64_t eptp)
{
	(void)eptp;
	hw.invepts++;
	return !hw.invept_single;
}

/* What else the backend calls. */

void hw_reset(void)
{
	memset(&hw, 0, sizeof(hw));
	hw.vmcs[VMCS_GUEST_CR0] = CR0_PG | CR0_PE | CR0_NE;
	hw.vmcs[VMCS_CR0_SHADOW] = CR0_PG | CR0_PE;
	hw.vmcs[VMCS_GUEST_CR4] = CR4_PAE | CR4_VMXE;
	hw.vmcs[VMCS_GUEST_EFER] = EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE;
	hw.vmcs[VMCS_GUEST_CS_AR] = 0xa09b;
	hw.vmcs[VMCS_GUEST_SS_AR] = 0xc093;
	hw.vmcs[VMCS_GUEST_RFLAGS] = RFLAGS_FIXED | RFLAGS_IF;
	hw.vmcs[VMCS_EPTP] = vmx_eptp(MOCK_ROOT);
	hw.cpuid1_eax = 0x50654;
}

uint64_t desc_idt_base(void)
{
	return 0x1d7;
}

void apic_send(uint32_t dest, uint32_t low)
{
	fail_msg("apic_send(%x, %x)", dest, low);
}

/* The CPU. */

uint8_t host_region[HOST_REGION_PAGES * RW_PAGE_SIZE], host_ram[HOST_RAM_PAGES * RW_PAGE_SIZE];

uint64_t rdmsr(uint32_t msr)
{
	return msr == MSR_KERNEL_GS_BASE ? hw.kernel_gs : msr;
}

void wrmsr(uint32_t msr, uint64_t value)
{
	hw.msr_written = msr;
	hw.msr_value = value;
}

uint64_t read_cr0(void)
{
	return CR0_PG | CR0_PE | CR0_WP;
}

uint64_t read_cr2(void)
{
	return hw.cr2;
}

void write_cr2(uint64_t value)
{
	hw.cr2 = value;
}

uint64_t read_cr3(void)
{
	return 0x7000;
}

uint64_t read_cr4(void)
{
	return CR4_PAE | CR4_VMXE;
}

void reset_debug_registers(void)
{
	hw.debug_resets++;
}

struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	assert_int_equal(leaf, 1);
	return (struct cpuid_regs){ .eax = hw.cpuid1_eax };
}

bool mtrr_is_msr(uint32_t msr)
{
	return (msr >= MSR_MTRR_PHYSBASE0 && msr < MSR_MTRR_PHYSBASE0 + 64) || msr == MSR_MTRR_DEF_TYPE;
}
