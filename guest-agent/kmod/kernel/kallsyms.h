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
 * compat_refuse_probes() - let the kernel refuse kprobes on functions.
 * @start: where the first function begins
 * @end:   where the last one ends
 *
 * The kernel cannot write a probe's breakpoint into locked text, and treats that as a bug of its own. It
 * cannot be undone: call this when nothing else can fail. A failure is printed, and nothing more.
 *
 * Context: module init; may sleep.
 */
void compat_refuse_probes(unsigned long start, unsigned long end);

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
