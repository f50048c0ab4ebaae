/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Where a loaded module lies. */
#pragma once

#include <linux/module.h>
#include <linux/types.h>

/* A piece of a module's memory, page-aligned; its pages hold nothing else. */
struct compat_region {
	unsigned long base;
	unsigned long size;
};

/* Code of a loaded module, without what was freed after its init. */
struct compat_region compat_module_text(const struct module *mod);
/* Its code that is freed after its init; empty if there is none, or none any more. */
struct compat_region compat_module_init_text(const struct module *mod);
/* Its read-only data; @after_init: the part that became read-only after its init. */
struct compat_region compat_module_rodata(const struct module *mod, bool after_init);
