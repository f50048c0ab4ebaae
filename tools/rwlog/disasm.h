/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What code bytes mean, in Intel's syntax. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DISASM_LEN 192u

/**
 * disasm() - disassemble the first instruction of 64-bit code.
 * @code: bytes, from the guest
 * @n:    how many
 * @rip:  their address
 * @text: receives the instruction
 *
 * Return: false, with @text empty, if the bytes are not a whole instruction.
 */
bool disasm(const uint8_t *code, size_t n, uint64_t rip, char text[DISASM_LEN]);
