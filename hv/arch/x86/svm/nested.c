/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The entry format of NPT: long-mode page-table entries (AMD APM volume 2, "Nested Paging"). */
#include "arch/x86/svm/svm.h"

/*
 * US, because every nested access is a user access: "Nested versus Guest Page Faults". With GMET a leaf
 * without it is executable at every CPL, one with it at CPL 3 only; data accesses do not differ. Tables keep
 * it, so that the leaf decides: "Guest Mode Execute Trap Extension".
 */
enum {
	NPT_P = BIT(0),
	NPT_RW = BIT(1),
	NPT_US = BIT(2),
	NPT_A = BIT(5),
	NPT_D = BIT(6)
};
#define NPT_NX BIT(63)
#define NPT_XU BIT(9) /* without GMET: ignored by the CPU, keeps NPERM_XU */

/* Accessed and dirty are preset, so that the CPU never writes to the tables. */
static uint64_t leaf(uint64_t pa, unsigned int perm, enum mem_type type, int level)
{
	(void)type; /* PAT index 0 is write-back; the guest's PAT and the MTRRs restrict it */
	if (!(perm & NPERM_R))
		return 0;

	uint64_t entry = pa | NPT_P | NPT_A | NPT_D | (perm & NPERM_W ? NPT_RW : 0) |
			 (level > 1 ? PTE_PS : 0);

	if (svm_features.gmet)
		return entry | (perm & NPERM_XS ? 0 : NPT_US) | (perm & NPERM_X ? 0 : NPT_NX);
	return entry | NPT_US | (perm & NPERM_XS ? 0 : NPT_NX) | (perm & NPERM_XU ? NPT_XU : 0);
}

static uint64_t table(uint64_t pa)
{
	return pa | NPT_P | NPT_RW | NPT_US | NPT_A;
}

static bool present(uint64_t entry)
{
	return entry & NPT_P;
}

static unsigned int permissions(uint64_t entry)
{
	if (!present(entry))
		return 0;

	unsigned int xs = entry & NPT_NX ? 0 : NPERM_XS, xu = entry & NPT_XU ? NPERM_XU : 0;

	if (svm_features.gmet) {
		xu = entry & NPT_NX ? 0 : NPERM_XU;
		xs = entry & NPT_US ? 0 : xs;
	}
	return NPERM_R | (entry & NPT_RW ? NPERM_W : 0) | xs | xu;
}

static uint64_t exec(uint64_t entry, unsigned int by)
{
	return (entry & ~NPT_NX) | (permissions(entry) & by ? 0 : NPT_NX);
}

const struct nested_format svm_npt = {
	.leaf = leaf,
	.table = table,
	.present = present,
	.is_leaf = entry_is_leaf,
	.pa = entry_address,
	.perm = permissions,
	.exec = exec,
};
