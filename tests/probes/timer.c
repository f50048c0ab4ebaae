// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Time and interrupts: TSC, the APIC's timer, HLT, interrupts at awkward instructions, NMIs.
#include "probe.h"

#include "apic.h"

#define MSR_TSC      0x10u
#define MSR_ADJUST   0x3bu
#define MSR_TSC_AUX  0xc0000103u
#define MSR_DEADLINE 0x6e0u
#define SHORT        20000u /* in timer counts: shorter than any wait here */
#define PATIENCE     40000000ull

SNIPPET(tm_rdtsc, "rdtsc");
SNIPPET(tm_rdtscp, "rdtscp");
SNIPPET(tm_sti_hlt, "sti; hlt; cli; nop");
SNIPPET(tm_sti_nop, "sti; nop; nop; cli");
SNIPPET(tm_sti_cpuid, "sti; cpuid; nop; cli");
SNIPPET(tm_sti_cli, "sti; cli; nop");
SNIPPET(tm_cpuid, "cpuid; cpuid; nop; cli");
SNIPPET(tm_movss, "mov %ss, %eax; sti; mov %eax, %ss; nop; nop; cli");
SNIPPET(tm_movss_cpuid,
	"mov %ss, %eax; push %rax; xor %eax, %eax; sti; pop %rax; mov %eax, %ss; cpuid; nop; cli");
SNIPPET(tm_sti_port, "mov $0x2ff, %edx; sti; in (%dx), %al; nop; cli");
SNIPPET(tm_sti_rdmsr, "mov $0xc0000080, %ecx; sti; rdmsr; nop; cli");
SNIPPET(tm_sti_wrmsr, "mov $0x10, %ecx; rdmsr; sti; wrmsr; nop; cli");
SNIPPET(tm_popf, "pushfq; orq $0x200, (%rsp); popfq; nop; cpuid; cli");
SNIPPET(tm_cr8, "sti; xor %eax, %eax; mov %rax, %cr8; nop; cli");
SNIPPET(tm_user, "nop; cpuid; nop; nop");

static UINT32 nmis, depth, most;

static void count_nmi(struct ctx *frame)
{
	if (frame->vector >= 32)
		apic_end();
	if (frame->vector != NMI)
		return;
	depth++;
	if (depth > most)
		most = depth;
	if (++nmis == 1) {
		/* A second NMI now is blocked until the IRET. */
		UINT32 r[4], i;

		apic_command(0, ICR_NMI | ICR_ASSERT); /* shorthands are for fixed interrupts */
		for (i = 0; i < 100; i++)
			cpuid(0, 0, r);
	}
	depth--;
}

static void end_interrupt(struct ctx *frame)
{
	if (frame->vector >= 32)
		apic_end();
}

/* Runs with an interrupt pending: where is it taken? */
static void pending(const char *name, const UINT8 *code, const UINT8 *end, enum mode mode, UINT64 flags)
{
	struct ctx c = { .rflags = 2 | flags };
	const char *text;

	apic_command(0, ICR_SELF | IRQ);
	text = run_code(&c, code, (UINTN)(end - code), mode);
	probe("timer pending.%s: %s,%s", name, text, events_text(IRQ));
	__asm__ volatile("sti; nop; nop; cli");
}
#define P(name, code, mode, flags) pending(name, s_##code, s_##code##_end, mode, flags)

static BOOLEAN wait_events(UINT32 count)
{
	UINT64 start = rdtsc();

	__asm__ volatile("sti");
	while (event_count < count && rdtsc() - start < PATIENCE * 50)
		__asm__ volatile("pause" : : : "memory");
	__asm__ volatile("cli");
	return event_count >= count;
}

static void tsc(void)
{
	UINT64 last = rdtsc(), now, before;
	UINT32 i, r[4], back = 0;
	struct ctx c;

	for (i = 0; i < 1000; i++) {
		if (i % 10 == 0)
			cpuid(0, 0, r);
		now = rdtsc();
		back += now < last;
		last = now;
	}
	probe("timer tsc: backwards %d", back);
	wrmsr(MSR_TSC_AUX, 0x1234567);
	c = (struct ctx){ 0 };
	if (has(0x80000001, 0, 3, 27)) {
		SHOW(&c, tm_rdtscp, U64, "timer rdtscp: %s %x", c.rcx);
		wrmsr(MSR_TSC_AUX, 0);
	}
	write_cr4(read_cr4() | BIT(2));
	c = (struct ctx){ 0 };
	probe("timer tsd: %s", RUN(&c, tm_rdtsc, U64));
	c = (struct ctx){ 0 };
	probe("timer tsd.kernel: %s", RUN(&c, tm_rdtsc, K64));
	write_cr4(read_cr4() & ~BIT(2));
	if (has(7, 0, 1, 1)) {
		before = rdmsr(MSR_ADJUST);
		now = rdtsc();
		wrmsr(MSR_ADJUST, before + BIT(40));
		probe("timer adjust: %s, reads %s",
		      (INT64)(rdtsc() - now) >= (INT64)BIT(40) ? "moves" : "stays",
		      rdmsr(MSR_ADJUST) == before + BIT(40) ? "same" : "other");
		wrmsr(MSR_ADJUST, before);
		probe("timer adjust.back: %s", rdtsc() - now < BIT(39) ? "yes" : "no");
		now = rdtsc();
		wrmsr(MSR_TSC, now + BIT(41));
		probe("timer tsc.write: %s", rdtsc() - now >= BIT(41) ? "moves" : "stays");
		probe("timer tsc.write.adjust: %s", rdmsr(MSR_ADJUST) - before > BIT(40) ? "moves" : "stays");
		wrmsr(MSR_ADJUST, before);
	} else {
		now = rdtsc();
		wrmsr(MSR_TSC, now + BIT(41));
		probe("timer tsc.write: %s", rdtsc() - now >= BIT(41) ? "moves" : "stays");
		wrmsr(MSR_TSC, rdtsc() - BIT(41));
	}
}

