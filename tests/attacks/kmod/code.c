// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Runs new code in kernel mode from memory that nobody approved.

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/pgtable.h>

#include "rwattack.h"

#define ANSWER   0x2a
#define WAIT     HZ /* for a thread that may not come back */
#define NO_PLACE ((u8 *)NULL)

/* ENDBR64; MOV EAX, ANSWER; RET; INT3 */
static const u8 code[] = { 0xf3, 0x0f, 0x1e, 0xfa, 0xb8, ANSWER, 0, 0, 0, 0xc3, 0xcc };

static struct page *init_page;
static struct completion done;
static int result;

/* A page of this module's init text; it is freed when init has returned. */
void __init code_remember_init(unsigned long va)
{
	init_page = pfn_to_page(slow_virt_to_phys((void *)va) >> PAGE_SHIFT);
}

static int run_it(void *place)
{
	result = ((int (*)(void))place)();
	complete(&done);
	return 0;
}

static u8 *make_executable(u8 *page)
{
	int (*set_memory_x)(unsigned long addr, int pages) = (void *)symbol("set_memory_x");

	return page && set_memory_x && set_memory_x((unsigned long)page & PAGE_MASK, 1) == 0 ? page :
											       NO_PLACE;
}

static u8 *alias(struct page *page)
{
	return make_executable(vmap(&page, 1, VM_MAP, PAGE_KERNEL));
}

u8 *executable_page(void)
{
	return make_executable((u8 *)__get_free_page(GFP_KERNEL));
}

/* A page of the heap, whose own address stays data. */
static u8 *in_alias(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	return page ? alias(page) : NO_PLACE;
}

static u8 *in_vmalloc(void)
{
	return make_executable(vmalloc(PAGE_SIZE));
}

/* The kernel's data: a page of the first task's stack that it has not reached. */
static u8 *in_data(void)
{
	unsigned long stack = symbol("init_stack");

	return stack ? make_executable((u8 *)stack + PAGE_SIZE) : NO_PLACE;
}

/* The stack of this task, a page that it has not reached. */
static u8 *in_stack(void)
{
	return make_executable((u8 *)current->stack + PAGE_SIZE);
}

static u8 *in_user(void)
{
	unsigned long va = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				   0);
	struct page *page;

	if (IS_ERR_VALUE(va) || get_user_pages_fast(va, 1, FOLL_WRITE, &page) != 1)
		return NO_PLACE;
	return alias(page);
}

static u8 *in_init(void)
{
	return alias(init_page);
}

/* Where the kernel itself puts new code: modules, trampolines, BPF. */
static u8 *in_code_area(void)
{
	void *(*module_alloc)(unsigned long size) = (void *)symbol("module_alloc");
	void *(*execmem_alloc)(int type, size_t size) = (void *)symbol("execmem_alloc"); /* 6.12 */

	if (module_alloc)
		return make_executable(module_alloc(PAGE_SIZE));
	return execmem_alloc ? make_executable(execmem_alloc(0, PAGE_SIZE)) : NO_PLACE;
}

static const struct {
	const char *name;
	u8 *(*find)(void);
} places[] = {
	{ "heap", executable_page }, { "alias", in_alias },         { "vmalloc", in_vmalloc },
	{ "data", in_data },         { "stack", in_stack },         { "user", in_user },
	{ "init", in_init },         { "code_area", in_code_area },
};

/* A thread of its own tries, which dies if it fails. The freed page may be another's: it is put back. */
static int attempt(const char *name, u8 *place)
{
	u8 before[sizeof(code)];
	struct task_struct *task;

	if (!place) {
		say("exec %s: no such place\n", name);
		return 0;
	}
	init_completion(&done);
	result = 0;
	memcpy(before, place, sizeof(before));
	memcpy(place, code, sizeof(code));
	task = kthread_run(run_it, place, "rwexec_%s", name);
	if (!IS_ERR(task))
		wait_for_completion_timeout(&done, WAIT);
	if (strcmp(name, "init") == 0)
		memcpy(place, before, sizeof(before));
	say("exec %s %s at %lx\n", name, result == ANSWER ? "ran" : "refused", (unsigned long)place);
	return 0;
}

int cmd_exec(int argc, char **argv)
{
	unsigned int i;

	for (i = 0; argc == 2 && i < ARRAY_SIZE(places); i++)
		if (strcmp(argv[1], places[i].name) == 0)
			return attempt(argv[1], places[i].find());
	return -EINVAL;
}
