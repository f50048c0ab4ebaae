/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * modules = approved: the pages of a module are compared with its approved file before they may run. From the
 * moment that the agent names them, nobody can write to them; nor to the file.
 */
#pragma once

#include "core/input_error.h"
#include "core/percpu.h"
#include "abi/hypercall.h"

/**
 * module_check_step() - one RW_HC_MODULE_CHECK. @req: private copy, untrusted. @err: set on error.
 * Context: under hv_agent_lock.
 * Return: pages that are still to be compared; 0: the module is approved; -RW_EPERM: it differs; -RW_EINVAL,
 * -RW_ENOTREADY: a field, the order. After an error the module's pages are data again.
 */
int64_t module_check_step(struct percpu *cpu, const struct rw_module_check *req, struct input_error *err);

/**
 * module_check_hold() - takes write permission from the pages of @list, which are in the ranges, until they
 * are compared. Context: as module_check_step(). Return: as nested_set_perm();
 * -RW_ENOSPC: too many; -RW_EXISTS: a page is named twice, or a comparison runs.
 */
int module_check_hold(const struct rw_protect_list *list);

/** module_check_forget() - makes the pages that are held data again. Context: as module_check_step(). */
void module_check_forget(struct percpu *cpu);
