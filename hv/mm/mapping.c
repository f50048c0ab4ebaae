/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* How the guest's page tables map memory: Intel SDM volume 3, "4-Level Paging and 5-Level Paging". */
#include "mm/mapping.h"

#include "arch/x86/regs.h"
#include "mm/guest_copy.h"

#define INDEX_BITS   9
#define ENTRIES      (1u << INDEX_BITS)
#define FLAGS_BY_CPU (BIT(5) | BIT(6)) /* accessed, dirty: taken as set */
#define LARGEST_LEAF 3
#define SPLIT_LEVEL  2 /* only leaves of this level may be split: the kernel has no larger ones here */

/* Bits of an address below those that index a table of @level, 1 to 5; 6: all that the root maps. */
static unsigned int shift_of(int level)
{
	if (level < 1 || level > 6)
		__builtin_unreachable();
	return PAGE_SHIFT + INDEX_BITS * (unsigned int)(level - 1);
}

static uint64_t size_of(int level)
{
	return 1ull << shift_of(level);
}

static bool is_leaf(uint64_t entry, int level)
{
	return level == 1 || (level <= LARGEST_LEAF && entry & PTE_PS);
}

/* The frame that a leaf maps; the bits below it may be flags. */
static uint64_t frame(uint64_t entry, int level)
{
	return entry & CR3_ADDR_MASK & ~(size_of(level) - 1);
}

static uint64_t entry_at(uint64_t table, uint64_t gva, int level)
{
	return (table & CR3_ADDR_MASK) + 8 * (gva >> shift_of(level) & (ENTRIES - 1));
}

/* Return: the entry of @gva in @table; 0: the table is not in RAM. */
static uint64_t read_entry(uint64_t table, uint64_t gva, int level)
{
	uint64_t at = entry_at(table, gva, level);
	const uint8_t *page = guest_page(at);

	return page ? __atomic_load_n((const uint64_t *)(page + (at & (PAGE_SIZE - 1))), __ATOMIC_RELAXED) :
		      0;
}

/*
 * Finds the leaf of @gva, at @level. @chain: the entries from the root, by level; NULL: not wanted. Return:
 * the leaf, or an entry that is not present.
 */
static uint64_t find_leaf(uint64_t root, int levels, uint64_t gva, int *level, uint64_t *chain)
{
	uint64_t table = root;

	for (*level = levels;; --*level) {
		uint64_t entry = read_entry(table, gva, *level);

		if (chain)
			chain[*level] = entry;
		if (!(entry & PTE_P) || is_leaf(entry, *level))
			return entry;
		table = entry;
	}
}

static bool leaf_leads_to(uint64_t entry, int level, uint64_t gva, uint64_t gpa)
{
	return entry & PTE_P && frame(entry, level) + (gva & (size_of(level) - 1)) == gpa;
}

bool mapping_exists(uint64_t root, int levels, uint64_t gva)
{
	int level;

	return find_leaf(root, levels, gva, &level, NULL) & PTE_P;
}

/* The entry that @r has for @gva, which lies in it. */
static uint64_t entry_of(const struct mapping_run *r, uint64_t gva)
{
	unsigned int shift = shift_of(r->level);

	return r->entry + (((gva >> shift) - (r->gva >> shift)) << shift);
}

/* Where @r, a run of leaves, leads for @gva. */
static uint64_t gpa_of(const struct mapping_run *r, uint64_t gva)
{
	return frame(entry_of(r, gva), r->level) + (gva & (size_of(r->level) - 1));
}

static const struct mapping_run *find_run(const struct mapping *m, uint64_t gva, int level)
{
	for (const struct mapping_run *r = m->run; r < m->run + m->count; r++)
		if (r->level == level && gva - r->gva < r->len)
			return r;
	return NULL;
}

static bool append(struct mapping *m, const struct mapping_run *r)
{
	if (m->count == MAPPING_RUNS)
		return false;
	m->run[m->count++] = *r;
	return true;
}

/* Whether @r continues the run before it, in the same table. */
static bool extends(const struct mapping_run *last, const struct mapping_run *r)
{
	return last->leaf && last->level == r->level && last->gva + last->len == r->gva &&
	       !((last->gva ^ r->gva) >> shift_of(r->level + 1)) && entry_of(last, r->gva) == r->entry;
}

static bool add_leaf(struct mapping *m, const struct mapping_run *r)
{
	struct mapping_run *last = m->count ? &m->run[m->count - 1] : NULL;

	if (!last || !extends(last, r))
		return append(m, r);
	last->len += r->len;
	return true;
}

