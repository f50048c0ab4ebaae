/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/core/cpuid.c and hv/core/regs.c: what the guest sees of the CPU. */
#include "tests/unit/hv/core/mock.h"

#include "arch/x86/cpu_facts.h"
#include "arch/x86/insn.h"
#include "core/microcode.h"

#define LEAF1_ECX_HIDDEN (1u << 2 | 1u << 4 | 1u << 5 | 1u << 6) /* debug store; VMX, SMX */

static struct cpuid_regs guest_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct hv_gprs *g = &mock.cpu.gprs;
	unsigned int advances = mock.advances;

	/* CPUID ignores the upper halves and clears them. */
	g->rax = 0xffffffff00000000ull | leaf;
	g->rcx = 0xffffffff00000000ull | subleaf;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CPUID });
	assert_int_equal(mock.advances, advances + 1);
	assert_int_equal((g->rax | g->rbx | g->rcx | g->rdx) >> 32, 0);
	return (struct cpuid_regs){ (uint32_t)g->rax, (uint32_t)g->rbx, (uint32_t)g->rcx, (uint32_t)g->rdx };
}

/*
 * Hidden in leaf 7: Processor Trace, and @ecx_hidden in ECX; in its subleaf 1, FRED, MSR lists and immediate
 * MSR numbers.
 */
static void leaf_7(uint32_t ecx_hidden)
{
	struct cpuid_regs r = guest_cpuid(7, 0), own = cpuid(7, 0);

	own.ebx &= ~(1u << 25);
	own.ecx &= ~ecx_hidden;
	assert_memory_equal(&r, &own, sizeof(r));
	r = guest_cpuid(7, 1);
	own = cpuid(7, 1);
	own.eax &= ~(1u << 17 | 1u << 27);
	own.ecx &= ~(1u << 5);
	own.edx &= ~(1u << 15);
	assert_memory_equal(&r, &own, sizeof(r));
}

static bool has_leaf(uint32_t leaf)
{
	return leaf <= cpuid(leaf & 0x80000000u, 0).eax;
}

static void absent(uint32_t leaf)
{
	const struct cpuid_regs none = { 0 };
	struct cpuid_regs r = guest_cpuid(leaf, 0);

	assert_memory_equal(&r, &none, sizeof(r));
}

static void same_as_cpu(uint32_t leaf, uint32_t subleaf, uint32_t ecx_hidden)
{
	struct cpuid_regs r = guest_cpuid(leaf, subleaf), own = cpuid(leaf, subleaf);

	own.ecx &= ~ecx_hidden;
	if (leaf == 1)
		own.edx &= ~(1u << 21); /* debug store */
	assert_memory_equal(&r, &own, sizeof(r));
}

static void test_cpuid(void **state)
{
	static const uint32_t leaves[] = { 0, 2, 4, 0x15, 0x80000000, 0x80000008, 0x40000200, 0xffffffff };

	(void)state;
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
		same_as_cpu(leaves[i], 1, 0);
	same_as_cpu(0xd, 0, 0);
	same_as_cpu(0xd, 1, 1u << 8); /* the state component of Processor Trace */
	same_as_cpu(0xd, 7, 0);
	same_as_cpu(0xd, 9, 0);
	/*
	 * VMX, SMX, the debug store, SVM and SKINIT are hidden. OSXSAVE and OSPKE follow the guest's CR4,
	 * not the hypervisor's.
	 */
	same_as_cpu(1, 0, LEAF1_ECX_HIDDEN | 1u << 27);
	leaf_7(1u << 4);
	mock.reg[GREG_CR4] = CR4_OSXSAVE | CR4_PKE;
	same_as_cpu(1, 0, LEAF1_ECX_HIDDEN);
	leaf_7(0);
	mock.reg[GREG_CR4] = 0;
	same_as_cpu(7, 2, 0);
	same_as_cpu(0x80000001, 0, 1u << 2 | 1u << 12);
	if (has_leaf(0x8000000a))
		absent(0x8000000a);
	if (has_leaf(0x14))
		absent(0x14);
	else
		same_as_cpu(0x14, 0, 0); /* the answer of a CPU without this leaf */
	absent(0x40000002);              /* offered by a hypervisor below Ringward */
	absent(0x400001ff);
}

