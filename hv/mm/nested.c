/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Nested page tables: the common identity map, and views of it. Entries have the backend's format. */
#include "mm/nested.h"

#include "arch/x86/insn.h"
#include "core/spinlock.h"
#include "lib/string.h"
#include "abi/hypercall.h"
#include "mm/mtrr.h"
#include "mm/page_pool.h"

#define LATE_TABLES  8
#define SPARE_TABLES 128 /* of each level; any further split stays */

/* Labels: core/state.h. Entries of the tables are (n), and (x) to read: see find_entry(). */
static const struct nested_format *fmt; /* (b) */
static uint64_t *root;                  /* (b) */
static unsigned int maps = 1;           /* (b) tables of one page each that lie side by side */
static unsigned int open_perm;          /* (n) of memory that nobody named */
static int max_leaf;                    /* (b) highest level of a leaf: 2 or 3 */
static uint64_t phys_top;               /* (b) end of this CPU's physical addresses */
static uint64_t first_page;             /* (b) the page mapped at 0: see nested_replace_first() */
static struct mtrr_state mtrr;          /* (n) */
/* Tables for MMIO that the firmware did not report. When they run out, the oldest is recycled. */
static struct late_table {
	uint64_t *table, *parent; /* @parent: the entry that points at it */
} late[LATE_TABLES];              /* (n) */
static unsigned int late_next;    /* (n) modulo LATE_TABLES */
static bool reused;               /* (n) within this nested_map_late() */
/*
 * Freed by nested_merge(), reused only for splits by nested_set_perm(). Sorted by the level of the entry
 * above, which they keep: a CPU that still walks one finds entries of the kind that it expects.
 */
static uint64_t *spare[2][SPARE_TABLES]; /* (n) */
static unsigned int spares[2];           /* (n) */
static struct {
	uint64_t gpa, pa;
} swapped[RW_MAX_CPUS];                         /* (n) see nested_swap() */
static unsigned int swaps;                      /* (n) entries of swapped in use */
static struct spinlock lock = SPINLOCK(NESTED); /* (x) */

/* Bytes mapped by one entry of @level. */
static uint64_t level_size(int level)
{
	return 1ull << (PAGE_SHIFT + 9 * (level - 1));
}

/* The entry for @gpa in a table of @level. */
static uint64_t *entry_of(uint64_t *table, uint64_t gpa, int level)
{
	return &table[gpa >> (PAGE_SHIFT + 9 * (level - 1)) & 511];
}

/* The place in @map of @entry, or of a whole table. */
static uint64_t *table_in(uint64_t *entry, unsigned int map)
{
	return entry + map * (PAGE_SIZE / sizeof(*entry));
}

static bool is_table(uint64_t entry, int level)
{
	return fmt->present(entry) && !fmt->is_leaf(entry, level);
}

/* Memory type of an aligned block, or MTRR_MIXED. */
static int block_type(uint64_t pa, uint64_t size)
{
	return fmt->types ? mtrr_type(&mtrr, pa, size) : MEM_WB;
}

/* A leaf with its block's memory type; UC, the safe one, if the block has several. */
static uint64_t make_leaf(uint64_t pa, unsigned int perm, int level)
{
	int type = block_type(pa, level_size(level));

	if (pa == 0 && level == 1)
		pa = first_page;
	return fmt->leaf(pa, perm, type == MTRR_MIXED ? MEM_UC : (enum mem_type)type, level);
}

/* Fills @table with what @entry of @level maps: a copy of its table, its leaf's 512 pieces, or nothing. */
static void fill_table(uint64_t *table, uint64_t entry, int level)
{
	uint64_t pa = fmt->pa(entry);

	if (is_table(entry, level))
		memcpy(table, hv_virt(pa), PAGE_SIZE);
	else
		for (int i = 0; i < 512; i++, pa += level_size(level - 1))
			table[i] = fmt->present(entry) ? make_leaf(pa, fmt->perm(entry), level - 1) : 0;
}

