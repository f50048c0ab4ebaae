/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* MSR and I/O bitmaps. Intel SDM volume 3, "I/O-Bitmap Addresses", "MSR-Bitmap Address". */
#include "arch/x86/vmx/vmx.h"
#include "mm/mtrr.h"
#include "mm/page_pool.h"

#define MSR_HIGH_BASE 0xc0000000u
enum {
	MSR_BITMAP_HIGH = 0x400,
	MSR_BITMAP_WRITE = 0x800,
	MSR_BITMAP_RANGE = 0x2000,
	IO_BITMAP_PAGES = 2
};

uint8_t *vmx_msr_bitmap, *vmx_io_bitmap; /* (b); bits are only set, at boot and at the lock: (a, c) */

static void set_bit(uint8_t *map, uint32_t bit)
{
	map[bit / 8] |= (uint8_t)(1u << bit % 8);
}

void vmx_io_intercept(uint16_t port, unsigned int count)
{
	for (uint32_t p = port; count && p <= 0xffff; p++, count--)
		set_bit(vmx_io_bitmap, p);
}

void vmx_msr_intercept(uint32_t msr, bool read, bool write)
{
	uint8_t *map = vmx_msr_bitmap;

	if (msr >= MSR_HIGH_BASE) {
		map += MSR_BITMAP_HIGH;
		msr -= MSR_HIGH_BASE;
	}
	if (msr >= MSR_BITMAP_RANGE)
		return; /* outside the bitmap: always exits */
	if (read)
		set_bit(map, msr);
	if (write)
		set_bit(map + MSR_BITMAP_WRITE, msr);
}

const char *vmx_bitmaps_init(void)
{
	vmx_msr_bitmap = pool_alloc(1);
	vmx_io_bitmap = pool_alloc(IO_BITMAP_PAGES);
	if (!vmx_msr_bitmap || !vmx_io_bitmap)
		return "no room for the MSR and I/O bitmaps";
	vmx_msr_intercept(MSR_FEATURE_CONTROL, true, true);
	for (uint32_t msr = MSR_VMX_BASIC; msr <= MSR_VMX_LAST; msr++)
		vmx_msr_intercept(msr, true, true);
	for (uint32_t msr = MSR_MTRR_PHYSBASE0; msr <= MSR_MTRR_DEF_TYPE; msr++)
		if (mtrr_is_msr(msr))
			vmx_msr_intercept(msr, false, true);
	return NULL;
}
