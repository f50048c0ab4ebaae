/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the SVM backend's tables: the entry format of NPT, the MSR and I/O permission maps. */
#include "tests/unit/hv/arch/x86/bits.h"
#include "tests/unit/hv/arch/x86/svm/hw.h"

static void npt_leaf(void **state)
{
	const uint64_t nx = 1ull << 63;

	(void)state;
	/* Bit 9, which the CPU ignores, keeps XU. */
	assert_int_equal(svm_npt.leaf(0x123456789000, NPERM_RWX, MEM_WB, 1), 0x123456789267);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R | NPERM_X, MEM_WB, 1), 0x1265);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R | NPERM_XS, MEM_WB, 1), 0x1065);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R | NPERM_XU, MEM_WB, 1), nx | 0x1265);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R | NPERM_W, MEM_WB, 1), nx | 0x1067);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R, MEM_WB, 1), nx | 0x1065);
	assert_int_equal(svm_npt.leaf(0x200000, NPERM_RWX, MEM_WB, 2), 0x2002e7);
	assert_int_equal(svm_npt.leaf(0x40000000, NPERM_RWX, MEM_WB, 3), 0x400002e7);
	/* NPT has no memory types of its own. */
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_RWX, MEM_UC, 1), 0x1267);
	/* NPT has no entries without read permission. */
	assert_int_equal(svm_npt.leaf(0x1000, 0, MEM_WB, 1), 0);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_W | NPERM_X, MEM_WB, 1), 0);
}

static void npt_back(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int perm = (i & 7) | (i & 8 ? NPERM_XU : 0);

		for (int level = 1; level <= 3; level++) {
			uint64_t e = svm_npt.leaf(0xfffc0000000, perm, MEM_WB, level);

			assert_int_equal(svm_npt.present(e), perm & NPERM_R);
			assert_int_equal(svm_npt.perm(e), perm & NPERM_R ? perm : 0);
			if (svm_npt.present(e)) {
				assert_true(svm_npt.is_leaf(e, level));
				assert_int_equal(svm_npt.pa(e), 0xfffc0000000);
			}
		}
	}
	for (int level = 2; level <= 4; level++)
		assert_false(svm_npt.is_leaf(svm_npt.table(0x5000), level));
	assert_true(svm_npt.present(svm_npt.table(0x5000)));
	assert_int_equal(svm_npt.pa(svm_npt.table(0x5000)), 0x5000);
	/* A table restricts nothing: any user, writable, executable. */
	assert_int_equal(svm_npt.table(0x5000), 0x5027);
}

/* The same leaf in a map that executes by another permission. */
static void npt_exec(void **state)
{
	(void)state;
	for (int level = 1; level <= 3; level++)
		for (unsigned int i = 0; i < 8; i++) {
			unsigned int perm = NPERM_R | (i & 1 ? NPERM_W : 0) | (i & 2 ? NPERM_XS : 0) |
					    (i & 4 ? NPERM_XU : 0);
			uint64_t leaf = svm_npt.leaf(0x40000000, perm, MEM_WB, level);
			uint64_t user = svm_npt.exec(leaf, NPERM_XU);

			assert_int_equal(svm_npt.exec(leaf, NPERM_XS), leaf);
			assert_int_equal(user >> 63, perm & NPERM_XU ? 0 : 1);
			assert_int_equal((user ^ leaf) & ~BIT(63), 0);
		}
}

/* With GMET the leaf's U/S says which modes may execute; tables keep it. */
static void npt_gmet(void **state)
{
	const uint64_t nx = 1ull << 63;

	(void)state;
	svm_features.gmet = true;
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R | NPERM_XS, MEM_WB, 1), 0x1061);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_RWX, MEM_WB, 1), 0x1063);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R | NPERM_W | NPERM_XU, MEM_WB, 1), 0x1067);
	assert_int_equal(svm_npt.leaf(0x1000, NPERM_R | NPERM_W, MEM_WB, 1), nx | 0x1067);
	assert_int_equal(svm_npt.table(0x5000) & 4, 4);
	/* Kernel mode's execution includes user mode's. */
	assert_int_equal(svm_npt.perm(0x1061), NPERM_R | NPERM_X);
	assert_int_equal(svm_npt.perm(0x1067), NPERM_R | NPERM_W | NPERM_XU);
	assert_int_equal(svm_npt.perm(nx | 0x1067), NPERM_R | NPERM_W);
}

static void msr_map(void **state)
{
	const uint8_t *map = mock.pool[0];

	(void)state;
	assert_null(svm_maps_init());
	assert_int_equal((uintptr_t)svm_msrpm, (uintptr_t)map);
	/* EFER, VM_CR, VM_HSAVE_PA, SVM_KEY, both ways, and nothing else. */
	assert_int_equal(bits_set(map, 8192), 8);
	assert_true(bit(map, 8 * 0x800 + 2 * 0x80) && bit(map, 8 * 0x800 + 2 * 0x80 + 1));
	assert_true(bit(map, 8 * 0x1000 + 2 * 0x114) && bit(map, 8 * 0x1000 + 2 * 0x117 + 1));
	assert_true(bit(map, 8 * 0x1000 + 2 * 0x118));

	svm_msr_intercept(0x1b, false, true);
	assert_false(bit(map, 2 * 0x1b));
	assert_true(bit(map, 2 * 0x1b + 1));
	svm_msr_intercept(0x1fff, true, false);
	assert_true(bit(map, 2 * 0x1fff));
	svm_msr_intercept(0xc0011fff, true, true);
	assert_true(bit(map, 8 * 0x1000 + 2 * 0x1fff + 1));
	assert_int_equal(bits_set(map, 8192), 12);
	/* Outside the map: these always exit. */
	svm_msr_intercept(0x2000, true, true);
	svm_msr_intercept(0xbfffffff, true, true);
	svm_msr_intercept(0xc0002000, true, true);
	svm_msr_intercept(0xc0012000, true, true);
	svm_msr_intercept(0xffffffff, true, true);
	assert_int_equal(bits_set(map, 8192), 12);
}

static void io_map(void **state)
{
	const uint8_t *map = mock.pool[4]; /* after the two MSR maps */

	(void)state;
	assert_null(svm_maps_init());
	assert_int_equal((uintptr_t)svm_iopm, (uintptr_t)map);
	assert_int_equal(bits_set(map, 3 * 4096), 0);
	svm_io_intercept(0x2f8, 8);
	assert_int_equal(bits_set(map, 3 * 4096), 8);
	assert_true(!bit(map, 0x2f7) && bit(map, 0x2f8) && bit(map, 0x2ff) && !bit(map, 0x300));
	svm_io_intercept(0xffff, 1);
	assert_true(bit(map, 0xffff) && !bit(map, 0x10000));
	svm_io_intercept(0, 0);
	assert_int_equal(bits_set(map, 3 * 4096), 9);
	svm_io_intercept(0xffff, 0x100000); /* stays inside the map */
	assert_int_equal(bits_set(map, 3 * 4096), 9 + 3 * 4096 * 8 - 0x10000);
}

static void no_memory(void **state)
{
	(void)state;
	mock.pool_used = MOCK_POOL_PAGES - 1;
	assert_non_null(svm_maps_init());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(npt_gmet, mock_reset),  cmocka_unit_test_setup(npt_leaf, mock_reset),
		cmocka_unit_test_setup(npt_back, mock_reset),  cmocka_unit_test_setup(npt_exec, mock_reset),
		cmocka_unit_test_setup(msr_map, mock_reset),   cmocka_unit_test_setup(io_map, mock_reset),
		cmocka_unit_test_setup(no_memory, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
