/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The linear addresses that an instruction in 64-bit mode may have accessed, and what it stores. Pure C. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define OPERAND_CANDIDATES 4

struct operand_regs {
	/* in the order of the instruction encoding: rax rcx rdx rbx rsp rbp rsi rdi r8..r15 */
	uint64_t gpr[16];
	uint64_t rip; /* of the instruction */
	uint64_t fs_base, gs_base;
};

/**
 * operand_candidates() - addresses that the memory operand, absolute move, string instruction or push in @n
 * untrusted @bytes may access; the caller finds the right one by translating them. Return: number in @out, at
 * most OPERAND_CANDIDATES.
 */
unsigned int operand_candidates(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs,
				uint64_t *out);

/**
 * operand_store32() - decodes a 4-byte MOV to memory, as drivers use; @value: what it stores. Return: its
 * length, else 0.
 */
unsigned int operand_store32(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs,
			     uint32_t *value);

struct operand_store {
	unsigned int len;  /* of the instruction */
	unsigned int size; /* bytes that it stores, each time */
	bool string, rep;  /* MOVS, which copies from RSI to RDI; RCX times */
	uint64_t address;  /* linear; of MOVS: RDI */
	uint64_t value;    /* not of MOVS */
};

/**
 * operand_store() - decodes what copies memory: a MOV of a register to memory, or a MOVS. Return: whether it
 * is one of them, without prefixes that copying does not need.
 */
bool operand_store(const uint8_t *bytes, unsigned int n, const struct operand_regs *regs,
		   struct operand_store *store);
