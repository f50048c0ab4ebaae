// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Maps read-only pages of the kernel writable.

#include <linux/init.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <asm/pgtable.h>

#include "kernel/alias.h"

void __init *compat_alias(const void *object)
{
	struct page *page = pfn_to_page(slow_virt_to_phys((void *)object) >> PAGE_SHIFT);
	void *alias = vmap(&page, 1, VM_MAP, PAGE_KERNEL);

	return alias ? alias + offset_in_page(object) : NULL;
}

void __init compat_unalias(void *alias)
{
	if (alias)
		vunmap((void *)((unsigned long)alias & PAGE_MASK));
}
