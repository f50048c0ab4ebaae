/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Has the hypervisor compare modules with their files. */
#pragma once

#include <linux/module.h>

#include "kernel/addresses.h"
#include "protect.h"

struct modkeep;

/**
 * modcheck_name() - name what the kernel and the modules loaded so far export, and the modules'
 * read-only data.
 *
 * Context: between code_lock_begin() and the lock. Return: as protect_add_module(), -ENOMEM.
 */
int modcheck_name(struct protect_call *call, const struct compat_kernel *k);

/**
 * modcheck_places() - tell where the sections of @mod lie, whose file is @keep, shown before.
 *
 * Context: as modkeep_show(). Return: 1: its pages, once named, are to be compared; 0: they are not; or a
 * negative errno, printed.
 */
int modcheck_places(const struct module *mod, const struct modkeep *keep);

/** modcheck_compare() - have the pages compared and approved. Return: 0, or a negative errno, printed. */
int modcheck_compare(void);
