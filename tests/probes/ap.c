// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The second CPU, started and reset by INIT and SIPI as by an operating system.
#include "probe.h"

#include <efilib.h>

#include "apic.h"

#define ROUNDS     10u
#define LAST_STAGE 5u
#define START_US   2000000u /* an emulated CPU may be slow to start */

#define NMI_ROUNDS 100u
#define IVT_NMI    8ull
#define AP_STACK   0xf000ull /* real mode's after INIT ends at 10000 */

extern const UINT8 ap_start[], ap_end[], ap_spin[], ap_spin_nmi[], ap_spin_end[];

/* The page after the code; start.asm has the same layout. */
struct report {
	UINT32 stage, command, count, reserved0;
	UINT32 regs[8];
	UINT32 cr0, cr2, cr3, cr4;
	UINT16 cs, ds, ss, reserved1;
	UINT16 idt_limit;
	UINT8 idt_base[6];
	UINT32 flags, reserved2[3];
	UINT32 cpuid[8];
	UINT32 msr[16];
	UINT32 interrupts[4];
	UINT32 pm[8], longmode[6], spin[2], back[8];
	UINT32 own_cr3, reserved3[3];
	UINT32 woken, nmis;
};
_Static_assert(__builtin_offsetof(struct report, cpuid) == 0x60, "start.asm");
_Static_assert(__builtin_offsetof(struct report, interrupts) == 0xc0, "start.asm");
_Static_assert(__builtin_offsetof(struct report, back) == 0x110, "start.asm");
_Static_assert(__builtin_offsetof(struct report, nmis) == 0x144, "start.asm");

static UINT8 *low;
static volatile struct report *report;

BOOLEAN ap_memory(void)
{
	EFI_PHYSICAL_ADDRESS at = AP_STACK;

	if (EFI_ERROR(BS->AllocatePages(AllocateAddress, EfiLoaderData, 1, &at)))
		return FALSE;
	at = 0x9ffff;
	if (EFI_ERROR(BS->AllocatePages(AllocateMaxAddress, EfiLoaderData, 2, &at)))
		return FALSE;
	low = (UINT8 *)at;
	report = (volatile struct report *)(low + PAGE);
	return TRUE;
}

/* Takes a tenth of a microsecond or more. With PAUSE, as an emulator may run all CPUs in one thread. */
static void relax(void)
{
	inb(0x80);
	__asm__ volatile("pause");
}

/* Waits until @stage is reached or @us microseconds have passed. */
static BOOLEAN reached(UINT32 stage, UINT32 us)
{
	UINT64 i;

	for (i = 0; i < us * 10ull && report->stage < stage; i++)
		relax();
	return report->stage >= stage;
}

static void pause_us(UINT32 us)
{
	reached(~0u, us);
}

/* Waits until *@counter differs from @from, or about half a second: an emulated CPU may be slow to start. */
static BOOLEAN changes(volatile UINT32 *counter, UINT32 from)
{
	UINT32 i;

	for (i = 0; i < 500000 && *counter == from; i++)
		relax();
	return *counter != from;
}

static void put_code(const UINT8 *code, const UINT8 *end)
{
	UINTN i;

	for (i = 0; i < PAGE; i++)
		low[PAGE + i] = 0;
	for (i = 0; i < (UINTN)(end - code); i++)
		low[i] = code[i];
}

static void prepare(void)
{
	put_code(ap_start, ap_end);
	report->own_cr3 = (UINT32)own_cr3();
}

static void init(void)
{
	apic_command(1, ICR_INIT | ICR_ASSERT);
	pause_us(1000);
}

static void sipi(void)
{
	apic_command(1, ICR_SIPI | ICR_ASSERT | (UINT32)((UINT64)low / PAGE));
}

/* As an operating system does: a second SIPI if the first had no effect. */
static BOOLEAN start(void)
{
	prepare();
	init();
	sipi();
	if (!reached(1, 200))
		sipi();
	return reached(LAST_STAGE, START_US);
}

