// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Keeps the files of modules that are being loaded, and shows them to the hypervisor.
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "hvcall.h"
#include "kernel/after_call.h"
#include "modkeep.h"

struct modkeep {
	struct list_head list;
	struct list_head pages; /* by page->lru, in the file's order */
	const struct task_struct *task;
	u64 size;
};

static LIST_HEAD(kept);
static DEFINE_MUTEX(kept_mutex); /* of the list; a file belongs to its task */

struct modkeep *modkeep_start(void)
{
	struct modkeep *keep = kzalloc(sizeof(*keep), GFP_KERNEL);

	if (keep)
		INIT_LIST_HEAD(&keep->pages);
	return keep;
}

int modkeep_piece(struct modkeep *keep, const void *bytes, size_t size)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	memcpy(page_address(page), bytes, size);
	list_add_tail(&page->lru, &keep->pages);
	keep->size += size;
	return 0;
}

void modkeep_free(struct modkeep *keep)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &keep->pages, lru)
	{
		list_del(&page->lru);
		__free_page(page);
	}
	kfree(keep);
}

/* Takes the current task's file off the list; NULL: there is none. */
static struct modkeep *take(void)
{
	struct modkeep *keep, *found = NULL;

	mutex_lock(&kept_mutex);
	list_for_each_entry(keep, &kept, list) if (keep->task == current) found = keep;
	if (found)
		list_del(&found->list);
	mutex_unlock(&kept_mutex);
	return found;
}

static void forget(void)
{
	struct modkeep *keep = take();

	if (keep)
		modkeep_free(keep);
}

int modkeep_commit(struct modkeep *keep)
{
	forget();
	if (!compat_after_call(forget)) {
		modkeep_free(keep);
		return -ENOMEM;
	}
	keep->task = current;
	mutex_lock(&kept_mutex);
	list_add(&keep->list, &kept);
	mutex_unlock(&kept_mutex);
	return 0;
}

static int send(const struct rw_module_file *req)
{
	return hvcall_page(RW_HC_MODULE_FILE, req, "module file");
}

static int send_pages(struct rw_module_file *req, const struct modkeep *keep)
{
	struct page *page;
	int ret = 0;

	req->step = RW_MODULE_FILE_PAGES;
	req->count = 0;
	list_for_each_entry(page, &keep->pages, lru)
	{
		req->page[req->count++] = page_to_phys(page);
		if (req->count < RW_MODULE_PAGES)
			continue;
		ret = send(req);
		if (ret)
			return ret;
		req->count = 0;
	}
	return req->count ? send(req) : 0;
}

struct modkeep *modkeep_show(const char *name)
{
	struct rw_module_file *req = (void *)get_zeroed_page(GFP_KERNEL);
	struct modkeep *keep = take();

	if (req && keep) {
		req->step = RW_MODULE_FILE_BEGIN;
		req->size = keep->size;
		strscpy(req->name, name, sizeof(req->name));
		if (send(req) == 0)
			send_pages(req, keep);
	}
	free_page((unsigned long)req);
	return keep;
}

void *modkeep_map(const struct modkeep *keep, size_t *size)
{
	unsigned int count = DIV_ROUND_UP(keep->size, PAGE_SIZE), i = 0;
	struct page **pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL), *page;
	void *map;

	if (!pages)
		return NULL;
	list_for_each_entry(page, &keep->pages, lru) pages[i++] = page;
	map = vmap(pages, count, VM_MAP, PAGE_KERNEL_RO);
	kvfree(pages);
	*size = keep->size;
	return map;
}

void modkeep_unmap(void *map)
{
	vunmap(map);
}

void modkeep_shown(struct modkeep *keep)
{
	struct rw_module_file *req = (void *)get_zeroed_page(GFP_KERNEL);
	bool forgotten = false;

	if (req) {
		req->step = RW_MODULE_FILE_END;
		forgotten = send(req) == 0;
	}
	free_page((unsigned long)req);
	/* Pages that are still protected cannot be used again: they are lost. */
	if (keep && forgotten)
		modkeep_free(keep);
}
