/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * CRC-32C (Castagnoli, as in iSCSI, ext4 and SSE4.2), for records, headers and frames. Pure C plus one
 * instruction.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * crc32c_use_insn() - say whether crc32c() may use the CPU's instruction.
 * @has: the CPU has SSE4.2: CPUID leaf 1, ECX bit 20
 *
 * Context: once, before any call of crc32c(), which uses a table without it.
 */
void crc32c_use_insn(bool has);

/**
 * crc32c() - extend a checksum over more bytes.
 * @crc: checksum of the bytes before; 0 at the beginning
 * @p:   @n bytes, at any alignment
 *
 * The instruction works on general registers: no vector state is touched.
 *
 * Context: any. Return: the checksum, as RFC 3720 defines it.
 */
uint32_t crc32c(uint32_t crc, const void *p, size_t n);
