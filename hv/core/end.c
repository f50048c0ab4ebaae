/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The end of a run: the log is dumped, and the machine is reset. */
#include "core/end.h"

#include "arch/x86/insn.h"
#include "protect/evidence.h"
#include "core/state.h"
#include "log/journal.h"
#include "log/printk.h"

#define PORT_CF9 0xcf9u /* chipset's reset control register: bit 2 resets on its rising edge */
/* keyboard controller: commands F0 to FF pulse output lines; a low bit 0 pulses the reset line */
#define PORT_KBC 0x64u

void end_log(uint32_t reason)
{
	evidence_end();
	journal_end(reason);
}

void exit_reset_machine(void)
{
	static const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) no_idt = { 0, 0 };

	hv_backend()->cpu_exit(percpu_this()); /* in VMX operation the CPU would not accept an INIT */
	if (hv.boot->reset_port)
		outb(hv.boot->reset_port, hv.boot->reset_value);
	outb(PORT_CF9, 0x02);
	outb(PORT_CF9, 0x06);
	outb(PORT_KBC, 0xfe);
	__asm__ volatile("lidt %0; ud2" : : "m"(no_idt));
	__builtin_unreachable();
}

void exit_reset(const char *why)
{
	struct percpu *cpu = percpu_this();

	printk("%s on CPU %u, guest at rip %lx: resetting the machine", why, cpu->index, greg(cpu, GREG_RIP));
	end_log(RW_END_RESET);
	exit_reset_machine();
}
