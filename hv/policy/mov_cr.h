/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Decodes MOV to a control register. Pure: calls nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** is_legacy_prefix() - ES, CS, SS, DS; FS, GS, operand and address size; LOCK; REP. */
static inline bool is_legacy_prefix(uint8_t byte)
{
	return (byte & 0xe7) == 0x26 || (byte & 0xfc) == 0x64 || byte == 0xf0 || (byte & 0xfe) == 0xf2;
}

/**
 * mov_cr_decode() - which register a MOV to a control register takes its value from.
 * @code:      bytes of the guest at RIP, untrusted
 * @count:     bytes of @code
 * @long_mode: 64-bit code
 * @gpr:       set: 0 RAX to 15 R15, in the encoding of instructions
 * Return: length of the instruction in bytes; 0: it is another one, or incomplete.
 */
unsigned int mov_cr_decode(const uint8_t *code, size_t count, bool long_mode, unsigned int *gpr);
