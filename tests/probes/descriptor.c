// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Descriptor-table instructions in ring 3, with and without UMIP; ports in ring 3; segment loads.
#include "probe.h"

#define CR4_UMIP BIT(11)

SNIPPET(sgdt, "sgdt (%rbx); movzwl (%rbx), %eax");
SNIPPET(sidt, "sidt (%rbx); movzwl (%rbx), %eax");
SNIPPET(sldt, "sldt %eax");
SNIPPET(str, "str %eax");
SNIPPET(smsw, "smsw %eax");
SNIPPET(lgdt, "lgdt (%rbx)");
SNIPPET(lidt, "lidt (%rbx)");
SNIPPET(ltr, "mov $0x40, %eax; ltr %ax");
SNIPPET(ltr_bad, "mov $0x10, %eax; ltr %ax");
SNIPPET(lldt, "xor %eax, %eax; lldt %ax");
SNIPPET(lmsw_user, "mov $0x33, %eax; lmsw %ax");
SNIPPET(clts_user, "clts");
SNIPPET(invlpg_user, "invlpg (%rbx)");
SNIPPET(wbinvd_user, "wbinvd");
SNIPPET(rdmsr_user, "mov $0x10, %ecx; rdmsr");
SNIPPET(wrmsr_user, "mov $0x10, %ecx; xor %eax, %eax; xor %edx, %edx; wrmsr");
SNIPPET(xsetbv_user, "xor %ecx, %ecx; mov $1, %eax; xor %edx, %edx; xsetbv");
SNIPPET(port_in, "mov $0x80, %edx; in (%dx), %al");
SNIPPET(port_hidden, "mov $0x2ff, %edx; in (%dx), %al");
SNIPPET(port_pm, "mov $0x604, %edx; in (%dx), %ax; mov $0xb004, %edx; in (%dx), %ax");
SNIPPET(lar,
	"mov $0x2b, %eax; lar %eax, %ebx; lsl %eax, %ecx; mov $0x23, %eax; verr %ax; setz %dl; verw %ax; setz %dh");
SNIPPET(verw, "mov $0x10, %eax; verw %ax; setz %al");

static void user(const char *name, const UINT8 *code, const UINT8 *end, UINT64 flags)
{
	struct ctx c = { .rbx = UPAGE, .rflags = 2 | flags };
	const char *text = run_code(&c, code, (UINTN)(end - code), U64);

	probe("descriptor %s.U64: %s", name, text);
	if (c.vector == VEC_END)
		probe("descriptor %s.U64.value: %x", name, c.rax);
}
#define U(name) user(#name, s_##name, s_##name##_end, 0)

static void stores(const char *umip)
{
	char name[32];
	static const struct {
		const char *name;
		const UINT8 *code, *end;
	} all[] = {
		{ "sgdt", s_sgdt, s_sgdt_end }, { "sidt", s_sidt, s_sidt_end },
		{ "sldt", s_sldt, s_sldt_end }, { "str", s_str, s_str_end },
		{ "smsw", s_smsw, s_smsw_end },
	};
	UINT32 i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		format_text(name, sizeof(name), "%s.%s", umip, all[i].name);
		user(name, all[i].code, all[i].end, 0);
	}
}

void probe_descriptor(void)
{
	UINT64 cr4 = read_cr4();
	struct ctx c = { .rbx = DATA };

	write_cr4(cr4 & ~CR4_UMIP);
	stores("plain");
	if (has(7, 0, 2, 2)) {
		write_cr4(cr4 | CR4_UMIP);
		stores("umip");
		write_cr4(cr4);
	}
	SHOW(&c, sgdt, K64, "descriptor sgdt.K64: %s %x", c.rax);
	c = (struct ctx){ .rbx = DATA };
	SHOW(&c, sidt, K64, "descriptor sidt.K64: %s %x", c.rax);
	c = (struct ctx){ 0 };
	SHOW(&c, str, K64, "descriptor str.K64: %s %x", c.rax);
	c = (struct ctx){ 0 };
	probe("descriptor ltr.busy: %s", RUN(&c, ltr, K64));
	c = (struct ctx){ 0 };
	probe("descriptor ltr.data: %s", RUN(&c, ltr_bad, K64));
	c = (struct ctx){ 0 };
	SHOW(&c, lar, U64, "descriptor lar: %s %x %x %x", c.rbx, c.rcx, c.rdx);
	c = (struct ctx){ 0 };
	SHOW(&c, verw, U64, "descriptor verw: %s %x", c.rax & 1);
	U(lgdt);
	U(lidt);
	U(ltr);
	U(lldt);
	U(lmsw_user);
	U(clts_user);
	U(invlpg_user);
	U(wbinvd_user);
	U(rdmsr_user);
	U(wrmsr_user);
	U(xsetbv_user);
	U(port_in);
	U(port_hidden);
	user("iopl3.port", s_port_in, s_port_in_end, 3 << 12);
	user("iopl3.hidden", s_port_hidden, s_port_hidden_end, 3 << 12);
	user("iopl3.pm", s_port_pm, s_port_pm_end, 3 << 12);
	cpu_reload();
}
