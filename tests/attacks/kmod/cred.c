// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Makes the caller root as exploits of the kernel do: without a system call that changes identity.

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/init_task.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <linux/string.h>

#include "rwattack.h"

/* Overwrites the credentials that the task has. */
static void overwrite(void)
{
	struct cred *cred = (struct cred *)current_real_cred();

	cred->uid = cred->euid = cred->suid = cred->fsuid = GLOBAL_ROOT_UID;
	cred->cap_effective = cred->cap_permitted = init_task.cred->cap_permitted;
}

/* Gives the task those of the kernel. Return: 0, or -ENOMEM. */
static int commit(void)
{
	struct cred *new = prepare_kernel_cred(&init_task);

	return new ? commit_creds(new) : -ENOMEM;
}

/*
 * Announces root's credentials to the LSMs, as setresuid(2) does, and then fails as that can: nothing is
 * committed. Return: 0, or -ENOMEM.
 */
static int announce(void)
{
	int (*fix_setuid)(struct cred * new, const struct cred *old, int flags);
	struct cred *new = prepare_creds();

	fix_setuid = (void *)symbol("security_task_fix_setuid");
	if (!new || !fix_setuid)
		return -ENOMEM;
	new->uid = new->euid = new->suid = new->fsuid = GLOBAL_ROOT_UID;
	new->cap_effective = new->cap_permitted = init_task.cred->cap_permitted;
	fix_setuid(new, current_real_cred(), LSM_SETID_RES);
	abort_creds(new);
	return 0;
}

int cmd_cred(int argc, char **argv)
{
	if (argc != 2)
		return -EINVAL;
	if (strcmp(argv[1], "overwrite") == 0)
		overwrite();
	else if (!(strcmp(argv[1], "commit") == 0 && commit() == 0) &&
		 !(strcmp(argv[1], "announce") == 0 && announce() == 0))
		return -EINVAL;
	say("cred ok\n");
	return 0;
}
