/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Nested page tables: the common identity map. The format of an entry comes from the backend. */
#include "mm/nested.h"

#include "arch/x86/insn.h"
#include "core/lock.h"
#include "hypercall.h"
#include "mm/mtrr.h"
#include "mm/nested_table.h"
#include "mm/page_pool.h"

#define LATE_TABLES 8
#define SPARE_TABLES 128 /* of each level; more splits than these stay */

/* Tables for MMIO that the firmware did not know of. When they run out, the oldest is used again. */
struct late_table {
	uint64_t *table;
	uint64_t *parent; /* entry that points at it */
};

static struct nested_map map;
static struct mtrr_state mtrr;
static uint64_t phys_top; /* end of what this CPU can address */
static struct late_table late[LATE_TABLES];
static unsigned int late_next;
static bool reused;
/*
 * Given back by nested_merge(), for splits by nested_set_perm() only. By the level of the entry above, which they keep: a CPU
 * that still looks into one finds entries of the kind that it expects.
 */
static uint64_t *spare[2][SPARE_TABLES];
static unsigned int spares[2];
static struct spinlock lock;

enum mem_type nested_type(uint64_t pa, uint64_t size, bool *mixed)
{
	int type = map.fmt->types ? mtrr_type(&mtrr, pa, size) : MEM_WB;

	*mixed = type == MTRR_MIXED;
	return type == MTRR_MIXED ? MEM_UC : (enum mem_type)type;
}

uint64_t *nested_entry(uint64_t *table, uint64_t gpa, int level)
{
	return &table[gpa >> (PAGE_SHIFT + 9 * (level - 1)) & 511];
}

uint64_t nested_level_size(int level)
{
	return 1ull << (PAGE_SHIFT + 9 * (level - 1));
}

const struct nested_map *nested_common(void)
{
	return &map;
}

void nested_split_into(uint64_t *table, uint64_t entry, int level)
{
	uint64_t size = nested_level_size(level - 1), pa = map.fmt->pa(entry);
	unsigned int perm = map.fmt->perm(entry);
	bool mixed;

	for (int i = 0; i < 512; i++, pa += size)
		table[i] = map.fmt->leaf(pa, perm, nested_type(pa, size, &mixed), level - 1);
}

/* The table below @entry, made by @alloc when the entry is empty or a leaf. NULL: @alloc has none left. */
static uint64_t *table_below(uint64_t *entry, int level, uint64_t *(*alloc)(uint64_t *parent, int level))
{
	if (map.fmt->present(*entry) && !map.fmt->is_leaf(*entry, level))
		return hv_virt(map.fmt->pa(*entry));

	uint64_t *table = alloc(entry, level);

	if (!table)
		return NULL;
	if (map.fmt->present(*entry))
		nested_split_into(table, *entry, level);
	__atomic_store_n(entry, map.fmt->table(hv_phys(table)), __ATOMIC_RELEASE);
	return table;
}

static uint64_t *alloc_pool(uint64_t *parent, int level)
{
	(void)parent;
	(void)level;
	return pool_alloc(1);
}

/*
 * Takes back a late table: nothing points at it any more. Late tables that hang below it go with it; what they
 * mapped is mapped again at the next touch.
 */
static void late_drop(struct late_table *l)
{
	*l->parent = 0;
	l->parent = NULL;
	for (int i = 0; i < LATE_TABLES; i++)
		if (late[i].parent >= l->table && late[i].parent < l->table + 512)
			late[i].parent = NULL;
}

static uint64_t *alloc_late(uint64_t *parent, int level)
{
	(void)level;
	struct late_table *l = &late[late_next];

	late_next = (late_next + 1) % LATE_TABLES;
	if (l->parent) {
		late_drop(l);
		reused = true;
	}
	l->parent = parent;
	for (int i = 0; i < 512; i++)
		l->table[i] = 0;
	return l->table;
}

/* Maps the largest leaf at @gpa that is aligned, at most @max bytes, and of one memory type. Return: its size, 0 on no room. */
static uint64_t map_leaf(uint64_t gpa, uint64_t max, uint64_t *(*alloc)(uint64_t *parent, int level))
{
	uint64_t *table = map.root;
	int level = 4;

	for (;;) {
		uint64_t *entry = nested_entry(table, gpa, level);
		uint64_t size = nested_level_size(level);
		bool mixed;

		if (level <= map.max_leaf && !(gpa & (size - 1)) && size <= max && !map.fmt->present(*entry)) {
			enum mem_type type = nested_type(gpa, size, &mixed);

			if (!mixed) {
				*entry = map.fmt->leaf(gpa, NPERM_RWX, type, level);
				return size;
			}
		}
		table = table_below(entry, level, alloc);
		if (!table)
			return 0;
		level--;
	}
}

