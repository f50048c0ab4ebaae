// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Collects symbols, ascending by address, and sends them page by page.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "abi/bootinfo.h"
#include "hvcall.h"
#include "abi/record.h"
#include "kernel/kallsyms.h"
#include "kernel/layout.h"
#include "kernel/lsm.h"
#include "symbols.h"

#define NAME_MAX_BYTES (RW_SYMBOL_LEN - 1)
#define ENTRY_HDR      5u /* offset, length */
#define MODULE_PREFIX  "ringward:"

struct entry {
	u32 off;  /* of the address from RW_SYMBOL_BASE */
	u32 name; /* position in names: length, then that many bytes */
};

struct collection {
	const struct compat_kernel *k;
	struct entry *entry;
	u8 *names;
	u32 count, room;
	u32 bytes; /* of names */
	bool unsorted;
};

static int add(void *ctx, const char *name, unsigned long addr)
{
	struct collection *c = ctx;
	size_t len = strnlen(name, NAME_MAX_BYTES);
	u64 off = addr - RW_SYMBOL_BASE;

	if (addr < RW_SYMBOL_BASE || off > U32_MAX)
		return -ERANGE;
	if (c->count != 0) {
		u32 last = c->entry[c->count - 1].off;

		/* Of several names for one address the first is the best: kallsyms sorts them so. */
		if (off == last)
			return 0;
		if (off < last)
			c->unsorted = true;
	}
	if (c->count == c->room || c->bytes + 1 + len > RW_SYMBOLS_SIZE)
		return -E2BIG;
	c->entry[c->count].off = off;
	c->entry[c->count].name = c->bytes;
	c->count++;
	c->names[c->bytes] = len;
	memcpy(c->names + c->bytes + 1, name, len);
	c->bytes += 1 + len;
	return 0;
}

static int add_kernel(void *ctx, const char *name, unsigned long addr)
{
	struct collection *c = ctx;
	const struct compat_kernel *k = c->k;

	if (addr == k->lsm_table && strcmp(name, compat_lsm_table_name) == 0)
		return compat_for_each_lsm_hook(k, add, c);
	if (addr >= k->lsm_table && addr < k->lsm_table + k->lsm_table_size)
		return 0;
	if ((addr >= k->text && addr < k->etext) || (addr >= k->start_rodata && addr < k->end_rodata))
		return add(c, name, addr);
	return 0;
}

static bool inside(unsigned long addr, struct compat_region r)
{
	return addr - r.base < r.size;
}

/* One of the module's own names; they lie above the kernel's. */
static int add_own(void *ctx, const char *plain, unsigned long addr)
{
	const struct module *me = THIS_MODULE;
	char name[RW_SYMBOL_LEN];

	if (!*plain ||
	    !(inside(addr, compat_module_text(me)) || inside(addr, compat_module_rodata(me, false)) ||
	      inside(addr, compat_module_rodata(me, true))))
		return 0;
	snprintf(name, sizeof(name), MODULE_PREFIX "%s", plain);
	return add(ctx, name, addr);
}

/* By address; equal addresses stay in the order they were added. */
static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static int collect(struct collection *c)
{
	int ret = compat_for_each_symbol(add_kernel, c);

	if (ret == 0)
		ret = compat_for_each_own_symbol(add_own, c);
	if (ret == -E2BIG)
		pr_err("symbols: more names than the hypervisor's %u bytes hold\n", RW_SYMBOLS_SIZE);
	else if (ret != 0)
		pr_err("symbols: cannot collect them: error %d\n", ret);
	if (ret == 0 && c->unsorted)
		sort(c->entry, c->count, sizeof(*c->entry), compare, NULL);
	return ret;
}

static int send_page(const struct rw_symbol_page *page)
{
	return hvcall_page(RW_HC_SYMBOLS, page, "symbols");
}

static int send(const struct collection *c, struct rw_symbol_page *page)
{
	u32 i;
	int ret;

	page->count = 0;
	page->bytes = 0;
	for (i = 0; i < c->count; i++) {
		const u8 *name = c->names + c->entry[i].name;
		u32 len = ENTRY_HDR + name[0];

		if (i != 0 && c->entry[i].off == c->entry[i - 1].off)
			continue;
		if (page->bytes + len > RW_SYMBOL_PAGE_BYTES) {
			ret = send_page(page);
			if (ret)
				return ret;
			page->count = 0;
			page->bytes = 0;
		}
		memcpy(page->data + page->bytes, &c->entry[i].off, sizeof(c->entry[i].off));
		memcpy(page->data + page->bytes + sizeof(c->entry[i].off), name, 1u + name[0]);
		page->bytes += len;
		page->count++;
	}
	return page->count != 0 ? send_page(page) : 0;
}

int symbols_send(const struct compat_kernel *k)
{
	struct collection c = { .k = k, .room = RW_SYMBOLS_SIZE / (2 * sizeof(struct entry)) };
	struct rw_symbol_page *page = (void *)get_zeroed_page(GFP_KERNEL);
	int ret = -ENOMEM;

	c.entry = vmalloc(array_size(c.room, sizeof(*c.entry)));
	c.names = vmalloc(RW_SYMBOLS_SIZE);
	if (page && c.entry && c.names) {
		ret = collect(&c);
		if (ret == 0)
			ret = send(&c, page);
	} else {
		pr_err("symbols: no memory to collect them\n");
	}
	vfree(c.names);
	vfree(c.entry);
	free_page((unsigned long)page);
	return ret;
}
