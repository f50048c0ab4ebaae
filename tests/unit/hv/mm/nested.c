/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/mm/nested.c with both vendors' entries: the tables as the CPU would read them. */
#include "tests/unit/hv/mm/machine.h"
#include "tests/unit/hv/mm/random.h"

#include "core/spinlock.h"
#include "abi/hypercall.h"
#include "mm/page_pool.h"

#define POOL_ALL (HOST_REGION_PAGES - (uint32_t)(MACHINE_POOL / PAGE_SIZE))
#define SEED     0x6e6573746564ull
#define TB       (1ull << 40)
#define PA_MASK  0xffffffffff000ull

static unsigned int late_reused; /* calls of touch() that took a table from other addresses */

static int reset_ept(void **state)
{
	(void)state;
	machine_reset();
	late_reused = 0;
	return 0;
}

static int reset_npt(void **state)
{
	reset_ept(state);
	machine.format = &svm_npt;
	return 0;
}

static void add_mtrr(uint64_t base, uint64_t size, enum mem_type type)
{
	uint32_t i = machine.mtrr.var_count++;

	machine.mtrr.base[i] = base | type;
	machine.mtrr.mask[i] = (PA_MASK & ((1ull << machine.phys_bits) - 1) & ~(size - 1)) | BIT(11);
}

/* A PC: fixed ranges with a VGA hole, UC below 4 GiB, and a write-combining page range in 4 KiB pieces. */
static void pc_mtrrs(void)
{
	memset(machine.mtrr.fixed, MEM_WB, sizeof(machine.mtrr.fixed));
	machine.mtrr.fixed[2] = 0;                  /* A0000 to BFFFF */
	machine.mtrr.fixed[3] = 0x0505050505050505; /* C0000: WP */
	machine.mtrr.fixed_enabled = true;
	add_mtrr(0xc0000000, SIZE_1G, MEM_UC);
	add_mtrr(0x80005000, PAGE_SIZE, MEM_WC);
	add_mtrr(0x80600000, 3 * SIZE_2M / 3, MEM_WT);
}

static void start(uint32_t pool_pages)
{
	const char *error = machine_start(pool_pages);

	if (error)
		fail_msg("%s", error);
}

/* [from, to): identity, all permissions, the MTRRs' type; the region is not mapped. */
static void check_identity(uint64_t from, uint64_t to)
{
	for (uint64_t gpa = from; gpa < to; gpa += PAGE_SIZE) {
		struct machine_map m = machine_walk(nested_root(NESTED_KERNEL), gpa);

		if (hv_owns(gpa, 1)) {
			assert_false(m.mapped);
			continue;
		}
		if (!m.mapped || m.pa != gpa || m.perm != NPERM_RWX)
			fail_msg("%lx: mapped %d, to %lx, permissions %x", gpa, m.mapped, m.pa, m.perm);
		if (machine.format->types)
			assert_int_equal(m.type, mtrr_type(&machine.mtrr, gpa, PAGE_SIZE));
	}
}

static void test_identity(void **state)
{
	(void)state;
	pc_mtrrs();
	start(POOL_ALL);
	check_identity(0, SIZE_4G);
	assert_false(machine_walk(nested_root(NESTED_KERNEL), SIZE_4G).mapped);
	assert_int_equal(nested_perm(0x1000), NPERM_RWX);
	assert_int_equal(nested_perm(MACHINE_REGION), 0);
	assert_int_equal(nested_perm(SIZE_4G), 0);
	assert_int_equal(nested_perm(1ull << 40), 0);
	assert_int_equal(nested_perm(~0ull), 0);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G).level, 3);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0).level, machine.format->types ? 1 : 2);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_2M).level, 2);
}

static void test_identity_without_1g(void **state)
{
	(void)state;
	machine.has_1g = false;
	pc_mtrrs();
	start(POOL_ALL);
	check_identity(0, SIZE_4G);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G).level, 2);
}

