/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The identity of files as programs see it. */
#pragma once

#include <linux/compiler.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>

#include "abi/record.h"

/** compat_ask_identity() - the rest of compat_identify(): replaces the numbers by those of getattr(). */
void compat_ask_identity(const struct inode *inode, struct rw_file *file);

/**
 * compat_identify() - get device and inode number as stat(2) has them.
 *
 * Asks the file system only where both are not those of the inode: overlayfs and btrfs. It answers from
 * memory, even if a network file system lies below.
 *
 * Context: may sleep on these two; else any.
 */
static inline struct rw_file compat_identify(const struct inode *inode)
{
	const struct super_block *sb = inode->i_sb;
	struct rw_file file = {
		.dev = new_encode_dev(sb->s_dev),
		.ino = inode->i_ino,
		.generation = inode->i_generation,
	};

	/* Their getattr() has a device number of its own: one for each layer, or for each subvolume. */
	if (unlikely(sb->s_magic == OVERLAYFS_SUPER_MAGIC || sb->s_magic == BTRFS_SUPER_MAGIC))
		compat_ask_identity(inode, &file);
	return file;
}

/* struct compat_inode_state - what differs once a file was changed; compared as bytes. */
struct compat_inode_state {
	u64 size, version, ctime_s;
	u32 ctime_ns, generation;
};

/** compat_inode_state() - get it. Context: any. */
void compat_inode_state(struct inode *inode, struct compat_inode_state *state);
