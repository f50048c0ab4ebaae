/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Only approved code runs in kernel mode: from the lock on every page of the guest is data, which user mode
 * may execute and the kernel may not, but for the pages that were named as code. This needs nested tables
 * that tell the two modes apart (MBEC on Intel, GMET on AMD).
 *
 * Approval ends at the first write to a page whose linear address no longer leads to executable memory: the
 * kernel has freed it (a module's unloading, the end of its initialization), and needs no call to say so.
 */
#pragma once

#include "core/action.h"
#include "core/input_error.h"
#include "abi/hypercall.h"

/**
 * code_approve() - approves code of a module that is being loaded, all of @list or nothing, and records that.
 * @list: private copy, untrusted.
 * @err: set on error.
 * Context: under hv_agent_lock, after the lock.
 * Return: 0; -RW_EPERM: the configuration approves none; else as ranges_add() and nested_set_perm().
 */
int code_approve(struct percpu *cpu, const struct rw_protect_list *list, struct input_error *err);

/**
 * code_settle() - ends the approval of a page that is code no more, or lets a page run that is to be recorded
 * only. Context: an exit handler, for a nested fault @x after the lock; no lock is held.
 * Return: whether the guest can run the instruction again.
 */
bool code_settle(struct percpu *cpu, const struct hv_exit *x);

/**
 * code_refused() - enum rw_target of what refuses the access @x after the lock: the page's kind, or
 * RW_TARGET_UNAPPROVED; 0: the tables allow it by now.
 */
uint32_t code_refused(struct percpu *cpu, const struct hv_exit *x);

/** code_may_fetch() - whether the page of @gpa may run in the guest's mode now. Linux' rings are 0 and 3. */
bool code_may_fetch(struct percpu *cpu, uint64_t gpa);

/** code_flush() - every CPU drops its translations, after a change of the common map. */
void code_flush(struct percpu *cpu);