/* Of the hypervisor's region the guest sees the policy area, and may only read it. */
static void test_policy(void **state)
{
	const uint64_t from = MACHINE_REGION + SIZE_2M - PAGE_SIZE, to = from + 3 * PAGE_SIZE;

	(void)state;
	pc_mtrrs();
	machine.boot.policy_phys = from;
	machine.boot.policy_size = to - from;
	start(POOL_ALL);
	for (uint64_t gpa = MACHINE_REGION; gpa < MACHINE_REGION + machine.boot.region_size;
	     gpa += PAGE_SIZE) {
		struct machine_map m = machine_walk(nested_root(NESTED_KERNEL), gpa);

		assert_int_equal(m.mapped, gpa >= from && gpa < to);
		assert_int_equal(hv_is_policy(gpa), m.mapped);
		assert_true(hv_owns(gpa, 1));
		if (m.mapped) {
			assert_int_equal(m.pa, gpa);
			assert_int_equal(m.perm, NPERM_R);
		}
		assert_int_equal(nested_map_late(gpa), NESTED_NOT_LATE);
	}
	/* New memory types leave it as it is. */
	add_mtrr(MACHINE_REGION, 4 * SIZE_2M, MEM_UC);
	nested_retype();
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), from).perm, NPERM_R);
	assert_false(machine_walk(nested_root(NESTED_KERNEL), to).mapped);
}

/* An unaligned top is rounded up; one beyond the CPU's width is truncated. */
static void test_top(void **state)
{
	(void)state;
	machine.boot.mem_top = SIZE_4G + 0x1000;
	start(POOL_ALL);
	check_identity(SIZE_4G - SIZE_2M, SIZE_4G + SIZE_2M);
	assert_false(machine_walk(nested_root(NESTED_KERNEL), SIZE_4G + SIZE_2M).mapped);

	machine_reset();
	machine.phys_bits = 33;
	machine.boot.mem_top = TB;
	start(POOL_ALL);
	check_identity(2 * SIZE_4G - SIZE_2M, 2 * SIZE_4G);
	assert_false(machine_walk(nested_root(NESTED_KERNEL), 2 * SIZE_4G).mapped);
	assert_false(nested_map_late(2 * SIZE_4G));
	assert_false(nested_map_late(~0ull));
}

static void test_no_room(void **state)
{
	uint32_t needed;

	(void)state;
	pc_mtrrs();
	start(POOL_ALL);
	needed = POOL_ALL - (uint32_t)pool_left();
	for (uint32_t pages = 0; pages < needed; pages++) {
		machine_reset();
		pc_mtrrs();
		assert_non_null(machine_start(pages));
	}
	machine_reset();
	pc_mtrrs();
	start(needed);
	assert_int_equal(pool_left(), 0);
}

static void test_no_mtrrs(void **state)
{
	(void)state;
	machine.has_mtrr = false;
	start(POOL_ALL);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0xfee00000).type, MEM_WB);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0).level, 2);
}

/* Random calls of nested_set_perm() against an array of the expected permissions. */
static void test_set_perm(void **state)
{
	static const uint64_t pages = 6 * SIZE_1G / PAGE_SIZE;
	static uint16_t want[6 * SIZE_1G / PAGE_SIZE];
	static const uint16_t perms[] = { NPERM_R, NPERM_R | NPERM_X, NPERM_R | NPERM_W, NPERM_RWX };
	uint64_t seed = SEED;

	(void)state;
	pc_mtrrs();
	machine.boot.mem_top = 6 * SIZE_1G;
	start(POOL_ALL);
	for (uint64_t page = 0; page < pages; page++)
		want[page] = NPERM_RWX;
	for (unsigned int i = 0; i < 200; i++) {
		uint64_t page = (SIZE_1G + test_random64(&seed) % (5 * SIZE_1G)) / PAGE_SIZE;
		uint64_t count = 1 + test_random64(&seed) % (i % 4 ? 16 : 3000);
		uint16_t perm = perms[test_random64(&seed) % 4];

		if (i % 10 == 0) {
			page &= ~511ull; /* a whole large leaf */
			count = 512;
		}
		if (page + count > pages)
			continue;
		assert_int_equal(nested_set_perm(page * PAGE_SIZE, count * PAGE_SIZE, perm), 0);
		while (count--)
			want[page + count] = perm;
	}
	for (uint64_t page = SIZE_2M / PAGE_SIZE; page < pages; page++) {
		struct machine_map m = machine_walk(nested_root(NESTED_KERNEL), page * PAGE_SIZE);

		if (hv_owns(page * PAGE_SIZE, 1))
			continue;
		if (!m.mapped || m.perm != want[page] || m.pa != page * PAGE_SIZE)
			fail_msg("page %lx: permissions %x, not %x, at %lx", page, m.perm, want[page], m.pa);
		assert_int_equal(nested_perm(page * PAGE_SIZE + 0xfff), want[page]);
		if (machine.format->types)
			assert_int_equal(m.type, mtrr_type(&machine.mtrr, page * PAGE_SIZE, PAGE_SIZE));
	}
}