static void test_cpuid_agent(void **state)
{
	struct cpuid_regs r = guest_cpuid(RW_CPUID_SIGNATURE, 0);
	char sig[13] = { 0 };

	(void)state;
	memcpy(sig, &r.ebx, 12);
	assert_string_equal(sig, RW_SIGNATURE);
	assert_int_equal(r.eax, RW_CPUID_VERSION);
	r = guest_cpuid(RW_CPUID_VERSION, 0);
	assert_int_equal(r.eax, RW_ABI_VERSION);
	assert_int_equal(r.ebx, 1);
	assert_int_equal(r.ecx | r.edx, 0);
	machine.boot.agent = 0;
	same_as_cpu(RW_CPUID_SIGNATURE, 0, 0);
	absent(RW_CPUID_VERSION);
}

static bool faulted(unsigned int injects)
{
	if (mock.injects == injects)
		return false;
	assert_int_equal(mock.injected.vector, VEC_GP);
	assert_true(mock.injected.has_error);
	assert_int_equal(mock.injected.error, 0);
	return true;
}

/* Return: whether it raised #GP. */
static bool msr_read(uint32_t msr, uint64_t *value)
{
	unsigned int injects = mock.injects, advances = mock.advances;

	mock.cpu.gprs.rax = mock.cpu.gprs.rdx = ~0ull;
	mock.cpu.gprs.rcx = 0xffffffff00000000ull | msr;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_MSR_READ });
	if (faulted(injects)) {
		assert_int_equal(mock.advances, advances);
		assert_int_equal(mock.cpu.gprs.rax & mock.cpu.gprs.rdx, ~0ull);
		return true;
	}
	assert_int_equal((mock.cpu.gprs.rax | mock.cpu.gprs.rdx) >> 32, 0);
	*value = mock.cpu.gprs.rdx << 32 | mock.cpu.gprs.rax;
	return false;
}

static bool msr_write(uint32_t msr, uint64_t value)
{
	unsigned int injects = mock.injects;

	mock.cpu.gprs.rax = 0xffffffff00000000ull | (uint32_t)value;
	mock.cpu.gprs.rdx = 0xffffffff00000000ull | value >> 32;
	mock.cpu.gprs.rcx = msr;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_MSR_WRITE });
	return faulted(injects);
}

static void test_msr(void **state)
{
	uint64_t value;

	(void)state;
	mock.msr_value = 0x123456789abcdef0;
	assert_false(msr_read(0x10, &value));
	assert_int_equal(value, 0x123456789abcdef0);
	assert_false(msr_write(0x122, 0xfedcba9876543210));
	assert_int_equal(mock.msr_written, 0x122);
	assert_int_equal(mock.msr_value, 0xfedcba9876543210);
	mock.msr_faults = true;
	assert_true(msr_read(0xc0011029, &value));
	assert_true(msr_write(0xc0011029, 0));
}

/*
 * The guest moves the time stamp, and the log's clock does not follow. After the start the guest controls
 * what CPUID says of IA32_TSC_ADJUST: it cannot make the hypervisor read an MSR that is missing.
 */
static void test_tsc(void **state)
{
	(void)state;
	machine.has_tsc_adjust = true;
	assert_false(msr_write(MSR_TSC, 5000));
	assert_int_equal(mock.msr_written, MSR_TSC);
	assert_int_equal(mock.drains, 1); /* of records whose stamps are of the old TSC */
	cpu_facts_init();
	mock.tsc_adjusts = true;
	mock.msr_value = 1000;
	mock.cpu.tsc_bias = 0;
	machine.has_tsc_adjust = false;
	assert_false(msr_write(MSR_TSC_ADJUST, 1234));
	assert_int_equal(mock.cpu.tsc_bias, 234);
	/* Nor does the change count as time in the hypervisor. */
	mock.tsc = 700; /* 710 at the exit */
	assert_false(msr_write(MSR_TSC_ADJUST, 1034));
	assert_int_equal(mock.cpu.tsc_bias, 34);
	assert_int_equal(mock.cpu.exit_tsc, 510);
}

