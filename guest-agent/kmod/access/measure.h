/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The contents of files, measured: their SHA-256, computed once and kept until the file may have changed.
 *
 * Whoever holds a measured file keeps its contents as they are: it cannot be opened for writing or truncated
 * meanwhile. It can be renamed, removed, and replaced by another file of the same name.
 */
#pragma once

#include <linux/fs.h>
#include <linux/types.h>

struct measured;

/** measure_init() - prepare. Context: module init; may sleep. Return: 0 or an error (printed). */
int measure_init(void);

/* Undoes measure_init(). Context: module init, when a later step failed. */
void measure_exit(void);

/**
 * measure_hold() - measure a file and hold it.
 * @file: open for reading
 * @of:   set; to be passed to measure_release()
 *
 * Context: may sleep; not with mmap_lock. Return: 0; -ETXTBSY: somebody has it open for writing; -EOPNOTSUPP:
 * not a regular file, or on a file system where others than this kernel can change it; -EAGAIN: it changed
 * meanwhile; or what reading it gave.
 */
int measure_hold(struct file *file, struct measured **of);

/** measure_release() - undo one measure_hold(). Context: any, interrupts too. */
void measure_release(struct measured *of);

/** measure_digest() - the SHA-256 of a measured file that is held. */
const u8 *measure_digest(const struct measured *of);

/** measure_is_of() - whether a measured file that is held is this one. */
bool measure_is_of(const struct measured *of, const struct inode *inode);

/**
 * measure_write() - a file is about to be changed: forget what it was, or refuse.
 *
 * Context: any; after the inode's count of writers was raised. Return: 0, or -ETXTBSY: it is held.
 */
int measure_write(const struct inode *inode);

/** measure_forget() - forget an inode, which is about to be freed. Context: any. */
void measure_forget(const struct inode *inode);
