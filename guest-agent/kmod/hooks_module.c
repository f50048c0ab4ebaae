// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records kernel modules, and kernels for kexec, before the kernel looks at them.

#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/security.h>

#include "event.h"
#include "hooks.h"
#include "kexec.h"
#include "producer.h"

int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents)
{
	struct rw_rec_agent rec;
	const char *path;
	char *buf;

	if (id == READING_KEXEC_IMAGE || id == READING_KEXEC_INITRAMFS)
		return kexec_load(file, id == READING_KEXEC_INITRAMFS);
	if (id != READING_MODULE)
		return 0;
	buf = __getname();
	if (!buf) {
		producer_lost();
		return 0;
	}
	event_init(&rec, RW_REC_MODULE_LOAD, RW_VERDICT_ALLOW);
	event_inode(&rec, file_inode(file));
	path = event_path(&rec, &file->f_path, buf, &rec.path_len);
	producer_submit(&rec, path, NULL, PRODUCER_SYNC);
	__putname(buf);
	return 0;
}

/* init_module(), kexec_load(): the content comes from the caller's memory, there is no file. */
int hook_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	struct rw_rec_agent rec;

	if (id == LOADING_KEXEC_IMAGE || id == LOADING_KEXEC_INITRAMFS)
		return kexec_load(NULL, id == LOADING_KEXEC_INITRAMFS);
	if (id != LOADING_MODULE)
		return 0;
	event_init(&rec, RW_REC_MODULE_LOAD, RW_VERDICT_ALLOW);
	producer_submit(&rec, NULL, NULL, PRODUCER_SYNC);
	return 0;
}
