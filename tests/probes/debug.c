// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Single steps and breakpoints, also across instructions that a hypervisor emulates; DR6, DR7.
#include "probe.h"

#define DR6_NONE    0xffff0ff0ull
#define CR4_DE      BIT(3)
#define CR4_OSXSAVE BIT(18)
#define EXEC(n)     (3ull << 2 * (n)) /* DR7: breakpoint n is on an instruction */
#define WRITE8(n)   (3ull << 2 * (n) | 9ull << (16 + 4 * (n)))
#define READ1(n)    (3ull << 2 * (n) | 3ull << (16 + 4 * (n)))
#define WRITE4(n)   (3ull << 2 * (n) | 13ull << (16 + 4 * (n)))
#define PORT1(n)    (3ull << 2 * (n) | 2ull << (16 + 4 * (n)))
#define PORT4(n)    (3ull << 2 * (n) | 14ull << (16 + 4 * (n)))
#define OWN_PORT    0x2ffu /* a register of the second UART that keeps its value */

SNIPPET(st_plain, "nop; xor %eax, %eax; nop");
SNIPPET(st_cpuid, "xor %eax, %eax; cpuid; nop; nop");
SNIPPET(st_cpuid_prefix, "xor %eax, %eax; .byte 0x66, 0x0f, 0xa2; .byte 0xf3, 0x0f, 0xa2; nop");
SNIPPET(st_cpuid32, ".code32; xor %eax, %eax; cpuid; nop; nop");
SNIPPET(st_cpuid16, ".code16; xor %ax, %ax; cpuid; nop; nop");
SNIPPET(st_rdmsr,
	"mov $0xc0000080, %ecx; rdmsr; nop; mov $0x1b, %ecx; rdmsr; nop; mov $0x3a, %ecx; rdmsr; nop");
SNIPPET(st_efer, "mov $0xc0000080, %ecx; rdmsr; wrmsr; nop");
SNIPPET(st_adjust, "mov $0x10, %ecx; rdmsr; wrmsr; nop");
SNIPPET(st_mtrr, "mov $0x2ff, %ecx; rdmsr; wrmsr; nop");
SNIPPET(st_port, "mov $0x2ff, %edx; in (%dx), %al; nop; out %al, (%dx); nop");
SNIPPET(st_port_string, "mov $0x2ff, %edx; mov $2, %ecx; mov %rbx, %rsi; rep outsb; nop");
SNIPPET(bp_apic, "mov $0xfee00080, %edx; movl $0, (%rdx); nop");
SNIPPET(st_apic_rep, "mov $0xfee00080, %edi; mov $2, %ecx; xor %eax, %eax; rep stosb; nop");
SNIPPET(bp_ports,
	"in $0x92, %al; nop; mov $0xcf9, %edx; in (%dx), %al; nop; dec %edx; in (%dx), %eax; nop; in $0x64, %al; nop");
SNIPPET(st_free_port, "mov $0x80, %edx; in (%dx), %al; nop; out %al, (%dx); nop");
SNIPPET(st_xsetbv, "xor %ecx, %ecx; xgetbv; xsetbv; nop");
SNIPPET(st_invd, "wbinvd; nop; invd; nop");
SNIPPET(st_flags, "pushfq; popfq; nop");
SNIPPET(st_clear, "pushfq; andq $~0x100, (%rsp); popfq; cpuid; nop");
SNIPPET(st_set, "pushfq; orq $0x100, (%rsp); popfq; cpuid; nop");
SNIPPET(st_movss, "mov %ss, %eax; mov %eax, %ss; cpuid; nop; nop");
SNIPPET(st_popss, "mov %ss, %eax; push %rax; nop; mov (%rsp), %ss; nop; nop");
SNIPPET(st_sti, "sti; cpuid; cli; nop");
SNIPPET(st_rep, "mov $3, %ecx; mov %rbx, %rdi; rep stosb; nop");
SNIPPET(st_cr,
	"mov %cr0, %rax; mov %rax, %cr0; mov %cr4, %rax; mov %rax, %cr4; mov %cr3, %rax; mov %rax, %cr3; nop");
