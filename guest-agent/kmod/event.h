/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Making a record: who, when, on what. */
#pragma once

#include <linux/fs.h>
#include <linux/path.h>

#include "abi/record.h"

/* Bytes of a buffer for one path and its NUL: memory from __getname(). */
#define EVENT_PATH_BYTES (RW_PATH_MAX + 1)
static_assert(EVENT_PATH_BYTES <= PATH_MAX);

/**
 * event_init() - start a record: time, and the current task's identity.
 * @rec:     cleared and filled
 * @type:    enum rw_rec_type
 * @verdict: enum rw_verdict
 *
 * Context: any task's; does not sleep.
 */
void event_init(struct rw_rec_agent *rec, u8 type, u8 verdict);

/* Adds what identifies a file. */
void event_inode(struct rw_rec_agent *rec, const struct inode *inode);

/**
 * event_path() - name a file.
 * @rec:  gets RW_RECF_PATH_TRUNC when the name is cut
 * @path: the file
 * @buf:  EVENT_PATH_BYTES
 * @len:  set to the name's length in bytes
 *
 * Return: the name, absolute as seen from the caller's root, somewhere in @buf.
 */
const char *event_path(struct rw_rec_agent *rec, const struct path *path, char *buf, u16 *len);

/* The same for an entry of a directory, which need not exist; @dir is locked by the caller. */
const char *event_path_at(struct rw_rec_agent *rec, const struct path *dir, struct dentry *dentry, char *buf,
			  u16 *len);