static bool map_range(uint64_t gpa, uint64_t end)
{
	while (gpa < end) {
		uint64_t size = map_leaf(gpa, end - gpa, alloc_pool);

		if (!size)
			return false;
		gpa += size;
	}
	return true;
}

/*
 * Bits of a physical address that select memory. Where memory encryption is on, the upper ones select a key: with them the
 * same memory has other addresses, which must not be mapped. (AMD APM volume 2, "Secure Memory Encryption"; Intel SDM
 * volume 3, "Multi-Key Total Memory Encryption".)
 */
static unsigned int address_width(void)
{
	unsigned int width = cpuid(0x80000008, 0).eax & 0xff;

	if (cpuid(0x80000000, 0).eax >= 0x8000001f && cpuid(0x8000001f, 0).eax & 1) {
		struct cpuid_regs sme = cpuid(0x8000001f, 0);
		unsigned int c_bit = sme.ebx & 63;

		width -= sme.ebx >> 6 & 63;
		if (c_bit < width)
			width = c_bit;
	}
	if (cpuid(0, 0).eax >= 7 && cpuid(7, 0).ecx & BIT(13))
		width -= rdmsr(MSR_TME_ACTIVATE) >> 32 & 15;
	return width;
}

const char *nested_init(const struct nested_format *format, const struct rw_bootinfo *info)
{
	unsigned int width = address_width();
	uint64_t top = (info->mem_top + SIZE_2M - 1) & ~(SIZE_2M - 1);

	map.fmt = format;
	map.max_leaf = hv_backend()->has_1g() ? 3 : 2;
	map.root = pool_alloc(1);
	/* Four levels reach 48 bits; a CPU that can address more has no memory or MMIO there that we could map. */
	phys_top = 1ull << (width < 48 ? width : 48);
	if (top > phys_top)
		top = phys_top;
	mtrr_read(&mtrr);
	for (int i = 0; i < LATE_TABLES; i++) {
		late[i].table = pool_alloc(1);
		if (!late[i].table)
			return "no room for the nested page tables";
	}
	if (!map.root || !map_range(0, info->region_phys) || !map_range(info->region_phys + info->region_size, top))
		return "no room for the nested page tables";
	return NULL;
}

uint64_t nested_root(void)
{
	return hv_phys(map.root);
}

/* The leaf entry for @gpa and its level; NULL when nothing is mapped there. */
static uint64_t *find_leaf(uint64_t gpa, int *level)
{
	uint64_t *table = map.root;

	*level = 4;
	if (gpa >= phys_top)
		return NULL;
	for (;; --*level) {
		uint64_t *entry = nested_entry(table, gpa, *level);

		if (!map.fmt->present(*entry))
			return NULL;
		if (map.fmt->is_leaf(*entry, *level))
			return entry;
		table = hv_virt(map.fmt->pa(*entry));
	}
}

static uint64_t *alloc_split(uint64_t *parent, int level)
{
	if (level <= 3 && spares[level - 2])
		return spare[level - 2][--spares[level - 2]]; /* a split fills the whole table */
	return alloc_pool(parent, level);
}

static int set_perm_locked(uint64_t gpa, uint64_t end, unsigned int perm)
{
	while (gpa < end) {
		int level;
		uint64_t *entry = find_leaf(gpa, &level);
		uint64_t size;

		if (!entry)
			return -RW_EINVAL;
		while (size = nested_level_size(level), (gpa & (size - 1)) || size > end - gpa) {
			uint64_t *table = table_below(entry, level, alloc_split);

			if (!table)
				return -RW_ENOSPC;
			entry = nested_entry(table, gpa, --level);
		}

		bool mixed;
		uint64_t pa = map.fmt->pa(*entry);

		__atomic_store_n(entry, map.fmt->leaf(pa, perm, nested_type(pa, size, &mixed), level), __ATOMIC_RELEASE);
		gpa += size;
	}
	return 0;
}

int nested_set_perm(uint64_t gpa, uint64_t size, unsigned int perm)
{
	int ret;

	if (((gpa | size) & ~PAGE_MASK) || gpa + size < gpa)
		return -RW_EINVAL;
	spin_lock(&lock);
	ret = set_perm_locked(gpa, gpa + size, perm);
	spin_unlock(&lock);
	return ret;
}

/* Whether @table, of @level, holds just what one leaf for @pa with all permissions would say. */
static bool is_plain(const uint64_t *table, uint64_t pa, int level)
{
	uint64_t size = nested_level_size(level);

	for (int i = 0; i < 512; i++, pa += size)
		if (!map.fmt->present(table[i]) || !map.fmt->is_leaf(table[i], level) || map.fmt->pa(table[i]) != pa ||
		    map.fmt->perm(table[i]) != NPERM_RWX)
			return false;
	return true;
}

