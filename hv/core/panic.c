/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The end, when the hypervisor itself cannot continue or is told to stop. */
#include "core/panic.h"

#include "arch/x86/insn.h"
#include "core/end.h"
#include "core/smp.h"
#include "dev/uart.h"
#include "lib/format.h"
#include "log/journal.h"
#include "log/printk.h"

#define TRACE_DEPTH 12

extern const char hv_text_start[], hv_text_end[];

static struct hv_exit last_exit[RW_MAX_CPUS]; /* (o) each its own */

void panic_note_exit(struct percpu *cpu, const struct hv_exit *x)
{
	last_exit[cpu->index] = *x;
}

const char *panic_exit_name(const struct hv_exit *x)
{
	static const char *const names[] = RW_EXIT_NAMES;

	return x->reason < RW_EXIT_COUNT ? names[x->reason] : "unknown";
}

static _Noreturn void halt(void)
{
	uart_flush();
	for (;;)
		__asm__ volatile("cli; hlt");
}

/* Prints return addresses along the frame pointers while these stay on this CPU's stacks. */
static void print_trace(struct percpu *cpu, const uint64_t *frame)
{
	uint64_t low = (uint64_t)cpu - RW_PERCPU_DATA, high = (uint64_t)cpu;

	for (int i = 0; i < TRACE_DEPTH; i++) {
		uint64_t at = (uint64_t)frame;

		if (at & 7 || at < low || at + 16 > high || frame[1] < (uint64_t)hv_text_start ||
		    frame[1] >= (uint64_t)hv_text_end)
			return;
		printk("  called from %lx", frame[1]);
		if (frame[0] <= at)
			return;
		frame = (const uint64_t *)frame[0];
	}
}

static void print_guest(struct percpu *cpu)
{
	const struct hv_exit *x = &last_exit[cpu->index];
	const struct hv_gprs *g = &cpu->gprs;

	printk("last exit: %s (%lx), info %lx %lx, length %u", panic_exit_name(x), x->raw, x->info[0],
	       x->info[1], x->insn_len);
	printk("guest rip %016lx rsp %016lx rflags %lx cpl %lu", greg(cpu, GREG_RIP), greg(cpu, GREG_RSP),
	       greg(cpu, GREG_RFLAGS), greg(cpu, GREG_CPL));
	printk("guest rax %016lx rbx %016lx rcx %016lx rdx %016lx", g->rax, g->rbx, g->rcx, g->rdx);
	printk("guest rsi %016lx rdi %016lx rbp %016lx r8  %016lx", g->rsi, g->rdi, g->rbp, g->r8);
	printk("guest r9  %016lx r10 %016lx r11 %016lx r12 %016lx", g->r9, g->r10, g->r11, g->r12);
	printk("guest r13 %016lx r14 %016lx r15 %016lx", g->r13, g->r14, g->r15);
	printk("guest cr0 %lx cr3 %lx cr4 %lx efer %lx", greg(cpu, GREG_CR0), greg(cpu, GREG_CR3),
	       greg(cpu, GREG_CR4), greg(cpu, GREG_EFER));
	hv_backend()->describe(cpu);
}

/* The first failure prints; a failure during that print only halts. */
static void begin(struct percpu *cpu)
{
	__asm__ volatile("cli");
	if (cpu->panicking++)
		halt();
	smp_stop_others(cpu);
	printk_break_lock();
}

static _Noreturn void finish(struct percpu *cpu)
{
	if (cpu->guest_entered)
		print_guest(cpu);
	journal_panic();
	printk("stopped: the hypervisor failed, see above");
	halt();
}

void hv_panic(const char *format, ...)
{
	struct percpu *cpu = percpu_this();
	char line[200];
	va_list args;

	begin(cpu);
	va_start(args, format);
	format_va(line, sizeof(line), format, args);
	va_end(args);
	printk("PANIC on CPU %u: %s", cpu->index, line);
	print_trace(cpu, __builtin_frame_address(0));
	finish(cpu);
}

void panic_trap(struct percpu *cpu, const struct hv_trap_frame *f)
{
	begin(cpu);
	printk("PANIC on CPU %u: exception %lu, error %lx, in the hypervisor at rip %lx, cr2 %lx", cpu->index,
	       f->vector, f->error, f->rip, read_cr2());
	printk("rax %016lx rbx %016lx rcx %016lx rdx %016lx", f->rax, f->rbx, f->rcx, f->rdx);
	printk("rsi %016lx rdi %016lx rbp %016lx rsp %016lx", f->rsi, f->rdi, f->rbp, f->rsp);
	printk("r8  %016lx r9  %016lx r10 %016lx r11 %016lx", f->r8, f->r9, f->r10, f->r11);
	printk("r12 %016lx r13 %016lx r14 %016lx r15 %016lx rflags %lx", f->r12, f->r13, f->r14, f->r15,
	       f->rflags);
	print_trace(cpu, (const uint64_t *)f->rbp);
	finish(cpu);
}

void hv_stop(const char *reason)
{
	smp_stop_others(percpu_this());
	end_log(RW_END_STOP);
	printk("stopped: %s", reason);
	halt();
}

void hv_halt_machine(void)
{
	smp_stop_others(percpu_this());
	halt();
}
