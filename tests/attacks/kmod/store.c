// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Writes to protected memory in every way that a module can, and checks whether anything changed.

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/asm.h>
#include <asm/fpu/api.h>
#include <asm/pgtable.h>

#include "rwattack.h"

#define IMAGE_MAX (64u << 20) /* no target is larger */
#define REP_BYTES 16u         /* stored by string instructions, and compared */

/* One store: where, what, and what the instruction did to the CPU's state. */
struct shot {
	u8 *p;
	u64 v;
	int err;     /* -EFAULT: it raised an exception */
	int reached; /* how many of the three instructions after it ran */
	u64 p_after, c_after, v_after;
};

#define AFTER_STORE "inc %[n]\n inc %[n]\n inc %[n]\n2:\n" RESUME_AT_2

#define PLAIN_FORM(name, insn, type) \
	static void form_##name(struct shot *s) \
	{ \
		u8 *p = s->p; \
		type v = (type)s->v; \
		asm volatile("1: " insn "\n" AFTER_STORE \
			     : [p] "+r"(p), [v] "+q"(v), [err] "+r"(s->err), [n] "+r"(s->reached) \
			     : \
			     : "memory", "cc"); \
		s->p_after = (u64)p; \
		s->v_after = v; \
	}

PLAIN_FORM(mov1, "movb %[v], (%[p])", u8)
PLAIN_FORM(mov2, "movw %[v], (%[p])", u16)
PLAIN_FORM(mov4, "movl %[v], (%[p])", u32)
PLAIN_FORM(mov8, "movq %[v], (%[p])", u64)
PLAIN_FORM(xchg, "xchgq %[v], (%[p])", u64)
PLAIN_FORM(lockadd, "lock addq %[v], (%[p])", u64)

static void form_stosb(struct shot *s)
{
	u64 p = (u64)s->p, c = REP_BYTES;

	asm volatile("1: rep stosb\n" AFTER_STORE
		     : "+D"(p), "+c"(c), [err] "+r"(s->err), [n] "+r"(s->reached)
		     : "a"(s->v)
		     : "memory", "cc");
	s->p_after = p;
	s->c_after = c;
}

static void form_movsb(struct shot *s)
{
	u64 p = (u64)s->p, c = REP_BYTES;
	u64 from[2] = { s->v, s->v };
	u8 *src = (u8 *)from;

	asm volatile("1: rep movsb\n" AFTER_STORE
		     : "+D"(p), "+S"(src), "+c"(c), [err] "+r"(s->err), [n] "+r"(s->reached)
		     :
		     : "memory", "cc");
	s->p_after = p;
	s->c_after = c;
}

/* Runs between kernel_fpu_begin() and kernel_fpu_end(). */
static void form_movdqu(struct shot *s)
{
	u64 from[2] = { s->v, s->v };

	asm volatile("movdqu %[from], %%xmm0\n"
		     "1: movdqu %%xmm0, (%[p])\n" AFTER_STORE
		     : [err] "+r"(s->err), [n] "+r"(s->reached)
		     : [p] "r"(s->p), [from] "m"(from)
		     : "memory", "cc");
	s->p_after = (u64)s->p;
}

static const struct {
	const char *name;
	void (*fn)(struct shot *s);
	bool straddle; /* the store lies across the end of the page */
	bool string;   /* counts in RCX, moves RDI */
} forms[] = {
	{ "mov1", form_mov1, false, false },          { "mov2", form_mov2, false, false },
	{ "mov4", form_mov4, false, false },          { "mov8", form_mov8, false, false },
	{ "xchg", form_xchg, false, false },          { "lockadd", form_lockadd, false, false },
	{ "stosb", form_stosb, false, true },         { "movsb", form_movsb, false, true },
	{ "movdqu", form_movdqu, false, false },      { "straddle", form_mov8, true, false },
	{ "straddle_stosb", form_stosb, true, true },
};

/* A target. At the default offsets a write that succeeds does no harm before it is undone. */
struct target {
	const char *name;
	const char *base;       /* symbol */
	const char *default_at; /* symbol; NULL: default_off */
	u32 default_off;
	bool one_page; /* nothing protected follows it: no stores across its end */
};

