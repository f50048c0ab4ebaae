/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Walks the guest's own page tables in software, in all four paging modes. */
#include "mm/guest_walk.h"

#include "arch/x86/regs.h"
#include "abi/hypercall.h"
#include "mm/guest_copy.h"

/* One paging mode: Intel SDM volume 3, "Paging". */
struct walk_mode {
	int levels, max_leaf; /* the largest level whose entries may be leaves */
	unsigned int index_bits, entry_size;
	uint64_t root_mask;
};

static struct walk_mode walk_mode(const struct guest_paging *p)
{
	if (p->efer & EFER_LMA)
		return (struct walk_mode){ p->cr4 & CR4_LA57 ? 5 : 4, 3, 9, 8, CR3_ADDR_MASK };
	if (p->cr4 & CR4_PAE)
		return (struct walk_mode){ 3, 2, 9, 8, 0xffffffe0u };
	return (struct walk_mode){ 2, p->cr4 & CR4_PSE ? 2 : 1, 10, 4, 0xfffff000u };
}

int guest_walk(const struct guest_paging *paging, uint64_t gva, uint64_t *gpa, bool *may_run)
{
	*may_run = true;
	if (!(paging->cr0 & CR0_PG)) {
		*gpa = gva & 0xffffffffu;
		return 0;
	}

	struct walk_mode m = walk_mode(paging);
	unsigned int unused = m.levels == 5 ? 7 : 16; /* upper bits, which repeat the bit below them */
	uint64_t table = paging->cr3 & m.root_mask;

	if (m.levels >= 4 ? (uint64_t)((int64_t)(gva << unused) >> unused) != gva : gva > 0xffffffffu)
		return -RW_EFAULT;

	for (int level = m.levels; level > 0; level--) {
		unsigned int shift = PAGE_SHIFT + m.index_bits * (unsigned int)(level - 1);
		uint64_t index = gva >> shift & ((1u << m.index_bits) - 1);
		uint64_t entry = 0;

		if (guest_read(table + index * m.entry_size, &entry, m.entry_size) || !(entry & PTE_P))
			return -RW_EFAULT;
		if (m.entry_size == 8 && paging->efer & EFER_NXE && entry & PTE_NX)
			*may_run = false;
		if (level == 1 || (level <= m.max_leaf && entry & PTE_PS)) {
			uint64_t size = 1ull << shift, base = entry & CR3_ADDR_MASK & ~(size - 1);

			/* 4 MiB page with PSE-36: bits 20:13 of the entry are bits 39:32 of the address. */
			if (m.entry_size == 4 && level == 2)
				base = (entry & 0xffc00000u) | ((entry >> 13 & 0xff) << 32);
			*gpa = base | (gva & (size - 1));
			return 0;
		}
		table = entry & CR3_ADDR_MASK;
	}
	return -RW_EFAULT;
}
