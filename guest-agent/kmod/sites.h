/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Where the kernel patches itself. */
#pragma once

#include "kernel/addresses.h"

/**
 * sites_send() - tell the hypervisor every place of kernel text that the kernel may patch, and with what.
 * @k: the kernel's addresses
 *
 * Context: may sleep; takes about 2 MiB during the call. Before the lock.
 * Return: 0, -ENOMEM, -ENOENT if a symbol is missing, -E2BIG if there are more places than RW_SITES_SIZE
 * holds, or what hvcall_error() made of an answer; printed.
 */
int sites_send(const struct compat_kernel *k);
