/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the VMX backend's guest state: registers, injection, INIT and SIPI, single steps. */
#include "tests/unit/hv/arch/x86/vmx/hw.h"

#define VIEW_ROOT 0x777000ull

static struct percpu *const cpu = &mock.cpu;
static uint64_t *const vmcs = hw.vmcs;

static bool is_read_only(enum guest_reg reg)
{
	return MOCK_PANICS(vmx_set(cpu, reg, 0));
}

static void registers(void **state)
{
	static const struct {
		enum guest_reg reg;
		enum vmcs_field field;
		bool writable;
	} plain[] = {
		{ GREG_RIP, VMCS_GUEST_RIP, true },
		{ GREG_RSP, VMCS_GUEST_RSP, true },
		{ GREG_RFLAGS, VMCS_GUEST_RFLAGS, true },
		{ GREG_CR3, VMCS_GUEST_CR3, false },
		{ GREG_EFER, VMCS_GUEST_EFER, true },
		{ GREG_CS_BASE, VMCS_GUEST_CS_BASE, false },
		{ GREG_FS_BASE, VMCS_GUEST_FS_BASE, false },
		{ GREG_GS_BASE, VMCS_GUEST_GS_BASE, false },
		{ GREG_DR7, VMCS_GUEST_DR7, false },
		{ GREG_SYSENTER_CS, VMCS_GUEST_SYSENTER_CS, true },
		{ GREG_SYSENTER_ESP, VMCS_GUEST_SYSENTER_ESP, true },
		{ GREG_SYSENTER_EIP, VMCS_GUEST_SYSENTER_EIP, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		vmcs[plain[i].field] = 0x8000000000001000 + i;
		assert_int_equal(vmx_get(cpu, plain[i].reg), 0x8000000000001000 + i);
		if (!plain[i].writable) {
			assert_true(is_read_only(plain[i].reg));
			continue;
		}
		vmx_set(cpu, plain[i].reg, 0x77 + i);
		assert_int_equal(vmcs[plain[i].field], 0x77 + i);
	}
	hw.kernel_gs = 0x55;
	assert_int_equal(vmx_get(cpu, GREG_KERNEL_GS_BASE), 0x55);
	vmx_set(cpu, GREG_CR2, 0x66);
	assert_int_equal(vmx_get(cpu, GREG_CR2), 0x66);
	assert_true(MOCK_PANICS(vmx_get(cpu, GREG_COUNT)));
}

/* What is not in the VMCS is in the CPU itself. */
static void syscall_msrs(void **state)
{
	(void)state;
	assert_int_equal(vmx_get(cpu, GREG_STAR), MSR_STAR); /* the mock's MSRs hold their numbers */
	assert_int_equal(vmx_get(cpu, GREG_SFMASK), MSR_FMASK);
	vmx_set(cpu, GREG_LSTAR, 0x1234);
	assert_int_equal(hw.msr_written, MSR_LSTAR);
	assert_int_equal(hw.msr_value, 0x1234);
}

/* A pinned bit keeps its value, and reads as before. */
static void pin(void **state)
{
	(void)state;
	cpu->pin.tables = true;
	vmx_pin(cpu, CR0_WP | CR0_PG, CR4_SMEP);
	assert_int_equal(vmcs[VMCS_CPU_CONTROLS2], CPU2_TABLES);
	assert_int_equal(vmcs[VMCS_CR0_MASK], CR0_NE | CR0_WP | CR0_PG);
	assert_int_equal(vmcs[VMCS_CR4_MASK], CR4_VMXE | CR4_SMEP);
	assert_int_equal(vmcs[VMCS_CR0_SHADOW], CR0_PG | CR0_PE);
	assert_int_equal(vmcs[VMCS_CR4_SHADOW], CR4_PAE);
	assert_int_equal(vmcs[VMCS_GUEST_CR0], CR0_PG | CR0_PE | CR0_NE);
	vmcs[VMCS_GUEST_CR4] |= CR4_PGE; /* a free bit changes without an exit */
	assert_int_equal(vmx_get(cpu, GREG_CR4), CR4_PAE | CR4_PGE);
	cpu->pin.tables = false;
	vmx_pin(cpu, 0, 0);
	assert_int_equal(vmcs[VMCS_CPU_CONTROLS2], 0);
	assert_int_equal(vmcs[VMCS_CR0_MASK], CR0_NE);
	assert_int_equal(vmcs[VMCS_CR4_MASK], CR4_VMXE);
	assert_int_equal(vmcs[VMCS_CR4_SHADOW], CR4_PAE | CR4_PGE);
}

static void tables(void **state)
{
	const struct segment table[SEG_TABLES] = {
		{ .base = 0x1000, .limit = 0x7f },
		{ .selector = 0, .attributes = 0 },
		{ .base = 0x2000, .limit = 0xfff },
		{ .selector = 0x40, .attributes = 0x08b, .base = 0x3000, .limit = 0x4087 },
	};
	struct segment read[SEG_TABLES];

	(void)state;
	vmx_set_tables(cpu, table);
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_AR, 6)], 1 << 16); /* LDTR: unusable */
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_AR, 7)], 0x8b);
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_BASE, 9)], 0x2000);
	vmx_get_tables(cpu, read);
	assert_memory_equal(read, table, sizeof(read));
}

