/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The MSR and I/O permission maps of all CPUs: AMD APM volume 2, "MSR Intercepts", "IOIO Intercepts". */
#include "arch/x86/svm/svm.h"
#include "lib/string.h"
#include "mm/page_pool.h"

enum {
	MSRPM_PAGES = 2,
	IOPM_PAGES = 3
};
#define MSRPM_RANGE_MSRS 0x2000u /* MSRs of one range, two bits each: read, write */

uint8_t *svm_msrpm, *svm_msrpm_step, *svm_iopm; /* (b); bits are only set, at boot and at the lock: (a, c) */

void svm_msr_intercept(uint32_t msr, bool read, bool write)
{
	static const uint32_t first[] = { 0, 0xc0000000u, 0xc0010000u };

	/* An MSR outside the map exits anyway. */
	for (unsigned int i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		uint32_t bit = 2 * (i * MSRPM_RANGE_MSRS + (msr - first[i]));

		if (msr - first[i] < MSRPM_RANGE_MSRS)
			svm_msrpm[bit / 8] |= (uint8_t)(((read ? 1u : 0) | (write ? 2u : 0)) << bit % 8);
	}
}

/* The bits after port 0xffff are for accesses that begin below 0x10000 and end above it. */
void svm_io_intercept(uint16_t port, unsigned int count)
{
	for (unsigned int bit = port; bit < port + count && bit < 8 * IOPM_PAGES * PAGE_SIZE; bit++)
		svm_iopm[bit / 8] |= (uint8_t)(1u << bit % 8);
}

const char *svm_maps_init(void)
{
	/* EFER, for its SVME bit, which must stay set and hidden; the other MSRs belong to SVM. */
	static const uint32_t own[] = { MSR_EFER, MSR_VM_CR, MSR_VM_HSAVE_PA, MSR_SVM_KEY };

	svm_msrpm = pool_alloc(MSRPM_PAGES);
	svm_msrpm_step = pool_alloc(MSRPM_PAGES);
	svm_iopm = pool_alloc(IOPM_PAGES);
	if (!svm_msrpm || !svm_msrpm_step || !svm_iopm)
		return "no memory for the permission maps of SVM";
	memset(svm_msrpm_step, 0xff, MSRPM_PAGES * PAGE_SIZE);
	for (unsigned int i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		svm_msr_intercept(own[i], true, true);
	return NULL;
}
