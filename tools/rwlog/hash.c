/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* SHA-256 of what is read and written. */
#include "hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

#define HASH_LEN 32u

static void hash_bytes(uint8_t digest[HASH_LEN], const void *p, size_t n)
{
	if (EVP_Digest(p, n, digest, NULL, EVP_sha256(), NULL) == 1)
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
