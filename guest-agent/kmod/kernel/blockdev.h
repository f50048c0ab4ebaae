/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Block devices that the kernel itself uses. */
#pragma once

#include <linux/types.h>

struct file;

/** compat_blockdev_init() - find what is needed. Context: module init. Return: 0, or -ENOENT (printed). */
int compat_blockdev_init(void);

/**
 * compat_blockdev_in_use() - whether a file system, swap, or another device (dm, md) has claimed a block
 * device, the disk that it is a part of, or a part of it.
 * @file: the device, opened
 *
 * A program's claim of a device (O_EXCL) does not count; its claim of a partition does, for the disk.
 *
 * Context: any.
 */
bool compat_blockdev_in_use(const struct file *file);

/** compat_blockdev_number_in_use() - the same before it is opened. Context: may sleep. */
bool compat_blockdev_number_in_use(dev_t dev);
