/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The files of modules that are being loaded, kept until the hypervisor has seen them: the kernel changes its
 * own copy while it loads the module.
 */
#pragma once

#include <linux/types.h>

struct modkeep;

/** modkeep_start() - an empty file. Context: may sleep. Return: NULL without memory. */
struct modkeep *modkeep_start(void);

/** modkeep_piece() - append a piece; all but the last one are whole pages. */
int modkeep_piece(struct modkeep *keep, const void *bytes, size_t size);

/** modkeep_free() - throw a file away that modkeep_commit() did not get. */
void modkeep_free(struct modkeep *keep);

/**
 * modkeep_commit() - keep the file for the current task, until its system call returns.
 *
 * Return: 0, or a negative errno: the file is freed.
 */
int modkeep_commit(struct modkeep *keep);

/**
 * modkeep_show() - show the hypervisor the file that the current task is loading, if there is one. The
 * hypervisor approves nothing of a module whose file it has not seen whole.
 * @name: of the module
 *
 * Context: may sleep; one at a time.
 * Return: the file, which nobody can write to until modkeep_shown(); NULL: there is none.
 */
struct modkeep *modkeep_show(const char *name);

/**
 * modkeep_map() - map the file, read-only, until modkeep_unmap().
 * @size: set to its size
 *
 * Return: NULL without memory.
 */
void *modkeep_map(const struct modkeep *keep, size_t *size);
void modkeep_unmap(void *map);

/** modkeep_shown() - the hypervisor can forget it. @keep: freed; may be NULL. Context: as modkeep_show(). */
void modkeep_shown(struct modkeep *keep);
