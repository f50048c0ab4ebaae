// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Paging: SMEP, SMAP, protection keys, PCIDs, write protection, accessed and dirty bits, flushes.
#include "probe.h"

#define CR4_LA57  BIT(12)
#define CR4_PCIDE BIT(17)
#define CR4_SMEP  BIT(20)
#define CR4_SMAP  BIT(21)
#define CR4_PKE   BIT(22)
#define CR4_PGE   BIT(7)
#define SIZE_1G   (1ull << 30)

SNIPPET(pg_read, "mov (%rax), %rbx");
SNIPPET(pg_write, "movq $5, (%rax)");
SNIPPET(pg_exec, "jmp *%rax");
SNIPPET(pg_stac, "stac; mov (%rax), %rbx; clac");
SNIPPET(pg_stac_user, "stac");
SNIPPET(pg_wrpkru, "mov %eax, %r8d; mov %ebx, %eax; xor %ecx, %ecx; xor %edx, %edx; "
		   "wrpkru; mov %r8, %rax; mov (%rax), %rsi; mov %rsi, (%rax)");
SNIPPET(pg_rdpkru, "xor %ecx, %ecx; rdpkru");
SNIPPET(pg_invpcid, "invpcid (%rbx), %rax");
SNIPPET(pg_cr3, "mov %rax, %cr3");

static void user_pages(void)
{
	UINT64 cr4 = read_cr4();
	struct ctx c;

	window_memory(SPARE)[0] = 0xcd;
	window_memory(SPARE)[1] = VEC_END;
	window_map(SPARE, PTE_P | PTE_W | PTE_U);
	if (has(7, 0, 1, 7)) {
		write_cr4(cr4 | CR4_SMEP);
		c = (struct ctx){ .rax = WINDOW + SPARE * PAGE };
		probe("paging smep: %s", RUN(&c, pg_exec, K64));
		write_cr4(cr4);
		c = (struct ctx){ .rax = WINDOW + SPARE * PAGE };
		probe("paging smep.off: %s", RUN(&c, pg_exec, K64));
	}
	if (has(7, 0, 1, 20)) {
		write_cr4(cr4 | CR4_SMAP);
		c = (struct ctx){ .rax = WINDOW + SPARE * PAGE };
		probe("paging smap: %s", RUN(&c, pg_read, K64));
		c = (struct ctx){ .rax = WINDOW + SPARE * PAGE };
		probe("paging smap.stac: %s", RUN(&c, pg_stac, K64));
		c = (struct ctx){ 0 };
		probe("paging smap.user: %s", RUN(&c, pg_stac_user, U64));
		write_cr4(cr4);
	}
	if (has(7, 0, 2, 3)) {
		write_cr4(cr4 | CR4_PKE);
		window_map(SPARE, PTE_P | PTE_W | PTE_U | 5ull << 59);
		c = (struct ctx){ .rax = WINDOW + SPARE * PAGE, .rbx = 0 };
		probe("paging pkey.open: %s", RUN(&c, pg_wrpkru, U64));
		c = (struct ctx){ .rax = WINDOW + SPARE * PAGE, .rbx = 2u << 10 };
		probe("paging pkey.readonly: %s", RUN(&c, pg_wrpkru, U64));
		c = (struct ctx){ .rax = WINDOW + SPARE * PAGE, .rbx = 1u << 10 };
		probe("paging pkey.closed: %s", RUN(&c, pg_wrpkru, U64));
		c = (struct ctx){ 0 };
		SHOW(&c, pg_rdpkru, U64, "paging pkey.value: %s %x", c.rax);
		write_cr4(cr4);
	}
	c = (struct ctx){ 0 };
	probe("paging pkey.off: %s", RUN(&c, pg_rdpkru, U64));
	window_map(SPARE, 0);
}

