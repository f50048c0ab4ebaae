// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Collects the places where the kernel patches itself, ascending by address, and sends them page by page.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/bsearch.h>
#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/gfp.h>
#include <linux/jump_label.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sort.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "abi/bootinfo.h"
#include "hvcall.h"
#include "kernel/kallsyms.h"
#include "kernel/lsm.h"
#include "sites.h"

#define TRAMPOLINE_PREFIX "__SCT__"

/* struct ftrace_page, which the kernel keeps to itself (kernel/trace/ftrace.c). */
struct trace_page {
	struct trace_page *next;
	struct dyn_ftrace *records;
	int index; /* records in use */
	int order;
};

struct collection {
	const struct compat_kernel *k;
	struct rw_site *site;
	u32 count, room;
	bool full;
	unsigned long *frozen; /* ascending */
	u32 frozen_count;
};

static bool in_text(const struct collection *c, unsigned long addr)
{
	return addr >= c->k->text && addr < c->k->etext;
}

static void add(struct collection *c, unsigned long addr, u8 kind, u8 len, unsigned long target)
{
	if (!in_text(c, addr)) /* init text: freed */
		return;
	if (c->count == c->room) {
		c->full = true;
		return;
	}
	c->site[c->count++] = (struct rw_site){
		.off = addr - RW_SYMBOL_BASE,
		.target = target ? target - RW_SYMBOL_BASE : 0,
		.kind = kind,
		.len = len,
	};
}

