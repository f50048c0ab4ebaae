// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The local APIC in xAPIC and in x2APIC mode: its registers, and IPIs to itself.
#include "probe.h"

#include "apic.h"

#define BASE_X2     BIT(10)
#define BASE_ENABLE BIT(11)
#define LEVELS      0x20u

static volatile UINT32 *mmio(UINT32 reg)
{
	return (volatile UINT32 *)(APIC_PAGE + reg);
}

BOOLEAN apic_x2(void)
{
	return !!(rdmsr(MSR_APIC_BASE) & BASE_X2);
}

UINT32 apic_read(UINT32 reg)
{
	return apic_x2() ? (UINT32)rdmsr(0x800 + reg / 16) : *mmio(reg);
}

void apic_write(UINT32 reg, UINT32 value)
{
	if (apic_x2())
		wrmsr(0x800 + reg / 16, value);
	else
		*mmio(reg) = value;
}

void apic_command(UINT32 dest, UINT32 low)
{
	UINT32 patience = 100000;

	if (apic_x2()) {
		wrmsr(0x830, (UINT64)dest << 32 | low);
		return;
	}
	*mmio(APIC_ICR_HIGH) = dest << 24;
	*mmio(APIC_ICR_LOW) = low;
	while (*mmio(APIC_ICR_LOW) & BIT(12) && --patience)
		;
}

void apic_end(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_on(void)
{
	apic_write(APIC_SVR, 0x100 | VEC_SPURIOUS);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LVT_TIMER, LVT_MASKED | IRQ);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_MASKED);
}

static void eoi_hook(struct ctx *frame)
{
	if (frame->vector >= 32)
		apic_end();
}

static void registers(const char *mode)
{
	static const UINT16 regs[] = { 0x20,  0x30,  0x80,  0x90,  0xa0,  0xb0,  0xc0,
				       0xd0,  0xe0,  0xf0,  0x280, 0x2f0, 0x310, 0x320,
				       0x330, 0x340, 0x350, 0x360, 0x370, 0x380, 0x3e0 };
	UINT32 i, value;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		/* Absent in x2APIC mode, or write-only. */
		if (apic_x2() && (regs[i] == 0x90 || regs[i] == 0xb0 || regs[i] == 0xc0 || regs[i] == 0xe0 ||
				  regs[i] == 0x310))
			continue;
		value = apic_read(regs[i]);
		probe("apic %s.%x: %x", mode, (UINT64)regs[i], (UINT64)value);
	}
	for (i = 0; i < 8; i++)
		probe("apic %s.pending.%d: %x %x %x", mode, i, (UINT64)apic_read(0x100 + 16 * i),
		      (UINT64)apic_read(0x180 + 16 * i), (UINT64)apic_read(0x200 + 16 * i));
}

/* Registers that read back what was written. */
static void writes(const char *mode)
{
	static const UINT16 regs[] = { 0x20,  0x30,  0x80,  0xd0,  0xe0,  0xf0,  0x2f0, 0x320,
				       0x340, 0x350, 0x360, 0x370, 0x380, 0x3e0, 0x310 };
	UINT32 i, old, ones, zero;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		old = *mmio(regs[i]);
		*mmio(regs[i]) = regs[i] == 0x320 ? 0xffff00ff :
				 regs[i] == 0xf0  ? 0x1ff :
				 regs[i] == 0x380 ? 0 :
						    0xffffffffu;
		ones = *mmio(regs[i]);
		*mmio(regs[i]) = regs[i] == 0xf0                      ? 0x100 :
				 regs[i] == 0x320 || regs[i] >= 0x350 ? LVT_MASKED :
									0;
		zero = *mmio(regs[i]);
		*mmio(regs[i]) = old;
		probe("apic %s.write.%x: %x %x", mode, (UINT64)regs[i], (UINT64)ones, (UINT64)zero);
	}
	apic_on();
}