static void modes(void **state)
{
	(void)state;
	assert_int_equal(vmx_get(cpu, GREG_CPL), 0);
	vmcs[VMCS_GUEST_SS_AR] = 0xc0f3;
	assert_int_equal(vmx_get(cpu, GREG_CPL), 3);
	vmcs[VMCS_GUEST_EFER] = EFER_LME | EFER_LMA;
	assert_int_equal(vmx_get(cpu, GREG_CS_LONG), 1);
	vmcs[VMCS_GUEST_CS_AR] = 0xc09b; /* compatibility mode */
	assert_int_equal(vmx_get(cpu, GREG_CS_LONG), 0);
	vmcs[VMCS_GUEST_CS_AR] = 0xa09b;
	vmcs[VMCS_GUEST_EFER] = 0; /* the bit does not mean L in protected mode */
	assert_int_equal(vmx_get(cpu, GREG_CS_LONG), 0);
}

/* CR0.NE and CR4.VMXE stay set, and the guest reads what it wrote. */
static void control_registers(void **state)
{
	(void)state;
	assert_int_equal(vmx_get(cpu, GREG_CR0), CR0_PG | CR0_PE);
	vmx_set(cpu, GREG_CR0, CR0_PG | CR0_PE | CR0_NE);
	assert_int_equal(vmx_get(cpu, GREG_CR0), CR0_PG | CR0_PE | CR0_NE);
	vmx_set(cpu, GREG_CR0, CR0_PE);
	assert_int_equal(vmx_get(cpu, GREG_CR0), CR0_PE);
	assert_int_equal(vmcs[VMCS_GUEST_CR0], CR0_PE | CR0_NE);
	assert_int_equal(vmx_get(cpu, GREG_CR4), CR4_PAE);
	vmcs[VMCS_CR4_SHADOW] = CR4_VMXE;
	assert_int_equal(vmx_get(cpu, GREG_CR4), CR4_PAE | CR4_VMXE);
}

static void advance(void **state)
{
	(void)state;
	vmcs[VMCS_GUEST_RIP] = 0xfffffffe;
	vmcs[VMCS_GUEST_INTERRUPTIBILITY] = INTERRUPTIBILITY_STI | INTERRUPTIBILITY_NMI;
	vmx_advance(cpu, 3);
	assert_int_equal(vmcs[VMCS_GUEST_RIP], 0x100000001);
	assert_int_equal(vmcs[VMCS_GUEST_INTERRUPTIBILITY], INTERRUPTIBILITY_NMI);
	assert_int_equal(vmcs[VMCS_GUEST_PENDING_DBG], 0);
	vmcs[VMCS_GUEST_CS_AR] = 0xc09b;
	vmcs[VMCS_GUEST_RIP] = 0xfffffffe;
	vmx_advance(cpu, 3);
	assert_int_equal(vmcs[VMCS_GUEST_RIP], 1);
	/* A guest that single-steps itself, but not one that only traps branches. */
	vmcs[VMCS_GUEST_RFLAGS] |= RFLAGS_TF;
	vmcs[VMCS_GUEST_DEBUGCTL] = DEBUGCTL_BTF;
	vmx_advance(cpu, 1);
	assert_int_equal(vmcs[VMCS_GUEST_PENDING_DBG], 0);
	vmcs[VMCS_GUEST_DEBUGCTL] = 0;
	vmx_advance(cpu, 1);
	assert_int_equal(vmcs[VMCS_GUEST_PENDING_DBG], DR6_BS);
}

