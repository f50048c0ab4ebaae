/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The identity of files as programs see it. */
#pragma once

#include <linux/fs.h>

#include "abi/record.h"

/**
 * compat_identify() - get device and inode number as stat(2) has them.
 *
 * Asks the file system only where both are not those of the inode: overlayfs and btrfs. It answers from
 * memory, even if a network file system lies below.
 *
 * Context: may sleep on these two; else any.
 */
struct rw_file compat_identify(const struct inode *inode);

/* struct compat_inode_state - what differs once a file was changed; compared as bytes. */
struct compat_inode_state {
	u64 size, version, ctime_s;
	u32 ctime_ns, generation;
};

/** compat_inode_state() - get it. Context: any. */
void compat_inode_state(struct inode *inode, struct compat_inode_state *state);
