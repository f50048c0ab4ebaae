/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Attachment to the kernel's LSM hooks: lsm_lists.c or lsm_calls.c, by the kernel's version. */
#pragma once

#include <linux/types.h>

#include "kernel/addresses.h"
#include "kernel/kallsyms.h"
#include "kernel/version.h"

struct linux_binprm;

/* Argument of the hook bprm_committed_creds. */
#if LINUX_IS(6, 1)
typedef struct linux_binprm lsm_committed_bprm;
#else
typedef const struct linux_binprm lsm_committed_bprm;
#endif

/* The kernel's table of LSM hooks: its name in kallsyms, and its size in bytes. */
extern const char compat_lsm_table_name[];
extern const size_t compat_lsm_table_size;

/**
 * compat_for_each_lsm_hook() - walk the members of the table, ascending by address.
 * @k:   the kernel's addresses
 * @fn:  gets names like "security_hook_heads.file_open" or "static_calls_table.file_open"
 * @ctx: passed on
 *
 * Return: what @fn returned last.
 */
int compat_for_each_lsm_hook(const struct compat_kernel *k, compat_symbol_fn fn, void *ctx);

/**
 * compat_attach_hooks() - have the kernel call the agent's functions (AGENT_LSM_HOOKS in hooks/hooks.h) after
 * those of all other LSMs.
 * @k: the kernel's addresses
 *
 * This cannot be undone: the module stays loaded. Either all hooks are attached or none.
 *
 * Context: module init, the last step that can fail; may patch kernel text.
 * Return: 0, -ENOMEM, or -ENOSPC if a hook has no room for another LSM (printed).
 */
int compat_attach_hooks(const struct compat_kernel *k);
