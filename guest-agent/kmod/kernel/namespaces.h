/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Inode numbers of namespaces, as stat(2) of /proc/PID/ns shows them. */
#pragma once

#include <linux/ns_common.h>
#include <linux/nsproxy.h>
#include <linux/types.h>

#include "abi/record.h"

struct cred;

/** compat_mnt_ns() - get the inode number of the mount namespace. Context: any, with @ns held. */
static inline u32 compat_mnt_ns(const struct nsproxy *ns)
{
	/* Private to fs/, but its first member is this one: compat_namespaces_init() has verified that. */
	return ((const struct ns_common *)ns->mnt_ns)->inum;
}

/** compat_namespaces() - get the inode numbers of all namespaces. Context: any, with both held. */
void compat_namespaces(const struct nsproxy *ns, const struct cred *cred, struct rw_namespaces *to);

/**
 * compat_namespaces_init() - verify that the layout of mount namespaces is the known one.
 *
 * Context: module init. Return: 0, or -ENOENT (printed).
 */
int compat_namespaces_init(void);
