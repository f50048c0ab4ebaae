/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* SHA-256 of what is read and written. */
#include "hash.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "resident.h"

#define HASH_LEN 32u
#define STEP     (256u << 10) /* bytes */

static void hash_bytes(uint8_t digest[HASH_LEN], const uint8_t *p, size_t n)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

	for (size_t at = 0, step; good && at < n; at += step) {
		step = n - at < STEP ? n - at : STEP;
		good = EVP_DigestUpdate(ctx, resident_view(p + at, step), step) == 1;
	}
	good = good && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (good)
		return;
	fputs("rwlog: libcrypto cannot compute a SHA-256\n", stderr);
	exit(2);
}

void hash_text(char text[HASH_TEXT], const void *p, size_t n)
{
	uint8_t digest[HASH_LEN];

	hash_bytes(digest, p, n);
	for (size_t i = 0; i < HASH_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

void hash_base64(char text[HASH_TEXT], const void *p, size_t n)
{
	uint8_t digest[HASH_LEN];

	hash_bytes(digest, p, n);
	EVP_EncodeBlock((unsigned char *)text, digest, HASH_LEN);
}
