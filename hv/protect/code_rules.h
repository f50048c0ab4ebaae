/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which pages may run in kernel mode after the lock, by configuration, CPU and kind: see protect/code.h. */
#pragma once

#include "core/percpu.h"
#include "abi/hypercall.h"

/** code_report() - prints what this CPU and the configuration make of kernel code. At the start. */
void code_report(void);

/** code_is_active() - whether only approved code is to run, by configuration and CPU. Context: any. */
bool code_is_active(void);

/** code_is_audit() - whether code that is not approved runs, and is recorded. Context: any. */
bool code_is_audit(void);

/** code_status() - RW_CODE_*, for the status hypercall. Context: any. */
uint32_t code_status(void);

/** code_restrict() - gives the pages of @range the permissions of its kind after the lock. */
int code_restrict(const struct rw_range *range);

/**
 * code_forget_page() - makes the page of @gpa, which lies in a range, data again. The caller flushes every
 * CPU before it changes further pages. Context: under hv_agent_lock.
 */
void code_forget_page(uint64_t gpa);

/**
 * code_forget_pages() - the same for the @count pages with the numbers @page, which are mapped by themselves.
 * Flushes every CPU. Context: under hv_agent_lock.
 */
void code_forget_pages(struct percpu *cpu, const uint32_t *page, uint32_t count);

/** code_open_perm() - NPERM_* of pages in no range from the lock on. */
unsigned int code_open_perm(void);

/**
 * code_may_start() - whether a CPU may start at page @vector: after the lock only in the kernel's trampoline,
 * as a CPU without paging would execute any page. If not, the violation is recorded: by @cpu, which sends or
 * takes the SIPI.
 */
bool code_may_start(struct percpu *cpu, uint8_t vector);
