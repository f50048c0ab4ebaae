/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A kernel's vmlinux: its symbols, and the code at an address. */
#pragma once

#include "symbols.h"

/**
 * vmlinux_symbols() - read a list of symbols, from a vmlinux or from text.
 *
 * As symbols_parse(), which reads the text. Of a vmlinux, @s->vmlinux is to be closed by the caller.
 */
int vmlinux_symbols(struct symbols *s, const uint8_t *data, size_t len, char *why, size_t n);

/**
 * vmlinux_code() - get the code at an address.
 * @addr: as linked, without the running kernel's offset
 * @n:    receives the number of bytes to the end of the section
 *
 * The running kernel may have patched it since.
 *
 * Return: the bytes, or NULL if no code of the file is there.
 */
const uint8_t *vmlinux_code(const struct vmlinux *v, uint64_t addr, size_t *n);

/** vmlinux_close() - free the memory; @v may be NULL. */
void vmlinux_close(struct vmlinux *v);
