// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Page-table attacks: leaves protected memory alone, and makes the kernel's page tables lead to a copy of it
// in which one byte differs, by an entry of any level. Each waits for somebody to put the entry back, then
// does so itself.

#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/desc.h>
#include <asm/pgtable.h>
#include <asm/special_insns.h>

#include "rwattack.h"

#define WAIT_MS    1500
#define ADDRESS    0x000ffffffffff000ull
#define TABLE      0x63ull /* flags of an entry that leads to a table: present, writable, accessed, dirty */
#define PAGE_ORDER 9       /* of 2 MiB */

enum way {
	WAY_PTE = 1,
	WAY_PMD = 2,
	WAY_PUD = 3,
	WAY_PGD = 4,
	WAY_ROOT,  /* another root in CR3 */
	WAY_LARGE, /* a 2 MiB page where there is a table, or another such page */
	WAY_SPLIT  /* a table in place of a 2 MiB page, which leads to the same memory: no attack */
};
static const char *const way_names[] = {
	[WAY_PTE] = "pte",   [WAY_PMD] = "pmd",     [WAY_PUD] = "pud",     [WAY_PGD] = "pgd",
	[WAY_ROOT] = "root", [WAY_LARGE] = "large", [WAY_SPLIT] = "split",
};

/* A byte that nobody needs while it is wrong, in a page that nobody executes: a copy is no approved code. */
static u8 *target(const char *name)
{
	struct desc_ptr idt;

	if (strcmp(name, "idt") == 0) {
		store_idt(&idt);
		return (u8 *)idt.address + 200 * sizeof(gate_desc) + offsetof(gate_desc, reserved);
	}
	if (strcmp(name, "text") == 0)
		return (u8 *)symbol("_text");
	if (strcmp(name, "syscalls") == 0)
		return (u8 *)symbol("sys_call_table") + 174 * sizeof(long); /* of a call that is no more */
	if (strcmp(name, "lsm") == 0)
		return (u8 *)symbol(lsm_table_name);
	return strcmp(name, "agent") == 0 ? (u8 *)symbol("ringward:compat_lsm_table_name") : NULL;
}

static u64 *entry_in(u64 table, const void *va, int level)
{
	return (u64 *)__va(table & ADDRESS) + ((unsigned long)va >> (3 + 9 * level) & 511);
}

/* The entries that map @va, by level. Return: the level of the leaf. */
static int walk(const void *va, u64 *entry[5])
{
	u64 table = __read_cr3();
	int level;

	for (level = 4;; level--) {
		entry[level] = entry_in(table, va, level);
		table = *entry[level];
		if (level == 1 || table & _PAGE_PSE)
			return level;
	}
}

static void *copy_of(const void *from)
{
	void *copy = (void *)__get_free_page(GFP_KERNEL);

	if (copy)
		memcpy(copy, (void *)((unsigned long)from & PAGE_MASK), PAGE_SIZE);
	return copy;
}

/* A page table like the one that @entry leads to; if that is a 2 MiB page, one that splits it. */
static u64 *table_of(u64 entry, int level)
{
	u64 *table;
	int i;

	if (level != 2 || !(entry & _PAGE_PSE))
		return copy_of(__va(entry & ADDRESS));
	table = (u64 *)__get_free_page(GFP_KERNEL);
	for (i = 0; table && i < 512; i++)
		table[i] = (entry & ~(u64)(_PAGE_PSE | _PAGE_PAT_LARGE)) + ((u64)i << PAGE_SHIFT);
	return table;
}

/* An entry for level 2 that maps 2 MiB of copies. */
static u64 large_page(const u8 *va, u64 flags)
{
	u8 *copy = (u8 *)__get_free_pages(GFP_KERNEL, PAGE_ORDER),
	   *from = (u8 *)((unsigned long)va & PMD_MASK);
	unsigned long off;

	if (!copy)
		return 0;
	for (off = 0; off < PMD_SIZE; off += PAGE_SIZE)
		if (copy_from_kernel_nofault(copy + off, from + off, PAGE_SIZE))
			memset(copy + off, 0, PAGE_SIZE);
	copy[va - from] ^= 0xff;
	return __pa(copy) | (flags & ~ADDRESS) | _PAGE_PSE;
}

/* The entry for @level that leads to the copy, through new tables. 0: no memory, or no such entry. */
static u64 fake_entry(u8 *va, u64 *entry[5], int leaf, int level, bool change)
{
	u8 *page = copy_of(va);
	u64 fake, flags = *entry[leaf] & ~ADDRESS;
	int l;

	if (!page || level < leaf)
		return 0;
	page[offset_in_page(va)] ^= 0xff;
	if (leaf == 2)
		flags &= ~(u64)_PAGE_PSE; /* its bit 12 is no part of the address, and masked out */
	fake = flags | __pa(page);
	for (l = 2; l <= level; l++) {
		u64 *table = table_of(*entry[l], l);

		if (!table)
			return 0;
		if (change)
			*entry_in(__pa(table), va, l - 1) = fake;
		fake = __pa(table) | TABLE;
	}
	return fake;
}

/*
 * Waits until @va leads to @was again or, if there is @at, until that is no longer @fake. Interrupts are on,
 * but no other task runs on this CPU. Return: milliseconds.
 */
static s64 wait_for(const u64 *at, u64 fake, const u8 *va, u8 was, bool *back)
{
	ktime_t start = ktime_get();
	s64 ms;

	do {
		cpu_relax();
		ms = ktime_ms_delta(ktime_get(), start);
		*back = at ? READ_ONCE(*at) != fake : READ_ONCE(*va) == was;
	} while (!*back && ms < WAIT_MS);
	return ms;
}

/* What was copied is not freed: another CPU may have the wrong entry in its caches. */
static void attack(const char *name, enum way way, u8 *va)
{
	u64 *entry[5], root = __read_cr3(), *other = copy_of(__va(root & ADDRESS)), fake, old, *at;
	int leaf = walk(va, entry), level = way == WAY_ROOT ? 4 : way >= WAY_LARGE ? 2 : way;
	bool seen, back = true;
	u8 was = *va;
	s64 ms = 0;

	fake = way == WAY_LARGE ? large_page(va, *entry[leaf]) :
				  fake_entry(va, entry, leaf, level, way != WAY_SPLIT);
	if (!fake || !other) {
		say("remap %s %s absent 0\n", way_names[way], name);
		return;
	}
	at = way == WAY_ROOT ? entry_in(__pa(other), va, 4) : entry[level];
	old = *at;
	preempt_disable();
	WRITE_ONCE(*at, fake);
	if (way == WAY_ROOT)
		native_write_cr3(__pa(other) | (root & ~ADDRESS));
	forget_translation(va);
	seen = way == WAY_SPLIT ? READ_ONCE(*at) == fake : READ_ONCE(*va) != was;
	if (seen)
		ms = wait_for(way == WAY_SPLIT ? at : NULL, fake, va, was, &back);
	if (way == WAY_ROOT)
		native_write_cr3(root);
	WRITE_ONCE(*at, old);
	forget_translation(va);
	preempt_enable();
	say("remap %s %s %s %lld\n", way_names[way], name, !seen ? "refused" : back ? "undone" : "held", ms);
}

int cmd_remap(int argc, char **argv)
{
	u8 *va = argc == 3 ? target(argv[2]) : NULL;
	int way;

	if (!va)
		return -EINVAL;
	for (way = WAY_PTE; way <= WAY_SPLIT; way++)
		if (strcmp(argv[1], way_names[way]) == 0) {
			attack(argv[2], way, va);
			return 0;
		}
	return -EINVAL;
}
