/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Headers of a store and of its blocks: whether they are valid. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "abi/store.h"

#define STORE_BLOCK_MIN 4096u /* limits for the sizes that a header may claim, bytes */
#define STORE_BLOCK_MAX (64u << 20)
#define STORE_BYTES_MAX (1ull << 40)

/**
 * store_hdr_valid() - check that a header's magic, version, CRC and sizes are those of this version.
 * @why: receives what is wrong, if not NULL; @n: its size
 */
bool store_hdr_valid(const struct rw_store_hdr *h, char *why, size_t n);

/** store_evicted() - get the number of records evicted, of all classes. */
uint64_t store_evicted(const struct rw_store_hdr *h);

/** store_boot() - get the first four bytes of the boot's id, as frames have them. */
uint32_t store_boot(const struct rw_store_hdr *h);

/**
 * block_hdr_valid() - check a block's header.
 * @store: the header of its store, or NULL
 * @why:   receives what is wrong: a constant
 */
bool block_hdr_valid(const struct rw_store_hdr *store, const struct rw_block_hdr *b, const char **why);
