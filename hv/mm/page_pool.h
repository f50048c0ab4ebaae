/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Pages of the hypervisor's own region, for the start and for splits of nested tables; never freed. */
#pragma once

#include "abi/bootinfo.h"

#include <stdbool.h>
#include <stddef.h>

/** pool_init() - uses the pool described in @info, which must stay. First of all, on the first CPU. */
void pool_init(const struct rw_bootinfo *info);

/** pool_alloc() - contiguous zeroed pages; NULL: too few left. After the start under the nested lock only. */
void *pool_alloc(size_t pages);

/** pool_left() - number of pages not allocated. */
size_t pool_left(void);

/**
 * hv_phys() - physical address of a pointer into the region's window (not of the image); hv_virt(): the
 * reverse.
 */
uint64_t hv_phys(const void *virt);
void *hv_virt(uint64_t phys);

/** hv_is_policy() - whether @phys lies in the policy area: our only pages that the guest can read. */
bool hv_is_policy(uint64_t phys);

/** hv_owns() - whether any of the @size bytes at @phys (both may come from the guest) is the hypervisor's. */
bool hv_owns(uint64_t phys, uint64_t size);