static void apic_timer(const char *mode)
{
	const char *text;
	UINT32 a, b;
	struct ctx c;

	apic_write(APIC_DIVIDE, 0xb);
	event_count = 0;
	apic_write(APIC_LVT_TIMER, IRQ);
	apic_write(APIC_INITIAL, SHORT);
	probe("timer %s.once: %s", mode, wait_events(1) ? "came" : "lost");
	probe("timer %s.once.current: %x", mode, (UINT64)apic_read(APIC_CURRENT));
	event_count = 0;
	apic_write(APIC_LVT_TIMER, LVT_PERIODIC | IRQ);
	apic_write(APIC_INITIAL, SHORT);
	probe("timer %s.periodic: %s", mode, wait_events(5) ? "came" : "lost");
	apic_write(APIC_LVT_TIMER, LVT_MASKED | IRQ);
	apic_write(APIC_INITIAL, ~0u);
	a = apic_read(APIC_CURRENT);
	b = apic_read(APIC_CURRENT);
	probe("timer %s.counts: %s", mode, b <= a && a > BIT(28) ? "down" : "no");
	apic_write(APIC_INITIAL, 0);
	__asm__ volatile("sti; nop; nop; cli");
	event_count = 0;
	apic_write(APIC_LVT_TIMER, IRQ);
	apic_write(APIC_INITIAL, SHORT);
	c = (struct ctx){ 0 };
	text = RUN(&c, tm_sti_hlt, K64);
	probe("timer %s.hlt: %s,%s", mode, text, events_text(IRQ));
	if (has(1, 0, 2, 24)) {
		apic_write(APIC_LVT_TIMER, LVT_DEADLINE | IRQ);
		event_count = 0;
		wrmsr(MSR_DEADLINE, rdtsc() + SHORT);
		probe("timer %s.deadline: %s", mode, wait_events(1) ? "came" : "lost");
		event_count = 0;
		wrmsr(MSR_DEADLINE, 1);
		probe("timer %s.deadline.past: %s", mode, wait_events(1) ? "came" : "lost");
	}
	apic_write(APIC_LVT_TIMER, LVT_MASKED | IRQ);
}

static void nmi(const char *mode)
{
	struct ctx c = { 0 };

	nmis = depth = most = 0;
	trap_policy(NMI, TRAP_COUNTS);
	trap_hook = count_nmi;
	event_count = 0;
	apic_command(0, ICR_NMI | ICR_ASSERT);
	for (c.rax = 0; c.rax < 1000; c.rax++)
		__asm__ volatile("pause");
	probe("timer %s.nmi: %d, nested %d", mode, nmis, most);
	trap_hook = end_interrupt;
}

void probe_timer(const char *mode)
{
	trap_policy(IRQ, TRAP_COUNTS);
	trap_policy(VEC_SPURIOUS, TRAP_COUNTS);
	trap_hook = end_interrupt;
	if (!apic_x2()) {
		tsc();
		P("sti.nop", tm_sti_nop, K64, 0);
		P("sti.cpuid", tm_sti_cpuid, K64, 0);
		P("sti.cli", tm_sti_cli, K64, 0);
		P("cpuid", tm_cpuid, K64, BIT(9));
		P("movss", tm_movss, K64, 0);
		P("movss.cpuid", tm_movss_cpuid, K64, 0);
		P("sti.port", tm_sti_port, K64, 0);
		P("sti.rdmsr", tm_sti_rdmsr, K64, 0);
		P("sti.wrmsr", tm_sti_wrmsr, K64, 0);
		P("popf", tm_popf, K64, 0);
		P("sti.hlt", tm_sti_hlt, K64, 0);
		P("user", tm_user, U64, BIT(9));
		write_cr8(15);
		P("cr8", tm_cr8, K64, 0);
		write_cr8(0);
	}
	apic_timer(mode);
	nmi(mode);
	trap_hook = NULL;
}
