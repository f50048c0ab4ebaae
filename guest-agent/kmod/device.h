/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* /dev/ringward: what user mode can ask of the agent (uapi.h). */
#pragma once

#include "kernel/addresses.h"

/**
 * device_init() - make /dev/ringward, for root only.
 * @k: the kernel's addresses, needed at the lock; must stay
 *
 * Context: module init, once everything that the requests need is ready.
 * Return: 0 or a negative errno.
 */
int device_init(const struct compat_kernel *k);

/* Undoes device_init(). Context: module init, when a later step failed. */
void device_exit(void);
