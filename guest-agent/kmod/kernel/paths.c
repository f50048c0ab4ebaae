// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Names files: walks from a dentry up to a root, through the mounts on the way.

#include <linux/cache.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/minmax.h>
#include <linux/mount.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <linux/string.h>
#include <asm/word-at-a-time.h>

#include "kernel/mounts.h"
#include "kernel/paths.h"
#include "kernel/version.h"

#define MEMFD_PREFIX "memfd:"
#define TRIES        3 /* walks without locks before one with them */

/* A name that grows from its end to its front. */
struct text {
	char *buf, *start, *end;
	bool full;
};

/* Up to a NUL. */
static void copy_bytes(char *to, const char *from, u32 len)
{
	for (; len && (*to = READ_ONCE(*from)); len--, from++, to++)
		;
}

/* The last bytes of a name, fewer than a word: in steps of 4, 2 and 1. */
static void copy_rest(char *to, const char *from, u32 len)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zeros;

	if (!len)
		return;
	word = READ_ONCE(*(const unsigned long *)from);
	if (unlikely(has_zero(word | ~0ul << len * BITS_PER_BYTE, &zeros, &constants))) {
		copy_bytes(to, from, len);
		return;
	}
	if (len & 4) {
		memcpy(to, &word, 4);
		word >>= 32;
		to += 4;
	}
	if (len & 2) {
		memcpy(to, &word, 2);
		word >>= 16;
		to += 2;
	}
	if (len & 1)
		*to = word;
}

/*
 * Copies @len bytes, but nothing after a NUL: during a rename the length may be that of another name. Names
 * lie at multiples of 8 bytes, so that a word of a name never crosses a page.
 */
static void copy_name(char *to, const char *from, u32 len)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;

	while (len >= sizeof(unsigned long)) {
		unsigned long word = READ_ONCE(*(const unsigned long *)from), zeros;

		if (has_zero(word, &zeros, &constants))
			break;
		memcpy(to, &word, sizeof(word));
		from += sizeof(word);
		to += sizeof(word);
		len -= sizeof(word);
	}
	if (likely(len < sizeof(unsigned long)))
		copy_rest(to, from, len);
	else
		copy_bytes(to, from, len);
}

/* The same for any name and room; as much of the name's end as there is room for. */
static noinline void put_any_name(struct text *t, const struct dentry *dentry)
{
	const char *from = smp_load_acquire(&dentry->d_name.name);
	u32 len = READ_ONCE(dentry->d_name.len);
	u32 room = t->start - t->buf;

	if (unlikely(len + 1 > room)) {
		/* The name may be changing: its own end is where its NUL is. */
		len = strnlen(from, len);
		room = min(len, room);
		t->start -= room;
		memcpy(t->start, from + len - room, room);
		t->full = true;
		return;
	}
	t->start -= len;
	copy_name(t->start, from, len);
	*--t->start = '/';
}

/*
 * Puts a slash and the dentry's name before the text at @start. Most names fit a word with the slash: it is
 * written so that it ends where the text begins, over bytes that are still free. What the word has after the
 * name, or that the length is another name's, does no harm: a rename makes the walk begin again.
 *
 * Return: where the text begins now.
 */
static inline char *put_name(struct text *t, char *start, const struct dentry *dentry)
{
	const char *from = smp_load_acquire(&dentry->d_name.name);
	u32 len = READ_ONCE(dentry->d_name.len);
	unsigned long word;

	if (unlikely(len >= sizeof(word) || start < t->buf + sizeof(word))) {
		t->start = start;
		put_any_name(t, dentry);
		return t->start;
	}
	word = READ_ONCE(*(const unsigned long *)from) << BITS_PER_BYTE | '/';
	word <<= (sizeof(word) - 1 - len) * BITS_PER_BYTE;
	memcpy(start - sizeof(word), &word, sizeof(word));
	return start - len - 1;
}

/* How a walk ended. */
enum walk {
	AT_ROOT,
	AT_TOP,
	CUT_OFF
};

/*
 * The caller holds what keeps dentries and mounts from being freed. CUT_OFF: a dentry that is not below its
 * mount's root, after a rename outside of it.
 */
static inline enum walk walk_up(const struct path *path, const struct path *root, struct text *t)
{
	const struct compat_mount *mount = compat_mount_of(path->mnt);
	const struct dentry *dentry = path->dentry, *top = mount->mnt.mnt_root;
	const struct dentry *root_dentry = root->dentry;
	enum walk end = AT_ROOT;
	char *start = t->start;

	while (dentry != root_dentry || &mount->mnt != root->mnt) {
		const struct dentry *parent = READ_ONCE(dentry->d_parent);

		if (dentry == top) {
			const struct compat_mount *below = READ_ONCE(mount->parent);

			if (below == mount) {
				end = AT_TOP;
				break;
			}
			dentry = READ_ONCE(mount->mountpoint);
			mount = below;
			top = mount->mnt.mnt_root;
			continue;
		}
		if (unlikely(dentry == parent)) {
			end = CUT_OFF;
			break;
		}
		start = put_name(t, start, dentry);
		if (unlikely(t->full))
			break;
		dentry = parent;
	}
	t->start = start;
	return end;
}