/* "VM-Entry Controls for Event Injection". */
static void inject(void **state)
{
	static const struct {
		struct hv_event event;
		uint64_t cr0;
		uint32_t info, error;
	} t[] = {
		{ { EVENT_INTR, 0xec, false, 0 }, CR0_PE, 0x800000ec, 0 },
		{ { EVENT_NMI, 2, false, 0 }, CR0_PE, 0x80000202, 0 },
		{ { EVENT_EXCEPTION, 6, false, 0 }, CR0_PE, 0x80000306, 0 },
		{ { EVENT_EXCEPTION, 14, true, 2 }, CR0_PE, 0x80000b0e, 2 },
		{ { EVENT_EXCEPTION, 13, true, UINT32_MAX }, CR0_PE, 0x80000b0d, UINT32_MAX },
		{ { EVENT_EXCEPTION, 13, true, 7 }, 0, 0x8000030d, 0 }, /* real mode has no error codes */
		{ { EVENT_SOFT, 0x80, false, 0 }, CR0_PE, 0, 0 },       /* runs again by itself */
		{ { EVENT_NONE, 0, false, 0 }, CR0_PE, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		vmcs[VMCS_GUEST_CR0] = t[i].cr0 | CR0_NE;
		vmcs[VMCS_ENTRY_ERROR_CODE] = 0;
		vmx_inject(cpu, &t[i].event);
		assert_int_equal(vmcs[VMCS_ENTRY_INTR_INFO], t[i].info);
		assert_int_equal(vmcs[VMCS_ENTRY_ERROR_CODE], t[i].error);
	}
}

/* INIT: the state after reset, waiting for SIPI. Caches are kept; a new VPID empties the TLB. */
static void park(void **state)
{
	(void)state;
	vmcs[VMCS_GUEST_CR0] = CR0_PG | CR0_PE | CR0_NE | CR0_CD;
	vmcs[VMCS_ENTRY_CONTROLS] = ENTRY_GUEST_64 | ENTRY_LOAD_EFER;
	vmcs[VMCS_CPU_CONTROLS2] = CPU2_EPT | CPU2_VPID;
	vmcs[VMCS_VPID] = 1;
	cpu->gprs.rax = cpu->gprs.r15 = 99;
	hw.cr2 = 5;
	vmx_park(cpu);
	assert_int_equal(vmcs[VMCS_GUEST_ACTIVITY], 3);
	assert_int_equal(vmx_get(cpu, GREG_CR0), CR0_CD | CR0_ET);
	assert_int_equal(vmcs[VMCS_GUEST_CR0], CR0_CD | CR0_ET | CR0_NE);
	assert_int_equal(vmx_get(cpu, GREG_CR4), 0);
	assert_int_equal(vmx_get(cpu, GREG_EFER), 0);
	assert_int_equal(vmx_get(cpu, GREG_RFLAGS), RFLAGS_FIXED);
	assert_int_equal(vmx_get(cpu, GREG_CPL), 0);
	assert_int_equal(vmcs[VMCS_ENTRY_CONTROLS], ENTRY_LOAD_EFER);
	assert_int_equal(vmcs[VMCS_VPID], 2);
	assert_int_equal(cpu->gprs.rax | cpu->gprs.r15 | hw.cr2, 0);
	assert_int_equal(cpu->gprs.rdx, hw.cpuid1_eax);
	assert_int_equal(hw.debug_resets, 1);
	vmcs[VMCS_VPID] = UINT16_MAX; /* 0 is the hypervisor's own */
	vmx_park(cpu);
	assert_int_equal(vmcs[VMCS_VPID], 1);
}

/* SIPI: real mode at the vector's page, active, nothing blocked. */
static void start_at(void **state)
{
	(void)state;
	vmcs[VMCS_GUEST_ACTIVITY] = 3;
	vmcs[VMCS_GUEST_INTERRUPTIBILITY] = INTERRUPTIBILITY_NMI;
	vmcs[VMCS_GUEST_RIP] = 0x1234;
	vmx_start_at(cpu, 0x9a);
	assert_int_equal(vmcs[VMCS_GUEST_ACTIVITY], 0);
	assert_int_equal(vmcs[VMCS_GUEST_INTERRUPTIBILITY], 0);
	assert_int_equal(vmcs[VMCS_GUEST_RIP], 0);
	assert_int_equal(vmcs[VMCS_GUEST_CS_BASE], 0x9a000);
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_SELECTOR, 1)], 0x9a00);
	assert_int_equal(vmcs[VMCS_GUEST_CS_AR], 0x9b);
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_AR, 6)], 0x82); /* LDTR */
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_AR, 7)], 0x8b); /* TR */
	for (unsigned int i = 0; i < 10; i++)                         /* GDTR and IDTR, too */
		assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_LIMIT, i)], 0xffff);
}