/* As on a CPU without virtualization. */
static void test_msr_virtualization(void **state)
{
	static const uint32_t hidden[] = { 0x480,      0x48b, 0x491, 0x493, 0xc0010114, 0xc0010117,
					   0xc0010118, 0x3f1, 0x3f5, 0x600, 0x560,      0x58f };
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		assert_true(msr_read(hidden[i], &value));
		assert_true(msr_write(hidden[i], 0));
	}
	mock.msr_value = 0x60005; /* locked, VMX, and unrelated bits */
	assert_false(msr_read(MSR_FEATURE_CONTROL, &value));
	assert_int_equal(value, 0x60001);
	mock.msr_value = 0;
	assert_false(msr_read(MSR_FEATURE_CONTROL, &value));
	assert_int_equal(value, 1);
	assert_true(msr_write(MSR_FEATURE_CONTROL, 0));
	assert_int_equal(mock.msr_written, 0);
}

/* The firmware has settled what is memory: the guest cannot change it. */
static void test_msr_memory_map(void **state)
{
	static const uint32_t fixed[] = { 0x982,      0x984,      0xc0010010, 0xc0010016,
					  0xc001001a, 0xc0010058, 0xc0010112 };
	uint64_t value;

	(void)state;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		mock.msr_value = 0x10001;
		assert_false(msr_read(fixed[i], &value));
		assert_int_equal(value, 0x10001);
		assert_false(msr_write(fixed[i], 0x10001));
		assert_true(msr_write(fixed[i], 0x10003));
	}
	/* Linux does this to view the fixed MTRRs: no error, but not done */
	assert_false(msr_write(MSR_SYSCFG, 0x10001 | 7u << 18));
	assert_int_equal(mock.msr_written, 0);
}

/* Microcode is code below the hypervisor: not loaded, and reported once before and once after the lock. */
static void test_microcode(void **state)
{
	(void)state;
	mock.msr_value = 0x11110a201025;
	assert_int_equal(microcode_level(), 0x0a201025);
	for (int locked = 0; locked < 2; locked++) {
		if (locked)
			mock_lock();
		for (int i = 0; i < 3; i++)
			assert_false(msr_write(0xc0010020, 0xffff888012345000));
		assert_int_equal(mock.records, locked + 1);
		assert_int_equal(mock.record[locked].access, RW_ACCESS_MSR);
		assert_int_equal(mock.record[locked].nr, 0xc0010020);
		assert_int_equal(mock.record[locked].gva, 0xffff888012345000);
		assert_int_equal(mock.record[locked].verdict, RW_VERDICT_SKIP);
	}
	assert_int_equal(mock.msr_written, 0);
	/* Intel's MSR number means nothing here. */
	assert_false(msr_write(0x79, 0xffff888012345000));
	assert_int_equal(mock.msr_written, 0x79);
	assert_int_equal(mock.records, 2);
}

/* A CPU with its APIC off does not receive kicks. */
static void test_apic_base(void **state)
{
	uint64_t base = rdmsr(MSR_APIC_BASE);

	(void)state;
	assert_true(msr_write(MSR_APIC_BASE, base + PAGE_SIZE));
	assert_false(msr_write(MSR_APIC_BASE, base & ~(uint64_t)APIC_BASE_ENABLE));
	mock_lock();
	assert_true(msr_write(MSR_APIC_BASE, base & ~(uint64_t)APIC_BASE_ENABLE));
	assert_false(msr_write(MSR_APIC_BASE, base | APIC_BASE_ENABLE));
}