static int compare_addresses(const void *a, const void *b)
{
	const unsigned long *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Does a site of this key, or trampoline, belong to the LSM hooks? */
static bool is_frozen(const struct collection *c, unsigned long addr)
{
	return bsearch(&addr, c->frozen, c->frozen_count, sizeof(addr), compare_addresses);
}

static int find_frozen(struct collection *c)
{
	c->frozen_count = compat_lsm_calls(c->k, NULL);
	if (c->frozen_count == 0)
		return 0;
	c->frozen = vmalloc(array_size(c->frozen_count, sizeof(*c->frozen)));
	if (!c->frozen)
		return -ENOMEM;
	compat_lsm_calls(c->k, c->frozen);
	sort(c->frozen, c->frozen_count, sizeof(*c->frozen), compare_addresses, NULL);
	return 0;
}

/* A label's code is as long as what stands there: a short NOP or jump has two bytes. */
static void add_jumps(struct collection *c)
{
	const struct jump_entry *e = (void *)c->k->jump_sites, *end = (void *)c->k->jump_sites_end;

	for (; e < end; e++) {
		unsigned long addr = jump_entry_code(e);
		u8 first;

		if (!in_text(c, addr))
			continue;
		first = *(u8 *)addr;
		if (is_frozen(c, (unsigned long)jump_entry_key(e)))
			add(c, addr, RW_SITE_FROZEN, first == 0xeb || first == 0x66 ? 2 : 5, 0);
		else
			add(c, addr, RW_SITE_JUMP, first == 0xeb || first == 0x66 ? 2 : 5,
			    jump_entry_target(e));
	}
}

static void add_calls(struct collection *c)
{
	const struct static_call_site *s = (void *)c->k->call_sites, *end = (void *)c->k->call_sites_end;

	for (; s < end; s++) {
		unsigned long addr = (unsigned long)&s->addr + s->addr;
		unsigned long key = (unsigned long)&s->key + s->key;
		const u8 *code = (u8 *)addr;
		bool jcc;

		if (!in_text(c, addr))
			continue;
		jcc = key & STATIC_CALL_SITE_TAIL && code[0] == 0x0f && (code[1] & 0xf0) == 0x80;
		if (is_frozen(c, key & ~STATIC_CALL_SITE_FLAGS))
			add(c, addr, RW_SITE_FROZEN, jcc ? 6 : 5, 0);
		else
			add(c, addr, key & STATIC_CALL_SITE_TAIL ? RW_SITE_TAIL : RW_SITE_CALL, jcc ? 6 : 5,
			    0);
	}
}

static int add_trampoline(void *ctx, const char *name, unsigned long addr)
{
	struct collection *c = ctx;

	if (strncmp(name, TRAMPOLINE_PREFIX, strlen(TRAMPOLINE_PREFIX)) == 0)
		add(c, addr, is_frozen(c, addr) ? RW_SITE_FROZEN : RW_SITE_TAIL, 5, 0);
	return 0;
}

static void add_traced(struct collection *c)
{
	const struct trace_page *page;
	int i;

	if (!c->k->ftrace_pages || !c->k->ftrace_lock)
		return;
	mutex_lock(c->k->ftrace_lock);
	for (page = *c->k->ftrace_pages; page; page = page->next)
		for (i = 0; i < page->index; i++)
			add(c, page->records[i].ip, RW_SITE_TRACE, 5, 0);
	mutex_unlock(c->k->ftrace_lock);
	for (i = 0; i < RW_TRACERS; i++)
		if (c->k->tracer[i].call)
			add(c, c->k->tracer[i].call, RW_SITE_TRACER, 5, 0);
}

/* Where a second CPU may still be switched on, LOCK prefixes come back then. Else the list is freed. */
static void add_locks(struct collection *c)
{
	const s32 *lock = (void *)c->k->lock_sites, *end = (void *)c->k->lock_sites_end;

	if (!c->k->uniproc_patched || !*c->k->uniproc_patched || num_possible_cpus() == 1)
		return;
	for (; lock < end; lock++)
		add(c, (unsigned long)lock + *lock, RW_SITE_LOCK, 1, 0);
}

static int compare(const void *a, const void *b)
{
	const struct rw_site *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static int collect(struct collection *c)
{
	int ret;

	if (!c->k->text_mutex) {
		pr_err("sites: this kernel has no symbol text_mutex\n");
		return -ENOENT;
	}
	ret = find_frozen(c);
	if (ret == 0)
		ret = compat_for_each_symbol(add_trampoline, c);
	if (ret)
		return ret;
	add_traced(c);
	mutex_lock(c->k->text_mutex); /* no site is half patched */
	add_jumps(c);
	add_calls(c);
	mutex_unlock(c->k->text_mutex);
	add_locks(c);
	if (c->full) {
		pr_err("sites: more than the hypervisor's %u bytes hold\n", RW_SITES_SIZE);
		return -E2BIG;
	}
	sort(c->site, c->count, sizeof(*c->site), compare, NULL);
	return 0;
}

static int send_page(struct rw_site_page *page)
{
	int ret = page->count ? hvcall_page(RW_HC_SITES, page, "sites") : 0;

	page->count = 0;
	return ret;
}

/* Of two sites that overlap only the first is sent: the kernel refuses to patch there, too. */
static int send_sites(const struct collection *c, struct rw_site_page *page)
{
	u32 i, end = 0;
	int ret;

	memset(page, 0, sizeof(*page));
	for (i = 0; i < c->count; i++) {
		if (c->site[i].off < end)
			continue;
		end = c->site[i].off + c->site[i].len;
		page->site[page->count++] = c->site[i];
		if (page->count == RW_SITES_PER_PAGE) {
			ret = send_page(page);
			if (ret)
				return ret;
		}
	}
	return send_page(page);
}

static int send_description(const struct compat_kernel *k, void *page)
{
	struct rw_patching *p = page;
	int i;

	memset(p, 0, sizeof(*p));
	p->flags = IS_ENABLED(CONFIG_X86_KERNEL_IBT) ? RW_PATCHING_ENDBR : 0;
	p->return_thunk = k->return_thunk ? *k->return_thunk : 0;
	for (i = 0; i < RW_TRACERS; i++) {
		const struct compat_tracer *t = &k->tracer[i];

		if (t->start && t->end && t->op && t->call && (i == 0 || t->jump))
			p->tracer[i] = (struct rw_tracer){ t->start, t->end, t->op, t->call, t->jump };
	}
	return hvcall_page(RW_HC_PATCHING, p, "patching");
}

int sites_send(const struct compat_kernel *k)
{
	struct collection c = { .k = k, .room = RW_SITES_SIZE / sizeof(struct rw_site) };
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	int ret = -ENOMEM;

	c.site = vmalloc(array_size(c.room, sizeof(*c.site)));
	if (page && c.site) {
		ret = collect(&c);
		if (ret == 0)
			ret = send_description(k, page);
		if (ret == 0)
			ret = send_sites(&c, page);
	} else {
		pr_err("sites: no memory to collect them\n");
	}
	vfree(c.frozen);
	vfree(c.site);
	free_page((unsigned long)page);
	return ret;
}
