// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records kernel modules, and kernels for kexec, before the kernel looks at them.

#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/security.h>

#include "event.h"
#include "hooks/hooks.h"
#include "kexec.h"

int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents)
{
	struct event ev;

	if (id == READING_KEXEC_IMAGE || id == READING_KEXEC_INITRAMFS)
		return kexec_load(file, id == READING_KEXEC_INITRAMFS);
	if (id != READING_MODULE)
		return 0;
	if (!event_begin(&ev, RW_REC_MODULE_LOAD, RW_VERDICT_ALLOW))
		return 0;
	event_path(&ev, RW_F_PATH, &file->f_path);
	event_file(&ev, file_inode(file));
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}

/* init_module(), kexec_load(): the content comes from the caller's memory, not from a file. */
int hook_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	struct event ev;

	if (id == LOADING_KEXEC_IMAGE || id == LOADING_KEXEC_INITRAMFS)
		return kexec_load(NULL, id == LOADING_KEXEC_INITRAMFS);
	if (id != LOADING_MODULE)
		return 0;
	if (!event_begin(&ev, RW_REC_MODULE_LOAD, RW_VERDICT_ALLOW))
		return 0;
	event_submit(&ev, PRODUCER_SYNC);
	return 0;
}
