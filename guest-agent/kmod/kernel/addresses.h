/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Addresses in the kernel that it does not export. */
#pragma once

#include <linux/types.h>

#include "abi/hypercall.h"

struct mutex;
struct mm_struct;
struct real_mode_header;
struct vdso_image;

#define COMPAT_DATA 7

struct compat_kernel {
	unsigned long text, etext; /* the image's text */
	unsigned long start_rodata,
		end_rodata; /* its read-only data, including what becomes read-only after start */
	unsigned long lsm_table,
		lsm_table_size;   /* the table of LSM hooks, inside it: compat_lsm_table_name */
	unsigned long idt;        /* a page */
	unsigned long mount_lock; /* seqlock_t: changes while the tree of mounts does */
	unsigned long
		namespace_sem; /* struct rw_semaphore: whoever holds it keeps the tree of mounts as it is */
	unsigned long poking_pgd; /* page tables with which the kernel patches itself; virtual */
	/* What else can be executed; NULL if the kernel lacks it. */
	const struct mm_struct *init_mm, *efi_mm;
	struct real_mode_header **real_mode_header;
	const struct vdso_image *vdso_64, *vdso_32;
	int *bpf_jit_enable;
	/* Where the kernel patches itself: see sites.c. */
	unsigned long jump_sites, jump_sites_end;
	unsigned long call_sites, call_sites_end;
	unsigned long lock_sites, lock_sites_end; /* what lies there is freed on most machines */
	struct mutex *text_mutex, *ftrace_lock;
	void **ftrace_pages;         /* first page of records */
	const bool *uniproc_patched; /* LOCK prefixes are replaced while one CPU runs */
	unsigned long *return_thunk; /* what returns are replaced by; NULL: none */
	struct compat_tracer {
		unsigned long start, end, op, call, jump;
	} tracer[RW_TRACERS];
	/* Data of the kernel that attackers change, and that must stay writable; 0: the kernel lacks it. */
	struct compat_data {
		const char *name;
		unsigned long at;
		u32 len; /* bytes that are of interest, from its start */
	} data[COMPAT_DATA];
	unsigned long current_off; /* of the CPU's current task from its GS base */
	/* kexec; all NULL if the kernel lacks it. */
	atomic_t *kexec_lock; /* 1 while a task loads or starts a kernel */
	void **kexec_image;   /* what is loaded; NULL: nothing */
	void **kexec_crash_image;
	const bool *kexec_in_progress; /* the loaded kernel is about to start */
	void (*kexec_free)(void *image);
	void (*kexec_unprotect_crash)(void); /* to be called before a crash kernel is freed */
};

/**
 * compat_init() - find what the kernel does not export.
 * @k: filled
 *
 * Context: module init, before any other function of this folder; patches kernel text briefly (a kprobe), so
 * never after the lock.
 * Return: 0, or -ENOENT if a symbol is missing; its name is printed.
 */
int compat_init(struct compat_kernel *k);
