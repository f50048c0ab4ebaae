/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/mm/mtrr.c, against a reference that works page by page. */
#include "tests/unit/hv/mm/machine.h"
#include "tests/unit/hv/mm/random.h"

#define SEED      0x6d747272ull
#define VALID     0x800ull
#define PA_MASK   0xffffffffff000ull
#define SIZE_512G (512ull << 30)

static struct mtrr_state m;

static int clear(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	m.enabled = true;
	m.def_type = MEM_WB;
	return 0;
}

static void add(uint64_t base, uint64_t mask, unsigned int type)
{
	m.base[m.var_count] = base | type;
	m.mask[m.var_count++] = mask | VALID;
}

/* The type of one page by Intel SDM volume 3, "Memory Type Range Registers (MTRRs)". */
static int reference(uint64_t pa)
{
	unsigned int seen = 0;

	if (!m.enabled)
		return MEM_UC;
	if (m.fixed_enabled && pa < 0x100000) {
		uint64_t reg, off;

		if (pa < 0x80000) {
			reg = 0;
			off = pa / 0x10000;
		} else if (pa < 0xc0000) {
			reg = 1 + (pa - 0x80000) / 0x20000;
			off = (pa - 0x80000) % 0x20000 / 0x4000;
		} else {
			reg = 3 + (pa - 0xc0000) / 0x8000;
			off = (pa - 0xc0000) % 0x8000 / 0x1000;
		}
		return ((const uint8_t *)&m.fixed[reg])[off];
	}
	for (uint32_t i = 0; i < m.var_count; i++)
		if (m.mask[i] & VALID && (pa & m.mask[i] & PA_MASK) == (m.base[i] & m.mask[i] & PA_MASK))
			seen |= 1u << (m.base[i] & 0xff);
	if (!seen)
		return m.def_type;
	for (int t = 0; t < 8; t++)
		if (seen == 1u << t)
			return t;
	/* Only these two overlaps are defined; all others are uncacheable here. */
	return seen == (1u << MEM_WT | 1u << MEM_WB) ? MEM_WT : MEM_UC;
}

static void test_disabled(void **state)
{
	(void)state;
	m.enabled = false;
	m.fixed_enabled = true;
	memset(m.fixed, MEM_WB, sizeof(m.fixed));
	add(0, 0, MEM_WB);
	assert_int_equal(mtrr_type(&m, 0, PAGE_SIZE), MEM_UC);
	assert_int_equal(mtrr_type(&m, 0, SIZE_512G), MEM_UC);
}

static void test_default(void **state)
{
	(void)state;
	m.def_type = MEM_WT;
	assert_int_equal(mtrr_type(&m, 0, SIZE_512G), MEM_WT);
	assert_int_equal(mtrr_type(&m, PA_MASK, PAGE_SIZE), MEM_WT);
	/* An invalid range has no effect. */
	m.var_count = 1;
	m.mask[0] = PA_MASK;
	assert_int_equal(mtrr_type(&m, 0, PAGE_SIZE), MEM_WT);
}

static void test_fixed(void **state)
{
	static const uint8_t types[] = { MEM_UC, MEM_WC, MEM_WT, MEM_WP, MEM_WB };
	uint64_t seed = SEED;

	(void)state;
	m.fixed_enabled = true;
	for (size_t i = 0; i < sizeof(m.fixed); i++)
		((uint8_t *)m.fixed)[i] = types[test_random64(&seed) % 5];
	add(0, PA_MASK & ~0x1fffffull, MEM_WP); /* memory covered by the fixed ranges ignores it */
	for (uint64_t pa = 0; pa < 0x100000; pa += PAGE_SIZE)
		assert_int_equal(mtrr_type(&m, pa, PAGE_SIZE), reference(pa));
	assert_int_equal(mtrr_type(&m, 0x100000, PAGE_SIZE), MEM_WP);
	assert_int_equal(mtrr_type(&m, 0, SIZE_2M), MTRR_MIXED);
	assert_int_equal(mtrr_type(&m, 0, SIZE_1G), MTRR_MIXED);
	assert_int_equal(mtrr_type(&m, SIZE_2M, SIZE_2M), MEM_WB);
	m.fixed_enabled = false;
	assert_int_equal(mtrr_type(&m, 0xa0000, PAGE_SIZE), MEM_WP);
	assert_int_equal(mtrr_type(&m, 0, SIZE_2M), MEM_WP);
}

/* A PC: 3 GiB of RAM below the hole, UC above, a write-combining frame buffer in it. */
static void test_pc(void **state)
{
	(void)state;
	add(0xc0000000, PA_MASK & 0xffc0000000ull, MEM_UC);
	assert_int_equal(mtrr_type(&m, 0x80000000, SIZE_1G), MEM_WB);
	assert_int_equal(mtrr_type(&m, 0xc0000000, SIZE_1G), MEM_UC);
	assert_int_equal(mtrr_type(&m, 0xc0000000, PAGE_SIZE), MEM_UC);
	assert_int_equal(mtrr_type(&m, 0, SIZE_512G), MTRR_MIXED);
	assert_int_equal(mtrr_type(&m, SIZE_512G, SIZE_512G), MEM_WB);
	add(0xd0001000, PA_MASK & 0xfffffff000ull, MEM_WC);
	assert_int_equal(mtrr_type(&m, 0xd0001000, PAGE_SIZE), MEM_UC); /* overlap of UC: UC */
	assert_int_equal(mtrr_type(&m, 0xd0000000, SIZE_2M), MTRR_MIXED);
	assert_int_equal(mtrr_type(&m, 0xd0200000, SIZE_2M), MEM_UC);
}