/* @entry as it is in @map. */
static uint64_t entry_in(unsigned int map, uint64_t entry, int level)
{
	static const unsigned int exec[NESTED_MAPS] = { NPERM_XS, NPERM_XU };
	uint64_t pa = fmt->pa(entry);

	if (!map || !fmt->present(entry))
		return entry;
	if (!fmt->is_leaf(entry, level))
		return fmt->table(pa + map * PAGE_SIZE);
	for (unsigned int i = 0; level == 1 && i < swaps; i++)
		if (swapped[i].pa && swapped[i].gpa == pa)
			entry = fmt->leaf(swapped[i].pa, fmt->perm(entry), MEM_WB, 1);
	return fmt->exec(entry, exec[map]);
}

/* Sets an entry of @level in all maps. The first is the one to read: it has all permissions. */
static void set_entry(uint64_t *entry, uint64_t value, int level)
{
	for (unsigned int map = maps; map-- > 0;)
		__atomic_store_n(table_in(entry, map), entry_in(map, value, level), __ATOMIC_RELEASE);
}

/* Takes a late table, for @parent to point at. */
static uint64_t *alloc_late(uint64_t *parent)
{
	struct late_table *l = &late[late_next++ % LATE_TABLES];

	if (l->parent) {
		/* The tables below are freed with it; what they mapped is mapped again at the next touch. */
		set_entry(l->parent, 0, 1);
		for (int i = 0; i < LATE_TABLES; i++)
			if (late[i].parent >= l->table && late[i].parent < l->table + 512)
				late[i].parent = NULL;
		reused = true;
	}
	l->parent = parent;
	return l->table;
}

/* Where a new table comes from. */
enum source {
	FROM_POOL,
	FROM_SPARES,
	FROM_LATE
};

/* The table below @entry, created if that is empty or a leaf. NULL: no spare, and the pool is empty. */
static uint64_t *table_below(uint64_t *entry, int level, enum source source)
{
	if (is_table(*entry, level))
		return hv_virt(fmt->pa(*entry));

	bool from_spares = source == FROM_SPARES && level <= 3 && spares[level - 2];
	uint64_t *table = source == FROM_LATE ? alloc_late(entry) :
			  from_spares         ? spare[level - 2][--spares[level - 2]] :
						pool_alloc(maps);

	if (!table)
		return NULL;
	fill_table(table, *entry, level);
	for (unsigned int map = 1; map < maps; map++)
		for (int i = 0; i < 512; i++)
			table_in(table, map)[i] = entry_in(map, table[i], level - 1);
	set_entry(entry, fmt->table(hv_phys(table)), level);
	return table;
}

/* Maps the largest leaf at @gpa of at most @max bytes and one memory type. Return: its size; 0: no room. */
static uint64_t map_leaf(uint64_t gpa, uint64_t max, enum source source)
{
	uint64_t *table = root;

	for (int level = 4; table; level--) {
		uint64_t *entry = entry_of(table, gpa, level), size = level_size(level);

		if (level <= max_leaf && !(gpa & (size - 1)) && size <= max && !fmt->present(*entry) &&
		    block_type(gpa, size) != MTRR_MIXED) {
			set_entry(entry, make_leaf(gpa, open_perm, level), level);
			return size;
		}
		table = table_below(entry, level, source);
	}
	return 0;
}

static bool map_range(uint64_t gpa, uint64_t end)
{
	for (uint64_t size; gpa < end; gpa += size) {
		size = map_leaf(gpa, end - gpa, FROM_POOL);
		if (!size)
			return false;
	}
	return true;
}

/*
 * Bits of a physical address that select memory. With memory encryption on, the upper bits select a key: they
 * give the same memory further addresses, which must not be mapped. (AMD APM volume 2, "Secure Memory
 * Encryption"; Intel SDM volume 3, "Multi-Key Total Memory Encryption".)
 */
