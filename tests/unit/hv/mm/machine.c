/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A machine for the tests of hv/mm and hv/core. */
#include "tests/unit/hv/mm/machine.h"

#include "arch/x86/cpu_facts.h"
#include "arch/x86/svm/svm.h"
#include "arch/x86/vmx/vmx.h"
#include "mm/guest_copy.h"
#include "mm/nested.c" /* its state is private, and each test starts from power-on */

struct machine machine;
uint8_t host_region[HOST_REGION_PAGES * RW_PAGE_SIZE] __attribute__((aligned(4096)));
uint8_t host_ram[HOST_RAM_PAGES * RW_PAGE_SIZE] __attribute__((aligned(4096)));

void machine_reset(void)
{
	memset(&machine, 0, sizeof(machine));
	machine.boot.region_phys = MACHINE_REGION;
	machine.boot.region_size = sizeof(host_region);
	machine.boot.pool_phys = MACHINE_REGION + MACHINE_POOL;
	machine.boot.mem_top = SIZE_4G;
	machine.boot.ram[0] = (struct rw_mem_range){ 0, sizeof(host_ram) };
	machine.boot.range_count = 1;
	machine.boot.cpu_count = 1;
	machine.mtrr.enabled = true;
	machine.mtrr.def_type = MEM_WB;
	machine.has_mtrr = true;
	machine.has_1g = true;
	machine.phys_bits = 40;
	machine.format = &vmx_ept;
	memset(late, 0, sizeof(late));
	late_next = 0;
	memset(swapped, 0, sizeof(swapped));
	swaps = 0;
	memset(spares, 0, sizeof(spares));
	lock.held = 0;
	lock_order_reset();
}

const char *machine_start(uint32_t pool_pages)
{
	machine.boot.pool_size = (uint64_t)pool_pages * PAGE_SIZE;
	svm_features.gmet = machine.exec_modes;
	cpu_facts_init();
	pool_init(&machine.boot);
	guest_copy_init(&machine.boot);
	return nested_init(machine.format, &machine.boot, machine.by_mode);
}

struct cpuid_regs cpuid(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	if (leaf == 1)
		return (struct cpuid_regs){ 0x806f8, 0x100800, 0xffffffff,
					    machine.has_mtrr ? 0xffffffff : ~(1u << 12) };
	if (leaf == 7 && machine.has_tsc_adjust)
		return (struct cpuid_regs){ ~leaf, (leaf + 1) | 1u << 1, 0xffffffff, leaf + 3 };
	if (leaf == 0x80000000u)
		return (struct cpuid_regs){ .eax = machine.c_bit ? 0x8000001f : 0x80000008 };
	if (leaf == 0x8000001fu)
		return (struct cpuid_regs){ .eax = 1, .ebx = machine.c_bit | machine.lost_bits << 6 };
	if (leaf == 0x80000008u)
		return (struct cpuid_regs){ .eax = 48 << 8 | machine.phys_bits };
	return (struct cpuid_regs){ ~leaf, leaf + 1, 0xffffffff, leaf + 3 };
}

bool machine_msr(uint32_t msr, uint64_t *value)
{
	static const uint32_t fixed[] = { 0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
					  0x26b, 0x26c, 0x26d, 0x26e, 0x26f };
	const struct mtrr_state *m = &machine.mtrr;

	if (msr == 0x982) {
		*value = (uint64_t)machine.key_bits << 32;
		return true;
	}
	if (msr == 0xfe) {
		*value = m->var_count | 1u << 8;
		return true;
	}
	if (msr == 0x2ff) {
		*value = m->def_type | (uint64_t)m->fixed_enabled << 10 | (uint64_t)m->enabled << 11;
		return true;
	}
	if (msr >= 0x200 && msr < 0x200 + 2 * m->var_count) {
		*value = msr & 1 ? m->mask[(msr - 0x200) / 2] : m->base[(msr - 0x200) / 2];
		return true;
	}
	for (unsigned int i = 0; i < MTRR_FIXED_COUNT; i++)
		if (fixed[i] == msr) {
			*value = m->fixed[i];
			return true;
		}
	return false;
}

/* Without MBEC the CPU ignores bit 10. */
static unsigned int ept_perm(uint64_t entry)
{
	return machine.by_mode ? (entry & 3) | (entry & 4 ? NPERM_X : 0) : entry & 0x407;
}

static struct machine_map walk_ept(uint64_t root_pa, uint64_t gpa)
{
	uint64_t table = root_pa, entry;

	for (int level = 4;; level--) {
		int shift = 12 + 9 * (level - 1);

		entry = ((const uint64_t *)hv_virt(table))[gpa >> shift & 511];
		if (!(entry & 0x407))
			return (struct machine_map){ .level = level };
		/* "EPT Misconfigurations": writable but not readable; bits that must be 0. */
		assert_true(entry & 1);
		assert_int_equal(entry >> 52, 0);
		if (level == 1 || entry & 0x80) {
			uint64_t size = 1ull << shift;
			int type = entry >> 3 & 7;

			assert_int_not_equal(level, 4);
			assert_int_equal(entry & 0xb40, 0); /* no ignored PAT, no accessed, no dirty flag */
			assert_int_equal(entry & 0xffffffffff000 & (size - 1), 0);
			assert_true(type == 0 || type == 1 || (type >= 4 && type <= 6));
			return (struct machine_map){ true, (entry & 0xffffffffff000) | (gpa & (size - 1)),
						     ept_perm(entry), type, level };
		}
		assert_int_equal(entry & 0xbf8, 0);
		assert_int_equal(entry & 0x407, 0x407);
		table = entry & 0xffffffffff000;
	}
}

static struct machine_map walk_npt(uint64_t root_pa, uint64_t gpa)
{
	uint64_t table = root_pa, entry;

	for (int level = 4;; level--) {
		int shift = 12 + 9 * (level - 1);

		entry = ((const uint64_t *)hv_virt(table))[gpa >> shift & 511];
		if (!(entry & 1))
			return (struct machine_map){ .level = level };
		assert_int_equal(entry >> 52 & 0x7ff, 0);
		assert_int_equal(entry & 0x20, 0x20); /* accessed: the CPU need not write */
		if (level == 1 || entry & 0x80) {
			uint64_t size = 1ull << shift;
			unsigned int exec = machine.exec_modes && entry & 4 ? NPERM_XU : NPERM_X;
			unsigned int perm = 1 | (entry & 2) | (entry >> 63 ? 0 : exec);

			assert_true(machine.exec_modes || entry & 4); /* user */

			assert_int_not_equal(level, 4);
			assert_int_equal(entry & 0x40, 0x40); /* dirty */
			assert_int_equal(entry & 0x118,
					 0); /* not global; PWT and PCD 0: the first of the PAT */
			assert_int_equal(level == 1 ? entry & 0x80 : 0, 0);
			assert_int_equal(entry & 0xffffffffff000 & (size - 1), 0);
			return (struct machine_map){ true, (entry & 0xffffffffff000) | (gpa & (size - 1)),
						     perm, MEM_WB, level };
		}
		assert_int_equal(entry & 0xf98, 0);
		assert_int_equal(entry & 6, 6);
		assert_int_equal(entry >> 63, 0);
		table = entry & 0xffffffffff000;
	}
}

struct machine_map machine_walk(uint64_t root_pa, uint64_t gpa)
{
	return machine.format == &vmx_ept ? walk_ept(root_pa, gpa) : walk_npt(root_pa, gpa);
}
