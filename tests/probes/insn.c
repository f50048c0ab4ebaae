// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Instructions that a hypervisor's controls can disable, and ports.
#include "probe.h"

SNIPPET(in_cmpxchg8b, "xor %eax, %eax; xor %edx, %edx; cmpxchg8b (%rbx)");
SNIPPET(in_cmpxchg16b, "xor %eax, %eax; xor %edx, %edx; lock cmpxchg16b (%rbx)");
SNIPPET(in_invlpg, "invlpg (%rbx)");
SNIPPET(in_wbinvd, "wbinvd");
SNIPPET(in_wbnoinvd, "wbnoinvd");
SNIPPET(in_rdpmc, "xor %ecx, %ecx; rdpmc");
SNIPPET(in_rdpmc_bad, "mov $0x12345, %ecx; rdpmc");
SNIPPET(in_monitor, "mov %rbx, %rax; xor %ecx, %ecx; xor %edx, %edx; monitor");
SNIPPET(in_monitor_bad, "mov %rbx, %rax; mov $1, %ecx; xor %edx, %edx; monitor");
SNIPPET(in_mwait,
	"mov %rbx, %rax; xor %ecx, %ecx; xor %edx, %edx; monitor; incl (%rbx); xor %eax, %eax; mwait");
SNIPPET(in_mwait_bad, "xor %eax, %eax; mov $2, %ecx; mwait");
SNIPPET(in_pause, "pause");
SNIPPET(in_umonitor, "mov %rbx, %rax; umonitor %rax");
SNIPPET(in_tpause, "rdtsc; mov $1, %ecx; tpause %ecx");
SNIPPET(in_rdrand, "1: rdrand %rax; jnc 1b");
SNIPPET(in_rdseed, "mov $1000, %ecx; 1: rdseed %rax; jc 2f; loop 1b; 2: nop");
SNIPPET(in_rdpid, "rdpid %rax");
SNIPPET(in_clflush, "clflush (%rbx)");
SNIPPET(in_clflushopt, "clflushopt (%rbx)");
SNIPPET(in_clwb, "clwb (%rbx)");
SNIPPET(in_clzero, "mov %rbx, %rax; .byte 0x0f, 0x01, 0xfc");
SNIPPET(in_prefetchw, "prefetchw (%rbx)");
SNIPPET(in_movbe, "movbe (%rbx), %rax");
SNIPPET(in_popcnt, "popcnt %rbx, %rax");
SNIPPET(in_adx, "adcx %rbx, %rax");
SNIPPET(in_bmi, "andn %rbx, %rbx, %rax");
SNIPPET(in_xabort, "xor %eax, %eax; xbegin 1f; xend; 1: nop");
SNIPPET(in_xtest, "xtest");
SNIPPET(in_serialize, "serialize");
SNIPPET(in_movdiri, "mov $1, %eax; movdiri %eax, (%rbx)");
SNIPPET(in_enclu, "mov $99, %eax; enclu");
SNIPPET(in_encls, "mov $99, %eax; encls");
SNIPPET(in_pconfig, "mov $99, %eax; pconfig");
SNIPPET(in_ptwrite, "mov $1, %eax; ptwrite %eax");
SNIPPET(in_cldemote, "cldemote (%rbx)");
SNIPPET(in_enqcmd, "mov %rbx, %rax; enqcmd (%rbx), %rax");
SNIPPET(in_hreset, "xor %eax, %eax; .byte 0xf3, 0x0f, 0x3a, 0xf0, 0xc0, 0x00");
SNIPPET(in_uiret, "clui");
SNIPPET(in_wrssq, "wrssq %rax, (%rbx)");
SNIPPET(in_rdssp, "xor %eax, %eax; rdsspq %rax");
SNIPPET(in_endbr, "endbr64");
SNIPPET(in_monitorx, "mov %rbx, %rax; xor %ecx, %ecx; xor %edx, %edx; monitorx");
SNIPPET(in_rdpru, "mov $0, %ecx; .byte 0x0f, 0x01, 0xfd");
SNIPPET(in_invlpgb, "xor %eax, %eax; xor %ecx, %ecx; xor %edx, %edx; .byte 0x0f, 0x01, 0xfe");
SNIPPET(in_tlbsync, ".byte 0x0f, 0x01, 0xff");
SNIPPET(in_rsm, "rsm");
SNIPPET(in_lahf, "lahf");
SNIPPET(in_xlat, "xor %eax, %eax; xlatb");
SNIPPET(in_ud0, "ud0 %eax, %eax");
SNIPPET(in_ud1, "ud1 %eax, %eax");
SNIPPET(port_sizes, "mov $0x2e8, %edx; in (%dx), %eax; mov %eax, %ebx; xor %eax, %eax; "
		    "in (%dx), %ax; mov %eax, %ecx; xor %eax, %eax; in (%dx), %al");
