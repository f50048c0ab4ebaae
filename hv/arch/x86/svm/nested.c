/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The entry format of NPT: long-mode page-table entries (AMD APM volume 2, "Nested Paging"). */
#include "arch/x86/svm/svm.h"

#define NPT_P BIT(0)
#define NPT_RW BIT(1)
#define NPT_US BIT(2) /* every nested access is a user access: "Nested versus Guest Page Faults" */
#define NPT_A BIT(5)
#define NPT_D BIT(6)
#define NPT_PS BIT(7)
#define NPT_NX BIT(63)
#define NPT_PA_MASK 0x000ffffffffff000ull

/* Accessed and dirty are set beforehand, so that the CPU never writes to the tables. */
uint64_t svm_npt_leaf(uint64_t pa, unsigned int perm, enum mem_type type, int level)
{
	uint64_t entry = pa | NPT_P | NPT_US | NPT_A | NPT_D;

	(void)type; /* PAT index 0 is write-back; the guest's PAT and the MTRRs restrict it */
	if (!(perm & NPERM_R))
		return 0;
	if (perm & NPERM_W)
		entry |= NPT_RW;
	if (!(perm & NPERM_X))
		entry |= NPT_NX;
	if (level > 1)
		entry |= NPT_PS;
	return entry;
}

uint64_t svm_npt_table(uint64_t pa)
{
	return pa | NPT_P | NPT_RW | NPT_US | NPT_A;
}

bool svm_npt_present(uint64_t entry)
{
	return entry & NPT_P;
}

bool svm_npt_is_leaf(uint64_t entry, int level)
{
	return level == 1 || (entry & NPT_PS);
}

uint64_t svm_npt_pa(uint64_t entry)
{
	return entry & NPT_PA_MASK;
}

unsigned int svm_npt_perm(uint64_t entry)
{
	unsigned int perm = NPERM_R;

	if (!(entry & NPT_P))
		return 0;
	if (entry & NPT_RW)
		perm |= NPERM_W;
	if (!(entry & NPT_NX))
		perm |= NPERM_X;
	return perm;
}
