/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tells the hypervisor which pages hold the kernel's code: at the lock, and for each module after it. */
#pragma once

#include "abi/approved.h"
#include "abi/bootinfo.h"
#include "kernel/addresses.h"
#include "protect.h"

/**
 * code_init() - register for modules that are being loaded; code_exit() undoes that.
 * @k: the kernel's addresses
 *
 * Context: module init. Return: 0 or a negative errno.
 */
int code_init(const struct compat_kernel *k);
void code_exit(void);

/**
 * code_lock_begin() - hold back modules that are being loaded, and prepare for the lock: if only approved
 * code is to run, the BPF JIT is turned off as the configuration says.
 * code_lock_end() - let them continue. @locked: whether the lock succeeded.
 *
 * Context: may sleep. Return: 0, or what hvcall_error() made of an answer.
 */
int code_lock_begin(void);
void code_lock_end(bool locked);

/** code_modules() - enum rw_modules: which modules may be loaded; RW_MODULES_ANY before the lock. */
u32 code_modules(void);

/** code_shows_files() - whether the hypervisor wants to see a module's file before it approves its code. */
bool code_shows_files(void);

/**
 * code_refuses() - whether the agent refuses a module by its file's digest: where the hypervisor does not.
 *
 * Context: may sleep. A refusal is printed.
 */
bool code_refuses(const u8 digest[RW_SHA256_LEN]);

/** code_is_guarded() - whether only approved code is to run in kernel mode. After code_lock_begin(). */
bool code_is_guarded(void);

/**
 * code_name() - name what the kernel can execute besides its own text and the agent's: modules, code made
 * at run time, the firmware's runtime services, the page where CPUs start.
 *
 * Context: between code_lock_begin() and the lock. Return: 0, or a negative errno, printed.
 */
int code_name(struct protect_call *call, const struct compat_kernel *k);