/* Records what maps @gva, up to the end of its leaf or of @len. Return: bytes recorded, or 0. */
static uint64_t add_one(struct mapping *m, uint64_t root, int levels, uint64_t gva, uint64_t gpa,
			uint64_t len)
{
	uint64_t chain[6];
	int level;
	uint64_t entry = find_leaf(root, levels, gva, &level, chain);
	uint64_t left = size_of(level) - (gva & (size_of(level) - 1));
	struct mapping_run run = { gva, len < left ? len : left, entry | FLAGS_BY_CPU, level, true };

	if (!leaf_leads_to(entry, level, gva, gpa))
		return 0;
	for (int l = levels; l > level; l--) {
		uint64_t size = size_of(l);

		if (!find_run(m, gva, l) &&
		    !append(m, &(struct mapping_run){ gva & ~(size - 1), size, chain[l] | FLAGS_BY_CPU, l,
						      false }))
			return 0;
	}
	return add_leaf(m, &run) ? run.len : 0;
}

uint64_t mapping_add(struct mapping *m, uint64_t root, int levels, uint64_t gva, uint64_t gpa, uint64_t len)
{
	uint64_t done = 0;

	for (uint64_t off = 0, n; off < len; off += n ? n : PAGE_SIZE) {
		n = add_one(m, root, levels, gva + off, gpa + off, len - off);
		done += n;
	}
	return done;
}

/* Whether @entry, which leads to a table where @r has a leaf, maps from *@gva up to @end as that did. */
static bool split_holds(const struct mapping_run *r, uint64_t entry, uint64_t *gva, uint64_t end)
{
	if (r->level != SPLIT_LEVEL || !(entry & PTE_P))
		return false;
	for (; *gva < end; *gva += PAGE_SIZE)
		if (!leaf_leads_to(read_entry(entry, *gva, 1), 1, *gva, gpa_of(r, *gva)))
			return false;
	return true;
}

/* Whether the entries in @table map what @r does. @gva: set to the first address for which they do not. */
static bool entries_hold(const struct mapping_run *r, uint64_t table, uint64_t *gva)
{
	const uint64_t *entry = (const uint64_t *)guest_page(table);
	uint64_t end = r->gva + r->len, size = size_of(r->level), next;

	for (*gva = r->gva; entry && *gva < end; *gva = next) {
		uint64_t e = __atomic_load_n(&entry[*gva >> shift_of(r->level) & (ENTRIES - 1)],
					     __ATOMIC_RELAXED);

		next = (*gva & ~(size - 1)) + size;
		if (is_leaf(e, r->level) ? !leaf_leads_to(e, r->level, *gva, gpa_of(r, *gva)) :
					   !split_holds(r, e, gva, next < end ? next : end))
			return false;
	}
	return entry;
}

/* Whether the tables at @root map what @r does. @gva: set to the first address for which they do not. */
static bool run_holds(const struct mapping_run *r, uint64_t root, int levels, uint64_t *gva)
{
	uint64_t table = root & CR3_ADDR_MASK;

	*gva = r->gva;
	for (int level = levels; level > r->level; level--) {
		uint64_t entry = read_entry(table, r->gva, level);

		/* The run lies in one table, and so in what one entry above it maps. */
		if (!(entry & PTE_P) || is_leaf(entry, level))
			return leaf_leads_to(entry, level, r->gva, gpa_of(r, r->gva));
		table = entry & CR3_ADDR_MASK;
	}
	return entries_hold(r, table, gva);
}

/* What must not differ between an entry that was recorded in @r and the one found. */
static uint64_t compared(const struct mapping_run *r)
{
	uint64_t large = r->level > 1 && r->level <= LARGEST_LEAF ? PTE_PS : 0;

	return PTE_P | large | (r->leaf ? CR3_ADDR_MASK & ~(size_of(r->level) - 1) : CR3_ADDR_MASK);
}

/* Finds the first entry on the way to change->gva that is not as recorded. */
static bool find_change(const struct mapping *m, uint64_t root, int levels, struct mapping_change *change)
{
	uint64_t table = root;

	for (int level = levels; level > 0; level--) {
		const struct mapping_run *r = find_run(m, change->gva, level);

		if (!r)
			return false; /* what was recorded as split is one page again by now */
		change->level = level;
		change->at = entry_at(table, change->gva, level);
		change->found = read_entry(table, change->gva, level);
		change->expected = entry_of(r, change->gva);
		if ((change->found ^ change->expected) & compared(r))
			return true;
		table = change->found;
	}
	return false;
}

bool mapping_changed(const struct mapping *m, uint64_t root, int levels, uint32_t *next,
		     struct mapping_change *change)
{
	while (*next < m->count) {
		const struct mapping_run *r = &m->run[(*next)++];

		if (!r->leaf || run_holds(r, root, levels, &change->gva))
			continue;
		change->gpa = gpa_of(r, change->gva);
		if (find_change(m, root, levels, change))
			return true;
	}
	return false;
}