/* Large leaves are kept where possible. */
static void test_set_perm_splits(void **state)
{
	size_t left;

	(void)state;
	start(POOL_ALL);
	left = pool_left();
	assert_int_equal(nested_set_perm(2 * SIZE_1G, SIZE_1G, NPERM_R), 0);
	assert_int_equal(pool_left(), left);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 2 * SIZE_1G).level, 3);
	assert_int_equal(nested_set_perm(SIZE_1G + SIZE_2M, SIZE_2M, NPERM_R), 0);
	assert_int_equal(pool_left(), left - 1);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + SIZE_2M).level, 2);
	assert_int_equal(nested_set_perm(SIZE_1G + SIZE_2M - PAGE_SIZE, 2 * PAGE_SIZE, NPERM_R), 0);
	assert_int_equal(pool_left(), left - 3);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + 2 * SIZE_2M - PAGE_SIZE).perm,
			 NPERM_R);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G).perm, NPERM_RWX);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + SIZE_2M - 2 * PAGE_SIZE).perm,
			 NPERM_RWX);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + 2 * SIZE_2M).perm, NPERM_RWX);
	/* Again: needs no room. */
	assert_int_equal(nested_set_perm(SIZE_1G + SIZE_2M - PAGE_SIZE, 2 * PAGE_SIZE, NPERM_RWX), 0);
	assert_int_equal(pool_left(), left - 3);
	check_identity(SIZE_1G, SIZE_1G + SIZE_2M);
}

/*
 * A leaf that was split for a range is joined again, if its memory type is uniform; a range that was not
 * given back stays.
 */
static void test_merge(void **state)
{
	size_t left;

	(void)state;
	pc_mtrrs();
	start(POOL_ALL);
	for (unsigned int life = 0; life < 5; life++) {
		assert_int_equal(nested_set_perm(SIZE_1G + SIZE_2M - PAGE_SIZE, 2 * PAGE_SIZE, NPERM_R), 0);
		assert_int_equal(nested_set_perm(SIZE_1G + 8 * SIZE_2M, PAGE_SIZE, NPERM_R), 0);
		assert_int_equal(nested_set_perm(0x80000000, 2 * PAGE_SIZE, NPERM_R), 0);
		assert_int_equal(nested_set_perm(0, PAGE_SIZE, NPERM_R), 0);
		if (life == 0)
			left = pool_left();
		assert_int_equal(pool_left(), left);
		assert_int_equal(nested_set_perm(0, PAGE_SIZE, NPERM_RWX), 0);
		nested_merge(0, PAGE_SIZE);
		assert_int_equal(nested_set_perm(SIZE_1G + SIZE_2M - PAGE_SIZE, 2 * PAGE_SIZE, NPERM_RWX), 0);
		nested_merge(SIZE_1G + SIZE_2M - PAGE_SIZE, 2 * PAGE_SIZE);
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G).level, 2);
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + 8 * SIZE_2M).perm,
				 NPERM_R);
		nested_merge(SIZE_1G + 8 * SIZE_2M, PAGE_SIZE); /* not plain: nothing happens */
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + 8 * SIZE_2M).perm,
				 NPERM_R);
		assert_int_equal(nested_set_perm(SIZE_1G + 8 * SIZE_2M, PAGE_SIZE, NPERM_RWX), 0);
		nested_merge(SIZE_1G + 8 * SIZE_2M, PAGE_SIZE);
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G).level, 3);
		assert_int_equal(nested_set_perm(0x80000000, 2 * PAGE_SIZE, NPERM_RWX), 0);
		nested_merge(0x80000000, 2 * PAGE_SIZE);
		check_identity(0, SIZE_4G);
	}
}

