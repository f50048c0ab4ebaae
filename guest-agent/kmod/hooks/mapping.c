// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records memory that becomes executable, and notes mappings of open files.

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mman.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kernel/paths.h"
#include "openfile.h"

static void add_file(struct event *ev, const struct path *path)
{
	event_file(ev, d_backing_inode(path->dentry));
	event_path(ev, RW_F_PATH, path);
}

/* Writes to a shared mapping reach the file. */
static u32 reaches_file(unsigned long prot, bool shared)
{
	return prot & (shared ? PROT_READ | PROT_WRITE | PROT_EXEC : PROT_READ | PROT_EXEC);
}

int hook_mmap_file(struct file *file, unsigned long reqprot, unsigned long prot, unsigned long flags)
{
	struct event ev;

	if (file)
		openfile_map(file, reaches_file(prot, (flags & MAP_TYPE) != MAP_PRIVATE));
	if (!(prot & PROT_EXEC))
		return 0;
	if (!event_begin(&ev, RW_REC_MMAP_EXEC, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_PROT, prot);
	event_u32(&ev, RW_F_MAP_FLAGS, flags);
	if (file)
		add_file(&ev, &file->f_path);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

static u32 prot_of(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_READ ? PROT_READ : 0) | (vma->vm_flags & VM_WRITE ? PROT_WRITE : 0) |
	       (vma->vm_flags & VM_EXEC ? PROT_EXEC : 0);
}

/* Called for each mapping of the range; a write to one that is executable already is told as well. */
int hook_file_mprotect(struct vm_area_struct *vma, unsigned long reqprot, unsigned long prot)
{
	u32 old = prot_of(vma);
	struct event ev;

	if (vma->vm_file)
		openfile_map(vma->vm_file, reaches_file(prot, vma->vm_flags & VM_SHARED));
	if (!(prot & PROT_EXEC) || (old & PROT_EXEC && (old & PROT_WRITE || !(prot & PROT_WRITE))))
		return 0;
	if (!event_begin(&ev, RW_REC_MPROTECT_EXEC, RW_VERDICT_ALLOW))
		return 0;
	event_u32(&ev, RW_F_PROT, prot);
	event_u32(&ev, RW_F_OLD_PROT, old);
	event_u64(&ev, RW_F_MAP_ADDRESS, vma->vm_start);
	event_u64(&ev, RW_F_MAP_LENGTH, vma->vm_end - vma->vm_start);
	if (vma->vm_file)
		add_file(&ev, compat_user_path(vma->vm_file));
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}
