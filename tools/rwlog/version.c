/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Recognises what another version of Ringward wrote. */
#include "version.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "abi/frame.h"
#include "abi/store.h"
#include "lib/crc32c.h"
#include "lib/hex.h"
#include "util.h"

#define STORE1_MAGIC "RWSTORE1"
#define STORE1_SIZE  88u
#define HDR_SIZE_MIN 64u /* of a newer version's header */
#define HDR_SIZE_MAX 4096u
#define FRAME_MAX    4096u /* characters of a newer version's frame */
#define MARK_LEN     (sizeof(RW_FRAME_FAMILY) - 1)
#define VERSION_MAX  9999u
#define CRC_OFF      offsetof(struct rw_store_hdr, crc)

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Version 1 had zlib's CRC-32, with its own field as zeros. */
static uint32_t crc_of_store1(const uint8_t *p)
{
	uint8_t copy[STORE1_SIZE];

	memcpy(copy, p, sizeof(copy));
	memset(copy + CRC_OFF, 0, sizeof(uint32_t));
	return (uint32_t)crc32_z(0, copy, sizeof(copy));
}

uint32_t version_of_store(const uint8_t *p, size_t avail)
{
	uint32_t version, size;

	if (avail < HDR_SIZE_MIN || memcmp(p, RW_STORE_FAMILY, sizeof(RW_STORE_FAMILY) - 1) != 0)
		return 0;
	version = u32_at(p + offsetof(struct rw_store_hdr, version));
	if (version == 1 && avail >= STORE1_SIZE && memcmp(p, STORE1_MAGIC, sizeof(STORE1_MAGIC) - 1) == 0)
		return crc_of_store1(p) == u32_at(p + CRC_OFF) ? version : 0;
	size = u32_at(p + offsetof(struct rw_store_hdr, size));
	if (version <= RW_STORE_VERSION || size < HDR_SIZE_MIN || size > HDR_SIZE_MAX || size > avail)
		return 0;
	return crc_without(p, size, CRC_OFF) == u32_at(p + CRC_OFF) ? version : 0;
}

/*
 * The number after the mark. Return: its length; 0: none, or longer than any version's.
 */
static size_t take_version(const char *s, size_t avail, uint32_t *version)
{
	size_t n = 0;

	for (*version = 0; n < avail && s[n] >= '0' && s[n] <= '9' && *version <= VERSION_MAX; n++)
		*version = *version * 10 + (uint32_t)(s[n] - '0');
	return n < avail && s[n] == ' ' && *version <= VERSION_MAX && s[0] != '0' ? n : 0;
}

/* Whether exactly 8 hex digits stand at @s and are @crc. */
static bool crc_at(const char *s, size_t avail, uint32_t crc)
{
	size_t n = 0;
	uint32_t v = 0;

	for (int d; n < avail && (d = hex_digit(s[n])) >= 0; n++)
		v = v << 4 | (uint32_t)d;
	return n == 8 && v == crc;
}

uint32_t version_of_frame(const char *s, size_t avail)
{
	uint32_t version, crc = 0;
	size_t n = MARK_LEN, from = 0, digits;

	digits = avail > n ? take_version(s + n, avail - n, &version) : 0;
	if (!digits || version == RW_STORE_VERSION)
		return 0;
	if (avail > FRAME_MAX)
		avail = FRAME_MAX;
	for (n += digits; n < avail && s[n] >= ' ' && s[n] <= '~'; n++) {
		if (s[n] != ' ')
			continue;
		if (version == 1)
			crc = (uint32_t)crc32_z(crc, (const Bytef *)s + from, n + 1 - from);
		else
			crc = crc32c(crc, s + from, n + 1 - from);
		from = n + 1;
		if (crc_at(s + from, avail - from, crc))
			return version;
	}
	return 0;
}

void version_print(FILE *out, const char *name, uint32_t version)
{
	fprintf(out, "rwlog: %s: written by %s Ringward, format %" PRIu32 ": this rwlog reads format %u\n",
		name, version < RW_STORE_VERSION ? "an older" : "a newer", version, RW_STORE_VERSION);
}
