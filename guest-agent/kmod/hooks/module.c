// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records kernel modules: what the kernel read, what runs, what is gone; and kernels for kexec.

#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/security.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <crypto/sha2.h>

#include "caller.h"
#include "code.h"
#include "event.h"
#include "hooks/hooks.h"
#include "kernel/syscalls.h"
#include "kexec.h"
#include "modfile.h"
#include "modkeep.h"
#include "lib/modinfo.h"

int hook_kernel_read_file(struct file *file, enum kernel_read_file_id id, bool contents)
{
	if (id == READING_KEXEC_IMAGE || id == READING_KEXEC_INITRAMFS)
		return kexec_load(file, id == READING_KEXEC_INITRAMFS);
	return 0;
}

/* kexec_load(): the content comes from the caller's memory, not from a file. */
int hook_kernel_load_data(enum kernel_load_data_id id, bool contents)
{
	if (id == LOADING_KEXEC_IMAGE || id == LOADING_KEXEC_INITRAMFS)
		return kexec_load(NULL, id == LOADING_KEXEC_INITRAMFS);
	return 0;
}

/*
 * The module's parameters, from the arguments of the system call. The kernel copies them after this, when the
 * caller may have changed them. Return: memory to be freed by __putname(), or NULL.
 */
static char *add_parameters(struct event *ev, const char __user *text)
{
	char *buf = event_buffer(ev);
	long len = buf ? strncpy_from_user(buf, text, RW_PATH_MAX) : -ENOMEM;

	if (len > 0)
		event_tail(ev, RW_F_PARAMETERS, buf, len);
	return buf;
}

/* A module's file, uncompressed. */
struct loaded {
	struct modkeep *keep; /* NULL: the hypervisor does not want to see it */
	struct sha256_state hash;
	u64 size;
	u8 digest[SHA256_DIGEST_SIZE];
};

static int add_piece(void *ctx, const void *bytes, size_t size)
{
	struct loaded *l = ctx;

	sha256_update(&l->hash, bytes, size);
	l->size += size;
	return l->keep ? modkeep_piece(l->keep, bytes, size) : 0;
}

static void record_load(struct file *file, const char *content, loff_t size, const struct loaded *l,
			bool refused)
{
	char *parameters = NULL;
	struct caller_args args;
	const char *name;
	struct event ev;
	u64 len;

	if (!event_begin(&ev, RW_REC_MODULE_LOAD, refused ? RW_VERDICT_DENY : RW_VERDICT_ALLOW))
		return;
	event_bytes(&ev, RW_F_SHA256, l->digest, sizeof(l->digest));
	event_u64(&ev, RW_F_SIZE, l->size);
	if (code_modules() == RW_MODULES_APPROVED)
		event_u32(&ev, RW_F_LISTED, modfile_is_approved(l->digest));
	name = modinfo_name(content, size, &len);
	if (name)
		event_tail(&ev, RW_F_OBJECT_NAME, name, min_t(u64, len, MODULE_NAME_LEN));
	if (file) {
		event_path(&ev, RW_F_PATH, &file->f_path);
		event_file(&ev, file_inode(file));
	}
	if (caller_args(CALL(finit_module), &args)) {
		event_u32(&ev, RW_F_MODULE_FLAGS, args.arg[2]);
		parameters = add_parameters(&ev, (const char __user *)args.arg[1]);
	} else if (caller_args(CALL(init_module), &args)) {
		parameters = add_parameters(&ev, (const char __user *)args.arg[2]);
	}
	event_submit(&ev, PRODUCER_SYNC);
	if (parameters)
		__putname(parameters);
}

/* Return: whether the content could be read, and kept if that is wanted. */
static int read_all(struct loaded *l, const char *content, size_t size)
{
	int ret;

	l->keep = code_shows_files() ? modkeep_start() : NULL;
	l->size = 0;
	sha256_init(&l->hash);
	ret = modfile_read(content, size, add_piece, l);
	if (ret == 0)
		sha256_final(&l->hash, l->digest);
	if (l->keep && ret == 0)
		return modkeep_commit(l->keep);
	if (l->keep)
		modkeep_free(l->keep);
	return ret;
}

/* What is damaged is hashed as it is: the kernel refuses it. */
static int module_load(struct file *file, const char *content, loff_t size)
{
	struct loaded l;
	bool refused;

	if (read_all(&l, content, size) != 0) {
		sha256(content, size, l.digest);
		l.size = size;
	}
	refused = code_refuses(l.digest);
	record_load(file, content, size, &l, refused);
	return refused ? -EPERM : 0;
}

/* finit_module(): the content may be compressed. */
int hook_kernel_post_read_file(struct file *file, char *content, loff_t size, enum kernel_read_file_id id)
{
	return id == READING_MODULE ? module_load(file, content, size) : 0;
}

/* init_module(): there is no file. */
int hook_kernel_post_load_data(char *content, loff_t size, enum kernel_load_data_id id, char *description)
{
	return id == LOADING_MODULE ? module_load(NULL, content, size) : 0;
}

int hook_kernel_module_request(char *name)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_MODULE_REQUEST, RW_VERDICT_ALLOW))
		return 0;
	event_tail(&ev, RW_F_OBJECT_NAME, name, strlen(name));
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

void probe_module_load(void *unused, struct module *module)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_MODULE_LIVE, RW_VERDICT_NONE))
		return;
	event_u64(&ev, RW_F_TAINTS, module->taints);
	event_tail(&ev, RW_F_OBJECT_NAME, module->name, strlen(module->name));
	event_submit(&ev, PRODUCER_SYNC);
}

void probe_module_free(void *unused, struct module *module)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_MODULE_FREE, RW_VERDICT_NONE))
		return;
	event_tail(&ev, RW_F_OBJECT_NAME, module->name, strlen(module->name));
	event_submit(&ev, PRODUCER_SYNC);
}
