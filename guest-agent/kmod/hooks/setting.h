/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Files through which the kernel is controlled. */
#pragma once

#include <linux/fs.h>

/**
 * setting_opened(), setting_written() - record the opening or a write of a file if it controls the kernel.
 *
 * An opening counts only if it empties a file of tracefs, which ends probes. Called by the hooks
 * file_open and file_permission. Context: may sleep.
 */
void setting_opened(struct file *file);
void setting_written(struct file *file);