static unsigned int address_width(void)
{
	unsigned int width = cpuid(0x80000008, 0).eax & 0xff;

	if (cpuid(0x80000000, 0).eax >= 0x8000001f && cpuid(0x8000001f, 0).eax & 1) {
		uint32_t sme = cpuid(0x8000001f, 0).ebx;
		unsigned int c_bit = sme & 63;

		width -= sme >> 6 & 63;
		if (c_bit < width)
			width = c_bit;
	}
	if (cpuid(0, 0).eax >= 7 && cpuid(7, 0).ecx & BIT(13))
		width -= rdmsr(MSR_TME_ACTIVATE) >> 32 & 15;
	return width;
}

uint64_t nested_root(enum nested_map map)
{
	return hv_phys(table_in(root, map));
}

bool nested_has_maps(void)
{
	return maps > 1;
}

/*
 * The entry for @gpa at @lowest, or at the lowest level above it that exists: @level. @now: its value.
 * Without the lock, another CPU may be splitting or merging: each entry is read once, and only @now counts.
 */
static uint64_t *find_entry(uint64_t gpa, int lowest, int *level, uint64_t *now)
{
	uint64_t *entry = entry_of(root, gpa, 4);

	for (*level = 4;; --*level) {
		*now = __atomic_load_n(entry, __ATOMIC_ACQUIRE);
		if (*level == lowest || !is_table(*now, *level))
			return entry;
		entry = entry_of(hv_virt(fmt->pa(*now)), gpa, *level - 1);
	}
}

/* As find_entry(), the leaf for @gpa; NULL: nothing is mapped there, and @level is the empty entry's. */
static uint64_t *find_leaf(uint64_t gpa, int *level, uint64_t *now)
{
	uint64_t *entry = find_entry(gpa, 1, level, now);

	return gpa < phys_top && fmt->present(*now) ? entry : NULL;
}

static int set_perm_locked(uint64_t gpa, uint64_t end, unsigned int perm)
{
	for (uint64_t size; gpa < end; gpa += size) {
		int level;
		uint64_t now, *entry = find_leaf(gpa, &level, &now);

		if (!entry)
			return -RW_EINVAL;
		while (size = level_size(level), level > 1 && (gpa & (size - 1) || size > end - gpa)) {
			uint64_t *table = table_below(entry, level, FROM_SPARES);

			if (!table)
				return -RW_ENOSPC;
			entry = entry_of(table, gpa, --level);
		}
		set_entry(entry, make_leaf(gpa, perm, level), level);
	}
	return 0;
}

int nested_set_perm(uint64_t gpa, uint64_t size, unsigned int perm)
{
	if (((gpa | size) & ~PAGE_MASK) || gpa + size < gpa)
		return -RW_EINVAL;
	spin_lock(&lock);
	int ret = set_perm_locked(gpa, gpa + size, perm);

	spin_unlock(&lock);
	return ret;
}

/* The policy area lies in the hypervisor's region, but the guest can read it. */
static bool map_policy(const struct rw_bootinfo *info)
{
	uint64_t end = info->policy_phys + info->policy_size;

	return map_range(info->policy_phys, end) && !set_perm_locked(info->policy_phys, end, NPERM_R);
}

const char *nested_init(const struct nested_format *format, const struct rw_bootinfo *info, bool by_mode)
{
	unsigned int width = address_width();
	uint64_t behind = info->region_phys + info->region_size;
	uint64_t top = (info->mem_top + SIZE_2M - 1) & ~(SIZE_2M - 1);

	fmt = format;
	open_perm = NPERM_RWX;
	maps = by_mode ? NESTED_MAPS : 1;
	max_leaf = hv_backend()->has_1g() ? 3 : 2;
	root = pool_alloc(maps);
	phys_top = 1ull << (width < 48 ? width : 48); /* four levels reach no further */
	if (top > phys_top)
		top = phys_top;
	mtrr_read(&mtrr);
	for (int i = 0; i < LATE_TABLES; i++)
		late[i].table = pool_alloc(maps);
	/* Once empty, the pool stays empty: a non-NULL last table means that all were allocated. */
	if (!late[LATE_TABLES - 1].table || !map_range(0, info->region_phys) || !map_range(behind, top) ||
	    !map_policy(info))
		return "no room for the nested page tables";
	return NULL;
}

