/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* All that depends on the kernel's version: unexported symbols, LSM attachment, the layout of a module. */
#pragma once

#include <linux/module.h>
#include <linux/path.h>
#include <linux/types.h>

/* Addresses of the kernel that are not exported. */
struct compat_kernel {
	unsigned long text, etext; /* the image's text */
	unsigned long start_rodata,
		end_rodata; /* its read-only data, what is read-only after start included */
	unsigned long lsm_hooks, lsm_hooks_size; /* the table of LSM hooks, inside of it */
	unsigned long idt;                       /* a page */
	unsigned long poking_pgd;                /* page tables by which the kernel patches itself; virtual */
	unsigned long current_off;               /* of the CPU's current task from its GS base */
	/* kexec; all NULL where the kernel has none. */
	atomic_t *kexec_lock; /* 1 while a task loads or starts a kernel */
	void **kexec_image;   /* what is loaded; NULL: nothing */
	void **kexec_crash_image;
	const bool *kexec_in_progress; /* the loaded kernel is about to start */
	void (*kexec_free)(void *image);
	void (*kexec_unprotect_crash)(void); /* to be called before a crash kernel is freed */
};

/* A piece of the module's memory, page-aligned. */
struct compat_region {
	unsigned long base;
	unsigned long size;
};

/**
 * compat_init() - find what the kernel does not export.
 * @k: filled
 *
 * Context: module init; patches kernel text for a moment (a kprobe), so never after the lock.
 * Return: 0, or -ENOENT when a symbol is missing; the name is printed.
 */
int compat_init(struct compat_kernel *k);

/**
 * compat_for_each_symbol() - go through the kernel's own symbols.
 * @fn:  called with @ctx, the name (valid during the call only) and the address; a value other than 0 ends it
 * @ctx: passed on
 *
 * Return: what @fn returned last.
 */
int compat_for_each_symbol(int (*fn)(void *ctx, const char *name, unsigned long addr), void *ctx);

/**
 * compat_for_each_lsm_hook() - go through the members of the LSM hook table, ascending by address.
 * @fn:  as in compat_for_each_symbol(); names look like "security_hook_heads.file_open"
 * @ctx: passed on
 */
int compat_for_each_lsm_hook(int (*fn)(void *ctx, const char *name, unsigned long addr), void *ctx);

/* The name by which kallsyms knows the LSM hook table. */
extern const char compat_lsm_table_name[];

/* Code of a loaded module, without what was freed after its init. */
struct compat_region compat_module_text(const struct module *mod);
/* Its read-only data; @after_init: the part that became read-only when its init had returned. */
struct compat_region compat_module_rodata(const struct module *mod, bool after_init);

/**
 * compat_attach_hooks() - put the agent's functions behind the kernel's LSM hooks.
 *
 * There is no way back: the module stays loaded. Either all hooks are attached or none.
 *
 * Context: module init, the last step that can fail.
 * Return: 0 or -ENOMEM.
 */
int compat_attach_hooks(void);

/**
 * compat_attach_tracepoints() - attach the agent to fork and exit of tasks.
 *
 * Context: module init; patches kernel text.
 * Return: 0, -ENOENT when the kernel has no such tracepoint (printed), or what registration returned. After
 * an error none is attached.
 */
int compat_attach_tracepoints(void);
void compat_detach_tracepoints(void);

/**
 * compat_on_shutdown() - have a function called when the machine goes down or another kernel starts: late,
 * with the other CPUs stopped where a kernel starts. It must not sleep.
 *
 * Context: module init, once. Return: 0 or a negative errno.
 */
int compat_on_shutdown(void (*fn)(void));
/* Undoes compat_on_shutdown(). */
void compat_off_shutdown(void);

/**
 * compat_path() - the absolute path as the caller's root shows it, in @buf.
 * @path:  what to name
 * @buf:   room for the name and its NUL
 * @size:  bytes of @buf
 * @trunc: set when the name was too long: its tail is what stands in @buf
 *
 * Return: the name, NUL-terminated, anywhere in @buf, ending at @buf + @size - 1 unless cut.
 */
char *compat_path(const struct path *path, char *buf, int size, bool *trunc);
