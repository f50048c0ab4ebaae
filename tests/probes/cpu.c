// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A machine of the probes' own: descriptor tables, page tables, the trap handler, and snippets of code.
#include "probe.h"

#include <efilib.h>

#define IDT_GATE      0x8eu
#define IDT_GATE_USER 0xeeu
#define IST_ALL       1u
#define IST_NMI       2u
#define IST_DF        3u
#define IST_DB        4u
#define STACK         (4 * PAGE)
#define SIZE_2M       (2ull << 20)
#define MEMORY_PAGES  16u

struct table_register {
	UINT16 limit;
	UINT64 base;
} __attribute__((packed));

struct tss {
	UINT32 reserved0;
	UINT64 rsp[3], reserved1, ist[7];
	UINT8 reserved2[10];
	UINT16 iomap;
} __attribute__((packed));

/* trap.asm */
extern const UINT8 trap_stubs[];
extern struct ctx *ctx_current;
void ctx_run(struct ctx *c);
struct ctx *trap_c(struct ctx *frame);

static UINT8 stacks[5][STACK] __attribute__((aligned(16)));
static UINT64 gdt[GDT_SIZE / 8] __attribute__((aligned(16)));
static UINT64 idt[2 * 256] __attribute__((aligned(16)));
static struct tss tss __attribute__((aligned(16)));
static UINT64 *tables; /* root, third level, four second levels, the window's table */
static UINT8 *memory;  /* the window's pages */
static UINT8 policies[256];
static UINT64 code_base; /* start of the current snippet, from which its RIP counts */

void (*trap_hook)(struct ctx *frame);
volatile struct event events[EVENTS];
volatile UINT32 event_count;

BOOLEAN cpu_memory(void)
{
	EFI_PHYSICAL_ADDRESS at = 0xffffffffu;

	if (EFI_ERROR(BS->AllocatePages(AllocateMaxAddress, EfiLoaderData, 7 + WINDOW_PAGES, &at)))
		return FALSE;
	ZeroMem((void *)at, (7 + WINDOW_PAGES) * PAGE);
	tables = (UINT64 *)at;
	memory = (UINT8 *)at + 7 * PAGE;
	return TRUE;
}

UINT64 *pml4(void)
{
	return tables;
}

UINT64 own_cr3(void)
{
	return (UINT64)tables;
}

UINT64 *window_pte(UINT32 page)
{
	return &tables[6 * 512 + page];
}

UINT8 *window_memory(UINT32 page)
{
	return memory + page * PAGE;
}

void window_map(UINT32 page, UINT64 flags)
{
	*window_pte(page) = flags ? (UINT64)window_memory(page) | flags : 0;
	__asm__ volatile("invlpg (%0)" : : "r"(WINDOW + page * PAGE) : "memory");
}

UINT64 *idt_gate(UINT8 vector)
{
	return &idt[2 * vector];
}

UINT64 *gdt_entry(UINT16 selector)
{
	return &gdt[selector / 8];
}

static void init_tables(void)
{
	UINT64 *third = tables + 512, *second = tables + 1024;
	UINT32 i;

	tables[0] = (UINT64)third | PTE_P | PTE_W | PTE_U;
	for (i = 0; i < 4; i++)
		third[i] = (UINT64)(second + 512 * i) | PTE_P | PTE_W | PTE_U;
	for (i = 0; i < 2048; i++)
		second[i] = i * SIZE_2M | PTE_P | PTE_W | PTE_PS;
	second[WINDOW / SIZE_2M] = (UINT64)window_pte(0) | PTE_P | PTE_W | PTE_U;
	for (i = 0; i < SPARE; i++)
		*window_pte(i) = (UINT64)window_memory(i) | PTE_P | PTE_W | (i < 8 && i != 3 ? PTE_U : 0);
}

static void init_gdt(void)
{
	UINT64 base = (UINT64)&tss;

	gdt[KCODE64 / 8] = 0x00af9b000000ffff;
	gdt[KDATA / 8] = 0x00cf93000000ffff;
	gdt[UCODE32 / 8] = 0x00cffb000000ffff;
	gdt[UDATA / 8] = 0x00cff3000000ffff;
	gdt[UCODE64 / 8] = 0x00affb000000ffff;
	gdt[KCODE32 / 8] = 0x00cf9b000000ffff;
	gdt[KCODE16 / 8] = 0x00009b000000ffff | (WINDOW & 0xffffff) << 16 | WINDOW >> 24 << 56;
	gdt[TSS_SEL / 8] = 0x0000890000000000 | (sizeof(tss) - 1) | (base & 0xffffff) << 16 |
			   (base >> 24 & 0xff) << 56;
	gdt[TSS_SEL / 8 + 1] = base >> 32;
	gdt[ABSENT_SEL / 8] = 0x00cf73000000ffff;
}

