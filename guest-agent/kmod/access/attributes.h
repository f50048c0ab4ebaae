/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What kernel/guard_hooks.c calls: hooks whose arguments differ between versions of Linux. */
#pragma once

struct dentry;
struct iattr;

/** guard_attributes() - decide a change of a file's length, mode, owner or times. Context: may sleep. */
int guard_attributes(struct dentry *dentry, const struct iattr *attr);

/** guard_xattr() - decide a change of a file's extended attributes or ACLs. Context: may sleep. */
int guard_xattr(struct dentry *dentry);
