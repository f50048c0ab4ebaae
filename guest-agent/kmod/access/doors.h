/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Doors of the access policy: ways round an LSM. abi/access.h lists them. */
#pragma once

struct file;
struct super_block;

/** doors_open() - decide whether a device or a setting may be opened. Return: 0 or -EPERM (recorded). */
int doors_open(const struct file *file);

/** doors_mounted() - note that a file system is mounted. Context: one caller at a time. */
void doors_mounted(const struct super_block *sb);
