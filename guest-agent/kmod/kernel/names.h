/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tables of the kernel that are not exported: names and types of its objects. */
#pragma once

#include <linux/types.h>

struct bpf_prog;
struct file;

/**
 * compat_names_init() - find the tables.
 *
 * Context: module init, after compat_kallsyms_init(). Return: 0, or -ENOENT if one is missing; printed.
 */
int compat_names_init(void);

/** compat_lockdown_use() - what lockdown calls @what, an enum lockdown_reason. Context: any. */
const char *compat_lockdown_use(unsigned int what);

/** compat_bpf_prog() - the BPF program that @file stands for, or NULL. Context: any. */
const struct bpf_prog *compat_bpf_prog(const struct file *file);
