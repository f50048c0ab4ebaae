// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records files opened, read, written and closed.

#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/math64.h>
#include <linux/stat.h>
#include <asm/tsc.h>

#include "event.h"
#include "hooks/hooks.h"
#include "hooks/setting.h"
#include "openfile.h"
#include "syscalls.h"

/* /dev/mem, /dev/kmem, /dev/port: the minor numbers of MEM_MAJOR. */
#define MEM_MINOR  1
#define KMEM_MINOR 2
#define PORT_MINOR 4

static inline bool is_raw_device(const struct inode *inode)
{
	dev_t dev = inode->i_rdev;

	if (S_ISBLK(inode->i_mode))
		return true;
	if (!S_ISCHR(inode->i_mode))
		return false;
	return MAJOR(dev) == MSR_MAJOR ||
	       (MAJOR(dev) == MEM_MAJOR &&
		(MINOR(dev) == MEM_MINOR || MINOR(dev) == KMEM_MINOR || MINOR(dev) == PORT_MINOR));
}

/* Who writes to the machine's memory, ports, MSRs or disks may end this kernel with it. */
static inline enum producer_mode mode_of(const struct file *file)
{
	return file->f_mode & FMODE_WRITE && is_raw_device(file_inode(file)) ? PRODUCER_SYNC : PRODUCER_BATCH;
}

/* The file's inode as the caller sees it: on overlayfs a mapping has the file below. */
static inline void add_file(struct event *ev, const struct file *file)
{
	const struct inode *inode = d_backing_inode(file->f_path.dentry);

	event_file(ev, inode);
	event_open_flags(ev, file->f_flags);
	if (S_ISBLK(inode->i_mode) || S_ISCHR(inode->i_mode))
		event_u32(ev, RW_F_RDEV, new_encode_dev(inode->i_rdev));
}

int hook_file_open(struct file *file)
{
	struct event ev;

	if (file->f_mode & FMODE_NOACCOUNT || syscall_is_inner())
		return 0;
	if (!event_begin(&ev, RW_REC_FILE_OPEN, RW_VERDICT_ALLOW))
		return 0;
	add_file(&ev, file);
	if (file->f_mode & FMODE_CREATED || (file->f_flags & O_TMPFILE) == O_TMPFILE) {
		event_u32(&ev, RW_F_CREATED, true);
		event_u32(&ev, RW_F_MODE, file_inode(file)->i_mode & S_IALLUGO);
	}
	event_path(&ev, RW_F_PATH, &file->f_path);
	event_submit(&ev, mode_of(file));
	setting_opened(file);
	return 0;
}

static noinline void first_access(struct file *file, enum openfile_way way)
{
	struct event ev;

	if (!event_begin(&ev, way == OPENFILE_READ ? RW_REC_FILE_READ : RW_REC_FILE_WRITE, RW_VERDICT_ALLOW))
		return;
	add_file(&ev, file);
	event_path(&ev, RW_F_PATH, &file->f_path);
	event_submit(&ev, way == OPENFILE_READ ? PRODUCER_BATCH : mode_of(file));
}

int hook_file_permission(struct file *file, int mask)
{
	enum openfile_way way = mask & MAY_WRITE ? OPENFILE_WRITE : OPENFILE_READ;

	if (unlikely(openfile_access(file, way)))
		first_access(file, way);
	if (way == OPENFILE_WRITE && S_ISREG(file_inode(file)->i_mode))
		setting_written(file);
	return 0;
}

static u64 nanoseconds(u64 cycles)
{
	return mul_u64_u32_div(cycles, NSEC_PER_MSEC, tsc_khz);
}

static void add_totals(struct event *ev, const struct openfile_totals *totals)
{
	static const u16 field_of[] = { RW_F_READ_BEFORE, RW_F_WRITE_BEFORE };
	unsigned int way;

	event_u64(ev, RW_F_BYTES_READ, totals->bytes[OPENFILE_READ]);
	event_u64(ev, RW_F_BYTES_WRITTEN, totals->bytes[OPENFILE_WRITE]);
	event_u32(ev, RW_F_USER_PID, totals->user);
	for (way = 0; way < OPENFILE_WAYS; way++)
		if (totals->first[way])
			event_u64(ev, field_of[way],
				  nanoseconds(ev->writer.hdr->time_ns - totals->first[way]));
	if (totals->mapped)
		event_u32(ev, RW_F_MAPPED, totals->mapped);
	if (totals->uncounted)
		event_u32(ev, RW_F_UNCOUNTED, true);
}

/* The file has already dropped its path; the table still holds it. */
static noinline void ended(struct file *file)
{
	struct openfile_totals totals;
	struct event ev;

	if (!openfile_end(file, &totals))
		return;
	if (event_begin(&ev, RW_REC_FILE_CLOSE, RW_VERDICT_NONE)) {
		add_totals(&ev, &totals);
		event_file(&ev, d_backing_inode(totals.path.dentry));
		event_open_flags(&ev, file->f_flags);
		event_path_from(&ev, RW_F_PATH, &totals.path, &totals.root);
		event_submit(&ev, PRODUCER_BATCH);
	}
	openfile_release(&totals);
}

void hook_file_free_security(struct file *file)
{
	if (unlikely(openfile_may_end(file)))
		ended(file);
}
