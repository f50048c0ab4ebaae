/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Records of changed attributes, for hooks whose arguments depend on Linux' version (kernel/file_hooks.c). */
#pragma once

#include <linux/fs.h>

/** attributes_change() - record a change of length or times, if that is what @attr asks for. */
void attributes_change(struct dentry *dentry, const struct iattr *attr);

/** attributes_xattr() - record an extended attribute or ACL; @value NULL: its bytes are not at hand. */
void attributes_xattr(struct dentry *dentry, const char *name, const void *value, u32 bytes);

/** attributes_xattr_remove() - record the removal of an extended attribute or ACL. */
void attributes_xattr_remove(struct dentry *dentry, const char *name);