/* The same for a file of which the mount is not known: up to the root of the file system. */
static enum walk walk_file_system(const struct dentry *dentry, struct text *t)
{
	const struct dentry *parent;

	for (; (parent = READ_ONCE(dentry->d_parent)) != dentry && !t->full; dentry = parent)
		t->start = put_name(t, t->start, dentry);
	return AT_ROOT;
}

/* Walks without locks. Return: whether nothing was renamed or mounted meanwhile. */
static inline bool try_walk(const struct path *path, const struct path *root, struct text *t, enum walk *end)
{
	unsigned int mounts = read_seqbegin(compat_mount_lock), names = read_seqbegin(&rename_lock);

	*end = likely(path->mnt) ? walk_up(path, root, t) : walk_file_system(path->dentry, t);
	return likely(!read_seqretry(&rename_lock, names) && !read_seqretry(compat_mount_lock, mounts));
}

/* After a walk that failed. */
static noinline enum walk walk_again(const struct path *path, const struct path *root, struct text *t)
{
	const struct text empty = { .buf = t->buf, .start = t->end, .end = t->end };
	unsigned int i;
	enum walk end;

	for (i = 1; i < TRIES; i++) {
		*t = empty;
		if (try_walk(path, root, t, &end))
			return end;
	}
	read_seqlock_excl(compat_mount_lock);
	read_seqlock_excl(&rename_lock);
	*t = empty;
	end = path->mnt ? walk_up(path, root, t) : walk_file_system(path->dentry, t);
	read_sequnlock_excl(&rename_lock);
	read_sequnlock_excl(compat_mount_lock);
	return end;
}

/* Files that have no path, but a dentry that makes up a name for people: it has d_dname(). */
static noinline enum rw_file_kind kind_of(const struct path *path)
{
	const struct dentry *dentry = path->dentry;

	/* A namespace that is mounted somewhere has the path of its mount point. */
	if (IS_ROOT(dentry) && path->mnt && dentry == path->mnt->mnt_root)
		return RW_FILE_PATH;
	switch (dentry->d_sb->s_magic) {
	case PIPEFS_MAGIC:
		return RW_FILE_PIPE;
	case SOCKFS_MAGIC:
		return RW_FILE_SOCKET;
	case ANON_INODE_FS_MAGIC:
		return RW_FILE_ANON_INODE;
	case NSFS_MAGIC:
		return RW_FILE_NAMESPACE;
	case TMPFS_MAGIC:
	case HUGETLBFS_MAGIC:
		/* Nobody renames these, and only memfd_create() makes such names. */
		if (strncmp(dentry->d_name.name, MEMFD_PREFIX, sizeof(MEMFD_PREFIX) - 1) == 0)
			return RW_FILE_MEMFD;
		return RW_FILE_SHMEM;
	default:
		return RW_FILE_OTHER;
	}
}

/* Return: the name that a file without a path was given. */
static char *given_name(const struct dentry *dentry, enum rw_file_kind kind, char *buf, int size)
{
	const char *from = dentry->d_name.name;
	size_t len;
	char *name;

	if (kind == RW_FILE_NAMESPACE || kind == RW_FILE_OTHER) {
		name = dentry->d_op->d_dname((struct dentry *)dentry, buf, size);
		if (!IS_ERR(name)) {
			len = strlen(name);
			memmove(buf + size - 1 - len, name, len + 1);
			return buf + size - 1 - len;
		}
	}
	if (kind == RW_FILE_MEMFD)
		from += sizeof(MEMFD_PREFIX) - 1;
	len = strnlen(from, size - 1);
	name = buf + size - 1 - len;
	memcpy(name, from, len);
	return name;
}

char *compat_name(const struct path *path, const struct compat_root *root, char *buf, int size,
		  struct compat_name *name)
{
	const struct dentry *dentry = path->dentry;
	struct text t = { .buf = buf, .start = buf + size - 1, .end = buf + size - 1 };
	enum walk end;

	*name = (struct compat_name){ .kind = RW_FILE_PATH };
	*t.end = 0;
	if (unlikely(dentry->d_op && dentry->d_op->d_dname)) {
		name->kind = kind_of(path);
		if (name->kind != RW_FILE_PATH)
			return given_name(dentry, name->kind, buf, size);
	}
	name->deleted = d_unlinked(dentry);
	rcu_read_lock();
	if (unlikely(!try_walk(path, &root->at, &t, &end)))
		end = walk_again(path, &root->at, &t);
	rcu_read_unlock();
	name->truncated = t.full;
	name->outside = end == CUT_OFF || (end == AT_TOP && root->at.mnt);
	if (unlikely(t.start == t.end))
		*--t.start = '/';
	return t.start;
}

char *compat_path(const struct path *path, char *buf, int size, bool *trunc)
{
	const struct compat_root root = compat_root();
	struct compat_name name;
	char *start;

	start = compat_name(path, &root, buf, size, &name);
	if (name.truncated)
		*trunc = true;
	return start;
}

const struct path *compat_user_path(const struct file *file)
{
#if LINUX_IS(6, 1)
	return &file->f_path; /* of overlayfs, though its inode is the one below */
#else
	return file_user_path(file);
#endif
}
