/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tells the hypervisor what to keep read-only, and locks. */
#pragma once

#include "abi/hypercall.h"
#include "kernel/addresses.h"
#include "kernel/layout.h"

/* Ranges to be named by one hypercall after another. */
struct protect_call {
	unsigned long nr;             /* RW_HC_PROTECT or RW_HC_MODULE */
	struct rw_protect_list *list; /* a page, zeroed */
};

/**
 * protect_add() - name a range: sends the list when it is full.
 * protect_add_module() - name pages of a module, @region: read-only ones at any address; neighbours become
 * one range.
 * protect_send() - send what is in the list.
 *
 * Context: may sleep. Return: 0; -EAGAIN: a page is not read-only; -EFAULT: it is not where the module's
 * memory is; or what hvcall_error() made of an answer; printed.
 */
int protect_add(struct protect_call *call, const struct rw_range *range);
int protect_add_module(struct protect_call *call, u32 kind, const char *name, struct compat_region region);
int protect_send(struct protect_call *call);

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
