// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records mounts and roots made, moved and removed, and access to I/O ports.

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/security.h>
#include <linux/string.h>
#include <uapi/linux/mount.h>

#include "event.h"
#include "hooks/hooks.h"
#include "syscalls.h"

#define ALL_PORTS 65536u
#define TEXT_MAX  (EVENT_REST_MAX / 2) /* a record has two texts */

static void add_text(struct event *ev, u16 id, const char *text)
{
	if (text)
		event_tail(ev, id, text, strnlen(text, TEXT_MAX));
}

/* mount(2): a new file system, a further mount of one, or a change of one, as the flags say. */
int hook_sb_mount(const char *dev_name, const struct path *path, const char *type, unsigned long flags,
		  void *data)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_MOUNT, RW_VERDICT_ALLOW))
		return 0;
	event_u64(&ev, RW_F_MOUNT_FLAGS, flags);
	event_path(&ev, RW_F_PATH, path);
	add_text(&ev, RW_F_FS_SOURCE, dev_name);
	add_text(&ev, RW_F_FS_TYPE, type);
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

/* A file system that fsconfig(2) makes, to be mounted by fsmount(2) and move_mount(2), or changes. */
static void record_new_api(const struct super_block *sb, u64 flags)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_MOUNT, RW_VERDICT_ALLOW))
		return;
	event_u64(&ev, RW_F_MOUNT_FLAGS, flags);
	add_text(&ev, RW_F_FS_SOURCE, sb->s_id);
	add_text(&ev, RW_F_FS_TYPE, sb->s_type->name);
	event_submit(&ev, PRODUCER_SYNC);
}

/* mount(2) calls this as well, after sb_mount. */
int hook_sb_kern_mount(lsm_kern_mount_sb *sb)
{
	if (syscall_kind() == SYSCALL_FSCONFIG)
		record_new_api(sb, 0);
	return 0;
}

int hook_sb_remount(struct super_block *sb, void *mnt_opts)
{
	if (syscall_kind() == SYSCALL_FSCONFIG)
		record_new_api(sb, MS_REMOUNT);
	return 0;
}

int hook_move_mount(const struct path *from_path, const struct path *to_path)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_MOUNT_MOVE, RW_VERDICT_ALLOW))
		return 0;
	event_path(&ev, RW_F_PATH, from_path);
	event_path(&ev, RW_F_NEW_PATH, to_path);
	add_text(&ev, RW_F_FS_TYPE, from_path->mnt->mnt_sb->s_type->name);
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

int hook_sb_umount(struct vfsmount *mnt, int flags)
{
	const struct path path = { .mnt = mnt, .dentry = mnt->mnt_root };
	struct event ev;

	if (!event_begin(&ev, RW_REC_UMOUNT, RW_VERDICT_ALLOW))
		return 0;
	event_u64(&ev, RW_F_MOUNT_FLAGS, flags);
	event_path(&ev, RW_F_PATH, &path);
	add_text(&ev, RW_F_FS_TYPE, mnt->mnt_sb->s_type->name);
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

/* @new_path becomes the root, @old_path is where the old root goes. */
int hook_sb_pivotroot(const struct path *old_path, const struct path *new_path)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_PIVOT_ROOT, RW_VERDICT_ALLOW))
		return 0;
	event_path(&ev, RW_F_PATH, new_path);
	event_path(&ev, RW_F_NEW_PATH, old_path);
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

int hook_path_chroot(const struct path *path)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_CHROOT, RW_VERDICT_ALLOW))
		return 0;
	event_file(&ev, d_backing_inode(path->dentry));
	event_path(&ev, RW_F_PATH, path);
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

/* ioperm(2) and iopl(2) ask for this when they give a task more ports. */
int hook_locked_down(enum lockdown_reason what)
{
	enum syscall_kind kind = syscall_kind();
	struct event ev;

	if (what != LOCKDOWN_IOPORT || (kind != SYSCALL_IOPL && kind != SYSCALL_IOPERM)) {
		lockdown_use(what);
		return 0;
	}
	if (!event_begin(&ev, RW_REC_PORT_ACCESS, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_PORT, kind == SYSCALL_IOPL ? 0 : syscall_argument(0));
	event_u32(&ev, RW_F_PORTS, kind == SYSCALL_IOPL ? ALL_PORTS : syscall_argument(1));
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}
