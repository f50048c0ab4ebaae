/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Decisions by the access policy: 0 or -EACCES, with a record of each refusal. */
#pragma once

#include <linux/fs.h>
#include <linux/path.h>

#include "access/label.h"

#define CHECK_READ    (1u << RW_RIGHT_READ)
#define CHECK_WRITE   (1u << RW_RIGHT_WRITE)
#define CHECK_APPEND  (1u << RW_RIGHT_APPEND)
#define CHECK_EXECUTE (1u << RW_RIGHT_EXECUTE)

/** check_open_file() - decide what the current task may do through an open file.
 * @what: for the record
 *
 * Context: may sleep. So for all below.
 */
int check_open_file(const struct file *file, u32 kinds, const char *what);

/** check_other_file() - decide about a file of the same file system that may be any. */
int check_other_file(const struct file *file, u32 kinds, const char *what);

/** check_dentry() - decide what the current task may do to the file that has a name. */
int check_dentry(struct dentry *dentry, u32 kinds, const char *what);

/** check_name() - decide whether the current task may make, remove or replace what a name stands for. */
int check_name(struct dentry *dentry, const char *what);

/** check_keeps() - refuse to give a file a name at which the current task may do more than it may now. */
int check_keeps(struct dentry *dentry, struct dentry *new_name, const char *what);

/** check_below() - decide what the current task may do below a directory. */
int check_below(struct dentry *dentry, u32 kinds, const char *what);

/**
 * check_writes_all() - whether the current task may write to all files of a mount, and no line names one.
 * @root: its top
 *
 * Context: any.
 */
bool check_writes_all(const struct inode *root);

/** check_refuse() - refuse by a rule, unless the whole policy only records. @rule: its number. */
int check_refuse(struct dentry *dentry, const char *what, u16 rule);

struct event;

/**
 * check_add_path() - add the path of a file to a record.
 * @path: of the file, or NULL: by a mount that leads there
 *
 * Context: may sleep.
 */
void check_add_path(struct event *ev, const struct path *path, struct dentry *dentry);

/**
 * check_add_refusal() - add to a record what is refused, or with @audited allowed: operation, rule, result.
 * @asked: what exactly, of @len bytes; NULL: nothing
 *
 * Context: any.
 */
void check_add_refusal(struct event *ev, const char *what, const char *asked, size_t len, u16 rule,
		       bool audited);

/** check_add_rule() - add the line of a rule to a record; nothing for RW_ACCESS_NO_RULE. Context: any. */
void check_add_rule(struct event *ev, u16 number);

/** check_has_no_paths() - whether files have no paths there: pipes, sockets, memfds, and namespaces. */
bool check_has_no_paths(const struct super_block *sb);
