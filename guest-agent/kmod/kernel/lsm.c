// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The kernel's table of LSM hooks: lists on 6.1, static calls on 6.12, with the same members.

#include <linux/kernel.h>
#include <linux/lsm_hooks.h>
#include <linux/stddef.h>

#include "kernel/lsm.h"
#include "kernel/version.h"

#if LINUX_IS(6, 1)
typedef struct security_hook_heads lsm_table;
#define TABLE_NAME "security_hook_heads"
#else
typedef struct lsm_static_calls_table lsm_table;
#define TABLE_NAME "static_calls_table"
#endif

const char compat_lsm_table_name[] = TABLE_NAME;
const size_t compat_lsm_table_size = sizeof(lsm_table);

int compat_for_each_lsm_hook(const struct compat_kernel *k, compat_symbol_fn fn, void *ctx)
{
	static const struct {
		const char *name;
		size_t off;
	} members[] = {
#define LSM_HOOK(RET, DEFAULT, NAME, ...) { TABLE_NAME "." #NAME, offsetof(lsm_table, NAME) },
#include <linux/lsm_hook_defs.h>
#undef LSM_HOOK
	};
	unsigned int i;
	int ret = 0;

	for (i = 0; i < ARRAY_SIZE(members) && ret == 0; i++)
		ret = fn(ctx, members[i].name, k->lsm_table + members[i].off);
	return ret;
}
