/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the VMX backend's tables: the entry format of EPT, the MSR and I/O bitmaps. */
#include "tests/unit/hv/arch/x86/bits.h"
#include "tests/unit/hv/arch/x86/vmx/hw.h"

/* "Format of EPT Entries". */
static void ept_leaf(void **state)
{
	(void)state;
	assert_int_equal(vmx_ept.leaf(0x123456789000, NPERM_RWX, MEM_WB, 1), 0x123456789437);
	assert_int_equal(vmx_ept.leaf(0x1000, NPERM_R | NPERM_X, MEM_WB, 1), 0x1435);
	/* Mode-based execute control: bit 2 for supervisor-mode addresses, bit 10 for user-mode ones. */
	assert_int_equal(vmx_ept.leaf(0x1000, NPERM_R | NPERM_XS, MEM_WB, 1), 0x1035);
	assert_int_equal(vmx_ept.leaf(0x1000, NPERM_R | NPERM_W | NPERM_XU, MEM_WB, 1), 0x1433);
	assert_int_equal(vmx_ept.leaf(0x1000, NPERM_R, MEM_UC, 1), 0x1001);
	assert_int_equal(vmx_ept.leaf(0x200000, NPERM_RWX, MEM_WC, 2), 0x20048f);
	assert_int_equal(vmx_ept.leaf(0x40000000, NPERM_RWX, MEM_WB, 3), 0x400004b7);
	assert_true(vmx_ept.types);
	/* Four levels, write-back, no accessed and dirty flags. */
	assert_int_equal(vmx_eptp(0x5000), 0x501e);
}

static void ept_back(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int perm = (i & 7) | (i & 8 ? NPERM_XU : 0);

		for (int level = 1; level <= 3; level++) {
			uint64_t e = vmx_ept.leaf(0xfffc0000000, perm, MEM_WP, level);

			assert_int_equal(vmx_ept.present(e), perm != 0);
			assert_int_equal(vmx_ept.perm(e), perm);
			assert_true(vmx_ept.is_leaf(e, level));
			assert_int_equal(vmx_ept.pa(e), 0xfffc0000000);
		}
	}
	for (int level = 2; level <= 4; level++)
		assert_false(vmx_ept.is_leaf(vmx_ept.table(0x5000), level));
	assert_true(vmx_ept.present(vmx_ept.table(0x5000)));
	assert_int_equal(vmx_ept.pa(vmx_ept.table(0x5000)), 0x5000);
	assert_int_equal(vmx_ept.perm(vmx_ept.table(0x5000)), NPERM_RWX);
}

/* The same leaf in a map that executes by another permission. */
static void ept_exec(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		unsigned int perm = NPERM_R | (i & 1 ? NPERM_W : 0) | (i & 2 ? NPERM_XS : 0) |
				    (i & 4 ? NPERM_XU : 0);
		uint64_t leaf = vmx_ept.leaf(0x200000, perm, MEM_WB, 2), user = vmx_ept.exec(leaf, NPERM_XU);

		assert_int_equal(vmx_ept.exec(leaf, NPERM_XS), leaf);
		assert_int_equal(user & EPT_X, perm & NPERM_XU ? EPT_X : 0);
		assert_int_equal((user ^ leaf) & ~(uint64_t)EPT_X, 0);
	}
}

/* "MSR-Bitmap Address": reads of the low and of the high MSRs, then writes, 1 KiB each. */
static void msr_map(void **state)
{
	const uint8_t *map = mock.pool[0];
	unsigned int own;

	(void)state;
	assert_null(vmx_bitmaps_init());
	assert_int_equal((uintptr_t)vmx_msr_bitmap, (uintptr_t)map);
	/* VMX's own MSRs both ways; writes to the MTRRs. */
	assert_true(bit(map, 0x3a) && bit(map + 0x800, 0x3a));
	for (uint32_t msr = 0x480; msr <= 0x493; msr++)
		assert_true(bit(map, msr) && bit(map + 0x800, msr));
	assert_true(!bit(map, 0x200) && bit(map + 0x800, 0x200) && bit(map + 0x800, 0x2ff));
	assert_false(bit(map + 0x800, 0x277)); /* PAT lies among them */
	assert_int_equal(bits_set(map + 0x400, 0x400) + bits_set(map + 0xc00, 0x400), 0);
	own = bits_set(map, 4096);
	assert_int_equal(own, 2 * 21 + 64 + 1);

	vmx_msr_intercept(0x10, false, true);
	assert_true(!bit(map, 0x10) && bit(map + 0x800, 0x10));
	vmx_msr_intercept(0xc0000080, true, false);
	assert_true(bit(map + 0x400, 0x80) && !bit(map + 0xc00, 0x80));
	vmx_msr_intercept(0xc0001fff, true, true);
	assert_true(bit(map + 0x400, 0x1fff) && bit(map + 0xc00, 0x1fff));
	vmx_msr_intercept(0x1fff, false, true);
	assert_true(bit(map + 0x800, 0x1fff));
	assert_int_equal(bits_set(map, 4096), own + 5);
	/* Outside the bitmap: these always exit. */
	vmx_msr_intercept(0x2000, true, true);
	vmx_msr_intercept(0xbfffffff, true, true);
	vmx_msr_intercept(0xc0002000, true, true);
	vmx_msr_intercept(0xc0010010, true, true);
	vmx_msr_intercept(0xffffffff, true, true);
	assert_int_equal(bits_set(map, 4096), own + 5);
}

/* "I/O-Bitmap Addresses": A for the lower half of the ports, B after it. */
static void io_map(void **state)
{
	const uint8_t *map = mock.pool[1];

	(void)state;
	assert_null(vmx_bitmaps_init());
	assert_int_equal((uintptr_t)vmx_io_bitmap, (uintptr_t)map);
	assert_int_equal(bits_set(map, 8192), 0);
	vmx_io_intercept(0x2f8, 8);
	assert_int_equal(bits_set(map, 8192), 8);
	assert_true(!bit(map, 0x2f7) && bit(map, 0x2f8) && bit(map, 0x2ff) && !bit(map, 0x300));
	vmx_io_intercept(0x8000, 1);
	assert_true(bit(map + 4096, 0));
	vmx_io_intercept(0, 0);
	assert_int_equal(bits_set(map, 8192), 9);
	vmx_io_intercept(0xfffe, 100); /* ends with the last port */
	assert_int_equal(bits_set(map, 8192), 11);
	assert_int_equal(bits_set(mock.pool[3], 4096), 0);
}

static void no_memory(void **state)
{
	(void)state;
	mock.pool_used = MOCK_POOL_PAGES - 2; /* of three */
	assert_non_null(vmx_bitmaps_init());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(ept_leaf, mock_reset), cmocka_unit_test_setup(ept_back, mock_reset),
		cmocka_unit_test_setup(ept_exec, mock_reset), cmocka_unit_test_setup(msr_map, mock_reset),
		cmocka_unit_test_setup(io_map, mock_reset),   cmocka_unit_test_setup(no_memory, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
