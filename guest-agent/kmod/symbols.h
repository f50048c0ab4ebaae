/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names for what is protected. */
#pragma once

#include "kernel/addresses.h"

/**
 * symbols_send() - give the hypervisor the names of kernel text, read-only data and of the agent itself.
 * @k: the kernel's addresses
 *
 * Each member of the LSM hook table has its own name in place of the table's.
 *
 * Context: may sleep; takes some 6 MiB for the time of the call. Before the lock.
 * Return: 0, -ENOMEM, -E2BIG when there are more names than RW_SYMBOLS_SIZE holds, -ERANGE for an address
 * that a name cannot be given to, or what hvcall_error() made of the answer; printed.
 */
int symbols_send(const struct compat_kernel *k);