static const struct target targets[] = {
	{ "kernel_text", "_text", NULL, 0, false },
	{ "kernel_rodata", "__start_rodata", "linux_banner", 0, false },
	{ "lsm_hooks", lsm_table_name, NULL, 0, false },
	{ "agent_text", "ringward:on_panic", NULL, 0, false },
	{ "agent_rodata", "ringward:compat_lsm_table_name", NULL, 0, false },
	{ "idt", "idt_table", NULL, 0xe00, true },
};

enum way {
	WAY_ALIAS,
	WAY_DIRECT,
	WAY_OWN,
	WAY_COUNT
};
static const char *const way_names[] = { "alias", "direct", "own" };

bool set_writable(unsigned long va, bool on)
{
	unsigned int level;
	u64 *entry = (u64 *)lookup_address(va, &level);
	bool was = *entry & _PAGE_RW;

	WRITE_ONCE(*entry, on ? *entry | _PAGE_RW : *entry & ~(u64)_PAGE_RW);
	forget_translation((void *)va);
	return was;
}

/*
 * Makes the store with interrupts off and, unless it uses the alias, with the mapping made writable. (CR0.WP
 * would do as well, but a guarded kernel cannot clear it: control.c.)
 */
static void shoot(struct shot *s, void (*fn)(struct shot *s), enum way way)
{
	unsigned long flags, first = (unsigned long)s->p, last = first + REP_BYTES - 1;
	bool first_was = false, last_was = false;

	kernel_fpu_begin();
	local_irq_save(flags);
	if (way != WAY_ALIAS) {
		first_was = set_writable(first, true);
		last_was = set_writable(last, true);
	}
	fn(s);
	if (way != WAY_ALIAS) {
		set_writable(last, last_was);
		set_writable(first, first_was);
	}
	local_irq_restore(flags);
	kernel_fpu_end();
}

static void report(const struct target *t, enum way way, int form, const struct shot *s, bool changed)
{
	char rep[48] = "";
	bool flow = s->err || s->reached == 3;

	if (forms[form].string)
		snprintf(rep, sizeof(rep), " rcx=%llu rdi=+%lld", s->c_after, (s64)(s->p_after - (u64)s->p));
	else if (forms[form].fn == form_xchg)
		snprintf(rep, sizeof(rep), " reg=%016llx", s->v_after);
	if (!forms[form].string && !s->err && s->p_after != (u64)s->p)
		flow = false;
	say("write %s %s %s %s%s flow=%s%s\n", t->name, way_names[way], forms[form].name,
	    changed ? "changed" : "unchanged", s->err ? " exception" : "", flow ? "ok" : "BROKEN", rep);
}

/* @alias: writable mapping of the page of @va and of the next page. */
static void attack(const struct target *t, unsigned long va, u8 *alias, enum way way, int form)
{
	u8 before[REP_BYTES], after[REP_BYTES];
	unsigned long off = forms[form].straddle ? PAGE_SIZE - REP_BYTES / 4 : offset_in_page(va);
	u8 *own = (u8 *)(va & PAGE_MASK) + off;
	struct shot s = { .v = 0xa5c35a3ca5c35a3cull };
	bool changed;

	s.p = way == WAY_ALIAS ? alias + off : way == WAY_OWN ? own : __va(slow_virt_to_phys(own));
	/* A module's pages are in another order in the direct map. */
	if (way == WAY_DIRECT && forms[form].straddle &&
	    slow_virt_to_phys(own + REP_BYTES) != slow_virt_to_phys(own) + REP_BYTES)
		return;
	memcpy(before, own, sizeof(before));
	shoot(&s, forms[form].fn, way);
	memcpy(after, own, sizeof(after));
	changed = memcmp(before, after, sizeof(before)) != 0;
	if (changed)
		memcpy(alias + off, before, sizeof(before));
	report(t, way, form, &s, changed);
}

static bool mapped(unsigned long va)
{
	unsigned int level;
	pte_t *pte = lookup_address(va, &level);

	return pte && (pte_flags(*pte) & _PAGE_PRESENT);
}

