/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The agent's way into the hypervisor. */
#pragma once

#include <linux/types.h>

#include "abi/hypercall.h"

struct rw_status;

/* Result of hvcall() if the instruction raises #UD: nothing answers. */
#define HVCALL_UD (-4096L)

/**
 * hvcall_detect() - find out whether Ringward answers, and by which instruction.
 *
 * Reads the signature leaf first, then sends a nonce, so that another hypervisor's answer for an out-of-range
 * leaf does not mislead.
 *
 * Context: module init, once, before any other function here.
 * Return: 0, or -ENODEV (nothing answers) or -EPROTO (another ABI version); the reason is printed.
 */
int hvcall_detect(void);

/**
 * hvcall() - make one hypercall.
 * @nr: enum rw_hypercall
 * @a1: @a2: @a3: its arguments; addresses are guest-physical
 *
 * The only place with the instruction: after the lock the hypervisor accepts calls only from the module's
 * text.
 *
 * Context: any; the call concerns the current CPU.
 * Return: the result, a negative RW_E*, or HVCALL_UD.
 */
long hvcall(unsigned long nr, unsigned long a1, unsigned long a2, unsigned long a3);

/**
 * hvcall_error() - print why a hypercall failed and translate its result.
 * @what: what was tried, for the message
 * @ret:  negative result of hvcall()
 *
 * Return: a negative errno: -EALREADY for RW_ELOCKED, -EPERM, -EINVAL and -ENOSPC for the errors of these
 * names, else -EIO.
 */
int hvcall_error(const char *what, long ret);

/**
 * hvcall_page() - make a hypercall whose argument is a page of the kernel's direct map.
 * @what: what is tried, for the message
 *
 * Context: as hvcall(). Return: 0, or as hvcall_error().
 */
int hvcall_page(unsigned long nr, const void *page, const char *what);

/**
 * hvcall_status() - what the hypervisor says of itself: a page, for free_page().
 *
 * Context: may sleep. Return: an error pointer after an error, which is printed if it is the hypervisor's.
 */
struct rw_status *hvcall_status(void);
