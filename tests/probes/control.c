// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Control registers bit by bit; the instructions of VMX and SVM, on a CPU where they are switched off.
#include "probe.h"

SNIPPET(vmcall, "vmcall");
SNIPPET(vmmcall, "vmmcall");
SNIPPET(vmxon, "vmxon (%rbx)");
SNIPPET(vmxoff, "vmxoff");
SNIPPET(vmlaunch, "vmlaunch");
SNIPPET(vmresume, "vmresume");
SNIPPET(vmread, "vmread %rax, %rcx");
SNIPPET(vmwrite, "vmwrite %rax, %rcx");
SNIPPET(vmptrld, "vmptrld (%rbx)");
SNIPPET(vmptrst, "vmptrst (%rbx)");
SNIPPET(vmclear, "vmclear (%rbx)");
SNIPPET(invept, "invept (%rbx), %rax");
SNIPPET(invvpid, "invvpid (%rbx), %rax");
SNIPPET(vmfunc, "vmfunc");
SNIPPET(getsec, "getsec");
SNIPPET(vmrun, "vmrun");
SNIPPET(vmload, "vmload");
SNIPPET(vmsave, "vmsave");
SNIPPET(stgi, "stgi");
SNIPPET(clgi, "clgi");
SNIPPET(skinit, "skinit");
SNIPPET(invlpga, "invlpga %rax, %ecx");
SNIPPET(lmsw, "smsw %rbx; mov %rax, %rcx; lmsw %cx; smsw %rax");
SNIPPET(clts, "clts; mov %cr0, %rax");
SNIPPET(cr2, "mov %rax, %cr2; cpuid; mov %cr2, %rbx");
SNIPPET(cr8_read, "mov %cr8, %rbx");
SNIPPET(cr1, "mov %cr1, %rax");

static void virt(const char *name, const UINT8 *code, const UINT8 *end)
{
	struct ctx k = { .rax = 0, .rbx = DATA, .rcx = 1 }, u = { .rax = 0, .rbx = UPAGE, .rcx = 1 };

	probe("virt %s.K64: %s", name, run_code(&k, code, (UINTN)(end - code), K64));
	probe("virt %s.U64: %s", name, run_code(&u, code, (UINTN)(end - code), U64));
}
#define V(name) virt(#name, s_##name, s_##name##_end)

/* Flips each bit except those in @never, and restores it. */
static void bits(int cr, UINT64 value, UINT64 never)
{
	UINT64 taken = 0, ignored = 0, refused = 0, after;
	UINT32 i;

	for (i = 0; i < 64; i++) {
		if (never & BIT(i))
			continue;
		if (try_cr(cr, value ^ BIT(i)) != VEC_END) {
			refused |= BIT(i);
			continue;
		}
		after = cr == 0 ? read_cr0() : cr == 3 ? read_cr3() : cr == 4 ? read_cr4() : read_cr8();
		*((after ^ value) & BIT(i) ? &taken : &ignored) |= BIT(i);
		try_cr(cr, value);
	}
	probe("control cr%d.taken: %x", (UINT32)cr, taken);
	probe("control cr%d.ignored: %x", (UINT32)cr, ignored);
	probe("control cr%d.refused: %x", (UINT32)cr, refused);
}

/* QEMU's TCG answers other bits of CR4 with an exit to a hypervisor, even if there is none. */
static UINT64 not_in_cr4(void)
{
	UINT64 known = 0x7df & ~BIT(5);

	known |= has(7, 0, 2, 2) ? BIT(11) : 0;
	known |= has(7, 0, 1, 0) ? BIT(16) : 0;
	known |= has(7, 0, 1, 7) ? BIT(20) : 0;
	known |= has(7, 0, 1, 20) ? BIT(21) : 0;
	return ~known;
}

void probe_control(void)
{
	UINT64 cr0 = read_cr0(), cr2 = read_cr2();
	struct ctx c;

	probe("control cr0: %x", cr0);
	probe("control cr4: %x", read_cr4());
	bits(0, cr0, is_amd() ? BIT(0) | BIT(31) : 0); /* QEMU's TCG aborts if long mode loses them */
	bits(3, own_cr3(),
	     is_amd() ? ~0xfffull : (BIT(46) - 1) & ~0xfffull); /* no address bits; TCG checks none */
	bits(4, read_cr4(), is_amd() ? not_in_cr4() : BIT(27)); /* LASS makes low addresses fault */
	bits(8, 0, 0);
	probe("control cr8.15: %s", try_cr(8, 15) == VEC_END && read_cr8() == 15 ? "kept" : "lost");
	try_cr(8, 0);
	c = (struct ctx){ .rax = 0xb };
	RUN(&c, lmsw, K64);
	probe("control lmsw.ts: %x", c.rax & 0xffff);
	c = (struct ctx){ .rax = 0 };
	RUN(&c, lmsw, K64);
	probe("control lmsw.0: %x", c.rax & 0xffff); /* PE stays set */
	write_cr0(cr0 | BIT(3));
	c = (struct ctx){ 0 };
	SHOW(&c, clts, K64, "control clts: %s %x", c.rax);
	write_cr0(cr0);
	c = (struct ctx){ .rax = 0x123456789ab };
	RUN(&c, cr2, K64);
	probe("control cr2: %s", c.rbx == 0x123456789ab ? "kept" : "lost");
	write_cr2(cr2);
	c = (struct ctx){ 0 };
	probe("control cr8.user: %s", RUN(&c, cr8_read, U64));
	c = (struct ctx){ 0 };
	probe("control cr1: %s", RUN(&c, cr1, K64));

	V(vmcall);
	V(vmmcall);
	V(vmxon);
	V(vmxoff);
	V(vmlaunch);
	V(vmresume);
	V(vmread);
	V(vmwrite);
	V(vmptrld);
	V(vmptrst);
	V(vmclear);
	V(invept);
	V(invvpid);
	V(vmfunc);
	V(getsec);
	V(vmrun);
	V(vmload);
	V(vmsave);
	V(stgi);
	V(clgi);
	V(skinit);
	V(invlpga);
}