static void test_overlap(void **state)
{
	(void)state;
	m.def_type = MEM_UC;
	add(0, PA_MASK & ~0xffffffffull, MEM_WB);
	add(0x40000000, PA_MASK & ~0x3fffffffull, MEM_WT);
	add(0x80000000, PA_MASK & ~0x3fffffffull, MEM_WC);
	add(0x40000000, PA_MASK & ~0x3fffffffull, MEM_WB);
	assert_int_equal(mtrr_type(&m, 0, SIZE_1G), MEM_WB);
	assert_int_equal(mtrr_type(&m, 0x40000000, SIZE_1G), MEM_WT);
	assert_int_equal(mtrr_type(&m, 0x80000000, SIZE_1G), MEM_UC); /* WB with WC: undefined, UC here */
	assert_int_equal(mtrr_type(&m, 0xc0000000, SIZE_1G), MEM_WB);
	assert_int_equal(mtrr_type(&m, SIZE_4G, SIZE_1G), MEM_UC);
}

/* A mask with a hole describes many pieces. */
static void test_mask_with_hole(void **state)
{
	(void)state;
	add(0x1000, PA_MASK & ~0x7fffe000ull, MEM_UC); /* every odd page of 2 GiB */
	for (uint64_t pa = 0; pa < 0x10000; pa += PAGE_SIZE)
		assert_int_equal(mtrr_type(&m, pa, PAGE_SIZE), pa & 0x1000 ? MEM_UC : MEM_WB);
	assert_int_equal(mtrr_type(&m, 0x40000000, SIZE_2M), MTRR_MIXED);
	assert_int_equal(mtrr_type(&m, 0x80000000, SIZE_1G), MEM_WB);
}

/* Random states in a small address space: each block is compared with its pages. */
static void random_state(uint64_t *seed)
{
	static const uint8_t types[] = { MEM_UC, MEM_WC, MEM_WT, MEM_WP, MEM_WB };

	memset(&m, 0, sizeof(m));
	m.enabled = true;
	m.fixed_enabled = test_random64(seed) & 1;
	m.def_type = types[test_random64(seed) % 5];
	for (size_t i = 0; i < sizeof(m.fixed); i++)
		((uint8_t *)m.fixed)[i] = types[test_random64(seed) % 5];
	for (unsigned int n = test_random64(seed) % 6; n; n--) {
		unsigned int bits = 12 + test_random64(seed) % 13; /* 4 KiB to 16 MiB */
		uint64_t mask = PA_MASK & ~((1ull << bits) - 1);

		if (test_random64(seed) % 4 == 0)
			mask &= test_random64(seed) | ~0xffffffull;
		add(test_random64(seed) & 0xfff000, mask, types[test_random64(seed) % 5]);
		if (test_random64(seed) % 8 == 0)
			m.mask[m.var_count - 1] &= ~VALID;
	}
}

static void check_block(uint64_t pa, uint64_t size)
{
	int type = mtrr_type(&m, pa, size), first = reference(pa);
	bool uniform = true;

	for (uint64_t off = PAGE_SIZE; off < size && uniform; off += PAGE_SIZE)
		uniform = reference(pa + off) == first;
	if (!uniform)
		assert_int_equal(type, MTRR_MIXED);
	else if (size == PAGE_SIZE || type != MTRR_MIXED)
		assert_int_equal(
			type,
			first); /* a block of one type may be taken for a mixed one, never the reverse */
}

static void test_random(void **state)
{
	uint64_t seed = SEED;

	(void)state;
	for (unsigned int round = 0; round < 150; round++) {
		random_state(&seed);
		for (uint64_t pa = 0; pa < 0x400000; pa += PAGE_SIZE)
			check_block(pa, PAGE_SIZE);
		for (uint64_t pa = 0; pa < 0x1000000; pa += SIZE_2M)
			check_block(pa, SIZE_2M);
	}
}

/* Random states at the scale of large blocks: ranges from 2 MiB up, and 2 MiB pages for the reference. */
static void test_random_large(void **state)
{
	uint64_t seed = SEED + 1;

	(void)state;
	for (unsigned int round = 0; round < 300; round++) {
		random_state(&seed);
		m.fixed_enabled = false;
		for (uint32_t i = 0; i < m.var_count; i++) {
			m.base[i] = ((m.base[i] & PA_MASK) << 13 & PA_MASK) | (m.base[i] & 0xff);
			m.mask[i] = ((m.mask[i] & PA_MASK) << 13 & PA_MASK) | (m.mask[i] & VALID);
		}
		for (uint64_t pa = 0; pa < SIZE_512G; pa += 32 * SIZE_1G) {
			int type = mtrr_type(&m, pa, SIZE_1G), first = reference(pa);
			bool uniform = true;

			for (uint64_t off = SIZE_2M; off < SIZE_1G; off += SIZE_2M)
				uniform &= reference(pa + off) == first;
			assert_true(type == (uniform ? first : MTRR_MIXED) ||
				    (uniform && type == MTRR_MIXED));
		}
	}
}

static void test_is_msr(void **state)
{
	(void)state;
	for (uint32_t msr = 0; msr < 0x400; msr++) {
		bool expected = (msr >= 0x200 && msr < 0x240) || msr == 0x250 || msr == 0x258 ||
				msr == 0x259 || (msr >= 0x268 && msr <= 0x26f) || msr == 0x2ff;

		assert_int_equal(mtrr_is_msr(msr), expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_disabled, clear),
		cmocka_unit_test_setup(test_default, clear),
		cmocka_unit_test_setup(test_fixed, clear),
		cmocka_unit_test_setup(test_pc, clear),
		cmocka_unit_test_setup(test_overlap, clear),
		cmocka_unit_test_setup(test_mask_with_hole, clear),
		cmocka_unit_test_setup(test_random, clear),
		cmocka_unit_test_setup(test_random_large, clear),
		cmocka_unit_test(test_is_msr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