static void test_set_perm_refuses(void **state)
{
	(void)state;
	start(POOL_ALL);
	assert_int_equal(nested_set_perm(1, PAGE_SIZE, NPERM_R), -RW_EINVAL);
	assert_int_equal(nested_set_perm(0, 1, NPERM_R), -RW_EINVAL);
	assert_int_equal(nested_set_perm(PA_MASK, ~0xfffull, NPERM_R), -RW_EINVAL);
	assert_int_equal(nested_set_perm(MACHINE_REGION, PAGE_SIZE, NPERM_R), -RW_EINVAL);
	assert_int_equal(nested_set_perm(MACHINE_REGION - PAGE_SIZE, 2 * PAGE_SIZE, NPERM_RWX), -RW_EINVAL);
	assert_int_equal(nested_set_perm(SIZE_4G, PAGE_SIZE, NPERM_R), -RW_EINVAL);
	assert_int_equal(nested_set_perm(~0ull & PAGE_MASK, PAGE_SIZE - PAGE_SIZE, NPERM_R), 0);
	check_identity(0, SIZE_4G);
}

/* As the lock does: set a range and, if there is no room, restore the permission; for each amount of room. */
static void test_roll_back(void **state)
{
	static const struct {
		uint64_t gpa, size;
	} range[] = { { SIZE_1G + 5 * PAGE_SIZE, SIZE_2M },
		      { 2 * SIZE_1G - PAGE_SIZE, SIZE_2M + 2 * PAGE_SIZE },
		      { 3 * SIZE_1G, PAGE_SIZE } };
	uint32_t used;

	(void)state;
	start(POOL_ALL);
	used = POOL_ALL - (uint32_t)pool_left();
	for (uint32_t room = 0;; room++) {
		const struct nested_format *format = machine.format;
		int ret = 0;
		unsigned int i;

		machine_reset();
		machine.format = format;
		start(used + room);
		for (i = 0; i < 3 && !ret; i++)
			ret = nested_set_perm(range[i].gpa, range[i].size, NPERM_R | NPERM_X);
		if (!ret) {
			assert_int_equal(room, 8); /* 1 GiB leaves: 3 split; 2 MiB leaves: 2, 2 and 1 */
			break;
		}
		assert_int_equal(ret, -RW_ENOSPC);
		for (unsigned int j = 0; j < i; j++)
			nested_set_perm(range[j].gpa, range[j].size, NPERM_RWX);
		check_identity(SIZE_1G - SIZE_2M, SIZE_1G + 3 * SIZE_2M);
		check_identity(2 * SIZE_1G - SIZE_2M, 2 * SIZE_1G + 3 * SIZE_2M);
		check_identity(3 * SIZE_1G, 3 * SIZE_1G + SIZE_2M);
	}
}

/*
 * A guest that retries after faults: the address is usable after at most three (the second if its own tables
 * were the oldest).
 */
static void touch(uint64_t gpa)
{
	for (unsigned int attempt = 0; attempt < 3; attempt++) {
		struct machine_map m = machine_walk(nested_root(NESTED_KERNEL), gpa);

		if (m.mapped) {
			assert_int_equal(m.pa, gpa);
			assert_int_equal(m.perm, NPERM_RWX);
			if (machine.format->types)
				assert_int_equal(m.type,
						 mtrr_type(&machine.mtrr, gpa & PAGE_MASK, PAGE_SIZE));
			assert_false(nested_map_late(gpa));
			return;
		}
		enum nested_late late = nested_map_late(gpa);

		assert_int_not_equal(late, NESTED_NOT_LATE);
		late_reused += late == NESTED_REUSED;
	}
	fail_msg("%lx is not mapped by three faults", gpa);
}

/*
 * With memory encryption the upper address bits select a key: the hypervisor's memory must not be reachable
 * through them.
 */