static void test_efer(void **state)
{
	uint64_t own = mock.efer, value;

	(void)state;
	mock.reg[GREG_EFER] = EFER_LME | EFER_LMA | EFER_SCE;
	mock.reg[GREG_CR0] = CR0_PG | CR0_PE;
	assert_false(msr_read(MSR_EFER, &value));
	assert_int_equal(value, EFER_LME | EFER_LMA | EFER_SCE); /* no SVME */
	assert_false(msr_write(MSR_EFER, EFER_LME | EFER_NXE));
	assert_int_equal(mock.reg[GREG_EFER], EFER_LME | EFER_LMA | EFER_NXE); /* only the CPU sets LMA */
	assert_true(msr_write(MSR_EFER, EFER_NXE));                            /* LME with paging on */
	assert_true(msr_write(MSR_EFER, EFER_LME | EFER_SVME));
	assert_true(msr_write(MSR_EFER, EFER_LME | BIT(16)));
	assert_int_equal(mock.reg[GREG_EFER], EFER_LME | EFER_LMA | EFER_NXE);
	mock.reg[GREG_CR0] = CR0_PE;
	mock.reg[GREG_EFER] = 0;
	assert_false(msr_write(MSR_EFER, EFER_LME));
	assert_int_equal(mock.reg[GREG_EFER], EFER_LME);
	assert_int_equal(mock.efer, own); /* the hypervisor's own is unchanged */
}

/* The guest changes an MTRR: the nested tables follow. */
static void test_mtrr(void **state)
{
	unsigned int flushes = mock.flushes;

	(void)state;
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0xfee00000).type, MEM_WB);
	machine.mtrr.def_type = MEM_UC; /* read back after the write */
	assert_false(msr_write(MSR_MTRR_DEF_TYPE, 0x800));
	assert_int_equal(mock.msr_written, MSR_MTRR_DEF_TYPE);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0xfee00000).type, MEM_UC);
	assert_int_equal(mock.flushes, flushes + 1);
	mock.msr_faults = true;
	assert_true(msr_write(MSR_MTRR_DEF_TYPE, 0x8ff));
	assert_int_equal(mock.flushes, flushes + 1);
}

static void test_cr(void **state)
{
	(void)state;
	mock.reg[GREG_CR0] = CR0_PG | CR0_PE | CR0_NE;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CR, .cr = { .known = true, .value = CR0_PE } });
	assert_int_equal(mock.reg[GREG_CR0], CR0_PG | CR0_PE); /* the instruction itself does the rest */
	mock_exit(
		(struct hv_exit){ .reason = RW_EXIT_CR, .cr = { .known = true, .value = CR0_PE | CR0_NE } });
	assert_int_equal(mock.reg[GREG_CR0], CR0_PG | CR0_PE | CR0_NE);
	assert_int_equal(mock.advances, 0);
	assert_int_equal(mock.injects, 0);
	mock_exit((struct hv_exit){ .reason = RW_EXIT_CR,
				    .cr = { .cr = 4, .known = true, .value = CR4_VMXE } });
	assert_true(faulted(0));
	assert_int_equal(mock.reg[GREG_CR4], 0);
}

static void test_xsetbv(void **state)
{
	(void)state;
	mock.cpu.gprs.rax = 0xffffffff00000007;
	mock.cpu.gprs.rdx = 0xffffffff00000002;
	mock.cpu.gprs.rcx = 0xffffffff00000000;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_XSETBV });
	assert_int_equal(mock.xcr0, 0x200000007);
	assert_int_equal(mock.advances, 1);
	mock.xsetbv_faults = true;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_XSETBV });
	assert_true(faulted(0));
	assert_int_equal(mock.advances, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_cpuid, mock_reset),
		cmocka_unit_test_setup(test_cpuid_agent, mock_reset),
		cmocka_unit_test_setup(test_msr, mock_reset),
		cmocka_unit_test_setup(test_tsc, mock_reset),
		cmocka_unit_test_setup(test_msr_virtualization, mock_reset),
		cmocka_unit_test_setup(test_msr_memory_map, mock_reset),
		cmocka_unit_test_setup(test_microcode, mock_reset),
		cmocka_unit_test_setup(test_apic_base, mock_reset),
		cmocka_unit_test_setup(test_efer, mock_reset),
		cmocka_unit_test_setup(test_mtrr, mock_reset),
		cmocka_unit_test_setup(test_cr, mock_reset),
		cmocka_unit_test_setup(test_xsetbv, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