/* Attributes are spread over the access rights, and an unusable segment has a bit of its own. */
static void segments(void **state)
{
	struct segment seg[SEG_COUNT] = {
		[SEG_CS] = { 0x38, 0xa9b, 0xffffffff, 0 },
		[SEG_GDTR] = { .limit = 0x47, .base = 0x1000 },
		[SEG_IDTR] = { .limit = 0xfff, .base = 0x2000 },
		[SEG_TR] = { 0x40, 0x8b, 0x67, 0x3000 },
	};

	(void)state;
	vmx_write_segments(seg);
	assert_int_equal(vmcs[VMCS_GUEST_CS_AR], 0xa09b);
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_AR, 0)], BIT(16));
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_AR, 6)], BIT(16));
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_SELECTOR, 7)], 0x40);
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_BASE, 7)], 0x3000);
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_BASE, 8)], 0x1000); /* GDTR */
	assert_int_equal(vmcs[VMCS_SEGMENT(VMCS_GUEST_LIMIT, 9)], 0xfff); /* IDTR */
	assert_false(hw.written[VMCS_SEGMENT(VMCS_GUEST_AR, 8)]);
}

static void step(void **state)
{
	(void)state;
	vmcs[VMCS_CPU_CONTROLS] = CPU_SECONDARY;
	vmx_step_begin(cpu, VIEW_ROOT);
	assert_int_equal(vmcs[VMCS_CPU_CONTROLS], CPU_SECONDARY | CPU_MONITOR_TRAP);
	assert_int_equal(vmcs[VMCS_EPTP], VIEW_ROOT | 0x1e);
	assert_int_equal(vmcs[VMCS_GUEST_INTERRUPTIBILITY], INTERRUPTIBILITY_STI);
	assert_true(cpu->backend_flags & VMX_FLUSH);
	vmcs[VMCS_GUEST_INTERRUPTIBILITY] = 0; /* it has run */
	vmx_step_begin(cpu, VIEW_ROOT + PAGE_SIZE);
	assert_int_equal(vmcs[VMCS_EPTP], (VIEW_ROOT + PAGE_SIZE) | 0x1e);
	vmcs[VMCS_GUEST_INTERRUPTIBILITY] = 0;
	assert_false(vmx_step_end(cpu));
	assert_int_equal(vmcs[VMCS_CPU_CONTROLS], CPU_SECONDARY);
	assert_int_equal(vmcs[VMCS_EPTP], MOCK_ROOT | 0x1e);
	assert_int_equal(vmcs[VMCS_GUEST_INTERRUPTIBILITY], 0);
	assert_false(cpu->backend_flags & VMX_STEP_STI);
}

static void maps(void **state)
{
	(void)state;
	cpu->view.map = NESTED_USER;
	vmx_use_map(cpu);
	assert_int_equal(vmcs[VMCS_EPTP], (MOCK_ROOT + PAGE_SIZE) | 0x1e);
	assert_false(cpu->backend_flags & VMX_FLUSH);
	vmx_step_begin(cpu, VIEW_ROOT);
	assert_false(vmx_step_end(cpu));
	assert_int_equal(vmcs[VMCS_EPTP], (MOCK_ROOT + PAGE_SIZE) | 0x1e);
}

/* The interrupt shadow: set if a VM entry accepts it, cleared after the step if it is the step's. */
static void step_shadow(void **state)
{
	static const struct {
		uint64_t rflags, blocked, during, after; /* after: the instruction did not run */
	} t[] = {
		{ RFLAGS_IF, 0, 1, 0 },
		{ RFLAGS_IF, INTERRUPTIBILITY_NMI, 9, 8 },
		{ RFLAGS_IF, INTERRUPTIBILITY_STI, 1, 1 }, /* the guest's own */
		{ RFLAGS_IF, INTERRUPTIBILITY_MOV_SS, 2, 2 },
		{ 0, 0, 0, 0 },
		{ RFLAGS_IF | RFLAGS_TF, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		vmcs[VMCS_GUEST_RFLAGS] = t[i].rflags | RFLAGS_FIXED;
		vmcs[VMCS_GUEST_INTERRUPTIBILITY] = t[i].blocked;
		vmx_step_begin(cpu, VIEW_ROOT);
		assert_int_equal(vmcs[VMCS_GUEST_INTERRUPTIBILITY], t[i].during);
		vmx_step_end(cpu);
		assert_int_equal(vmcs[VMCS_GUEST_INTERRUPTIBILITY], t[i].after);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(registers, mock_reset),
		cmocka_unit_test_setup(syscall_msrs, mock_reset),
		cmocka_unit_test_setup(pin, mock_reset),
		cmocka_unit_test_setup(tables, mock_reset),
		cmocka_unit_test_setup(modes, mock_reset),
		cmocka_unit_test_setup(control_registers, mock_reset),
		cmocka_unit_test_setup(advance, mock_reset),
		cmocka_unit_test_setup(inject, mock_reset),
		cmocka_unit_test_setup(park, mock_reset),
		cmocka_unit_test_setup(start_at, mock_reset),
		cmocka_unit_test_setup(segments, mock_reset),
		cmocka_unit_test_setup(step, mock_reset),
		cmocka_unit_test_setup(maps, mock_reset),
		cmocka_unit_test_setup(step_shadow, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