SNIPPET(st_ne, "mov %cr0, %rax; xor $0x20, %rax; mov %rax, %cr0; xor $0x20, %rax; mov %rax, %cr0; nop");
SNIPPET(st_lmsw, "smsw %eax; lmsw %ax; clts; nop");
SNIPPET(st_apic, "mov $0xfee00080, %ebx; mov (%rbx), %eax; mov %eax, (%rbx); nop; movl $0, (%rbx); nop");
SNIPPET(st_int, "int3; nop");
SNIPPET(st_ud, "nop; ud2");
SNIPPET(st_rdtsc, "rdtsc; nop; pause; nop");
SNIPPET(st_write, "mov %rax, (%rbx); nop; cpuid; nop");
SNIPPET(bp_cpuid, "nop; cpuid; nop; nop");
SNIPPET(bp_movss_data, "mov (%rbx), %ss; cpuid; nop; nop");
SNIPPET(bp_movss_cpuid, "mov %ss, %eax; mov %eax, %ss; cpuid; nop");
SNIPPET(bp_movs, "mov $4, %ecx; mov %rbx, %rdi; lea 64(%rbx), %rsi; rep movsq; nop");
SNIPPET(dr_read, "mov %dr7, %rax; mov %dr6, %rbx; mov %dr0, %rcx");
SNIPPET(dr_write6, "mov %rax, %dr6");
SNIPPET(dr_write7, "mov %rax, %dr7");
SNIPPET(dr_alias, "mov %db4, %rax");
SNIPPET(bp_int, "int $3; nop");

static void reset_debug(void)
{
	write_dr7(0x400);
	write_dr6(DR6_NONE);
	write_dr0(0);
	write_dr1(0);
	write_dr2(0);
	write_dr3(0);
}

static void step(const char *name, const UINT8 *code, const UINT8 *end, enum mode mode)
{
	struct ctx c = { .rbx = mode == U64 || mode == U32 ? UPAGE : DATA };

	probe("debug step.%s: %s", name, step_text(&c, code, (UINTN)(end - code), mode));
	reset_debug();
}
#define S(name, mode) step(#name "." #mode, s_st_##name, s_st_##name##_end, mode)

/* Each breakpoint is recorded, then passed with RF. */
static void resume(struct ctx *frame)
{
	if (frame->vector == DB) {
		frame->rflags |= BIT(16);
		write_dr6(DR6_NONE);
	}
}

static void breakpoint(const char *name, const UINT8 *code, const UINT8 *end, UINT64 dr7, UINT64 flags)
{
	struct ctx c = { .rbx = DATA, .rflags = flags | 2, .rax = KDATA };
	const char *result;

	*(UINT16 *)window_memory(3) = KDATA;
	trap_policy(DB, TRAP_COUNTS);
	trap_hook = resume;
	write_dr6(DR6_NONE);
	write_dr7(0x400 | dr7);
	result = run_code(&c, code, (UINTN)(end - code), K64);
	probe("debug break.%s: %s,%s", name, result, events_text(DB));
	probe("debug break.%s.dr7: %x", name, read_dr7());
	trap_policy(DB, TRAP_ENDS);
	trap_hook = NULL;
	reset_debug();
}
#define B(label, code, dr7, flags) breakpoint(label, s_##code, s_##code##_end, dr7, flags)

