/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the kernel can execute, by its live page tables. */
#pragma once

#include <linux/mm_types.h>
#include <linux/types.h>

#include "kernel/addresses.h"
#include "kernel/layout.h"

/* Consecutive pages at consecutive addresses, all of them executable in kernel mode. */
struct compat_code {
	unsigned long va;
	u64 gpa;
	unsigned long size; /* bytes */
	bool writable;
};

/* Called for a run of pages. Return: 0; another value ends the walk. */
typedef int (*compat_code_fn)(void *ctx, const struct compat_code *code);

/**
 * compat_for_each_code() - walk the kernel's executable pages from @start up to the byte @last, page-aligned.
 * @mm: whose page tables
 *
 * Context: may sleep. The tables may change meanwhile: what changes is reported as it was or as it is.
 * Return: what @fn returned last.
 */
int compat_for_each_code(const struct mm_struct *mm, unsigned long start, unsigned long last,
			 compat_code_fn fn, void *ctx);

/** compat_kernel_half() - the lowest address that belongs to the kernel. */
unsigned long compat_kernel_half(void);

/**
 * compat_code_owner() - name what has code at @va: a module; "bpf" and the like for code made at run time.
 * @name: at least MODULE_NAME_LEN bytes; "" if the kernel knows of nothing there
 */
void compat_code_owner(unsigned long va, char *name);

/** compat_trampoline() - where the kernel starts CPUs; in its map of all memory. Size 0: nowhere. */
struct compat_region compat_trampoline(const struct compat_kernel *k);

/* The kernel's images of the vDSO, by address; size 0: none. */
#define COMPAT_VDSOS 2
void compat_vdsos(const struct compat_kernel *k, struct compat_region vdso[COMPAT_VDSOS]);

/* Pages with return thunks that the kernel made for a module (Indirect Target Selection). */
unsigned int compat_thunk_pages(const struct module *mod);
struct compat_region compat_thunk_page(const struct module *mod, unsigned int i);
