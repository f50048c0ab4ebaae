/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The kernel's own table of symbols, whose functions modules cannot link to. */
#pragma once

/**
 * compat_symbol_fn - called for a symbol.
 * @ctx:  what the caller of the walk passed
 * @name: valid during the call only
 * @addr: where it lies
 *
 * Return: 0; another value ends the walk.
 */
typedef int (*compat_symbol_fn)(void *ctx, const char *name, unsigned long addr);

/**
 * compat_kallsyms_init() - find the functions for the others here.
 *
 * Context: module init; patches kernel text for a moment (a kprobe).
 * Return: 0, or -ENOENT when there is no way to them; printed.
 */
int compat_kallsyms_init(void);

/* Address of a symbol, exported or not; 0: there is none. Context: module init. */
unsigned long compat_lookup(const char *name);

/**
 * compat_for_each_symbol() - walk through the symbols of the kernel's image, ascending by address.
 *
 * Of several symbols at one address the first is the best name.
 *
 * Context: may sleep.
 * Return: what @fn returned last.
 */
int compat_for_each_symbol(compat_symbol_fn fn, void *ctx);

/**
 * compat_for_each_own_symbol() - walk through the symbols of this module, in the order of its symbol table.
 *
 * What was freed after the module's init is among them.
 *
 * Context: any; @fn must not sleep.
 * Return: what @fn returned last.
 */
int compat_for_each_own_symbol(compat_symbol_fn fn, void *ctx);
