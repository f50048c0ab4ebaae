// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Finds addresses that the agent needs but the kernel does not export.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/errno.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/printk.h>
#include <asm/current.h>

#include "kernel/addresses.h"
#include "kernel/kallsyms.h"
#include "kernel/lsm.h"
#include "kernel/names.h"
#include "kernel/version.h"

#if LINUX_IS(6, 1)
#define CURRENT_TASK current_task
#else
#define CURRENT_TASK pcpu_hot.current_task
#endif

struct wanted {
	const char *name;
	unsigned long *addr;
};

/*
 * Return: the name of the first symbol that the kernel lacks, or NULL. A missing symbol's address is 0.
 */
static const char __init *look_up(const struct wanted *want, unsigned int count)
{
	const char *missing = NULL;
	unsigned int i;

	for (i = 0; i < count; i++) {
		*want[i].addr = compat_lookup(want[i].name);
		if (!*want[i].addr && !missing)
			missing = want[i].name;
	}
	return missing;
}

static void __init look_up_sites(struct compat_kernel *k)
{
	/* A kernel without one of these has no such sites. */
	const struct wanted optional[] = {
		{ "__start___jump_table", &k->jump_sites },
		{ "__stop___jump_table", &k->jump_sites_end },
		{ "__start_static_call_sites", &k->call_sites },
		{ "__stop_static_call_sites", &k->call_sites_end },
		{ "__smp_locks", &k->lock_sites },
		{ "__smp_locks_end", &k->lock_sites_end },
		{ "text_mutex", (unsigned long *)&k->text_mutex },
		{ "ftrace_lock", (unsigned long *)&k->ftrace_lock },
		{ "ftrace_pages_start", (unsigned long *)&k->ftrace_pages },
		{ "uniproc_patched", (unsigned long *)&k->uniproc_patched },
		{ "x86_return_thunk", (unsigned long *)&k->return_thunk },
		{ "ftrace_caller", &k->tracer[0].start },
		{ "ftrace_caller_end", &k->tracer[0].end },
		{ "ftrace_caller_op_ptr", &k->tracer[0].op },
		{ "ftrace_call", &k->tracer[0].call },
		{ "ftrace_regs_caller", &k->tracer[1].start },
		{ "ftrace_regs_caller_end", &k->tracer[1].end },
		{ "ftrace_regs_caller_op_ptr", &k->tracer[1].op },
		{ "ftrace_regs_call", &k->tracer[1].call },
		{ "ftrace_regs_caller_jmp", &k->tracer[1].jump },
	};

	look_up(optional, ARRAY_SIZE(optional));
}

/* Programs that the kernel starts as root, and switches. */
static void __init look_up_data(struct compat_kernel *k)
{
	static const struct compat_data data[COMPAT_DATA] = {
		{ "modprobe_path", 0, 256 },
		{ "core_pattern", 0, 128 },
		{ "poweroff_cmd", 0, 256 },
		{ "kernel_locked_down", 0, sizeof(int) },
		{ "modules_disabled", 0, sizeof(int) },
		{ "kexec_load_disabled", 0, sizeof(int) },
		{ "selinux_state", 0, sizeof(bool) }, /* its first member: whether SELinux enforces */
	};
	int i;

	for (i = 0; i < COMPAT_DATA; i++) {
		k->data[i] = data[i];
		k->data[i].at = compat_lookup(data[i].name);
	}
}

int __init compat_init(struct compat_kernel *k)
{
	struct mm_struct **poking_mm = NULL;
	const struct wanted want[] = {
		{ "_text", &k->text },
		{ "_etext", &k->etext },
		{ "__start_rodata", &k->start_rodata },
		{ "__end_rodata", &k->end_rodata },
		{ compat_lsm_table_name, &k->lsm_table },
		{ "idt_table", &k->idt },
		{ "mount_lock", &k->mount_lock },
		{ "namespace_sem", &k->namespace_sem },
		{ "poking_mm", (unsigned long *)&poking_mm },
		{ "init_mm", (unsigned long *)&k->init_mm },
	};
	const struct wanted code[] = {
		{ "efi_mm", (unsigned long *)&k->efi_mm },
		{ "real_mode_header", (unsigned long *)&k->real_mode_header },
		{ "vdso_image_64", (unsigned long *)&k->vdso_64 },
		{ "vdso_image_32", (unsigned long *)&k->vdso_32 },
		{ "bpf_jit_enable", (unsigned long *)&k->bpf_jit_enable },
	};
	const struct wanted kexec[] = {
		{ "kexec_image", (unsigned long *)&k->kexec_image },
		{ "__kexec_lock", (unsigned long *)&k->kexec_lock },
		{ "kexec_crash_image", (unsigned long *)&k->kexec_crash_image },
		{ "kexec_in_progress", (unsigned long *)&k->kexec_in_progress },
		{ "kimage_free", (unsigned long *)&k->kexec_free },
		{ "arch_kexec_unprotect_crashkres", (unsigned long *)&k->kexec_unprotect_crash },
	};
	const char *missing;
	int ret = compat_kallsyms_init();

	if (ret == 0)
		ret = compat_names_init();
	if (ret)
		return ret;
	missing = look_up(want, ARRAY_SIZE(want));
	if (missing) {
		pr_err("this kernel has no symbol %s\n", missing);
		return -ENOENT;
	}
	missing = look_up(kexec, ARRAY_SIZE(kexec));
	if (missing && k->kexec_image) {
		pr_err("this kernel has kexec, but no symbol %s\n", missing);
		return -ENOENT;
	}
	look_up_sites(k);
	look_up_data(k);
	look_up(code, ARRAY_SIZE(code));
	k->lsm_table_size = compat_lsm_table_size;
	k->poking_pgd = *poking_mm ? (unsigned long)(*poking_mm)->pgd : 0;
	k->current_off = (unsigned long)&CURRENT_TASK;
	return 0;
}