static void test_aliases(void **state)
{
	(void)state;
	machine.phys_bits = 46;
	machine.key_bits = 6;
	start(POOL_ALL);
	assert_true(nested_map_late((1ull << 40) - 1));
	assert_false(nested_map_late(1ull << 40 | MACHINE_REGION));
	assert_false(nested_map_late(1ull << 45 | MACHINE_REGION));
	machine_reset();
	machine.phys_bits = 48;
	machine.c_bit = 47;
	start(POOL_ALL);
	assert_false(nested_map_late(1ull << 47 | MACHINE_REGION));
	machine_reset();
	machine.phys_bits = 48;
	machine.c_bit = 51;
	machine.lost_bits = 5;
	start(POOL_ALL);
	assert_false(nested_map_late(1ull << 43 | MACHINE_REGION));
}

static void test_late(void **state)
{
	size_t left;

	(void)state;
	machine.phys_bits = 46;
	start(POOL_ALL);
	left = pool_left();
	touch(SIZE_4G);
	touch(5 * TB + 0x123456789);
	touch((1ull << 46) - 1);
	touch(TB - 1);
	assert_int_equal(late_reused, 0);
	check_identity(0, SIZE_4G);
	assert_int_equal(pool_left(), left);
	assert_false(nested_map_late(0x1000));
	assert_false(nested_map_late(MACHINE_REGION));
	assert_false(nested_map_late(MACHINE_REGION + sizeof(host_region) - 1));
	assert_false(nested_map_late(1ull << 46));
}

/* Endless far addresses: memory known to the firmware stays mapped, the rest is mapped when touched. */
static void far_addresses(bool has_1g)
{
	uint64_t seed = SEED, gpa[64];
	size_t left;

	machine.has_1g = has_1g;
	machine.phys_bits = 46;
	pc_mtrrs();
	start(POOL_ALL);
	left = pool_left();
	for (unsigned int i = 0; i < 64; i++)
		gpa[i] = i % 4 == 0 ? SIZE_4G + (uint64_t)i * SIZE_1G :
				      test_random64(&seed) & ((1ull << 46) - 1);
	for (unsigned int i = 0; i < 5000; i++) {
		uint64_t other = test_random64(&seed) % 64;

		touch(gpa[other] < SIZE_4G ? gpa[other] + SIZE_4G : gpa[other]);
		/* The other addresses that are mapped are mapped correctly. */
		for (unsigned int j = 0; j < 64; j++) {
			struct machine_map m = machine_walk(nested_root(NESTED_KERNEL), gpa[j]);

			if (m.mapped)
				assert_int_equal(m.pa, gpa[j]);
		}
	}
	assert_int_equal(pool_left(), left);
	assert_true(late_reused > 1000);
	check_identity(0, SIZE_4G);
}

static void test_late_recycled(void **state)
{
	(void)state;
	far_addresses(true);
}

static void test_late_recycled_without_1g(void **state)
{
	(void)state;
	far_addresses(false);
}

/* MMIO above the memory known to the firmware, with memory types in small pieces. */
static void test_late_mixed(void **state)
{
	(void)state;
	add_mtrr(0x1000000000, SIZE_1G / 2, MEM_UC);
	add_mtrr(0x1040200000, SIZE_2M, MEM_WC);
	add_mtrr(0x1080003000, PAGE_SIZE, MEM_WT);
	start(POOL_ALL);
	touch(0x1000000000 + SIZE_1G - 1);
	touch(0x1000000000);
	touch(0x1040200000);
	touch(0x1040000000 + SIZE_1G - 1);
	touch(0x1080003000);
	touch(0x1080002fff);
	touch(0x10801fffff);
	touch(0x1080200000);
	check_identity(0, SIZE_4G);
}

