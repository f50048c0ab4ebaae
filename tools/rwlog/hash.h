/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* SHA-256 of what is read and written, for the chain of custody. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_TEXT 65u /* in hex, with a NUL */

/** hash_text() - compute the SHA-256 of @n bytes, in hex. Ends the program if libcrypto cannot. */
void hash_text(char text[HASH_TEXT], const void *p, size_t n);

/** hash_base64() - the same, in base64, as a page's Content-Security-Policy has it. */
void hash_base64(char text[HASH_TEXT], const void *p, size_t n);