int nested_replace_first(uint64_t pa)
{
	first_page = pa;
	return nested_set_perm(0, PAGE_SIZE, open_perm);
}

uint64_t nested_first(void)
{
	return first_page;
}

int nested_swap(uint32_t index, uint64_t gpa, uint64_t pa)
{
	uint64_t old = swapped[index].pa ? swapped[index].gpa : gpa;
	int level, ret = 0;
	uint64_t now;

	spin_lock(&lock);
	swapped[index].gpa = gpa;
	swapped[index].pa = pa;
	if (swaps <= index)
		swaps = index + 1;
	for (int i = 0; i < 2 && !ret; i++, old = gpa)
		ret = find_leaf(old, &level, &now) ? set_perm_locked(old, old + PAGE_SIZE, fmt->perm(now)) :
						     -RW_EINVAL;
	if (ret)
		swapped[index].pa = 0;
	spin_unlock(&lock);
	return ret;
}

/* Whether the page of a CPU in [@pa, @pa + @size) is another one in user mode's map. */
static bool has_swapped(uint64_t pa, uint64_t size)
{
	for (unsigned int i = 0; i < swaps; i++)
		if (swapped[i].pa && swapped[i].gpa - pa < size)
			return true;
	return false;
}

/* Whether @table, of @level, is equivalent to one leaf for @pa with the permissions of unnamed memory. */
static bool is_plain(const uint64_t *table, uint64_t pa, int level)
{
	for (int i = 0; i < 512; i++, pa += level_size(level))
		if (!fmt->present(table[i]) || !fmt->is_leaf(table[i], level) || fmt->pa(table[i]) != pa ||
		    fmt->perm(table[i]) != open_perm)
			return false;
	return true;
}

/* Replaces the table below the entry of @level for @gpa with one leaf, if that is equivalent. */
static void merge_at(uint64_t gpa, int level)
{
	int found;
	uint64_t now, *entry = find_entry(gpa, level, &found, &now);
	uint64_t size = level_size(level), pa = gpa & ~(size - 1);

	if (found > level || !is_table(now, level) || spares[level - 2] == SPARE_TABLES ||
	    block_type(pa, size) == MTRR_MIXED || has_swapped(pa, size))
		return;

	uint64_t *table = hv_virt(fmt->pa(now));

	if (!is_plain(table, pa, level - 1))
		return;
	set_entry(entry, make_leaf(pa, open_perm, level), level);
	spare[level - 2][spares[level - 2]++] = table;
}

void nested_merge(uint64_t gpa, uint64_t size)
{
	uint64_t end = gpa + size;

	spin_lock(&lock);
	for (gpa &= ~(SIZE_2M - 1); gpa < end; gpa += SIZE_2M)
		for (int level = 2; level <= max_leaf; level++)
			merge_at(gpa, level);
	spin_unlock(&lock);
}

void nested_set_open(unsigned int perm)
{
	spin_lock(&lock);
	for (uint64_t gpa = 0; gpa < phys_top;) {
		int level;
		uint64_t now, *entry = find_leaf(gpa, &level, &now);

		if (entry && fmt->perm(now) == open_perm)
			set_entry(entry, make_leaf(gpa, perm, level), level);
		gpa = (gpa | (level_size(level) - 1)) + 1;
	}
	open_perm = perm;
	spin_unlock(&lock);
}

unsigned int nested_open(void)
{
	return __atomic_load_n(&open_perm, __ATOMIC_RELAXED);
}

