/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the core, the CPU and its VMCS for the unit tests of the VMX backend. */
#include "tests/unit/hv/arch/x86/vmx/mock.h"

#include "arch/x86/desc.h"
#include "core/exit.h"
#include "core/panic.h"
#include "log/printk.h"
#include "mm/nested.h"
#include "mm/page_pool.h"

struct mock mock;
const char vmx_exit_entry[1];

/* vmcs.c */

static uint64_t *field_of(enum vmcs_field field)
{
	assert_in_range(field, 0, sizeof(mock.vmcs) / sizeof(mock.vmcs[0]) - 1);
	return &mock.vmcs[field];
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
	mock.written[field] = true;
}

void vmcs_write_all(const struct vmcs_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		vmcs_write(values[i].field, values[i].value);
}

void vmx_invept(void)
{
	mock.invepts++;
}

/* The core. */

int mock_reset(void **state)
{
	(void)state;
	memset(&mock, 0, sizeof(mock));
	mock.vmcs[VMCS_GUEST_CR0] = CR0_PG | CR0_PE | CR0_NE;
	mock.vmcs[VMCS_CR0_SHADOW] = CR0_PG | CR0_PE;
	mock.vmcs[VMCS_GUEST_CR4] = CR4_PAE | CR4_VMXE;
	mock.vmcs[VMCS_GUEST_EFER] = EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE;
	mock.vmcs[VMCS_GUEST_CS_AR] = 0xa09b;
	mock.vmcs[VMCS_GUEST_SS_AR] = 0xc093;
	mock.vmcs[VMCS_GUEST_RFLAGS] = RFLAGS_FIXED | RFLAGS_IF;
	mock.vmcs[VMCS_EPTP] = vmx_eptp(MOCK_ROOT);
	mock.cpuid1_eax = 0x50654;
	return 0;
}

void hv_panic(const char *format, ...)
{
	if (!mock.panic_target)
		fail_msg("hv_panic(%s)", format);
	longjmp(*mock.panic_target, 1);
}

void panic_note_exit(struct percpu *cpu, const struct hv_exit *x)
{
	(void)cpu;
	(void)x;
	mock.noted = true;
}

void exit_dispatch(struct percpu *cpu, struct hv_exit *x)
{
	assert_ptr_equal(cpu, &mock.cpu);
	mock.exit = *x;
	mock.dispatched++;
}

uint64_t nested_root(void)
{
	return MOCK_ROOT;
}

void printk(const char *format, ...)
{
	(void)format;
}

void *pool_alloc(size_t pages)
{
	void *p = mock.pool[mock.pool_used];

	if (mock.pool_used + pages > sizeof(mock.pool) / sizeof(mock.pool[0]))
		return NULL;
	mock.pool_used += (unsigned int)pages;
	return p;
}

uint64_t hv_phys(const void *virt)
{
	return (uint64_t)(uintptr_t)virt;
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
	return msr == MSR_KERNEL_GS_BASE ? mock.kernel_gs : msr;
}

uint64_t read_cr0(void)
{
	return CR0_PG | CR0_PE | CR0_WP;
}

uint64_t read_cr2(void)
{
	return mock.cr2;
}

void write_cr2(uint64_t value)
{
	mock.cr2 = value;
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
	mock.debug_resets++;
}

struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	assert_int_equal(leaf, 1);
	return (struct cpuid_regs){ .eax = mock.cpuid1_eax };
}

bool mtrr_is_msr(uint32_t msr)
{
	return (msr >= MSR_MTRR_PHYSBASE0 && msr < MSR_MTRR_PHYSBASE0 + 64) || msr == MSR_MTRR_DEF_TYPE;
}
