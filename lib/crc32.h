/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CRC-32 (IEEE 802.3, reflected), the one of zlib: what the log's structures are checked with. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** crc32_update() - the checksum @crc (0 at the beginning) goes on with the @n bytes at @p. Context: any. */
uint32_t crc32_update(uint32_t crc, const void *p, size_t n);
