// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Every exception that software can raise: vector, error code, the pushed RIP and RFLAGS.RF, CR2.
#include "probe.h"

SNIPPET(de, "nop; xor %eax, %eax; xor %edx, %edx; div %eax");
SNIPPET(db, ".byte 0xf1; nop");
SNIPPET(bp, "nop; int3; nop");
SNIPPET(bp2, "nop; int $3; nop");
SNIPPET(of, ".code32; mov $0x7fffffff, %eax; inc %eax; into; nop");
SNIPPET(bound, ".code32; xor %eax, %eax; dec %eax; movl $0, (%ebx); movl $5, 4(%ebx); .byte 0x62, 0x03");
SNIPPET(ud2, "nop; ud2");
SNIPPET(lock_nop, ".byte 0xf0, 0x90");
SNIPPET(fpu, "fninit; nop");
SNIPPET(gp_noncanonical, "mov $0x8000000000000000, %rax; mov (%rax), %rbx");
SNIPPET(gp_null_cs, "push $0; push $0; lretq");
SNIPPET(gp_selector, "mov $0x1000, %eax; mov %eax, %ds");
SNIPPET(gp_int, "int $0x30");
SNIPPET(cli, "cli");
SNIPPET(hlt, "hlt");
SNIPPET(rdcr0, "mov %cr0, %rax");
SNIPPET(ss_noncanonical, "mov $0x8000000000000000, %rsp; push %rax");
SNIPPET(np, "mov $0x50, %eax; mov %eax, %ds");
SNIPPET(ss_absent, "mov $0x50, %eax; mov %eax, %ss");
SNIPPET(ldt, "mov $4, %eax; mov %eax, %ds");
SNIPPET(read, "nop; mov (%rax), %rbx");
SNIPPET(write, "nop; nop; mov %rbx, (%rax)");
SNIPPET(add, "lock addq $1, (%rax)");
SNIPPET(exec, "jmp *%rax");
SNIPPET(movs, "rep movsb");
SNIPPET(ac, "pushfq; orq $0x40000, (%rsp); popfq; mov 1(%rsp), %eax");
SNIPPET(mf, "fninit; fldcw (%rbx); fldz; fld1; fdivp; nop; fwait");
SNIPPET(xm, "ldmxcsr (%rbx); xorps %xmm0, %xmm0; movss 4(%rbx), %xmm1; divss %xmm0, %xmm1");
SNIPPET(popf_nt, "pushfq; orq $0x4000, (%rsp); popfq; iretq");
SNIPPET(long_insn, ".rept 15; .byte 0x66; .endr; nop");
SNIPPET(cross_fault, "jmp *%rax");

static void simple(const char *name, const UINT8 *code, const UINT8 *end, enum mode mode)
{
	struct ctx c = { .rbx = mode == K64 || mode == K32 ? DATA : UPAGE };

	probe("faults %s: %s", name, run_code(&c, code, (UINTN)(end - code), mode));
}
#define SIMPLE(name, mode) simple(#name "." #mode, s_##name, s_##name##_end, mode)

static void page_fault(const char *name, UINT64 flags)
{
	UINT64 at = WINDOW + SPARE * PAGE + 0x123;
	enum mode m;

	window_map(SPARE, flags);
	for (m = K64; m <= U64; m++) {
		struct ctx r = { .rax = at }, w = { .rax = at }, a = { .rax = at + 5 }, x = { .rax = at };
		const char *mode = m == K64 ? "K64" : "U64";

		window_memory(SPARE)[0x123] = 0xcd;
		window_memory(SPARE)[0x124] = VEC_END;
		probe("faults pf.%s.read.%s: %s", name, mode, RUN(&r, read, m));
		probe("faults pf.%s.exec.%s: %s", name, mode, RUN(&x, exec, m));
		probe("faults pf.%s.write.%s: %s", name, mode, RUN(&w, write, m));
		probe("faults pf.%s.add.%s: %s", name, mode, RUN(&a, add, m));
	}
	window_map(SPARE, 0);
}

