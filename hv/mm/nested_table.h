/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Between nested.c and nested_view.c: the common map's insides. */
#ifndef HV_NESTED_TABLE_H
#define HV_NESTED_TABLE_H

#include "arch/x86/backend.h"

struct nested_map {
	const struct nested_format *fmt;
	uint64_t *root;
	int max_leaf; /* highest level of a leaf: 2 or 3 */
};

/* nested_common() - the common map. */
const struct nested_map *nested_common(void);

/* nested_entry() - the entry for @gpa in a table of @level. */
uint64_t *nested_entry(uint64_t *table, uint64_t gpa, int level);

/* nested_level_size() - bytes that one entry of @level maps. */
uint64_t nested_level_size(int level);

/* nested_type() - memory type for a block; @mixed when it has more than one, and then the safe one, UC. */
enum mem_type nested_type(uint64_t pa, uint64_t size, bool *mixed);

/* nested_split_into() - fills @table with the 512 pieces of the leaf @entry of @level. */
void nested_split_into(uint64_t *table, uint64_t entry, int level);

#endif