static void init_idt(void)
{
	UINT32 v, ist;
	UINT64 at, type;

	for (v = 0; v < 256; v++) {
		at = (UINT64)(trap_stubs + 16 * v);
		ist = v == NMI ? IST_NMI : v == DF ? IST_DF : v == DB ? IST_DB : IST_ALL;
		type = v == BP || v == OF || v == VEC_END ? IDT_GATE_USER : IDT_GATE;
		idt[2 * v] = (at & 0xffff) | KCODE64 << 16 | (UINT64)ist << 32 | type << 40 |
			     (at >> 16 & 0xffff) << 48;
		idt[2 * v + 1] = at >> 32;
	}
}

static void init_tss(void)
{
	UINT32 i;

	tss.rsp[0] = (UINT64)stacks[4] + STACK;
	for (i = 0; i < 4; i++)
		tss.ist[i] = (UINT64)stacks[i] + STACK;
	tss.iomap = sizeof(tss);
}

void cpu_reload(void)
{
	struct table_register g = { sizeof(gdt) - 1, (UINT64)gdt }, i = { sizeof(idt) - 1, (UINT64)idt };

	gdt[TSS_SEL / 8] &= ~BIT(41); /* not busy */
	__asm__ volatile("lgdt %0\n lidt %1" : : "m"(g), "m"(i));
	__asm__ volatile(
		"push %0\n lea 1f(%%rip), %%rax\n push %%rax\n lretq\n 1:\n mov %1, %%ds\n mov %1, %%es\n"
		"mov %1, %%ss\n mov %2, %%fs\n mov %2, %%gs\n ltr %w3\n lldt %w2"
		:
		: "i"(KCODE64), "r"(KDATA), "r"(0), "r"(TSS_SEL)
		: "rax", "memory");
}

void cpu_take(void)
{
	__asm__ volatile("cli");
	init_tables();
	init_gdt();
	init_idt();
	init_tss();
	write_cr3(own_cr3());
	cpu_reload();
	outb(0x21, 0xff); /* both 8259s off */
	outb(0xa1, 0xff);
}

void trap_policy(UINT8 vector, enum policy policy)
{
	policies[vector] = (UINT8)policy;
}

static void crash(const struct ctx *f) __attribute__((noreturn));
static void crash(const struct ctx *f)
{
	const UINT64 *stack = (const UINT64 *)f->rsp;
	UINT32 i;

	say("PROBE crash: vector %x error %x rip %x (image %x) cs %x rflags %x rsp %x cr2 %x", f->vector,
	    f->error, f->rip, (UINT64)trap_stubs, f->cs, f->rflags, f->rsp, read_cr2());
	say("rax %x rbx %x rcx %x rdx %x rsi %x rdi %x", f->rax, f->rbx, f->rcx, f->rdx, f->rsi, f->rdi);
	for (i = 0; i < 8; i++)
		say("stack %x", stack[i]);
	power_off();
}

/* Return: the snippet's registers if it has ended, or NULL: the snippet resumes. */
struct ctx *trap_c(struct ctx *f)
{
	struct ctx *c = ctx_current;

	if (policies[f->vector] == TRAP_COUNTS) {
		if (event_count < EVENTS) {
			volatile struct event *e = &events[event_count++];

			e->vector = f->vector;
			e->rip = f->rip;
			e->dr6 = read_dr6();
			e->rflags = f->rflags;
		}
		if (trap_hook)
			trap_hook(f);
		return NULL;
	}
	if (!c || f->vector == NMI)
		crash(f);
	ctx_current = NULL;
	__builtin_memcpy(c, f, __builtin_offsetof(struct ctx, saved_rsp));
	c->cr2 = read_cr2();
	c->dr6 = read_dr6();
	return c;
}

const char *run_code(struct ctx *c, const void *code, UINTN size, enum mode mode)
{
	static const struct {
		UINT16 cs, ss;
		UINT64 rip, page, stack;
	} modes[] = {
		[K64] = { KCODE64, KDATA, KCODE, 8, KSTACK },
		[U64] = { UCODE64, UDATA, UCODE, 0, USTACK },
		[U32] = { UCODE32, UDATA, UCODE, 0, USTACK },
		[K32] = { KCODE32, KDATA, KCODE, 8, KSTACK },
		[K16] = { KCODE16, KDATA, KCODE - WINDOW, 8, KSTACK },
	};
	static const UINT8 end[] = { 0xcd, VEC_END };
	UINT8 *at = window_memory((UINT32)modes[mode].page);

	__builtin_memcpy(at, code, size);
	__builtin_memcpy(at + size, end, sizeof(end));
	c->rip = code_base = modes[mode].rip;
	c->cs = modes[mode].cs;
	c->ss = c->data_sel = modes[mode].ss;
	c->rsp = modes[mode].stack - 64;
	if (!c->rflags)
		c->rflags = 2;
	event_count = 0;
	ctx_run(c);
	return outcome(c);
}

