// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Prints for each CPU what its CPUID says: the agent's signature, and whether VMX and SVM are hidden.
#define _GNU_SOURCE
#include <cpuid.h>
#include <stdio.h>
#include <string.h>

#include "tests/each_cpu.h"

static void print(int cpu)
{
	unsigned int eax, ebx, ecx, edx, vmx, svm;
	char signature[13] = "";

	__cpuid(0x40000000, eax, ebx, ecx, edx);
	memcpy(signature, &ebx, 4);
	memcpy(signature + 4, &ecx, 4);
	memcpy(signature + 8, &edx, 4);
	__cpuid(1, eax, ebx, ecx, edx);
	vmx = ecx >> 5 & 1;
	__cpuid(0x80000001, eax, ebx, ecx, edx);
	svm = ecx >> 2 & 1;
	printf("cpu %d signature %s vmx %u svm %u\n", cpu, signature, vmx, svm);
}

int main(void)
{
	return each_cpu(print);
}
