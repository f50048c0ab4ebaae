/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* SHA-256: FIPS 180-4, "SHA-256". Pure C: the hypervisor uses no vector registers, so no instructions for it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN   32u
#define SHA256_BLOCK 64u

struct sha256 {
	uint32_t h[8];
	uint64_t bytes; /* so far */
	uint8_t block[SHA256_BLOCK];
};

/** sha256_start() - begin a digest. sha256_add() - add @size bytes. */
void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *bytes, size_t size);

/** sha256_end() - the digest of all that was added; @s needs a new start. */
void sha256_end(struct sha256 *s, uint8_t digest[SHA256_LEN]);