SNIPPET(port_string_in, "mov %rbx, %rdi; mov $0x2e8, %edx; mov $8, %ecx; rep insb");
SNIPPET(port_string_out, "mov %rbx, %rsi; mov $0x80, %edx; mov $8, %ecx; rep outsb");
SNIPPET(port_string_fault, "mov $0xd001fffe, %edi; mov $0x2e8, %edx; mov $8, %ecx; rep insb");
SNIPPET(port_high, "xor %eax, %eax; mov $0xffff, %edx; in (%dx), %al; mov %eax, %ebx; in (%dx), %eax");
SNIPPET(port_cmos, "mov $0x0b, %al; out %al, $0x70; xor %eax, %eax; in $0x71, %al");

static void insn(const char *name, const UINT8 *code, const UINT8 *end)
{
	struct ctx k = { .rbx = DATA }, u = { .rbx = UPAGE };

	__builtin_memset(window_memory(3), 0, PAGE);
	__builtin_memset(window_memory(4), 0, PAGE);
	probe("insn %s.K64: %s", name, run_code(&k, code, (UINTN)(end - code), K64));
	probe("insn %s.U64: %s", name, run_code(&u, code, (UINTN)(end - code), U64));
}
#define I(name) insn(#name, s_in_##name, s_in_##name##_end)

static void ports(void)
{
	struct ctx c = { 0 };

	SHOW(&c, port_sizes, K64, "insn port.sizes: %s %x %x %x", c.rbx, c.rcx, c.rax);
	c = (struct ctx){ .rbx = DATA };
	SHOW(&c, port_string_in, K64, "insn port.string.in: %s %x", *(UINT64 *)window_memory(3));
	c = (struct ctx){ .rbx = DATA };
	SHOW(&c, port_string_out, K64, "insn port.string.out: %s %x", c.rcx);
	window_map(WINDOW_PAGES - 1, PTE_P | PTE_W);
	c = (struct ctx){ 0 };
	SHOW(&c, port_string_fault, K64, "insn port.string.fault: %s %x", c.rcx);
	window_map(WINDOW_PAGES - 1, 0);
	c = (struct ctx){ 0 };
	SHOW(&c, port_high, K64, "insn port.high: %s %x %x", c.rbx, c.rax);
	c = (struct ctx){ 0 };
	SHOW(&c, port_cmos, K64, "insn port.cmos: %s %x", c.rax);
	outb(0x80, 0x5a);
	probe("insn port.80: %x", (UINT64)inb(0x80));
}

void probe_insn(void)
{
	I(cmpxchg8b);
	I(cmpxchg16b);
	I(invlpg);
	I(wbinvd);
	I(wbnoinvd);
	I(rdpmc);
	I(rdpmc_bad);
	I(monitor);
	I(monitor_bad);
	I(mwait_bad);
	if (!is_amd()) /* no write wakes QEMU's TCG */
		I(mwait);
	I(pause);
	I(umonitor);
	I(tpause);
	if (has(1, 0, 2, 30))
		I(rdrand);
	if (has(7, 0, 1, 18))
		I(rdseed);
	I(rdpid);
	I(clflush);
	I(clflushopt);
	I(clwb);
	I(clzero);
	I(prefetchw);
	I(movbe);
	I(popcnt);
	I(adx);
	I(bmi);
	I(xabort);
	I(xtest);
	I(serialize);
	I(movdiri);
	I(enclu);
	I(encls);
	I(pconfig);
	I(ptwrite);
	I(cldemote);
	I(enqcmd);
	I(hreset);
	I(uiret);
	I(wrssq);
	I(rdssp);
	I(endbr);
	I(monitorx);
	I(rdpru);
	I(invlpgb);
	I(tlbsync);
	I(rsm);
	I(lahf);
	I(xlat);
	I(ud0);
	I(ud1);
	ports();
}
