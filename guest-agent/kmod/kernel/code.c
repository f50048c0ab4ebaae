// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Finds code by the kernel's page tables. Intel SDM volume 3, "4-Level Paging and 5-Level Paging".

#include <linux/io.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/pgtable.h>
#include <asm/realmode.h>
#include <asm/special_insns.h>
#include <asm/vdso.h>

#include "kernel/code.h"

#define INDEX_BITS 9
#define INDEX_MASK 511u
#define MAX_LEAF   3 /* the highest level of an entry that maps memory: 1 GiB */

static int levels(void)
{
	return __read_cr4() & X86_CR4_LA57 ? 5 : 4;
}

static unsigned long level_size(int level)
{
	return 1ul << (PAGE_SHIFT + INDEX_BITS * (level - 1));
}

unsigned long compat_kernel_half(void)
{
	return -(level_size(levels() + 1) / 2);
}

/*
 * What @va is mapped to, in @code with the size of the page; @code.size is that of the hole if it is not
 * mapped. Return: whether it is mapped and executable in kernel mode.
 */
static bool look_up(const struct mm_struct *mm, unsigned long va, struct compat_code *code)
{
	const u64 *table = (const u64 *)mm->pgd;
	bool user = true;
	u64 entry, nx = 0;
	int level;

	code->va = va;
	code->writable = true;
	for (level = levels();; level--) {
		code->size = level_size(level);
		entry = READ_ONCE(table[va / code->size & INDEX_MASK]);
		if (!(entry & _PAGE_PRESENT))
			return false;
		nx |= entry & _PAGE_NX;
		user &= !!(entry & _PAGE_USER);
		code->writable &= !!(entry & _PAGE_RW);
		if (level == 1 || (level <= MAX_LEAF && entry & _PAGE_PSE))
			break;
		table = __va(entry & PTE_PFN_MASK);
	}
	code->gpa = entry & PTE_PFN_MASK & ~(u64)(code->size - 1);
	return !nx && !user;
}

/* Makes @next part of @run. Return: false if it does not continue it. */
static bool join(struct compat_code *run, const struct compat_code *next)
{
	if (run->va + run->size != next->va || run->gpa + run->size != next->gpa ||
	    run->writable != next->writable)
		return false;
	run->size += next->size;
	return true;
}

int compat_for_each_code(const struct mm_struct *mm, unsigned long start, unsigned long last,
			 compat_code_fn fn, void *ctx)
{
	struct compat_code run = { .size = 0 }, next;
	unsigned long va = start, past;
	int ret = 0;

	do {
		bool found = look_up(mm, va, &next);

		past = (va | (next.size - 1)) + 1; /* 0 after the last page of all */
		if (found && !(run.size && join(&run, &next))) {
			if (run.size)
				ret = fn(ctx, &run);
			run = next;
		}
		va = past;
	} while (ret == 0 && va != 0 && va <= last);
	return ret == 0 && run.size ? fn(ctx, &run) : ret;
}

void compat_code_owner(unsigned long va, char *name)
{
	char text[KSYM_SYMBOL_LEN], *start, *end;

	name[0] = 0;
	sprint_symbol(text, va);
	start = strrchr(text, '[');
	end = start ? strchr(start, ']') : NULL;
	if (!end)
		return;
	*end = 0;
	strscpy(name, start + 1, MODULE_NAME_LEN);
}

struct compat_region compat_trampoline(const struct compat_kernel *k)
{
	const struct real_mode_header *hdr = k->real_mode_header ? *k->real_mode_header : NULL;

	if (!hdr)
		return (struct compat_region){ 0, 0 };
	return (struct compat_region){ (unsigned long)__va(hdr->text_start),
				       PAGE_ALIGN(hdr->ro_end) - hdr->text_start };
}

void compat_vdsos(const struct compat_kernel *k, struct compat_region vdso[COMPAT_VDSOS])
{
	const struct vdso_image *image[COMPAT_VDSOS] = { k->vdso_64, k->vdso_32 };
	int i;

	for (i = 0; i < COMPAT_VDSOS; i++)
		vdso[i] = image[i] ? (struct compat_region){ (unsigned long)image[i]->data, image[i]->size } :
				     (struct compat_region){ 0, 0 };
	if (vdso[1].base < vdso[0].base)
		swap(vdso[0], vdso[1]);
}

#ifdef CONFIG_MITIGATION_ITS

unsigned int compat_thunk_pages(const struct module *mod)
{
	return mod->its_num_pages;
}

struct compat_region compat_thunk_page(const struct module *mod, unsigned int i)
{
	return (struct compat_region){ (unsigned long)mod->its_page_array[i], PAGE_SIZE };
}

#else

unsigned int compat_thunk_pages(const struct module *mod)
{
	return 0;
}

struct compat_region compat_thunk_page(const struct module *mod, unsigned int i)
{
	return (struct compat_region){ 0, 0 };
}

#endif
