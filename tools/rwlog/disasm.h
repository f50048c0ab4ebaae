/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What code bytes mean, in Intel's syntax. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define DISASM_LEN 192u

enum disasm_result {
	DISASM_ABSENT, /* this program has no disassembler */
	DISASM_BAD,    /* the bytes are not a whole instruction */
	DISASM_GOOD
};

/**
 * disasm() - disassemble the first instruction of 64-bit code.
 * @code: bytes, from the guest
 * @n:    how many
 * @rip:  their address
 * @text: receives the instruction
 *
 * Return: DISASM_GOOD, or another result and @text is empty.
 */
enum disasm_result disasm(const uint8_t *code, size_t n, uint64_t rip, char text[DISASM_LEN]);

typedef void disasm_fn(void *ctx, uint64_t address, const char *text);

/**
 * disasm_each() - disassemble code up to the first bytes that are no whole instruction; calls @fn for each.
 *
 * Return: the bytes that were instructions.
 */
size_t disasm_each(const uint8_t *code, size_t n, uint64_t rip, disasm_fn *fn, void *ctx);