/* A self-interrupt, by each way of writing the command, with a given task priority. */
static void self_ipi(const char *mode)
{
	static const struct {
		const char *name;
		UINT32 dest, low;
	} ways[] = {
		{ "self", 0, ICR_SELF | IRQ },    { "physical", 0, IRQ | BIT(14) },
		{ "all", 0, ICR_ALL | IRQ },      { "others", 0, ICR_OTHERS | IRQ | 0x100 },
		{ "vector15", 0, ICR_SELF | 15 },
	};
	UINT32 i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		event_count = 0;
		apic_command(ways[i].dest, ways[i].low);
		__asm__ volatile("sti; nop; nop; nop; cli" : : : "memory");
		probe("apic %s.ipi.%s: %d", mode, ways[i].name, event_count);
	}
	event_count = 0;
	apic_write(APIC_TPR, IRQ);
	apic_command(0, ICR_SELF | IRQ);
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	probe("apic %s.tpr: held %d, cr8 %x", mode, event_count, read_cr8());
	probe("apic %s.irr: %x", mode, (UINT64)apic_read(0x200 + 16 * (IRQ / 32)));
	write_cr8(0);
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	probe("apic %s.tpr.open: %d", mode, event_count);
}

static void x2_msrs(void)
{
	UINT64 value, readable = 0;
	UINT32 msr;

	for (msr = 0x800; msr < 0x840; msr++)
		if (try_rdmsr(msr, &value) == VEC_END)
			readable |= BIT(msr - 0x800);
	probe("apic x2.readable: %x", readable);
	readable = 0;
	for (msr = 0x840; msr < 0x880; msr++)
		if (try_rdmsr(msr, &value) == VEC_END)
			readable |= BIT(msr - 0x840);
	probe("apic x2.readable.840: %x", readable);
	probe("apic x2.reserved: svr %d tpr %d eoi %d id %d esr %d dfr %d icr2 %d self %d",
	      try_wrmsr(0x80f, BIT(32) | 0x1ff), try_wrmsr(0x808, 0x100), try_wrmsr(0x80b, 1),
	      try_wrmsr(0x802, 0), try_wrmsr(0x828, 1), try_wrmsr(0x80e, 0), try_wrmsr(0x831, 0),
	      try_wrmsr(0x83f, 0x100));
	probe("apic x2.icr.reserved: %d %d", try_wrmsr(0x830, BIT(31)),
	      try_wrmsr(0x830, ICR_SELF | IRQ | BIT(13)));
	event_count = 0;
	wrmsr(0x83f, IRQ);
	__asm__ volatile("sti; nop; nop; cli" : : : "memory");
	probe("apic x2.self: %d", event_count);
}

void probe_apic(const char *mode)
{
	UINT64 base = rdmsr(MSR_APIC_BASE), value;

	trap_policy(IRQ, TRAP_COUNTS);
	trap_policy(VEC_SPURIOUS, TRAP_COUNTS);
	trap_policy(15, TRAP_COUNTS);
	trap_hook = eoi_hook;
	probe("apic %s.base: %x", mode, base);
	if (mode[1] == '2') {
		probe("apic x2.on: %s", try_wrmsr(MSR_APIC_BASE, base | BASE_X2) == VEC_END ? "ok" : "#GP");
		probe("apic x2.to.x: %s", try_wrmsr(MSR_APIC_BASE, base) == VEC_END ? "ok" : "#GP");
		probe("apic x2.invalid: %s",
		      try_wrmsr(MSR_APIC_BASE, (base & ~BASE_ENABLE) | BASE_X2) == VEC_END ? "ok" : "#GP");
		x2_msrs();
	} else {
		apic_on();
		writes(mode);
		probe("apic x.msr: %d", try_rdmsr(0x802, &value));
		probe("apic x.moved: %s", try_wrmsr(MSR_APIC_BASE, base ^ BIT(12)) == VEC_END ? "ok" : "#GP");
		wrmsr(MSR_APIC_BASE, base);
	}
	apic_on();
	registers(mode);
	self_ipi(mode);
	trap_hook = NULL;
	trap_policy(15, TRAP_ENDS);
}
