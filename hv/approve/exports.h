/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The symbols that the kernel and approved modules export: their tables (struct kernel_symbol of Linux, by
 * name), which lie in read-only data that the guest cannot change.
 */
#pragma once

#include "core/percpu.h"

#define EXPORTS_ENTRY 12u       /* bytes of an entry */
#define EXPORTS_MAX   0xffffffu /* entries of a table */

/** exports_add() - adds a table of @count entries at @va, in place of those it overlaps. Return: success? */
bool exports_add(struct percpu *cpu, uint64_t va, uint32_t count);

/** exports_clear() - forgets all of them. */
void exports_clear(void);

/**
 * exports_find() - the value of the symbol @name. A table counts only as long as its memory is protected.
 * Context: under hv_agent_lock, as all functions here.
 */
bool exports_find(struct percpu *cpu, const char *name, uint64_t *value);

/**
 * exports_read() - copies @size bytes at linear address @va. @kinds: BIT(enum rw_target) of what they may lie
 * in. Return: whether all of them lie there, mapped where the agent named them.
 */
bool exports_read(struct percpu *cpu, uint64_t va, void *dst, size_t size, uint32_t kinds);
