// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reads tables of the kernel that are not exported.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/printk.h>
#include <linux/security.h>

#include "kernel/kallsyms.h"
#include "kernel/names.h"

static const char *const *uses __ro_after_init;
static const struct file_operations *prog_fops __ro_after_init;

static unsigned long __init find(const char *name)
{
	unsigned long addr = compat_lookup(name);

	if (!addr)
		pr_err("this kernel has no symbol %s\n", name);
	return addr;
}

int __init compat_names_init(void)
{
	uses = (void *)find("lockdown_reasons");
	prog_fops = (void *)find("bpf_prog_fops");
	return uses && prog_fops ? 0 : -ENOENT;
}

const char *compat_lockdown_use(unsigned int what)
{
	return what < LOCKDOWN_CONFIDENTIALITY_MAX && uses[what] ? uses[what] : "unknown";
}

const struct bpf_prog *compat_bpf_prog(const struct file *file)
{
	return file->f_op == prog_fops ? file->private_data : NULL;
}
