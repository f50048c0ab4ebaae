/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The kernel's symbol table, whose functions are not exported to modules. */
#pragma once

/**
 * compat_symbol_fn - called for a symbol.
 * @ctx:  as passed to the walk
 * @name: valid only during the call
 * @addr: its address
 *
 * Return: 0; another value ends the walk.
 */
typedef int (*compat_symbol_fn)(void *ctx, const char *name, unsigned long addr);

/**
 * compat_kallsyms_init() - find the kernel's functions that the others here need.
 *
 * Context: module init; patches kernel text briefly (a kprobe).
 * Return: 0, or -ENOENT if they cannot be found; printed.
 */
int compat_kallsyms_init(void);

/* Address of a symbol, exported or not; 0: there is none. Context: module init. */
unsigned long compat_lookup(const char *name);

/**
 * compat_for_each_symbol() - walk the symbols of the kernel's image, ascending by address.
 *
 * Of several symbols at one address, the first is the best name.
 *
 * Context: may sleep.
 * Return: what @fn returned last.
 */
int compat_for_each_symbol(compat_symbol_fn fn, void *ctx);

/**
 * compat_for_each_own_symbol() - walk the symbols of this module, in the order of its symbol table.
 *
 * Includes symbols in memory freed after the module's init.
 *
 * Context: any; @fn must not sleep.
 * Return: what @fn returned last.
 */
int compat_for_each_own_symbol(compat_symbol_fn fn, void *ctx);
