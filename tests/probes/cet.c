// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Features of newer CPUs: shadow stacks, branch tracking, supervisor keys. Prints nothing on older CPUs.
#include "probe.h"

#define MSR_U_CET   0x6a0u
#define MSR_PL3_SSP 0x6a7u
#define MSR_PKRS    0x6e1u
#define CR4_CET     BIT(23)
#define CR4_PKS     BIT(24)
#define CET_SHSTK   BIT(0)
#define CET_ENDBR   BIT(2)
#define CR0_WP      BIT(16)
#define SHADOW      (WINDOW + SPARE * PAGE)

SNIPPET(ce_good, "rdsspq %rsi; call 1f; jmp 2f; 1: cpuid; rdsspq %rdi; ret; 2: sub %rdi, %rsi");
SNIPPET(ce_bad, "call 1f; nop; nop; 1: cpuid; addq $1, (%rsp); ret");
SNIPPET(ce_branch, "lea 1f(%rip), %rax; jmp *%rax; 1: endbr64; cpuid; nop");
SNIPPET(ce_nobranch, "lea 1f(%rip), %rax; jmp *%rax; 1: cpuid; nop");
SNIPPET(ce_kernel, "mov $0x6a2, %ecx; mov $4, %eax; xor %edx, %edx; wrmsr;"
		   "lea 1f(%rip), %rax; jmp *%rax; 1: endbr64;"
		   "xor %eax, %eax; cpuid; lea 2f(%rip), %rax; call *%rax; jmp 3f; 2: endbr64; cpuid; ret;"
		   "3: mov $0x6a2, %ecx; rdmsr; mov %eax, %ebx; xor %eax, %eax; xor %edx, %edx; wrmsr");
SNIPPET(ce_read, "cpuid; mov (%rsi), %rbx");

static void shadow_stack(void)
{
	struct ctx c = { 0 };

	window_map(SPARE, PTE_P | PTE_U | PTE_D | PTE_A);
	wrmsr(MSR_U_CET, CET_SHSTK);
	wrmsr(MSR_PL3_SSP, SHADOW + 256);
	SHOW(&c, ce_good, U64, "cet shadow.good: %s, call takes %x", c.rsi);
	probe("cet shadow.after: %x", rdmsr(MSR_PL3_SSP));
	c = (struct ctx){ 0 };
	probe("cet shadow.bad: %s", RUN(&c, ce_bad, U64));
	wrmsr(MSR_U_CET, 0);
	window_map(SPARE, 0);
}

static void branches(void)
{
	struct ctx c = { 0 };

	wrmsr(MSR_U_CET, CET_ENDBR);
	probe("cet branch.good: %s", RUN(&c, ce_branch, U64));
	c = (struct ctx){ 0 };
	probe("cet branch.bad: %s", RUN(&c, ce_nobranch, U64));
	probe("cet branch.tracker: %x", rdmsr(MSR_U_CET));
	wrmsr(MSR_U_CET, 0);
	c = (struct ctx){ 0 };
	SHOW(&c, ce_kernel, K64, "cet branch.kernel: %s %x", c.rbx);
}

static void supervisor_keys(void)
{
	struct ctx c = { .rsi = SHADOW };
	UINT64 cr4 = read_cr4();

	if (try_cr(4, cr4 | CR4_PKS) != VEC_END)
		return;
	window_map(SPARE, PTE_P | PTE_W | 3ull << 59);
	wrmsr(MSR_PKRS, 1u << 6);
	probe("cet pks.closed: %s", RUN(&c, ce_read, K64));
	probe("cet pks.value: %x", rdmsr(MSR_PKRS));
	wrmsr(MSR_PKRS, 0);
	c = (struct ctx){ .rsi = SHADOW };
	probe("cet pks.open: %s", RUN(&c, ce_read, K64));
	write_cr4(cr4);
	window_map(SPARE, 0);
}

void probe_cet(void)
{
	UINT64 cr4 = read_cr4(), cr0 = read_cr0();

	write_cr0(cr0 | CR0_WP);
	if (has(7, 0, 2, 7) && try_cr(4, cr4 | CR4_CET) == VEC_END) {
		shadow_stack();
		branches();
		write_cr4(cr4);
	}
	if (has(7, 0, 2, 31))
		supervisor_keys();
	write_cr0(cr0);
}
