// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Measures files, and keeps the results as long as the files are as they were.
#define pr_fmt(fmt) "ringward: " fmt

#include <crypto/hash.h>
#include <linux/cache.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/init.h>
#include <linux/magic.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "abi/approved.h"
#include "access/measure.h"
#include "kernel/exe.h"
#include "kernel/inode.h"

#define BLOCK 16384u /* bytes read at once */

struct measured {
	struct hlist_node node;
	const struct inode *inode;
	struct file *file; /* keeps the inode while there are holders */
	unsigned int holders;
	struct compat_inode_state state; /* of the inode, when it was measured */
	u8 sha256[RW_SHA256_LEN];
};

static struct crypto_shash *sha256 __ro_after_init;
static DEFINE_HASHTABLE(table, 8);
static DEFINE_SPINLOCK(lock); /* programs end in interrupts, too */

int __init measure_init(void)
{
	struct crypto_shash *found = crypto_alloc_shash("sha256", 0, 0);

	if (IS_ERR(found)) {
		pr_err("this kernel has no SHA-256: error %ld\n", PTR_ERR(found));
		return PTR_ERR(found);
	}
	sha256 = found;
	return 0;
}

void __init measure_exit(void)
{
	crypto_free_shash(sha256);
	sha256 = NULL;
}

const u8 *measure_digest(const struct measured *of)
{
	return of->sha256;
}

bool measure_is_of(const struct measured *of, const struct inode *inode)
{
	return of->inode == inode;
}

/* The lock is held. */
static struct measured *find(const struct inode *inode)
{
	struct measured *m;

	hash_for_each_possible(table, m, node, (unsigned long)inode) if (m->inode == inode) return m;
	return NULL;
}

/* The lock is held. Nobody holds it. */
static void drop(struct measured *m)
{
	hash_del(&m->node);
	kfree(m);
}

/*
 * Only where no other machine, program or layer can change a file: overlayfs may map another file than it
 * reads.
 */
static bool is_measurable(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct super_block *sb = inode->i_sb;

	if (!S_ISREG(inode->i_mode) || !(file->f_mode & FMODE_READ) || !file->f_op->read_iter)
		return false;
	if (file->f_path.dentry->d_flags & DCACHE_OP_REAL || sb->s_iflags & SB_I_IMA_UNVERIFIABLE_SIGNATURE)
		return false;
	return sb->s_type->fs_flags & FS_REQUIRES_DEV || sb->s_magic == TMPFS_MAGIC ||
	       sb->s_magic == RAMFS_MAGIC;
}

/* Through the page cache, as mappings see it. No hook decides or records this: the kernel itself reads. */
static ssize_t read_block(struct file *file, void *to, loff_t at)
{
	struct kvec vec = { .iov_base = to, .iov_len = BLOCK };
	struct iov_iter iter;
	struct kiocb iocb;

	init_sync_kiocb(&iocb, file);
	iocb.ki_flags &= ~IOCB_DIRECT;
	iocb.ki_pos = at;
	iov_iter_kvec(&iter, ITER_DEST, &vec, 1, BLOCK);
	return file->f_op->read_iter(&iocb, &iter);
}

static int hash_file(struct file *file, struct shash_desc *desc, u8 *digest)
{
	loff_t at = 0;
	ssize_t n = crypto_shash_init(desc);
	void *block;

	if (n)
		return n;
	block = kmalloc(BLOCK, GFP_KERNEL);
	if (!block)
		return -ENOMEM;
	while ((n = read_block(file, block, at)) > 0) {
		int ret = crypto_shash_update(desc, block, n);

		if (ret) {
			n = ret;
			break;
		}
		at += n;
	}
	kfree(block);
	return n < 0 ? n : crypto_shash_final(desc, digest);
}

static int measure(struct file *file, struct measured *m)
{
	struct compat_inode_state after;
	SHASH_DESC_ON_STACK(desc, sha256);
	int ret;

	desc->tfm = sha256;
	m->inode = file_inode(file);
	compat_inode_state(file_inode(file), &m->state);
	ret = hash_file(file, desc, m->sha256);
	shash_desc_zero(desc);
	compat_inode_state(file_inode(file), &after);
	if (ret == 0 && memcmp(&after, &m->state, sizeof(after)) != 0)
		ret = -EAGAIN;
	return ret;
}

/* With the lock. The first holder's file stays open until the last one releases it. */
static void hold(struct measured *m, struct file *file)
{
	if (m->holders++)
		return;
	m->file = file;
	compat_hold_file(file);
}

/* Holds what is known of the file, if that still holds. Return: it, or NULL. */
static struct measured *hold_known(struct file *file)
{
	struct compat_inode_state now;
	struct measured *m;
	unsigned long flags;

	compat_inode_state(file_inode(file), &now);
	spin_lock_irqsave(&lock, flags);
	m = find(file_inode(file));
	if (m && !m->holders && memcmp(&m->state, &now, sizeof(now)) != 0) {
		drop(m);
		m = NULL;
	}
	if (m)
		hold(m, file);
	spin_unlock_irqrestore(&lock, flags);
	return m;
}

/* Adds what was measured, unless another task was faster. Return: what counts, held. */
static struct measured *add(struct file *file, struct measured *m)
{
	struct measured *other;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	other = find(m->inode);
	if (other && !other->holders) {
		drop(other);
		other = NULL;
	}
	if (!other)
		hash_add(table, &m->node, (unsigned long)m->inode);
	hold(other ? other : m, file);
	spin_unlock_irqrestore(&lock, flags);
	if (!other)
		return m;
	kfree(m);
	return other;
}

/* Nobody can write meanwhile; and whoever opens the file for writing afterwards finds it held. */
int measure_hold(struct file *file, struct measured **of)
{
	struct measured *m;
	int ret;

	if (!is_measurable(file))
		return -EOPNOTSUPP;
	ret = deny_write_access(file);
	if (ret)
		return ret;
	m = hold_known(file);
	if (!m) {
		m = kzalloc(sizeof(*m), GFP_KERNEL);
		ret = m ? measure(file, m) : -ENOMEM;
		if (ret == 0)
			m = add(file, m);
		else
			kfree(m);
	}
	allow_write_access(file);
	if (ret == 0)
		*of = m;
	return ret;
}

void measure_release(struct measured *of)
{
	struct file *file = NULL;
	unsigned long flags;

	spin_lock_irqsave(&lock, flags);
	if (--of->holders == 0) {
		file = of->file;
		of->file = NULL;
	}
	spin_unlock_irqrestore(&lock, flags);
	if (file)
		fput(file);
}

/*
 * Without the lock: no file is added while it has a writer, so that whoever is about to write, or to free the
 * inode, sees it if it is there.
 */
static bool is_unknown(const struct inode *inode)
{
	return hlist_empty(&table[hash_min((unsigned long)inode, HASH_BITS(table))]);
}

int measure_write(const struct inode *inode)
{
	struct measured *m;
	unsigned long flags;
	int ret = 0;

	if (likely(is_unknown(inode)))
		return 0;

	spin_lock_irqsave(&lock, flags);
	m = find(inode);
	if (m && m->holders)
		ret = -ETXTBSY;
	else if (m)
		drop(m);
	spin_unlock_irqrestore(&lock, flags);
	return ret;
}

void measure_forget(const struct inode *inode)
{
	struct measured *m;
	unsigned long flags;

	if (likely(is_unknown(inode)))
		return;
	spin_lock_irqsave(&lock, flags);
	m = find(inode);
	if (m)
		drop(m);
	spin_unlock_irqrestore(&lock, flags);
}
