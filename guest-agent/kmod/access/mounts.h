/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Labels of what is mounted. */
#pragma once

#include <linux/path.h>
#include <linux/types.h>

/** mounts_label() - give labels to the roots of all mounts that process 1 sees. Context: may sleep. */
void mounts_label(void);

/**
 * mounts_has_protected() - whether a file exists below a directory, at a name that rules protect.
 * @dir:  the directory, or what is about to have its name
 * @node: of that name
 * @how:  flags of vfs_path_lookup()
 * @rule: set to one of the rules
 *
 * Context: may sleep. Return: also true if there is no memory.
 */
bool mounts_has_protected(const struct path *dir, u32 node, unsigned int how, u16 *rule);
