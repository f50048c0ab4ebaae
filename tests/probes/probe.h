/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Shared by the probes, which examine the machine from inside and print one line per finding. */
#pragma once

#include <efi.h>

#define BIT(n)        (1ull << (n))
#define PAGE          4096ull
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Exceptions, and the vectors that the probes use. */
enum {
	DE = 0,
	DB = 1,
	NMI = 2,
	BP = 3,
	OF = 4,
	BR = 5,
	UD = 6,
	NM = 7,
	DF = 8,
	TS = 10,
	NP = 11,
	SS = 12,
	GP = 13,
	PF = 14,
	MF = 16,
	AC = 17,
	MC = 18,
	XM = 19,
	CP = 21,
	IRQ = 0x50,     /* the local APIC's timer and self IPIs */
	VEC_END = 0xf0, /* INT VEC_END ends each snippet */
	VEC_SPURIOUS = 0xff,
};

/* Selectors of the probes' GDT (cpu.c). */
enum {
	KCODE64 = 0x08,
	KDATA = 0x10,
	UCODE32 = 0x1b,
	UDATA = 0x23,
	UCODE64 = 0x2b,
	KCODE32 = 0x30,
	KCODE16 = 0x38,
	TSS_SEL = 0x40,
	ABSENT_SEL = 0x50,
	LDT_SEL = 0x58,
	GDT_SIZE = 0x68
};

/*
 * Pages at WINDOW, each with its own protection. Some are fixed: the snippets' code and stack for ring 0 and
 * ring 3. Tests map the others with window_map().
 */
#define WINDOW       0xd0000000ull
#define KCODE        (WINDOW + 0x8000)
#define KSTACK       (WINDOW + 0xa000) /* its end */
#define UCODE        (WINDOW + 0x0000)
#define USTACK       (WINDOW + 0x2000)
#define DATA         (WINDOW + 0x3000) /* ring 0 data, page 3 */
#define UPAGE        (WINDOW + 0x4000) /* ring 3 data, page 4 */
#define SPARE        16u               /* from this page on: not mapped */
#define WINDOW_PAGES 32u

#define PTE_P  BIT(0)
#define PTE_W  BIT(1)
#define PTE_U  BIT(2)
#define PTE_A  BIT(5)
#define PTE_D  BIT(6)
#define PTE_PS BIT(7)
#define PTE_NX BIT(63)

/* Registers before and after a snippet, in the order of trap.asm. */
struct ctx {
	UINT64 rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15;
	UINT64 vector, error;
	UINT64 rip, cs, rflags, rsp, ss;
	UINT64 saved_rsp, data_sel; /* trap.asm's; DS and ES before it runs */
	UINT64 cr2, dr6;            /* when it ended */
};

enum mode {
	K64,
	U64,
	U32,
	K32,
	K16
};