static void first_start(const char *mode)
{
	volatile struct report *r = report;

	probe("ap %s.start: stage %d", mode, start() ? LAST_STAGE : r->stage);
	probe("ap %s.regs: eax %x ebx %x ecx %x edx %x esi %x edi %x ebp %x esp %x", mode, (UINT64)r->regs[0],
	      (UINT64)r->regs[1], (UINT64)r->regs[2], (UINT64)r->regs[3], (UINT64)r->regs[4],
	      (UINT64)r->regs[5], (UINT64)r->regs[6], (UINT64)r->regs[7]);
	probe("ap %s.control: cr0 %x cr2 %x cr3 %x cr4 %x", mode, (UINT64)r->cr0, (UINT64)r->cr2,
	      (UINT64)r->cr3, (UINT64)r->cr4);
	probe("ap %s.segments: cs %s ds %x ss %x idt %x flags %x", mode,
	      r->cs == (UINT64)low >> 4 ? "vector" : "other", (UINT64)r->ds, (UINT64)r->ss,
	      (UINT64)r->idt_limit, (UINT64)r->flags);
	probe("ap %s.cpuid: %x %x %x %x", mode, (UINT64)r->cpuid[0], (UINT64)r->cpuid[1], (UINT64)r->cpuid[2],
	      (UINT64)r->cpuid[3]);
	probe("ap %s.msr: apic %x efer %x then %x pat %x", mode, (UINT64)r->msr[0], (UINT64)r->msr[1],
	      (UINT64)r->msr[2], (UINT64)r->msr[3]);
	probe("ap %s.real: int %d ud %d gp %d", mode, r->interrupts[0], r->interrupts[1], r->interrupts[2]);
	probe("ap %s.protected: cr0 %x cpuid %x", mode, (UINT64)r->pm[0], (UINT64)r->pm[1]);
	probe("ap %s.long: efer %x cr0 %x cpuid %x", mode, (UINT64)r->longmode[0], (UINT64)r->longmode[1],
	      (UINT64)r->longmode[2]);
	probe("ap %s.back: cr0 %x efer %x then %x", mode, (UINT64)r->back[0], (UINT64)r->back[1],
	      (UINT64)r->back[2]);
}

/* NMIs from the first instruction on: the CPU starts, wherever they hit. */
static void nmis_at_start(const char *mode)
{
	UINT32 *vector = (UINT32 *)IVT_NMI, old, new, i, j, good = 0;

	__asm__ volatile("" : "+r"(vector)); /* hides from the compiler that it is a constant */
	old = *vector;
	new = (UINT32)((UINT64)low / 16) << 16 | (UINT32)(ap_spin_nmi - ap_spin);
	*vector = new;
	for (i = 0; i < NMI_ROUNDS; i++) {
		put_code(ap_spin, ap_spin_end);
		init();
		sipi();
		for (j = 0; j < i * 8; j++)
			relax();
		for (j = 0; j < 8; j++)
			apic_command(1, ICR_NMI | ICR_ASSERT);
		good += changes(&report->spin[0], 0);
	}
	probe("ap %s.nmi.starting: %d, vector %s", mode, good, *vector == new ? "stays" : "changed");
	init();
	*vector = old;
}

void probe_ap(UINT32 cpus, const char *mode)
{
	UINT32 i, good = 0, before;

	if (cpus < 2)
		return;
	apic_on();
	first_start(mode);

	/* A running CPU ignores SIPI. */
	before = report->count;
	sipi();
	pause_us(2000);
	probe("ap %s.sipi.running: starts %d", mode, report->count - before + 1);

	apic_command(1, ICR_NMI | ICR_ASSERT);
	changes(&report->nmis, 0);
	probe("ap %s.nmi.running: %d", mode, report->nmis);

	/* NMIs reach a CPU in HLT; it resumes after the HLT. */
	report->command = 1;
	for (i = 0; i < 5 && !report->woken; i++) { /* the first may come before the HLT */
		pause_us(5000);
		apic_command(1, ICR_NMI | ICR_ASSERT);
		changes(&report->woken, 0);
	}
	probe("ap %s.nmi.halted: %s", mode, report->woken ? "wakes" : "sleeps on");

	/* INIT stops it; it waits and ignores NMIs. (On QEMU's TCG an NMI makes it run.) */
	prepare();
	init();
	if (!is_amd()) {
		apic_command(1, ICR_NMI | ICR_ASSERT);
		pause_us(2000);
	}
	probe("ap %s.wait: starts %d, nmis %d", mode, report->count, report->nmis);
	sipi();
	probe("ap %s.wait.sipi: %s", mode, reached(LAST_STAGE, START_US) ? "runs" : "no");

	/* A second INIT while it waits; one SIPI is enough. */
	prepare();
	init();
	init();
	sipi();
	probe("ap %s.init.twice: %s", mode, reached(LAST_STAGE, START_US) ? "runs" : "no");

	for (i = 0; i < ROUNDS; i++) {
		good += start();
		if (i & 1)
			report->command = 1;
	}
	probe("ap %s.rounds: %d", mode, good);

	/* INIT level de-assert is not an INIT. */
	start();
	apic_command(1, ICR_INIT | BIT(15));
	pause_us(2000);
	probe("ap %s.deassert: %s", mode, changes(&report->spin[0], report->spin[0]) ? "runs" : "stopped");
	init();
	/* on Bochs under VMX, but not bare, an NMI of this storm may outlive INIT: see LIMITATIONS.md */
	if (is_amd())
		nmis_at_start(mode);
	/* it waits from here on */
}
