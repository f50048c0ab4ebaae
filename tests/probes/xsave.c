// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// XSETBV and the effects of XCR0; vector registers across instructions that a hypervisor emulates.
#include "probe.h"

#define CR4_OSFXSR  BIT(9)
#define CR4_OSXSAVE BIT(18)

SNIPPET(xgetbv, "xgetbv");
SNIPPET(xsetbv, "xsetbv");
SNIPPET(xsave, "xsave (%rbx)");
SNIPPET(xsavec, "xsavec (%rbx)");
SNIPPET(xsaves, "xsaves (%rbx)");
SNIPPET(xrstor, "xrstor (%rbx)");
SNIPPET(vector,
	"vpcmpeqb %xmm0, %xmm0, %xmm0; vinsertf128 $1, %xmm0, %ymm0, %ymm15; vmovdqu %ymm15, (%rbx);"
	"xor %eax, %eax; push %rbx; cpuid; mov $0xc0000080, %ecx; rdmsr; wrmsr; mov $0x2ff, %edx; in (%dx), %al;"
	"pop %rbx; vmovdqu %ymm15, 32(%rbx); vzeroall");
SNIPPET(sse, "pcmpeqb %xmm7, %xmm7; xor %eax, %eax; push %rbx; cpuid; pop %rbx; movdqu %xmm7, (%rbx)");
SNIPPET(fxsave, "fninit; fld1; fxsave (%rbx)");

static const char *set(UINT32 index, UINT64 value)
{
	struct ctx c = { .rcx = index, .rax = (UINT32)value, .rdx = value >> 32 };

	return RUN(&c, xsetbv, K64);
}

static UINT64 get(void)
{
	struct ctx c = { .rcx = 0 };

	RUN(&c, xgetbv, K64);
	return c.rdx << 32 | (UINT32)c.rax;
}

static void with_xsave(void)
{
	static const UINT64 values[] = { 0,     1,       2,       3,     4,      5,           6,
					 7,     9,       0x1b,    0x1f,  0xe3,   0xe7,        0x27,
					 0x207, 0x20007, 0x60007, 0x807, 0x1007, BIT(62) | 3, BIT(63) | 3 };
	UINT32 i, r[4], size;
	struct ctx c;

	probe("xsave start: %x", get());
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		probe("xsave set.%x: %s", values[i], set(0, values[i]));
		cpuid(0xd, 0, r);
		probe("xsave after.%x: %x size %x", values[i], get(), (UINT64)r[1]);
	}
	probe("xsave set.index1: %s", set(1, 1));
	probe("xsave set.index2: %s", set(2, 0));
	set(0, 3);
	c = (struct ctx){ .rcx = 1 };
	SHOW(&c, xgetbv, K64, "xsave get1: %s %x", c.rax);
	c = (struct ctx){ .rcx = 0, .rax = 1 };
	probe("xsave set.user: %s", RUN(&c, xsetbv, U64));
	c = (struct ctx){ .rcx = 0 };
	SHOW(&c, xgetbv, U64, "xsave get.user: %s %x", c.rax);
	cpuid(0xd, 0, r);
	size = r[2] < PAGE ? r[2] : (UINT32)PAGE;
	__builtin_memset(window_memory(4), 0, size);
	c = (struct ctx){ .rbx = UPAGE, .rax = ~0u, .rdx = ~0u };
	SHOW(&c, xsave, U64, "xsave xsave: %s %x", *(UINT64 *)(window_memory(4) + 512) & ~7ull);
	c = (struct ctx){ .rbx = UPAGE, .rax = ~0u, .rdx = ~0u };
	probe("xsave xrstor: %s", RUN(&c, xrstor, U64));
	c = (struct ctx){ .rbx = UPAGE + 8, .rax = ~0u, .rdx = ~0u };
	probe("xsave unaligned: %s", RUN(&c, xsave, U64));
	c = (struct ctx){ .rbx = UPAGE, .rax = ~0u, .rdx = ~0u };
	probe("xsave xsavec: %s", RUN(&c, xsavec, U64));
	c = (struct ctx){ .rbx = DATA, .rax = ~0u, .rdx = ~0u };
	probe("xsave xsaves: %s", RUN(&c, xsaves, K64));
	if (has(0xd, 0, 0, 2)) {
		set(0, 7);
		c = (struct ctx){ .rbx = DATA };
		probe("xsave vector: %s", RUN(&c, vector, K64));
		probe("xsave vector.kept: %d",
		      (UINT32)!__builtin_memcmp(window_memory(3), window_memory(3) + 32, 32));
		set(0, 1);
		c = (struct ctx){ .rbx = DATA };
		probe("xsave vector.off: %s", RUN(&c, vector, K64));
	}
	set(0, 3);
}

void probe_xsave(void)
{
	UINT64 cr4 = read_cr4(), cr0 = read_cr0();
	struct ctx c = { 0 };

	write_cr0((cr0 & ~(BIT(2) | BIT(3))) | BIT(1));
	write_cr4((cr4 | CR4_OSFXSR) & ~CR4_OSXSAVE);
	c = (struct ctx){ 0 };
	probe("xsave get.off: %s", RUN(&c, xgetbv, K64));
	c = (struct ctx){ .rax = 1 };
	probe("xsave set.off: %s", RUN(&c, xsetbv, K64));
	c = (struct ctx){ .rax = 1 };
	probe("xsave set.off.user: %s", RUN(&c, xsetbv, U64));
	c = (struct ctx){ .rbx = DATA };
	SHOW(&c, sse, K64, "xsave sse: %s %d", (UINT32)(*(UINT64 *)window_memory(3) == ~0ull));
	c = (struct ctx){ .rbx = DATA };
	SHOW(&c, fxsave, K64, "xsave fxsave: %s %x", *(UINT64 *)(window_memory(3) + 0) & 0xffffffff);
	if (has(1, 0, 2, 26)) {
		write_cr4(cr4 | CR4_OSFXSR | CR4_OSXSAVE);
		with_xsave();
	}
	write_cr4(cr4);
	write_cr0(cr0);
}