static void pcids(void)
{
	static const struct {
		UINT64 type, pcid, address;
	} calls[] = { { 0, 1, WINDOW }, { 1, 1, 0 },           { 2, 0, 0 },          { 3, 0, 0 },
		      { 4, 0, 0 },      { 0, 0x1000, WINDOW }, { 0, 1, 1ull << 63 }, { 2, 0x1000, 0 } };
	UINT64 cr4 = read_cr4(), cr3 = own_cr3();
	struct ctx c;
	UINT32 i;

	if (has(1, 0, 2, 17)) {
		try_cr(3, cr3 | BIT(3));
		probe("paging pcid.low_bits: %s", try_cr(4, cr4 | CR4_PCIDE) == VEC_END ? "ok" : "#GP");
		try_cr(4, cr4 & ~CR4_PCIDE);
		write_cr3(cr3);
		probe("paging pcid.on: %s", try_cr(4, cr4 | CR4_PCIDE) == VEC_END ? "ok" : "#GP");
		probe("paging pcid.switch: %s", try_cr(3, cr3 | 5) == VEC_END ? "ok" : "#GP");
		probe("paging pcid.noflush: %s", try_cr(3, cr3 | 6 | BIT(63)) == VEC_END ? "ok" : "#GP");
		probe("paging pcid.cr3: %x", read_cr3() & 0x8000000000000fff);
		probe("paging pcid.off: %s", try_cr(4, cr4 & ~CR4_PCIDE) == VEC_END ? "ok" : "#GP");
		write_cr3(cr3);
		write_cr4(cr4);
	}
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		*(UINT64 *)window_memory(3) = calls[i].pcid;
		*(UINT64 *)(window_memory(3) + 8) = calls[i].address;
		c = (struct ctx){ .rax = calls[i].type, .rbx = DATA };
		probe("paging invpcid.%d: %s", i, RUN(&c, pg_invpcid, K64));
	}
	c = (struct ctx){ .rbx = UPAGE };
	probe("paging invpcid.user: %s", RUN(&c, pg_invpcid, U64));
	if (is_amd())
		return; /* QEMU's TCG does not survive this */
	probe("paging cr3.63: %s", try_cr(3, cr3 | BIT(63)) == VEC_END ? "ok" : "#GP");
	write_cr3(cr3);
	probe("paging la57: %s", try_cr(4, cr4 ^ CR4_LA57) == VEC_END ? "ok" : "#GP");
	probe("paging pae: %s", try_cr(4, cr4 & ~BIT(5)) == VEC_END ? "ok" : "#GP");
}

static void bits(void)
{
	UINT64 at = WINDOW + SPARE * PAGE, cr0 = read_cr0(), cr4 = read_cr4();
	volatile UINT64 *pte = window_pte(SPARE), *pdpte = pml4() + 512;
	struct ctx c;

	window_map(SPARE, PTE_P | PTE_W);
	c = (struct ctx){ .rax = at };
	RUN(&c, pg_read, K64);
	probe("paging accessed: %x", *pte & (PTE_A | PTE_D));
	c = (struct ctx){ .rax = at };
	RUN(&c, pg_write, K64);
	probe("paging dirty: %x", *pte & (PTE_A | PTE_D));
	window_map(SPARE, PTE_P);
	write_cr0(cr0 & ~BIT(16));
	c = (struct ctx){ .rax = at };
	probe("paging wp.off: %s", RUN(&c, pg_write, K64));
	write_cr0(cr0 | BIT(16));
	c = (struct ctx){ .rax = at };
	probe("paging wp.on: %s", RUN(&c, pg_write, K64));
	write_cr0(cr0);
	/* A remapped page: after a flush of each kind, the new page is seen. */
	*(UINT64 *)window_memory(SPARE) = 0x1111;
	*(UINT64 *)window_memory(SPARE + 1) = 0x2222;
	window_map(SPARE, PTE_P | PTE_W);
	c = (struct ctx){ .rax = at };
	RUN(&c, pg_read, K64);
	*pte = (UINT64)window_memory(SPARE + 1) | PTE_P | PTE_W;
	write_cr3(read_cr3());
	RUN(&c, pg_read, K64);
	probe("paging flush.cr3: %x", c.rbx);
	*pte = (UINT64)window_memory(SPARE) | PTE_P | PTE_W | BIT(8);
	write_cr4(cr4 ^ CR4_PGE);
	write_cr4(cr4);
	RUN(&c, pg_read, K64);
	probe("paging flush.pge: %x", c.rbx);
	window_map(SPARE, 0);
	if (has(0x80000001, 0, 3, 26)) {
		pdpte[4] = PTE_P | PTE_W | PTE_PS;
		c = (struct ctx){ .rax = 4 * SIZE_1G + (UINT64)window_memory(SPARE + 1) };
		SHOW(&c, pg_read, K64, "paging 1g: %s %x", c.rbx);
		pdpte[4] = PTE_P | PTE_W | PTE_PS | BIT(13);
		write_cr3(read_cr3());
		c = (struct ctx){ .rax = 4 * SIZE_1G };
		probe("paging 1g.reserved: %s", RUN(&c, pg_read, K64));
		pdpte[4] = 0;
		write_cr3(read_cr3());
	}
	/* The stack may be unmapped when the fault is delivered: the handler has its own. */
	c = (struct ctx){ .rax = 1ull << 46 };
	probe("paging high: %s", RUN(&c, pg_read, K64));
}

void probe_paging(void)
{
	user_pages();
	pcids();
	bits();
}
