/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The places where the kernel patches itself, given by the agent before the lock. */
#pragma once

#include "core/input_error.h"
#include "abi/hypercall.h"

#include <stdbool.h>

/* Private state. */
struct sites {
	struct rw_site *site; /* ascending and disjoint */
	uint32_t room, count;
	uint32_t last;  /* number of the site found last: the kernel patches them in ascending order */
	bool described; /* patching is set */
	struct rw_patching patching; /* all 0 if the agent said nothing */
};

/** sites_init() - makes an empty table in @size bytes of hypervisor memory, 8-byte aligned. Once. */
void sites_init(struct sites *s, void *area, uint32_t size);

/** sites_clear() - forgets all sites. Context: as sites_add_page(); other CPUs may be looking sites up. */
void sites_clear(struct sites *s);

/**
 * sites_describe() - takes one RW_HC_PATCHING argument: private copy, untrusted. Once before each lock.
 * @err: set on error, index: number of the tracer.
 * Return: 0; -RW_EINVAL: a field; -RW_EXISTS: called before.
 */
int sites_describe(struct sites *s, const struct rw_patching *patching, struct input_error *err);

/**
 * sites_add_page() - adds one RW_HC_SITES argument, all of it or nothing.
 * @page: private copy, untrusted.
 * @err: set on error, index: number of the entry.
 * Context: before the lock, serialised by the caller.
 * Return: 0; -RW_EINVAL: count, order, a field; -RW_ENOSPC: the area is full.
 */
int sites_add_page(struct sites *s, const struct rw_site_page *page, struct input_error *err);

/** sites_find() - the site at the linear address @gva; NULL: none. After the lock; one CPU at a time. */
const struct rw_site *sites_find(struct sites *s, uint64_t gva);