/* SNIPPET(name, text): assembly that runs from a page of its own; RUN() runs it. */
#define SNIPPET(name, text) \
	extern const UINT8 s_##name[], s_##name##_end[]; \
	__asm__(".pushsection .rodata\n.globl s_" #name ", s_" #name "_end\n.hidden s_" #name ", s_" #name \
		"_end\n" \
		"s_" #name ":\n" text "\n.code64\ns_" #name "_end:\n.popsection")
#define RUN(c, name, mode) run_code(c, s_##name, (UINTN)(s_##name##_end - s_##name), mode)

/** SHOW() - RUN(), then a line with its outcome first and what follows it. */
#define SHOW(c, name, mode, format, ...) \
	do { \
		const char *ran = RUN(c, name, mode); \
		probe(format, ran, __VA_ARGS__); \
	} while (0)

/**
 * run_code() - runs @size bytes at @code with the registers of @c; RIP, CS, SS, RSP are set here, RFLAGS if
 * it is 0. Ends at any exception or after the code. Return: outcome(@c).
 */
const char *run_code(struct ctx *c, const void *code, UINTN size, enum mode mode);

/** outcome() - "ok", or the exception, its error code, how far it came, CR2. Valid until the next call. */
const char *outcome(const struct ctx *c);

/* What the trap handler does with a vector: it ends the snippet, or is counted. */
enum policy {
	TRAP_ENDS,
	TRAP_COUNTS
};
void trap_policy(UINT8 vector, enum policy policy);
/* Called for each counted trap before it returns, or NULL. May change the registers. */
extern void (*trap_hook)(struct ctx *frame);

#define EVENTS 64u
struct event {
	UINT64 vector, rip, dr6, rflags;
};
extern volatile struct event events[EVENTS]; /* counted traps, in order */
extern volatile UINT32 event_count;
/** events_text() - the RIPs of the events of a vector, from the code's start, with DR6 for #DB. */
const char *events_text(UINT8 vector);
/** step_text() - single-steps the code and lists where each #DB occurred. */
const char *step_text(struct ctx *c, const void *code, UINTN size, enum mode mode);
#define STEP(c, name, mode) step_text(c, s_##name, (UINTN)(s_##name##_end - s_##name), mode)

/* say.c: one line "PROBE name: text"; %s, %d, %x (64 bits), %c. */
void probe(const char *format, ...);
void say(const char *format, ...);
int format_text(char *to, UINTN size, const char *format, ...);
extern UINT32 probe_count;

/* main.c: waits for the output, then switches the machine off. */
void power_off(void) __attribute__((noreturn));
extern EFI_RUNTIME_SERVICES *runtime;

/* cpu.c */
void cpu_take(void);      /* own descriptor tables and page tables, interrupts off */
void cpu_reload(void);    /* loads them again on this CPU, after a test that changed them */
BOOLEAN cpu_memory(void); /* pages for it, while boot services are there */
UINT64 *window_pte(UINT32 page);
void window_map(UINT32 page, UINT64 flags); /* PTE of @page; flushes it */
UINT8 *window_memory(UINT32 page);          /* the same memory in the identity map */
UINT64 *idt_gate(UINT8 vector);
UINT64 *gdt_entry(UINT16 selector);
UINT64 own_cr3(void);
UINT64 *pml4(void);
struct tss;
UINT64 timer_wait_us(UINT64 us); /* measured by the ACPI PM timer */

/* Instructions that may fault; the vector, or VEC_END. */
UINT8 try_rdmsr(UINT32 msr, UINT64 *value);
UINT8 try_wrmsr(UINT32 msr, UINT64 value);
UINT8 try_cr(int cr, UINT64 value);
BOOLEAN is_amd(void);

static inline void cpuid(UINT32 leaf, UINT32 sub, UINT32 r[4])
{
	__asm__ volatile("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(sub));
}

/* Is a bit set in the register @reg (0 to 3: EAX to EDX) of a leaf? 0 for a leaf that does not exist. */
BOOLEAN has(UINT32 leaf, UINT32 sub, int reg, int bit);

static inline UINT64 rdmsr(UINT32 msr)
{
	UINT32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (UINT64)hi << 32 | lo;
}

static inline void wrmsr(UINT32 msr, UINT64 value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((UINT32)value), "d"((UINT32)(value >> 32)) : "memory");
}

static inline UINT64 rdtsc(void)
{
	UINT32 lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi));
	return (UINT64)hi << 32 | lo;
}

#define REG_ACCESSORS(name) \
	static inline UINT64 read_##name(void) \
	{ \
		UINT64 v; \
		__asm__ volatile("mov %%" #name ", %0" : "=r"(v) : : "memory"); \
		return v; \
	} \
	static inline void write_##name(UINT64 v) \
	{ \
		__asm__ volatile("mov %0, %%" #name : : "r"(v) : "memory"); \
	}
REG_ACCESSORS(cr0)
REG_ACCESSORS(cr2)
REG_ACCESSORS(cr3)
REG_ACCESSORS(cr4)
REG_ACCESSORS(cr8)
REG_ACCESSORS(dr0)
REG_ACCESSORS(dr1)
REG_ACCESSORS(dr2)
REG_ACCESSORS(dr3)
REG_ACCESSORS(dr6)
REG_ACCESSORS(dr7)

static inline UINT8 inb(UINT16 port)
{
	UINT8 v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline UINT32 inl(UINT16 port)
{
	UINT32 v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void outb(UINT16 port, UINT8 v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

/* The concerns, one file each. */
void probe_cpuid(void);
void probe_msr(void);
void probe_faults(void);
void probe_steps(void);
void probe_breakpoints(void);
void probe_control(void);
void probe_descriptor(void);
void probe_syscall(void);
void probe_xsave(void);
void probe_paging(void);
void probe_apic(const char *mode); /* "x" or "x2": switches to that mode; some machines cannot switch back */
void probe_timer(const char *mode);
void probe_insn(void);
void probe_cet(void);
