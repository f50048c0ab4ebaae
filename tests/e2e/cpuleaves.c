// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Prints every CPUID leaf on every CPU, raw: "cpu leaf.subleaf eax ebx ecx edx". Omits all-zero subleaves.
#define _GNU_SOURCE
#include <cpuid.h>
#include <stdint.h>
#include <stdio.h>

#include "tests/each_cpu.h"

#define SUBLEAVES 64
#define PV_LEAVES 16 /* above 0x40000000, regardless of that leaf's value */

static void leaf(int cpu, uint32_t number)
{
	for (uint32_t sub = 0; sub < SUBLEAVES; sub++) {
		uint32_t a, b, c, d;

		__cpuid_count(number, sub, a, b, c, d);
		/* A leaf without subleaves answers the same for each, or with the subleaf's number in ECX. */
		if (sub && !(a | b | (c & ~0xffu) | d))
			continue;
		if (sub && number != 4 && number != 7 && number != 0xb && number != 0xd && number != 0xf &&
		    number != 0x10 && number != 0x12 && number != 0x14 && number != 0x17 && number != 0x18 &&
		    number != 0x1d && number != 0x1f && number != 0x8000001d && number != 0x80000020)
			break;
		printf("%d %08x.%02x %08x %08x %08x %08x\n", cpu, number, sub, a, b, c, d);
	}
}

static void range(int cpu, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		leaf(cpu, first + i);
}

static uint32_t leaves(uint32_t first)
{
	uint32_t a, b, c, d;

	__cpuid(first, a, b, c, d);
	return a >= first && a - first < 0x100 ? a - first + 1 : 1;
}

static void print(int cpu)
{
	range(cpu, 0, leaves(0));
	range(cpu, 0x20000000, 1);
	range(cpu, 0x40000000, PV_LEAVES);
	range(cpu, 0x80000000, leaves(0x80000000));
	range(cpu, 0xc0000000, 1);
}

int main(void)
{
	return each_cpu(print);
}
