/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* EPT: entries and pointer. Intel SDM volume 3, "The Extended Page Table Mechanism (EPT)". */
#include "arch/x86/vmx/vmx.h"

/* Without mode-based execute control the CPU ignores EPT_XU and takes EPT_X for both modes. */
#define EPT_PRESENT NPERM_RWX

_Static_assert(NPERM_R == EPT_R && NPERM_W == EPT_W && NPERM_XS == EPT_X && NPERM_XU == EPT_XU,
	       "permissions are EPT's own bits");

static uint64_t leaf(uint64_t pa, unsigned int perm, enum mem_type type, int level)
{
	/* A non-present entry keeps its address, so that the identity mapping can be restored from it. */
	return pa | perm | (uint64_t)type << EPT_TYPE_SHIFT | (level > 1 ? PTE_PS : 0);
}

static uint64_t table(uint64_t pa)
{
	return pa | EPT_PRESENT;
}

static bool present(uint64_t entry)
{
	return entry & EPT_PRESENT;
}

static unsigned int permissions(uint64_t entry)
{
	return entry & EPT_PRESENT;
}

static uint64_t exec(uint64_t entry, unsigned int by)
{
	return (entry & ~(uint64_t)EPT_X) | (entry & by ? EPT_X : 0);
}

const struct nested_format vmx_ept = {
	.leaf = leaf,
	.table = table,
	.present = present,
	.is_leaf = entry_is_leaf,
	.pa = entry_address,
	.perm = permissions,
	.exec = exec,
	.types = true,
};

uint64_t vmx_eptp(uint64_t root)
{
	/* Accessed and dirty flags stay off: with them every guest page walk would count as a write. */
	return root | MEM_WB | EPTP_WALK_4;
}

void vmx_flush(struct percpu *cpu)
{
	cpu->backend_flags |= VMX_FLUSH;
}
