// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A module's memory: one area with parts on 6.1, an area for each kind of memory on 6.12.

#include <linux/mm.h>

#include "kernel/layout.h"
#include "kernel/version.h"

#if LINUX_IS(6, 1)

struct compat_region compat_module_text(const struct module *mod)
{
	return (struct compat_region){ (unsigned long)mod->core_layout.base, mod->core_layout.text_size };
}

struct compat_region compat_module_init_text(const struct module *mod)
{
	return (struct compat_region){ (unsigned long)mod->init_layout.base, mod->init_layout.text_size };
}

struct compat_region compat_module_rodata(const struct module *mod, bool after_init)
{
	const struct module_layout *l = &mod->core_layout;
	unsigned long base = (unsigned long)l->base;

	if (after_init)
		return (struct compat_region){ base + l->ro_size, l->ro_after_init_size - l->ro_size };
	return (struct compat_region){ base + l->text_size, l->ro_size - l->text_size };
}

#else

static struct compat_region region(const struct module *mod, enum mod_mem_type type)
{
	const struct module_memory *m = &mod->mem[type];

	return (struct compat_region){ (unsigned long)m->base, PAGE_ALIGN(m->size) };
}

struct compat_region compat_module_text(const struct module *mod)
{
	return region(mod, MOD_TEXT);
}

struct compat_region compat_module_init_text(const struct module *mod)
{
	return region(mod, MOD_INIT_TEXT);
}

struct compat_region compat_module_rodata(const struct module *mod, bool after_init)
{
	return region(mod, after_init ? MOD_RO_AFTER_INIT : MOD_RODATA);
}

#endif
