/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names for what is protected. */
#pragma once

#include "kernel/addresses.h"

/**
 * symbols_send() - send the hypervisor the names of kernel text, read-only data and the agent itself.
 * @k: the kernel's addresses
 *
 * Each member of the LSM hook table has its own name instead of the table's.
 *
 * Context: may sleep; takes about 6 MiB during the call. Before the lock.
 * Return: 0, -ENOMEM, -E2BIG if there are more names than RW_SYMBOLS_SIZE holds, -ERANGE for an address that
 * cannot have a name, or what hvcall_error() made of the answer; printed.
 */
int symbols_send(const struct compat_kernel *k);
