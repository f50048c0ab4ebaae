// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Transitions between rings: SYSCALL, SYSENTER, INT n, their returns; segment bases and SWAPGS.
#include "probe.h"

#define MSR_EFER  0xc0000080u
#define MSR_STAR  0xc0000081u
#define MSR_LSTAR 0xc0000082u
#define MSR_CSTAR 0xc0000083u
#define MSR_FMASK 0xc0000084u
#define MSR_FS    0xc0000100u
#define MSR_GS    0xc0000101u
#define MSR_KGS   0xc0000102u
#define ENTRY     0x800u /* from KCODE: where the calls arrive */

SNIPPET(sc_syscall, "nop; syscall; nop");
SNIPPET(sc_syscall32, ".code32; nop; syscall; nop");
SNIPPET(sc_sysenter, "nop; sysenter; nop");
SNIPPET(sc_sysenter32, ".code32; nop; sysenter; nop");
SNIPPET(sc_sysret, "sysretq");
SNIPPET(sc_sysret32, "sysretl");
SNIPPET(sc_sysexit, "sysexitq");
SNIPPET(sc_sysexit32, "sysexitl");
SNIPPET(sc_gs, "mov %gs:0, %rax; swapgs; mov %gs:0, %rbx; swapgs; "
	       "mov %gs:0, %rcx; cpuid; mov %gs:0, %rsi; mov %fs:0, %rdi");
SNIPPET(sc_fsgs, "mov $0xd0004100, %eax; wrfsbase %rax; wrgsbase %rax; rdfsbase %rbx; rdgsbase %rcx");
SNIPPET(sc_swapgs, "swapgs");
SNIPPET(sc_end, "nop");

static void call(const char *name, const UINT8 *code, const UINT8 *end, enum mode mode, UINT64 flags)
{
	struct ctx c = { .rflags = 2 | flags };
	const char *text;

	text = run_code(&c, code, (UINTN)(end - code), mode);
	probe("syscall %s: %s", name, text);
	probe("syscall %s.state: rip %x cs %x ss %x rflags %x rcx %x r11 %x rsp %x", name, c.rip, c.cs, c.ss,
	      c.rflags, c.rcx, c.r11, c.rsp);
}
#define C(name, code, mode, flags) call(name, s_##code, s_##code##_end, mode, flags)

static void ret(const char *name, const UINT8 *code, const UINT8 *end)
{
	struct ctx c = { .rcx = UCODE, .rdx = UCODE, .r11 = 0x246 };
	const char *text;

	if (name[3] == 'e') { /* SYSEXIT: RCX is the stack */
		c.rcx = USTACK - 64;
	}
	window_memory(0)[0] = 0xcd;
	window_memory(0)[1] = VEC_END;
	text = run_code(&c, code, (UINTN)(end - code), K64);
	probe("syscall %s: %s rip %x cs %x ss %x rflags %x", name, text, c.rip, c.cs, c.ss, c.rflags);
}
#define R(name) ret(#name, s_sc_##name, s_sc_##name##_end)

static void bases(void)
{
	UINT64 fs, gs, kgs, cr4 = read_cr4();
	struct ctx c;

	*(UINT64 *)window_memory(3) = 0x1111;
	*(UINT64 *)(window_memory(3) + 8) = 0x2222;
	*(UINT64 *)(window_memory(3) + 16) = 0x3333;
	fs = rdmsr(MSR_FS);
	gs = rdmsr(MSR_GS);
	kgs = rdmsr(MSR_KGS);
	wrmsr(MSR_GS, DATA);
	wrmsr(MSR_KGS, DATA + 8);
	wrmsr(MSR_FS, DATA + 16);
	c = (struct ctx){ 0 };
	probe("syscall bases: %s", RUN(&c, sc_gs, K64));
	probe("syscall bases.values: %x %x %x %x %x", c.rax, c.rbx, c.rcx & 0xffff, c.rsi, c.rdi);
	c = (struct ctx){ 0 };
	probe("syscall swapgs.user: %s", RUN(&c, sc_swapgs, U64));
	if (has(7, 0, 1, 0)) {
		write_cr4(cr4 | BIT(16));
		c = (struct ctx){ 0 };
		SHOW(&c, sc_fsgs, U64, "syscall fsgsbase: %s %x %x", c.rbx, c.rcx);
		write_cr4(cr4 & ~BIT(16));
		c = (struct ctx){ 0 };
		probe("syscall fsgsbase.off: %s", RUN(&c, sc_fsgs, U64));
		write_cr4(cr4);
	}
	wrmsr(MSR_FS, fs);
	wrmsr(MSR_GS, gs);
	wrmsr(MSR_KGS, kgs);
}

void probe_syscall(void)
{
	UINT64 efer = rdmsr(MSR_EFER);

	window_memory(8)[ENTRY] = 0xcd;
	window_memory(8)[ENTRY + 1] = VEC_END;
	C("off", sc_syscall, U64, 0);
	wrmsr(MSR_EFER, efer | 1);
	wrmsr(MSR_STAR, (UINT64)KCODE64 << 32 | (UINT64)UCODE32 << 48);
	wrmsr(MSR_LSTAR, KCODE + ENTRY);
	wrmsr(MSR_CSTAR, KCODE + ENTRY);
	wrmsr(MSR_FMASK, BIT(9) | BIT(10));
	C("user", sc_syscall, U64, BIT(9) | BIT(10) | 1);
	C("kernel", sc_syscall, K64, BIT(10));
	C("user32", sc_syscall32, U32, BIT(10));
	wrmsr(MSR_FMASK, BIT(8));
	C("tf", sc_syscall, U64, BIT(8));
	write_dr6(0xffff0ff0);
	wrmsr(MSR_FMASK, 0x20200);
	R(sysret);
	R(sysret32);
	C("user.end", sc_end, U64, 0);
	wrmsr(0x174, 0);
	C("sysenter.off", sc_sysenter, U64, 0);
	wrmsr(0x174, KCODE64);
	wrmsr(0x175, KSTACK - 128);
	wrmsr(0x176, KCODE + ENTRY);
	C("sysenter", sc_sysenter, U64, BIT(10));
	C("sysenter32", sc_sysenter32, U32, BIT(10));
	R(sysexit);
	R(sysexit32);
	wrmsr(0x174, 0);
	wrmsr(MSR_EFER, efer);
	bases();
	cpu_reload();
}
