/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/mm/guest_walk.c: all paging modes, on tables in a small memory, and on hostile tables. */
#include "tests/unit/hv/mm/machine.h"
#include "tests/unit/hv/mm/random.h"

#include "arch/x86/regs.h"
#include "abi/hypercall.h"
#include "mm/guest_copy.h"
#include "mm/guest_walk.h"

#define RAM_PAGES 16u
#define SEED      0x52696e6777617264ull

static uint8_t ram[RAM_PAGES * PAGE_SIZE];
static unsigned int reads;

int guest_read(uint64_t gpa, void *dst, size_t size)
{
	reads++;
	assert_true(size == 4 || size == 8);
	assert_int_equal(gpa % size, 0);
	if (gpa >= sizeof(ram) || sizeof(ram) - gpa < size)
		return -RW_EFAULT;
	memcpy(dst, ram + gpa, size);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	memset(ram, 0, sizeof(ram));
	return 0;
}

static void put8(uint64_t table, unsigned int index, uint64_t entry)
{
	memcpy(ram + table + 8ul * index, &entry, 8);
}

static void put4(uint64_t table, unsigned int index, uint32_t entry)
{
	memcpy(ram + table + 4ul * index, &entry, 4);
}

static void maps(const struct guest_paging *p, uint64_t gva, uint64_t expected)
{
	uint64_t gpa = ~0ull;
	bool may_run;

	assert_int_equal(guest_walk(p, gva, &gpa, &may_run), 0);
	assert_int_equal(gpa, expected);
}

static void faults(const struct guest_paging *p, uint64_t gva)
{
	uint64_t gpa = 0x5a5a;
	bool may_run;

	assert_int_equal(guest_walk(p, gva, &gpa, &may_run), -RW_EFAULT);
	assert_int_equal(gpa, 0x5a5a);
}

static const struct guest_paging long4 = { CR0_PG | CR0_PE, 0x1000, CR4_PAE, EFER_LME | EFER_LMA };
static const struct guest_paging long5 = { CR0_PG | CR0_PE, 0x1000, CR4_PAE | CR4_LA57, EFER_LME | EFER_LMA };

static void test_paging_off(void **state)
{
	struct guest_paging p = { .cr0 = CR0_PE, .cr3 = 0x1000, .cr4 = CR4_PAE };

	(void)state;
	reads = 0;
	maps(&p, 0xffff0, 0xffff0);
	maps(&p, 0x1fffffff0ull, 0xfffffff0);
	assert_int_equal(reads, 0);
}

static void test_4_levels(void **state)
{
	struct guest_paging p = long4;

	(void)state;
	put8(0x1000, 511, 0x2000 | 7 | BIT(63));
	put8(0x2000, 510, 0x3000 | 7);
	put8(0x3000, 8, 0x4000 | 7);
	put8(0x4000, 3,
	     0xabcde12345000ull | 7 | BIT(63) | BIT(52) | 0x180); /* PAT, global: not the address's */
	put8(0x3000, 9, 0x12345601000ull | PTE_PS | 7);           /* PAT at bit 12 */
	put8(0x2000, 511, 0xfc0001000ull | PTE_PS | 7);
	maps(&p, 0xffffffff81003678ull, 0xabcde12345678ull);
	maps(&p, 0xffffffff812abcdeull, 0x123456abcdeull);
	maps(&p, 0xffffffffc1234567ull, 0xfc1234567ull);
	/* PCID bits and the bit that keeps translations are not part of the root's address. */
	p.cr3 |= 0xfff | BIT(63);
	maps(&p, 0xffffffff81003678ull, 0xabcde12345678ull);
	/* Not present: at each level. */
	faults(&p, 0xffffffff81004000ull);
	faults(&p, 0xffffffff81400000ull);
	faults(&p, 0xffffffff00000000ull);
	faults(&p, 0x1000);
}

static void test_canonical(void **state)
{
	(void)state;
	put8(0x1000, 256, 0x2000 | 1);
	put8(0x1000, 255, 0x2000 | 1);
	put8(0x2000, 0, PTE_PS | 1);
	put8(0x2000, 511, PTE_PS | 1);
	reads = 0;
	faults(&long4, 0x800000000000ull);
	faults(&long4, 0xffff7fffffffffffull);
	faults(&long4, 0x8000000000000000ull);
	faults(&long5, 0x100000000000000ull);
	faults(&long5, 0xfeffffffffffffffull);
	assert_int_equal(reads, 0);
	maps(&long4, 0x7fffffffffffull, 0x3fffffff);
	maps(&long4, 0xffff800000000000ull, 0);
}

static void test_5_levels(void **state)
{
	(void)state;
	put8(0x1000, 256, 0x2000 | 1);
	put8(0x2000, 1, 0x3000 | 1);
	put8(0x3000, 2, 0x4000 | 1);
	put8(0x4000, 3, 0x5000 | 1);
	put8(0x5000, 4, 0x6000 | 1);
	put8(0x3000, 5, 0x80000000ull | PTE_PS | 1);
	maps(&long5, 0xff00000000000000ull | 1ull << 39 | 2ull << 30 | 3ull << 21 | 4ull << 12 | 0x9, 0x6009);
	maps(&long5, 0xff00000000000000ull | 1ull << 39 | 5ull << 30 | 0x3456789, 0x80000000 + 0x3456789);
	faults(&long5, 1ull << 48);
}