/* Puts one leaf in place of the table below the entry of @level for @gpa, if it says the same. */
static void merge_at(uint64_t gpa, int level)
{
	uint64_t *entry = nested_entry(map.root, gpa, 4), size = nested_level_size(level);
	bool mixed;

	for (int l = 4; l > level; l--) {
		if (!map.fmt->present(*entry) || map.fmt->is_leaf(*entry, l))
			return;
		entry = nested_entry(hv_virt(map.fmt->pa(*entry)), gpa, l - 1);
	}
	if (!map.fmt->present(*entry) || map.fmt->is_leaf(*entry, level) ||
	    spares[level - 2] == SPARE_TABLES)
		return;

	uint64_t *table = hv_virt(map.fmt->pa(*entry));
	enum mem_type type = nested_type(gpa & ~(size - 1), size, &mixed);

	if (mixed || !is_plain(table, gpa & ~(size - 1), level - 1))
		return;
	__atomic_store_n(entry, map.fmt->leaf(gpa & ~(size - 1), NPERM_RWX, type, level), __ATOMIC_RELEASE);
	spare[level - 2][spares[level - 2]++] = table;
}

void nested_merge(uint64_t gpa, uint64_t size)
{
	uint64_t end = gpa + size;

	spin_lock(&lock);
	for (gpa &= ~(SIZE_2M - 1); gpa < end; gpa += SIZE_2M)
		for (int level = 2; level <= map.max_leaf; level++)
			merge_at(gpa, level);
	spin_unlock(&lock);
}

unsigned int nested_perm(uint64_t gpa)
{
	int level;
	uint64_t *entry = find_leaf(gpa, &level);

	return entry ? map.fmt->perm(*entry) : 0;
}

bool nested_map_late(uint64_t gpa)
{
	bool done = false;
	int level;

	if (gpa >= phys_top || hv_owns(gpa, 1))
		return false;
	spin_lock(&lock);
	if (!find_leaf(gpa, &level)) {
		/* The largest block around gpa that is free, not the hypervisor's, and of one memory type. */
		uint64_t size = nested_level_size(level < map.max_leaf ? level : map.max_leaf);
		bool mixed = true;

		for (;; size >>= 9) {
			nested_type(gpa & ~(size - 1), size, &mixed);
			if (!mixed && !hv_owns(gpa & ~(size - 1), size))
				break;
		}
		done = map_leaf(gpa & ~(size - 1), size, alloc_late) != 0;
	}
	spin_unlock(&lock);
	return done;
}

bool nested_tables_reused(void)
{
	return __atomic_exchange_n(&reused, false, __ATOMIC_SEQ_CST);
}

/* One table of @level: each leaf gets the memory type that its block has now. */
static void retype_table(uint64_t *table, int level)
{
	for (int i = 0; i < 512; i++) {
		uint64_t *entry = &table[i], size = nested_level_size(level);
		bool mixed;

		if (!map.fmt->present(*entry) || !map.fmt->is_leaf(*entry, level))
			continue;

		uint64_t pa = map.fmt->pa(*entry);
		enum mem_type type = nested_type(pa, size, &mixed);

		/* A block that became mixed is split; with no room left it is UC as a whole: slow, but right. */
		if (!mixed || !table_below(entry, level, alloc_pool))
			*entry = map.fmt->leaf(pa, map.fmt->perm(*entry), type, level);
	}
}

bool nested_retype(void)
{
	struct mtrr_state now;

	mtrr_read(&now);
	if (!map.fmt->types || !now.enabled || mtrr_same(&now, &mtrr))
		return false;
	spin_lock(&lock);
	mtrr = now;
	for (int i4 = 0; i4 < 512; i4++) {
		if (!map.fmt->present(map.root[i4]))
			continue;
		uint64_t *pdpt = hv_virt(map.fmt->pa(map.root[i4]));

		retype_table(pdpt, 3);
		for (int i3 = 0; i3 < 512; i3++) {
			if (!map.fmt->present(pdpt[i3]) || map.fmt->is_leaf(pdpt[i3], 3))
				continue;
			uint64_t *pd = hv_virt(map.fmt->pa(pdpt[i3]));

			retype_table(pd, 2);
			for (int i2 = 0; i2 < 512; i2++)
				if (map.fmt->present(pd[i2]) && !map.fmt->is_leaf(pd[i2], 2))
					retype_table(hv_virt(map.fmt->pa(pd[i2])), 1);
		}
	}
	spin_unlock(&lock);
	return true;
}