/* A fault whose handler cannot be called. */
static void double_fault(void)
{
	UINT64 gp = *idt_gate(GP), pf = *idt_gate(PF), de = *idt_gate(DE), ud = *idt_gate(UD);
	struct ctx c = { 0 };

	*idt_gate(GP) &= ~BIT(47);
	probe("faults df.gp: %s", RUN(&c, gp_selector, K64));
	c = (struct ctx){ 0 };
	probe("faults df.user: %s", RUN(&c, cli, U64));
	*idt_gate(GP) = gp;
	*idt_gate(DE) &= ~BIT(47);
	c = (struct ctx){ 0 };
	probe("faults df.de: %s", RUN(&c, de, K64));
	*idt_gate(DE) = de;
	*idt_gate(UD) &= ~BIT(47);
	c = (struct ctx){ 0 };
	probe("faults np.of.ud: %s", RUN(&c, ud2, K64)); /* benign first: a plain #NP */
	*idt_gate(UD) = ud;
	*idt_gate(PF) &= ~BIT(47);
	c = (struct ctx){ .rax = WINDOW + SPARE * PAGE };
	probe("faults df.pf: %s", RUN(&c, read, K64));
	*idt_gate(PF) = pf;
}

void probe_faults(void)
{
	UINT64 cr0 = read_cr0(), cr4 = read_cr4();
	struct ctx c;

	SIMPLE(de, K64);
	SIMPLE(de, U64);
	SIMPLE(db, K64);
	SIMPLE(db, U64);
	SIMPLE(bp, K64);
	SIMPLE(bp, U64);
	SIMPLE(bp2, U64);
	SIMPLE(of, U32);
	SIMPLE(of, K32);
	SIMPLE(bound, U32);
	SIMPLE(ud2, K64);
	SIMPLE(ud2, U64);
	SIMPLE(lock_nop, K64);
	write_cr0(cr0 | BIT(3));
	SIMPLE(fpu, K64);
	SIMPLE(fpu, U64);
	write_cr0(cr0);
	SIMPLE(gp_noncanonical, K64);
	SIMPLE(gp_noncanonical, U64);
	SIMPLE(gp_null_cs, K64);
	SIMPLE(gp_selector, K64);
	SIMPLE(gp_selector, U64);
	SIMPLE(gp_int, U64);
	SIMPLE(cli, U64);
	SIMPLE(hlt, U64);
	SIMPLE(rdcr0, U64);
	SIMPLE(ss_noncanonical, K64);
	SIMPLE(ss_noncanonical, U64);
	SIMPLE(np, K64);
	SIMPLE(np, U64);
	SIMPLE(ss_absent, K64);
	SIMPLE(ldt, K64);
	SIMPLE(popf_nt, K64);
	SIMPLE(long_insn, K64);
	write_cr0(cr0 | BIT(18));
	SIMPLE(ac, U64);
	SIMPLE(ac, K64);
	write_cr0((cr0 & ~BIT(2)) | BIT(1) | BIT(5));
	*(UINT16 *)window_memory(3) = 0x370; /* all FPU exceptions unmasked */
	SIMPLE(mf, K64);
	__asm__ volatile("fninit");
	write_cr4(cr4 | BIT(9) | BIT(10));
	*(UINT32 *)window_memory(3) = 0x1d00; /* division by zero unmasked */
	*(UINT32 *)(window_memory(3) + 4) = 0x3f800000;
	SIMPLE(xm, K64);
	write_cr4(cr4);
	write_cr0(cr0);

	page_fault("absent", 0);
	page_fault("kernel", PTE_P | PTE_W);
	page_fault("readonly", PTE_P | PTE_U);
	page_fault("user", PTE_P | PTE_W | PTE_U);
	page_fault("nx", PTE_P | PTE_W | PTE_U | PTE_NX);
	page_fault("reserved", PTE_P | PTE_W | PTE_U | BIT(51));

	/* A copy that runs past the mapped pages. */
	c = (struct ctx){ .rsi = DATA, .rdi = WINDOW + SPARE * PAGE - 16, .rcx = 64 };
	probe("faults movs: %s", RUN(&c, movs, K64));
	probe("faults movs.left: rcx=%x rdi=%x", c.rcx, c.rdi);
	/* An instruction whose second half is not mapped. */
	window_memory(SPARE - 1)[PAGE - 1] = 0x0f;
	c = (struct ctx){ .rax = WINDOW + SPARE * PAGE - 1 };
	probe("faults cross: %s", RUN(&c, cross_fault, K64));
	double_fault();
}
