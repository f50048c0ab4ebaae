/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Image of approved.conf in the policy area: the SHA-256 of every kernel module that may be loaded after the
 * lock. struct rw_approved_hdr, then its digests, ascending and different from one another.
 */
#pragma once

#include "abi/types.h"

#define RW_APPROVED_MAGIC   0x50504157u /* "WAPP" */
#define RW_APPROVED_VERSION 1u
#define RW_APPROVED_MAX     100000u /* digests */
#define RW_SHA256_LEN       32u

struct rw_approved_hdr {
	uint32_t magic;
	uint32_t version;
	uint32_t count; /* digests after this header, up to RW_APPROVED_MAX */
	uint32_t reserved;
};
RW_ASSERT_SIZE(struct rw_approved_hdr, 16);

/* Bytes of an image with @count digests. */
#define RW_APPROVED_BYTES(count) (sizeof(struct rw_approved_hdr) + (count)*RW_SHA256_LEN)
