/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The list of guest RAM in struct rw_bootinfo. */
#pragma once

#include "abi/bootinfo.h"

/**
 * ranges_add() - add a piece of RAM to info->ram.
 * @info: holds the list: ascending, disjoint, neighbours merged, before and after
 * @base: page-aligned
 * @size: bytes, page-aligned; base + size does not overflow
 *
 * Context: anywhere. Return: 0, or -1 if the list is full.
 */
int ranges_add(struct rw_bootinfo *info, uint64_t base, uint64_t size);
