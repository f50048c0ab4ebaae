/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Attachment to the kernel's LSM hooks: lsm_lists.c or lsm_calls.c, by the kernel's version. */
#pragma once

#include <linux/types.h>

#include "kernel/addresses.h"
#include "kernel/kallsyms.h"
#include "kernel/version.h"

struct linux_binprm;
struct super_block;

/* Arguments of the hooks bprm_committed_creds and sb_kern_mount. */
#if LINUX_IS(6, 1)
typedef struct linux_binprm lsm_committed_bprm;
typedef struct super_block lsm_kern_mount_sb;
#else
typedef const struct linux_binprm lsm_committed_bprm;
typedef const struct super_block lsm_kern_mount_sb;
#endif

/*
 * Tracepoints that not every version can have: on 6.1 the kernel warns of a line that an NMI prints while
 * `console` is in use (trace_console_rcuidle()).
 */
#if LINUX_IS(6, 1)
#define COMPAT_TRACEPOINTS(PROBE)
#else
#define COMPAT_TRACEPOINTS(PROBE) PROBE(console)
#endif

/* Hooks that not every version has. */
#if LINUX_IS(6, 1)
#define COMPAT_LSM_HOOKS(HOOK) HOOK(inode_removexattr)
#else
#define COMPAT_LSM_HOOKS(HOOK) \
	HOOK(inode_post_removexattr) HOOK(inode_post_set_acl) HOOK(inode_post_remove_acl)
#endif

/*
 * What the hook inode_removexattr of 6.1 has to return: 0 if another LSM has that hook, else 1, with which
 * the kernel makes the checks of capabilities that it leaves to such LSMs.
 */
extern int compat_removexattr_result;

/* The same for inode_setxattr of 6.1, which only the access policy uses. */
extern int compat_setxattr_result;

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
 * compat_lsm_calls() - the static calls of the LSM hooks: keys, trampolines, and the static keys that switch
 * them. What these patch is frozen at the lock.
 * @addr: room for as many addresses as a call with NULL says
 *
 * Return: how many there are.
 */
unsigned int compat_lsm_calls(const struct compat_kernel *k, unsigned long *addr);

/**
 * compat_attach_hooks() - have the kernel call the agent's functions (AGENT_LSM_HOOKS in hooks/hooks.h) after
 * those of all other LSMs.
 * @k:     the kernel's addresses
 * @guard: with those that enforce the access policy (GUARD_LSM_HOOKS in access/hooks.h), which come first:
 *         what they refuse is not recorded as done
 * @level: with those that enforce levels (LEVEL_LSM_HOOKS in access/level_hooks.h), before the others
 *
 * This cannot be undone: the module stays loaded. Either all hooks are attached or none.
 *
 * Context: module init, the last step that can fail; may patch kernel text.
 * Return: 0, -ENOMEM, or -ENOSPC if a hook has no room for another LSM (printed).
 */
int compat_attach_hooks(const struct compat_kernel *k, bool guard, bool level);
