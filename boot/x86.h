/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPU instructions that C cannot express. */
#pragma once

#include <stdint.h>

#define CR4_LA57  (1ull << 12)
#define CR4_PCIDE (1ull << 17)
#define CR4_CET   (1ull << 23)

#define CPUID_1_ECX_RDRAND      (1u << 30)
#define CPUID_80000001_ECX_SVM  (1u << 2)
#define CPUID_80000001_EDX_NX   (1u << 20)
#define CPUID_80000001_EDX_1GIB (1u << 26)

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid x86_cpuid(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid id;

	__asm__ volatile("cpuid"
			 : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
			 : "a"(leaf), "c"(subleaf));
	return id;
}

static inline uint64_t x86_cr4(void)
{
	uint64_t value;

	__asm__ volatile("mov %%cr4, %0" : "=r"(value));
	return value;
}

/* Ordered after all earlier instructions. */
static inline uint64_t x86_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void x86_out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t x86_in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* Fills @count 64-bit words with zeros. */
static inline void x86_zero(void *at, uint64_t count)
{
	__asm__ volatile("rep stosq" : "+D"(at), "+c"(count) : "a"(0ull) : "memory");
}

/* Ends all activity of this CPU. */
static inline __attribute__((noreturn)) void x86_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}