static void test_retype(void **state)
{
	(void)state;
	start(POOL_ALL);
	assert_int_equal(nested_set_perm(SIZE_1G + 0x5000, 0x2000, NPERM_R | NPERM_X), 0);
	machine.phys_bits = 40;
	touch(TB / 2 + 5 * SIZE_1G);
	pc_mtrrs();
	add_mtrr(0x40005000, PAGE_SIZE, MEM_WP);
	add_mtrr(TB / 2 + 5 * SIZE_1G, SIZE_2M, MEM_UC);
	assert_int_equal(nested_retype(), machine.format->types);
	/* The protection is kept, with the new type. */
	assert_int_equal(nested_perm(SIZE_1G + 0x5000), NPERM_R | NPERM_X);
	assert_int_equal(nested_perm(SIZE_1G + 0x6000), NPERM_R | NPERM_X);
	if (machine.format->types) {
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + 0x5000).type, MEM_WP);
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SIZE_1G + 0x6000).type, MEM_WB);
	}
	check_identity(0, SIZE_1G + 0x5000);
	check_identity(SIZE_1G + 0x7000, SIZE_4G);
	check_identity(TB / 2 + 5 * SIZE_1G, TB / 2 + 6 * SIZE_1G);
	/* No change, and MTRRs off, as a guest does while it changes them: nothing to do. */
	assert_false(nested_retype());
	machine.mtrr.enabled = false;
	assert_false(nested_retype());
	machine.mtrr.enabled = true;
	check_identity(SIZE_1G + 0x7000, SIZE_4G);
	machine.mtrr.var_count--;
	assert_int_equal(nested_retype(), machine.format->types);
	check_identity(TB / 2 + 5 * SIZE_1G, TB / 2 + 6 * SIZE_1G);
	assert_int_equal(nested_perm(SIZE_1G + 0x5000), NPERM_R | NPERM_X);
}

/* No room for a split: the whole block is UC, never of a wrong type. */
static void test_retype_no_room(void **state)
{
	uint32_t used;

	(void)state;
	start(POOL_ALL);
	used = POOL_ALL - (uint32_t)pool_left();
	machine_reset();
	start(used);
	add_mtrr(0x80005000, PAGE_SIZE, MEM_WC);
	assert_true(nested_retype());
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0x80005000).type, MEM_UC);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0x80000000).type, MEM_UC);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0x7ffff000).type, MEM_WB);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0x80000000).pa, 0x80000000);
}

/* Another CPU splits the 2 MiB at SPLIT_GPA right after an entry was found to be a leaf. */
#define SPLIT_GPA (6 * SIZE_2M)
static const struct nested_format *split_format;
static bool split_armed;

static bool split_is_leaf(uint64_t entry, int level)
{
	bool leaf = split_format->is_leaf(entry, level);

	if (split_armed && leaf && level == 2) {
		split_armed = false;
		assert_int_equal(nested_set_perm(SPLIT_GPA, PAGE_SIZE, NPERM_R), 0);
	}
	return leaf;
}

/* While another CPU splits, nested_perm() returns the old or the new permission, never a table's own bits. */
static void test_perm_while_split(void **state)
{
	struct nested_format format = *machine.format;

	(void)state;
	split_format = machine.format;
	format.is_leaf = split_is_leaf;
	machine.format = &format;
	start(POOL_ALL);
	assert_int_equal(nested_set_perm(SPLIT_GPA, SIZE_2M, NPERM_R | NPERM_X), 0);
	split_armed = true;
	assert_int_equal(nested_perm(SPLIT_GPA + 0x5000), NPERM_R | NPERM_X);
	assert_false(split_armed);
	machine.format = split_format;
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), SPLIT_GPA).level, 1);
}

#define BOTH(test) \
	cmocka_unit_test_setup(test, reset_ept), \
	{ \
#test " (NPT)", test, reset_npt, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(test_identity),
		BOTH(test_identity_without_1g),
		BOTH(test_policy),
		BOTH(test_set_perm),
		BOTH(test_set_perm_splits),
		BOTH(test_merge),
		BOTH(test_set_perm_refuses),
		BOTH(test_roll_back),
		BOTH(test_late),
		BOTH(test_late_recycled),
		BOTH(test_late_recycled_without_1g),
		BOTH(test_retype),
		BOTH(test_perm_while_split),
		cmocka_unit_test_setup(test_top, reset_ept),
		cmocka_unit_test_setup(test_aliases, reset_ept),
		cmocka_unit_test_setup(test_no_room, reset_ept),
		cmocka_unit_test_setup(test_no_mtrrs, reset_ept),
		cmocka_unit_test_setup(test_late_mixed, reset_ept),
		cmocka_unit_test_setup(test_retype_no_room, reset_ept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