static void registers(void)
{
	UINT64 cr4 = read_cr4();
	struct ctx c = { 0 };
	UINT32 r[4];

	write_dr0(0x1234);
	write_dr7(0x400 | BIT(1));
	cpuid(0, 0, r);
	RUN(&c, dr_read, K64);
	probe("debug registers.kept: dr7 %x dr6 %x dr0 %x", c.rax, c.rbx, c.rcx);
	c = (struct ctx){ 0 };
	probe("debug registers.user: %s", RUN(&c, dr_read, U64));
	c = (struct ctx){ .rax = 0 };
	RUN(&c, dr_write6, K64);
	probe("debug dr6.zero: %x", read_dr6());
	c = (struct ctx){ .rax = 0xffffffff };
	RUN(&c, dr_write6, K64);
	probe("debug dr6.ones: %x", read_dr6());
	c = (struct ctx){ .rax = BIT(32) };
	probe("debug dr6.high: %s", RUN(&c, dr_write6, K64));
	c = (struct ctx){ .rax = BIT(40) };
	probe("debug dr7.high: %s", RUN(&c, dr_write7, K64));
	c = (struct ctx){ .rax = 0xffffdfff };
	write_dr0(0);
	c.rax = 0xffff00ff & ~0xffull;
	RUN(&c, dr_write7, K64);
	probe("debug dr7.types: %x", read_dr7());
	reset_debug();
	write_cr4(cr4 & ~CR4_DE);
	c = (struct ctx){ 0 };
	SHOW(&c, dr_alias, K64, "debug dr4: %s %x", c.rax);
	write_cr4(cr4 | CR4_DE);
	c = (struct ctx){ 0 };
	probe("debug dr4.de: %s", RUN(&c, dr_alias, K64));
	write_cr4(cr4);
	write_dr7(0x400 | BIT(13)); /* general detect */
	c = (struct ctx){ 0 };
	probe("debug detect: %s", RUN(&c, dr_read, K64));
	probe("debug detect.dr7: %x", read_dr7());
	reset_debug();
}

void probe_breakpoints(void)
{
	UINT64 cr4 = read_cr4();

	reset_debug();
	write_dr0(KCODE + 1);
	write_dr1(KCODE + 3);
	B("cpuid", bp_cpuid, EXEC(0) | EXEC(1), 0);
	write_dr0(KCODE + 1);
	write_dr1(KCODE + 3);
	B("cpuid.rf", bp_cpuid, EXEC(0) | EXEC(1), BIT(16));
	write_dr0(KCODE + 1);
	write_dr1(KCODE + 3);
	B("cpuid.tf", bp_cpuid, EXEC(0) | EXEC(1), BIT(8));
	write_dr0(KCODE + 7);
	B("ne", st_ne, EXEC(0), 0);
	write_dr2(DATA);
	B("write", st_write, WRITE8(2), 0);
	write_dr2(DATA + 4);
	B("write.part", st_write, WRITE4(2), 0);
	write_dr3(DATA);
	B("movss.data", bp_movss_data, READ1(3), 0);
	write_dr0(KCODE + 4);
	B("movss.cpuid", bp_movss_cpuid, EXEC(0), 0);
	write_dr2(DATA + 8);
	B("movs", bp_movs, WRITE8(2), 0);
	write_dr2(0xfee00080);
	B("apic", bp_apic, WRITE4(2), 0);
	write_cr4(cr4 | CR4_DE);
	write_dr0(OWN_PORT);
	B("port.hidden", st_port, PORT1(0), 0);
	write_dr0(0x92);
	write_dr1(0xcf9);
	write_dr2(0xcfb);
	write_dr3(0x64);
	B("port.reset", bp_ports, PORT1(0) | PORT1(1) | PORT1(2) | PORT4(3), 0);
	write_dr0(0x80);
	B("port.free", st_free_port, PORT1(0), 0);
	write_cr4(cr4);
	registers();
}

void probe_steps(void)
{
	UINT64 cr4 = read_cr4();

	reset_debug();
	S(plain, K64);
	S(plain, U64);
	S(cpuid, K64);
	S(cpuid, U64);
	S(cpuid_prefix, K64);
	S(cpuid32, U32);
	S(cpuid32, K32);
	S(cpuid16, K16);
	S(rdmsr, K64);
	S(efer, K64);
	S(adjust, K64);
	S(mtrr, K64);
	S(port, K64);
	S(port_string, K64);
	S(free_port, K64);
	if (is_amd()) /* Bochs stops at APIC writes other than 32-bit ones */
		S(apic_rep, K64);
	if (has(1, 0, 2, 26)) {
		write_cr4(cr4 | CR4_OSXSAVE);
		S(xsetbv, K64);
		write_cr4(cr4);
	}
	S(invd, K64);
	S(flags, K64);
	S(clear, K64);
	S(clear, U64);
	S(set, K64);
	S(movss, K64);
	S(popss, K64);
	S(sti, K64);
	S(rep, K64);
	S(cr, K64);
	S(ne, K64);
	S(lmsw, K64);
	S(apic, K64);
	S(int, K64);
	S(int, U64);
	S(ud, K64);
	S(ud, U64);
	S(rdtsc, K64);
}