static void test_pae(void **state)
{
	struct guest_paging p = { .cr0 = CR0_PG | CR0_PE, .cr3 = 0x1020, .cr4 = CR4_PAE };

	(void)state;
	/* Four entries at a 32-byte boundary; bit 7 in them does not mean a large page. */
	put8(0x1000, 4, 0x2000 | 1);
	put8(0x1000, 7, 0x3000 | 1 | PTE_PS);
	put8(0x2000, 0, 0x4000 | 1);
	put8(0x3000, 511, 0xf00000000ull | PTE_PS | 1);
	put8(0x4000, 511, 0x7ff000 | 1);
	maps(&p, 0x1ffabc, 0x7ffabc);
	maps(&p, 0xfffffffful, 0xf001fffffull);
	faults(&p, 0x40000000);
	faults(&p, 0x100000000ull);
	/* The low five bits are not part of the address. */
	p.cr3 |= 0x18 | BIT(40);
	maps(&p, 0x1ffabc, 0x7ffabc);
}

static void test_32_bit(void **state)
{
	struct guest_paging p = { .cr0 = CR0_PG | CR0_PE, .cr3 = 0x1018, .cr4 = CR4_PSE };

	(void)state;
	put4(0x1000, 1, 0x2000 | 1);
	put4(0x2000, 1023, 0xfffff001);
	put4(0x1000, 2, 0xc0000000 | PTE_PS | 1);
	put4(0x1000, 3, 0xc0000000 | 0xabu << 13 | PTE_PS | 1); /* PSE-36 */
	put4(0x1000, 1023, 0x3000 | PTE_PS | 1);
	put4(0x3000, 1023, 0x5001);
	maps(&p, 0x7ff123, 0xfffff123);
	maps(&p, 0x00bffffful, 0xc03fffff);
	maps(&p, 0x00c12345, 0xabc0012345ull);
	faults(&p, 0x400000);
	faults(&p, 0x100000000ull);
	/* Without PSE bit 7 is ignored. */
	p.cr4 = 0;
	maps(&p, 0xfffffabc, 0x5abc);
}

/* If a table of any level cannot be read, nothing is mapped. */
static void test_outside_ram(void **state)
{
	struct guest_paging p = long4;

	(void)state;
	p.cr3 = CR3_ADDR_MASK;
	faults(&p, 0);
	p.cr3 = 0x1000;
	put8(0x1000, 0, sizeof(ram) | 1);
	faults(&p, 0);
	put8(0x1000, 0, 0x2000 | 1);
	put8(0x2000, 0, CR3_ADDR_MASK | 1);
	faults(&p, 0);
	p = (struct guest_paging){ .cr0 = CR0_PG, .cr3 = 0xfffff000u };
	faults(&p, 0xffffffff);
	p.cr4 = CR4_PAE;
	faults(&p, 0xffffffff);
}

/* A table that points to itself at each level: the walk ends after at most five reads. */
static void test_loops(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 512; i++)
		put8(0x1000, i, 0x1000 | 7);
	reads = 0;
	maps(&long4, 0x7f7f7f7f7f7full, 0x1f7f);
	assert_int_equal(reads, 4);
	reads = 0;
	maps(&long5, 0x7f7f7f7f7f7f7full, 0x1f7f);
	assert_int_equal(reads, 5);
}

static void test_random(void **state)
{
	uint64_t seed = SEED;
	unsigned int mapped = 0;
	bool may_run;

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		for (size_t i = 0; i < sizeof(ram); i += 8) {
			uint64_t e = test_random64(&seed);

			/* Half of the entries point into the memory. */
			if (e & BIT(40))
				e = (e & ~CR3_ADDR_MASK) | (e >> 20 & (RAM_PAGES - 1)) << 12 | 1;
			memcpy(ram + i, &e, 8);
		}
		for (unsigned int i = 0; i < 1000; i++) {
			uint64_t bits = test_random64(&seed), gva = test_random64(&seed), gpa = 0;
			struct guest_paging p = { .cr0 = CR0_PG,
						  .cr3 = test_random64(&seed) & ~0xf0000ull & 0xfffff,
						  .cr4 = bits & (CR4_PAE | CR4_PSE | CR4_LA57),
						  .efer = bits >> 20 & EFER_LMA };
			int levels = !p.efer ? 0 : p.cr4 & CR4_LA57 ? 5 : 4;

			if (p.efer)
				gva = (uint64_t)((int64_t)(gva << 16) >> 16);
			else
				gva &= 0xffffffff;
			reads = 0;
			if (!guest_walk(&p, gva, &gpa, &may_run)) {
				mapped++;
				assert_int_equal(gpa & 0xfff, gva & 0xfff);
				assert_int_equal(gpa & ~(CR3_ADDR_MASK | 0xfff), 0);
			}
			assert_true(reads <= (levels ? (unsigned int)levels : p.cr4 & CR4_PAE ? 3u : 2u));
		}
	}
	assert_true(mapped > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_paging_off, clear),  cmocka_unit_test_setup(test_4_levels, clear),
		cmocka_unit_test_setup(test_canonical, clear),   cmocka_unit_test_setup(test_5_levels, clear),
		cmocka_unit_test_setup(test_pae, clear),         cmocka_unit_test_setup(test_32_bit, clear),
		cmocka_unit_test_setup(test_outside_ram, clear), cmocka_unit_test_setup(test_loops, clear),
		cmocka_unit_test_setup(test_random, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
