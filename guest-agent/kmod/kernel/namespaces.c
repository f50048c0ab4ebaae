// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Inode numbers of namespaces; that of a mount namespace, whose structure is private to the kernel.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/ipc_namespace.h>
#include <linux/pid_namespace.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/time_namespace.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "kernel/kallsyms.h"
#include "kernel/namespaces.h"

void compat_namespaces(const struct nsproxy *ns, const struct cred *cred, struct rw_namespaces *to)
{
	*to = (struct rw_namespaces){
		.mnt = compat_mnt_ns(ns),
		.pid = ns->pid_ns_for_children->ns.inum,
		.net = ns->net_ns->ns.inum,
		.ipc = ns->ipc_ns->ns.inum,
		.uts = ns->uts_ns->ns.inum,
		.cgroup = ns->cgroup_ns->ns.inum,
		.time = ns->time_ns_for_children->ns.inum,
		.user = cred->user_ns->ns.inum,
	};
}

/* Each kind of namespace has its own operations: those of mount namespaces stand where ns_common has them. */
int __init compat_namespaces_init(void)
{
	const struct ns_common *ns = (const void *)current->nsproxy->mnt_ns;
	unsigned long operations = compat_lookup("mntns_operations");

	if (operations && (unsigned long)ns->ops == operations)
		return 0;
	pr_err("this kernel's struct mnt_namespace is not known\n");
	return -ENOENT;
}
