/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A kernel module's file, as the kernel has read it: uncompressed, hashed, and judged by approved.conf. */
#pragma once

#include <linux/types.h>

#include "abi/approved.h"

/**
 * modfile_init() - find the image of approved.conf, if there is one.
 *
 * Context: module init, after policy_init(). Return: 0, or -EPROTO if it is not sound; printed.
 */
int modfile_init(void);

/**
 * modfile_fn - gets the next piece of an uncompressed file, up to a page. Return: 0, or a negative errno,
 * which ends the reading.
 */
typedef int (*modfile_fn)(void *ctx, const void *bytes, size_t size);

/**
 * modfile_read() - hand out a file piece by piece; one in xz is unpacked, as the kernel does it.
 *
 * Context: may sleep. Return: 0, what @fn returned, -ENOMEM, or -EBADMSG: damaged.
 */
int modfile_read(const void *content, size_t size, modfile_fn fn, void *ctx);

/** modfile_is_approved() - whether approved.conf lists @digest. */
bool modfile_is_approved(const u8 digest[RW_SHA256_LEN]);
