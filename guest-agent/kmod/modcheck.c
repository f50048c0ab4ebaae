// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Tells the hypervisor where a module's sections lie, so that it can compare the module with its file.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/printk.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "hvcall.h"
#include "kernel/layout.h"
#include "modcheck.h"
#include "modkeep.h"

#define ENTRY_BYTES 12u /* of a table of exported symbols */

static int send(struct rw_module_check *req, enum rw_module_check_step step)
{
	int ret = 0;

	req->step = step;
	if (req->count != 0)
		ret = hvcall_page(RW_HC_MODULE_CHECK, req, "module check");
	req->count = 0;
	return ret;
}

static int add_exports(struct rw_module_check *req, const void *table, unsigned long entries)
{
	int ret = req->count == RW_MODULE_CHECK_VALUES ? send(req, RW_MODULE_CHECK_EXPORTS) : 0;

	if (ret || entries == 0)
		return ret;
	req->value[req->count++] = (unsigned long)table;
	req->value[req->count++] = entries;
	return 0;
}

static int name_module(struct rw_module_check *req, struct protect_call *call, const struct module *mod)
{
	int ret;

	if (mod == THIS_MODULE || (mod->state != MODULE_STATE_LIVE && mod->state != MODULE_STATE_COMING))
		return 0;
	ret = add_exports(req, mod->syms, mod->num_syms);
	if (ret == 0)
		ret = add_exports(req, mod->gpl_syms, mod->num_gpl_syms);
	return ret == 0 ? protect_add_module(call, RW_TARGET_MODULE_RODATA, mod->name,
					     compat_module_rodata(mod, false)) :
			  ret;
}

static int name_modules(struct rw_module_check *req, struct protect_call *call, struct list_head *modules)
{
	const struct module *mod;
	int ret = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(mod, modules, list)
	{
		ret = name_module(req, call, mod);
		if (ret)
			break;
	}
	rcu_read_unlock();
	return ret;
}

int modcheck_name(struct protect_call *call, const struct compat_kernel *k)
{
	struct rw_module_check *req = (void *)get_zeroed_page(GFP_KERNEL);
	int ret = -ENOMEM, i;

	for (i = 0; req && i < COMPAT_EXPORTS; i++) {
		ret = add_exports(req, (void *)k->exports[i].start,
				  (k->exports[i].end - k->exports[i].start) / ENTRY_BYTES);
		if (ret)
			break;
	}
	if (ret == 0 && k->modules)
		ret = name_modules(req, call, k->modules);
	if (ret == 0)
		ret = send(req, RW_MODULE_CHECK_EXPORTS);
	free_page((unsigned long)req);
	return ret;
}

static bool lies_in(u64 off, u64 size, size_t whole)
{
	return off <= whole && size <= whole - off;
}

/* The kernel has checked its own copy of the file; this one is read with the same care. */
static const Elf_Sym *symbols_of(const void *file, size_t size, u64 *count)
{
	const Elf_Ehdr *h = file;
	const Elf_Shdr *s = file + h->e_shoff;
	unsigned int i;

	if (size < sizeof(*h) || h->e_shentsize != sizeof(*s) ||
	    !lies_in(h->e_shoff, (u64)h->e_shnum * sizeof(*s), size))
		return NULL;
	for (i = 0; i < h->e_shnum; i++)
		if (s[i].sh_type == SHT_SYMTAB && lies_in(s[i].sh_offset, s[i].sh_size, size)) {
			*count = s[i].sh_size / sizeof(Elf_Sym);
			return file + s[i].sh_offset;
		}
	return NULL;
}

/* The kernel has added its section's address to each symbol of the module, in the file's order. */
static int find_places(struct rw_module_check *req, const struct module *mod, const void *file, size_t size)
{
	const struct mod_kallsyms *now = rcu_dereference_raw(mod->kallsyms);
	u64 count = 0, i;
	const Elf_Sym *was = symbols_of(file, size, &count);

	if (!was || count != now->num_symtab) {
		pr_err("%s: the module's symbols are not those of its file\n", mod->name);
		return -ENOEXEC;
	}
	for (i = 1; i < count; i++) {
		unsigned int section = was[i].st_shndx;

		if (section != SHN_UNDEF && section < RW_MODULE_CHECK_VALUES)
			req->value[section] = now->symtab[i].st_value - was[i].st_value;
	}
	req->count = RW_MODULE_CHECK_VALUES;
	return 0;
}

int modcheck_places(const struct module *mod, const struct modkeep *keep)
{
	struct rw_module_check *req = (void *)get_zeroed_page(GFP_KERNEL);
	size_t size;
	void *file = req ? modkeep_map(keep, &size) : NULL;
	int ret = file ? find_places(req, mod, file, size) : -ENOMEM;
	long answer;

	if (ret == 0) {
		req->step = RW_MODULE_CHECK_PLACES;
		answer = hvcall(RW_HC_MODULE_CHECK, virt_to_phys(req), 0, 0);
		/* Not an approved file: the hypervisor decides by that when the pages are named. */
		ret = answer == -RW_ENOTREADY ? 0 : answer < 0 ? hvcall_error("module check", answer) : 1;
	}
	if (file)
		modkeep_unmap(file);
	free_page((unsigned long)req);
	return ret;
}

int modcheck_compare(void)
{
	struct rw_module_check *req = (void *)get_zeroed_page(GFP_KERNEL);
	long left;

	if (!req)
		return -ENOMEM;
	req->step = RW_MODULE_CHECK_COMPARE;
	do {
		left = hvcall(RW_HC_MODULE_CHECK, virt_to_phys(req), 0, 0);
		if (need_resched())
			schedule();
	} while (left > 0);
	free_page((unsigned long)req);
	return left < 0 ? hvcall_error("module check", left) : 0;
}
