/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CRC-32 (IEEE 802.3, reflected), the one of zlib: what the log's structures are checked with. */
#ifndef HV_LOG_CRC32_H
#define HV_LOG_CRC32_H

#include <stddef.h>
#include <stdint.h>

/**
 * crc32_update() - go on with a checksum.
 * @crc: value so far; 0 at the beginning
 * @p:   data, any alignment
 * @n:   bytes
 *
 * Context: any. Return: the checksum of everything so far; the same numbers as zlib's crc32().
 */
uint32_t crc32_update(uint32_t crc, const void *p, size_t n);

#endif