static const char *const names[] = { "#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM",
				     "#DF", "9",   "#TS", "#NP", "#SS", "#GP", "#PF", "15",
				     "#MF", "#AC", "#MC", "#XM", "#VE", "#CP" };

static int where(char *to, UINTN size, UINT64 rip)
{
	return rip - code_base < 2 * PAGE ? format_text(to, size, " +%x", rip - code_base) :
					    format_text(to, size, " elsewhere");
}

const char *outcome(const struct ctx *c)
{
	static char text[96];
	UINTN n = 0;

	if (c->vector == VEC_END)
		return "ok";
	if (c->vector >= ARRAY_SIZE(names))
		n += (UINTN)format_text(text, sizeof(text), "vector %x", c->vector);
	else
		n += (UINTN)format_text(text, sizeof(text), "%s", names[c->vector]);
	if (c->error)
		n += (UINTN)format_text(text + n, sizeof(text) - n, "(%x)", c->error);
	n += (UINTN)where(text + n, sizeof(text) - n, c->rip);
	if (c->rflags & BIT(16))
		n += (UINTN)format_text(text + n, sizeof(text) - n, " rf");
	if (c->vector == PF)
		format_text(text + n, sizeof(text) - n, " cr2=%x", c->cr2);
	if (c->vector == DB)
		format_text(text + n, sizeof(text) - n, " dr6=%x", c->dr6);
	return text;
}

const char *events_text(UINT8 vector)
{
	static char text[400];
	UINTN n = 0;
	UINT32 i;

	text[0] = 0;
	for (i = 0; i < event_count && n < sizeof(text) - 24; i++) {
		if (events[i].vector != vector)
			continue;
		n += (UINTN)where(text + n, sizeof(text) - n, events[i].rip);
		if (vector == DB)
			n += (UINTN)format_text(text + n, sizeof(text) - n, "/%x", events[i].dr6 & 0xe00f);
	}
	return text;
}

static void clear_dr6(struct ctx *frame)
{
	if (frame->vector == DB)
		write_dr6(0xffff0ff0);
}

const char *step_text(struct ctx *c, const void *code, UINTN size, enum mode mode)
{
	static char text[500];
	void (*old)(struct ctx *) = trap_hook;
	const char *result;

	write_dr6(0xffff0ff0);
	trap_policy(DB, TRAP_COUNTS);
	trap_hook = clear_dr6;
	c->rflags |= 2 | BIT(8);
	result = run_code(c, code, size, mode);
	trap_policy(DB, TRAP_ENDS);
	trap_hook = old;
	format_text(text, sizeof(text), "%s,%s", result, events_text(DB));
	return text;
}

SNIPPET(rdmsr, "rdmsr");
SNIPPET(wrmsr, "wrmsr");
SNIPPET(cr0, "mov %rax, %cr0");
SNIPPET(cr3, "mov %rax, %cr3");
SNIPPET(cr4, "mov %rax, %cr4");
SNIPPET(cr8, "mov %rax, %cr8");

UINT8 try_rdmsr(UINT32 msr, UINT64 *value)
{
	struct ctx c = { .rcx = msr };

	RUN(&c, rdmsr, K64);
	*value = c.rdx << 32 | (UINT32)c.rax;
	return (UINT8)c.vector;
}

UINT8 try_wrmsr(UINT32 msr, UINT64 value)
{
	struct ctx c = { .rcx = msr, .rax = (UINT32)value, .rdx = value >> 32 };

	RUN(&c, wrmsr, K64);
	return (UINT8)c.vector;
}

UINT8 try_cr(int cr, UINT64 value)
{
	struct ctx c = { .rax = value };

	switch (cr) {
	case 0:
		RUN(&c, cr0, K64);
		break;
	case 3:
		RUN(&c, cr3, K64);
		break;
	case 4:
		RUN(&c, cr4, K64);
		break;
	default:
		RUN(&c, cr8, K64);
		break;
	}
	return (UINT8)c.vector;
}

BOOLEAN has(UINT32 leaf, UINT32 sub, int reg, int bit)
{
	UINT32 r[4];

	cpuid(leaf & 0x80000000u, 0, r);
	if (leaf > r[0])
		return FALSE;
	cpuid(leaf, sub, r);
	return r[reg] >> bit & 1;
}

BOOLEAN is_amd(void)
{
	UINT32 r[4];

	cpuid(0, 0, r);
	return r[1] == 0x68747541u;
}
