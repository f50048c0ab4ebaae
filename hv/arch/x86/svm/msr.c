/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The MSR and I/O permission maps of all CPUs: AMD APM volume 2, "MSR Intercepts", "IOIO Intercepts". */
#include "arch/x86/svm/svm.h"
#include "core/string.h"
#include "mm/page_pool.h"

#define MSRPM_PAGES 2
#define IOPM_PAGES 3
#define MSRPM_RANGE_MSRS 0x2000u /* MSRs of one range, two bits each: read, write */

static uint8_t *msrpm, *msrpm_step;
static uint8_t *iopm;

/* Where the two bits of @msr are; -1 when it lies outside of the map: then it always exits. */
static int msrpm_bit(uint32_t msr)
{
	static const uint32_t first[] = { 0, 0xc0000000u, 0xc0010000u };

	for (unsigned int i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		if (msr - first[i] < MSRPM_RANGE_MSRS)
			return (int)(2 * (i * MSRPM_RANGE_MSRS + (msr - first[i])));
	}
	return -1;
}

void svm_msr_intercept(uint32_t msr, bool read, bool write)
{
	int bit = msrpm_bit(msr);

	if (bit < 0)
		return;
	if (read)
		msrpm[bit / 8] |= (uint8_t)(1u << bit % 8);
	if (write)
		msrpm[bit / 8] |= (uint8_t)(2u << bit % 8);
}

/* The bits behind port 0xffff are for accesses that begin below 0x10000 and end above. */
void svm_io_intercept(uint16_t port, unsigned int count)
{
	for (unsigned int bit = port; bit < port + count && bit < 8 * IOPM_PAGES * PAGE_SIZE; bit++)
		iopm[bit / 8] |= (uint8_t)(1u << bit % 8);
}

const char *svm_maps_init(void)
{
	static const uint32_t own[] = { MSR_EFER, MSR_VM_CR, MSR_VM_HSAVE_PA, MSR_SVM_KEY };

	msrpm = pool_alloc(MSRPM_PAGES);
	msrpm_step = pool_alloc(MSRPM_PAGES);
	iopm = pool_alloc(IOPM_PAGES);
	if (!msrpm || !msrpm_step || !iopm)
		return "no memory for the permission maps of SVM";
	memset(msrpm_step, 0xff, MSRPM_PAGES * PAGE_SIZE);
	/* EFER for its SVME bit, which must stay set and is not shown; the others belong to SVM. */
	for (unsigned int i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		svm_msr_intercept(own[i], true, true);
	return NULL;
}

uint64_t svm_msrpm_pa(void)
{
	return hv_phys(msrpm);
}

uint64_t svm_msrpm_step_pa(void)
{
	return hv_phys(msrpm_step);
}

uint64_t svm_iopm_pa(void)
{
	return hv_phys(iopm);
}