static u8 *map_alias(unsigned long va)
{
	struct page *pages[2];
	int i;

	for (i = 0; i < 2; i++)
		pages[i] = pfn_to_page(slow_virt_to_phys((void *)((va & PAGE_MASK) + i * PAGE_SIZE)) >>
				       PAGE_SHIFT);
	return vmap(pages, 2, VM_MAP, PAGE_KERNEL);
}

static const struct target *find_target(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(targets); i++)
		if (strcmp(name, targets[i].name) == 0)
			return &targets[i];
	return NULL;
}

static bool form_wanted(int form, const char *arg)
{
	if (!arg || strcmp(arg, "all") == 0)
		return true;
	if (strlen(arg) == 1) /* a width */
		return strncmp(forms[form].name, "mov", 3) == 0 && strcmp(forms[form].name + 3, arg) == 0;
	return strcmp(forms[form].name, arg) == 0;
}

int cmd_write(int argc, char **argv)
{
	const struct target *t = argc >= 2 && argc <= 4 ? find_target(argv[1]) : NULL;
	unsigned long base;
	int form, tried = 0;
	u64 off = 0;
	u8 *alias;

	if (!t)
		return -EINVAL;
	base = symbol(t->base);
	if (!base || (t->default_at && !symbol(t->default_at))) {
		say("write %s: no symbol %s\n", t->name, t->base);
		return 0;
	}
	if (argc > 2 && strcmp(argv[2], "default") != 0) {
		if (numbers(argv + 2, &off, 1))
			return -EINVAL;
	} else {
		off = t->default_at ? symbol(t->default_at) - base : t->default_off;
	}
	if (off >= IMAGE_MAX || !mapped(base + off) || !mapped(base + off + PAGE_SIZE)) {
		say("write %s: nothing is mapped at offset %#llx\n", t->name, off);
		return 0;
	}
	alias = map_alias(base + off);
	if (!alias)
		return -EINVAL;
	for (form = 0; form < ARRAY_SIZE(forms); form++) {
		enum way way;

		if (!form_wanted(form, argc == 4 ? argv[3] : NULL) || (t->one_page && forms[form].straddle))
			continue;
		for (way = 0; way < WAY_COUNT; way++)
			attack(t, base + off, alias, way, form);
		tried++;
	}
	vunmap(alias);
	return tried ? 0 : -EINVAL;
}

/* The same store, COUNT times, by the same instruction. */
int cmd_repeat(int argc, char **argv)
{
	unsigned long text = symbol("_text");
	u64 count, left;
	u8 *alias, before;

	if (argc != 2 || numbers(argv + 1, &count, 1) || !text)
		return -EINVAL;
	alias = map_alias(text);
	if (!alias)
		return -ENOMEM;
	before = *alias;
	for (left = count; left != 0; left--) {
		struct shot s = { .p = alias, .v = (u8)~before };

		form_mov1(&s);
		cond_resched();
	}
	say("repeat %llu %s\n", count, *alias == before ? "unchanged" : "changed");
	if (*alias != before)
		*alias = before;
	vunmap(alias);
	return 0;
}

int store_zero(unsigned long va)
{
	u8 *alias = map_alias(va);
	struct shot s = { .v = 0 };

	if (!alias)
		return -ENOMEM;
	s.p = alias + offset_in_page(va);
	shoot(&s, form_mov8, WAY_ALIAS);
	vunmap(alias);
	return s.err;
}

/* Calls the kernel's own patching function on a byte, without changing it. */
int cmd_poke(int argc, char **argv)
{
	void *(*text_poke)(void *addr, const void *opcode, size_t len) = (void *)symbol("text_poke");
	struct mutex *text_mutex = (void *)symbol("text_mutex");
	u8 *at = (u8 *)symbol("_text");
	u8 byte;

	if (!text_poke || !text_mutex || !at) {
		say("poke: a symbol is missing\n");
		return 0;
	}
	byte = *at;
	mutex_lock(text_mutex);
	text_poke(at, &byte, 1);
	mutex_unlock(text_mutex);
	say("poke %s\n", *at == byte ? "done" : "BROKEN");
	return 0;
}
