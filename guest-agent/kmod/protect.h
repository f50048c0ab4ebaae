/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tells the hypervisor what to keep read-only, and locks. */
#pragma once

#include "kernel/addresses.h"

/**
 * protect_register() - tell the hypervisor what it must know about this kernel.
 * @k: the kernel's addresses
 *
 * Context: module init, once.
 * Return: 0, -ENOMEM, or what hvcall_error() made of the answer; printed.
 */
int protect_register(const struct compat_kernel *k);

/**
 * protect_lock() - name symbols and ranges, then lock.
 * @k: the kernel's addresses
 *
 * Every address is checked against the live page tables before it is named.
 *
 * Context: may sleep; after module init has returned; one caller at a time.
 * Return: 0; -EALREADY if it was locked before; -EAGAIN while the module's memory is not yet read-only;
 * -EBUSY if kexec cannot be closed; -EFAULT if the page tables contradict the kernel's layout; -ENOMEM; or
 * what hvcall_error() made of an answer. All but -EALREADY and -ENOMEM are printed. After a failure another
 * try fails too, as the ranges are already named.
 */
int protect_lock(const struct compat_kernel *k);
