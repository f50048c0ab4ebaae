/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A CPU's own view of the nested tables: the common map, with copies of the tables on the way to a few pages. */
#include "arch/x86/regs.h"
#include "core/string.h"
#include "hypercall.h"
#include "mm/nested.h"
#include "mm/nested_table.h"
#include "mm/page_pool.h"

int nested_view_init(struct nested_view *view)
{
	for (int i = 0; i < NESTED_VIEW_TABLES; i++) {
		view->table[i] = pool_alloc(1);
		if (!view->table[i])
			return -RW_ENOSPC;
	}
	nested_view_reset(view);
	return 0;
}

void nested_view_reset(struct nested_view *view)
{
	view->used = 1;
	memcpy(view->table[0], nested_common()->root, PAGE_SIZE);
}

static bool view_owns(const struct nested_view *view, uint64_t pa)
{
	for (uint32_t i = 1; i < view->used; i++)
		if (hv_phys(view->table[i]) == pa)
			return true;
	return false;
}

/* The view's own table below @entry, which lies in one of the view's tables. */
static uint64_t *own_table(struct nested_view *view, uint64_t *entry, int level)
{
	const struct nested_format *fmt = nested_common()->fmt;
	bool present = fmt->present(*entry);
	bool leaf = present && fmt->is_leaf(*entry, level);

	if (present && !leaf && view_owns(view, fmt->pa(*entry)))
		return hv_virt(fmt->pa(*entry));
	if (view->used == NESTED_VIEW_TABLES)
		return NULL;

	uint64_t *table = view->table[view->used++];

	if (leaf)
		nested_split_into(table, *entry, level);
	else if (present)
		memcpy(table, hv_virt(fmt->pa(*entry)), PAGE_SIZE);
	else
		memset(table, 0, PAGE_SIZE);
	*entry = fmt->table(hv_phys(table));
	return table;
}

int nested_view_replace(struct nested_view *view, uint64_t gpa, uint64_t pa, unsigned int perm)
{
	uint64_t *table = view->table[0];

	for (int level = 4; level > 1; level--) {
		table = own_table(view, nested_entry(table, gpa, level), level);
		if (!table)
			return -RW_ENOSPC;
	}
	*nested_entry(table, gpa, 1) = nested_common()->fmt->leaf(pa, perm, MEM_WB, 1);
	return 0;
}

uint64_t nested_view_root(const struct nested_view *view)
{
	return hv_phys(view->table[0]);
}