unsigned int nested_perm(uint64_t gpa)
{
	int level;
	uint64_t now;

	return find_leaf(gpa, &level, &now) ? fmt->perm(now) : 0;
}

enum nested_late nested_map_late(uint64_t gpa)
{
	enum nested_late ret = NESTED_NOT_LATE;
	uint64_t now;
	int level;

	if (gpa >= phys_top || hv_owns(gpa, 1))
		return ret;
	spin_lock(&lock);
	reused = false;
	if (!find_leaf(gpa, &level, &now)) {
		/* The largest block around gpa that is free, not the hypervisor's, and of one memory type. */
		uint64_t size = level_size(level < max_leaf ? level : max_leaf);

		while (block_type(gpa & ~(size - 1), size) == MTRR_MIXED || hv_owns(gpa & ~(size - 1), size))
			size >>= 9;
		if (map_leaf(gpa & ~(size - 1), size, FROM_LATE))
			ret = reused ? NESTED_REUSED : NESTED_MAPPED;
	}
	spin_unlock(&lock);
	return ret;
}

/* Gives every leaf its memory type from `mtrr`. */
static void retype_locked(void)
{
	for (uint64_t gpa = 0; gpa < phys_top;) {
		int level;
		uint64_t now, *entry = find_leaf(gpa, &level, &now), size = level_size(level);

		/* A block that became mixed is split; with no room left it is all UC: slow, but correct. */
		if (entry && block_type(gpa, size) == MTRR_MIXED && table_below(entry, level, FROM_POOL))
			continue;
		if (entry)
			set_entry(entry, make_leaf(gpa, fmt->perm(now), level), level);
		gpa += size;
	}
}

bool nested_retype(void)
{
	struct mtrr_state mine;
	bool changed;

	mtrr_read(&mine);
	if (!fmt->types || !mine.enabled)
		return false;
	spin_lock(&lock);
	changed = memcmp(&mine, &mtrr, sizeof(mine));
	if (changed) {
		mtrr = mine;
		retype_locked();
	}
	spin_unlock(&lock);
	return changed;
}

int nested_view_init(struct nested_view *view)
{
	for (int i = 0; i < NESTED_VIEW_TABLES; i++) {
		view->table[i] = pool_alloc(1);
		if (!view->table[i])
			return -RW_ENOSPC;
	}
	nested_view_reset(view, NESTED_KERNEL);
	return 0;
}

void nested_view_reset(struct nested_view *view, enum nested_map map)
{
	view->used = 1;
	view->map = map;
	spin_lock(&lock);
	memcpy(view->table[0], table_in(root, map), PAGE_SIZE);
	spin_unlock(&lock);
}

/* The view's own table below @entry, which lies in one of the view's tables: a copy of the common one. */
static uint64_t *own_table(struct nested_view *view, uint64_t *entry, int level)
{
	for (uint32_t i = 1; is_table(*entry, level) && i < view->used; i++)
		if (hv_phys(view->table[i]) == fmt->pa(*entry))
			return view->table[i];
	if (view->used == NESTED_VIEW_TABLES)
		return NULL;

	uint64_t *table = view->table[view->used++];

	fill_table(table, *entry, level);
	*entry = fmt->table(hv_phys(table));
	return table;
}

int nested_view_replace(struct nested_view *view, uint64_t gpa, uint64_t pa, unsigned int perm)
{
	uint64_t *table = view->table[0];

	spin_lock(&lock);
	for (int level = 4; table && level > 1; level--)
		table = own_table(view, entry_of(table, gpa, level), level);
	spin_unlock(&lock);
	if (!table)
		return -RW_ENOSPC;
	*entry_of(table, gpa, 1) = entry_in(view->map, fmt->leaf(pa, perm, MEM_WB, 1), 1);
	return 0;
}

uint64_t nested_view_root(const struct nested_view *view)
{
	return hv_phys(view->table[0]);
}
