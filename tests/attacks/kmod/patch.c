// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Has the kernel's own patching code write what the kernel would not: by text_poke(), static calls, static
// keys, kprobes and ftrace. Nothing that a successful attack leaves behind does harm before it is undone.

#include <linux/errno.h>
#include <linux/ftrace.h>
#include <linux/jump_label.h>
#include <linux/kprobes.h>
#include <linux/lsm_hooks.h>
#include <linux/mutex.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/version.h>

#include "rwattack.h"

#define CODE_BYTES 5u
#define VICTIM     "kernel_restart" /* a function that does not run meanwhile */

/* Code before an attack. */
struct watched {
	u8 *at;
	u8 before[CODE_BYTES];
};

static struct watched watch(unsigned long at)
{
	struct watched w = { .at = (u8 *)at };

	memcpy(w.before, w.at, CODE_BYTES);
	return w;
}

static bool changed(const struct watched *w)
{
	return memcmp(w->before, w->at, CODE_BYTES) != 0;
}

static void report(const char *name, bool done)
{
	say("patch %s %s\n", name, done ? "changed" : "unchanged");
}

static void poke(u8 *at, const u8 *bytes, size_t len)
{
	void *(*text_poke)(void *addr, const void *opcode, size_t len) = (void *)symbol("text_poke");
	struct mutex *text_mutex = (void *)symbol("text_mutex");
	u8 copy[CODE_BYTES];

	memcpy(copy, bytes, len); /* the kernel's callers have it on the stack, too */
	mutex_lock(text_mutex);
	text_poke(at, copy, len);
	mutex_unlock(text_mutex);
}

static void poke_and_undo(const char *name, unsigned long at, const u8 *bytes, size_t len)
{
	struct watched w = watch(at);

	poke(w.at, bytes, len);
	report(name, changed(&w));
	poke(w.at, w.before, len);
}

/* A byte before a function: padding, which never runs. */
static int between(void)
{
	unsigned long at = symbol(VICTIM) - 1;
	u8 other = *(u8 *)at ^ 1;

	poke_and_undo("between", at, &other, 1);
	return 0;
}

static unsigned long ftrace_site(void)
{
	unsigned long (*location)(unsigned long) = (void *)symbol("ftrace_location");

	return location ? location(symbol(VICTIM)) : 0;
}

/* A NOP of the site's length, but not the kernel's. */
static int site(void)
{
	static const u8 other[CODE_BYTES] = { 0x0f, 0x1f, 0x44, 0x00, 0x08 };

	if (!ftrace_site())
		return -EINVAL;
	poke_and_undo("site", ftrace_site(), other, CODE_BYTES);
	return 0;
}

/* A jump label that jumps to the next instruction instead of its own target. */
static int label(void)
{
	static const u8 jump[CODE_BYTES] = { 0xe9 };
	const struct jump_entry *e = (void *)symbol("__start___jump_table");
	const struct jump_entry *end = (void *)symbol("__stop___jump_table");

	for (; e < end; e++) {
		unsigned long at = jump_entry_code(e);

		if (at < symbol("_text") || at >= symbol("_etext") || *(u8 *)at != 0x0f)
			continue;
		poke_and_undo("label", at, jump, CODE_BYTES);
		return 0;
	}
	return -EINVAL;
}

static int own_function(void)
{
	return 0;
}

typedef void (*update_fn)(struct static_call_key *key, void *tramp, void *func);

static int retarget(const char *name, struct static_call_key *key, void *tramp, void *func)
{
	update_fn update = (void *)symbol("__static_call_update");
	void *old = key ? key->func : NULL;
	struct watched w;

	if (!update || !key || !tramp || !func)
		return -EINVAL;
	w = watch((unsigned long)tramp);
	update(key, tramp, func);
	report(name, changed(&w));
	update(key, tramp, old);
	return 0;
}

/* To a function of this module; to another function of the kernel, which the tables allow. */
static int call(void *func, const char *name)
{
	return retarget(name, (void *)symbol("__SCK__might_resched"), (void *)symbol("__SCT__might_resched"),
			func);
}

static int call_own(void)
{
	return call(own_function, "call_own");
}

static int call_kernel(void)
{
	return call((void *)symbol("__cond_resched"), "call_kernel");
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)

/* The last call of a hook: the agent's. */
static struct lsm_static_call *lsm_call(void)
{
	struct lsm_static_calls_table *table = (void *)symbol(lsm_table_name);
	int last = MAX_LSM_COUNT - 1;

	while (last > 0 && !table->file_open[last].hl)
		last--;
	return &table->file_open[last];
}

static int lsm_retarget(void)
{
	struct lsm_static_call *c = lsm_call();

	return retarget("lsm_call", c->key, c->trampoline, (void *)symbol("__static_call_return0"));
}

static int lsm_key(void)
{
	struct static_key *key = &lsm_call()->active->key;
	const struct jump_entry *e = (void *)symbol("__start___jump_table");
	const struct jump_entry *end = (void *)symbol("__stop___jump_table");
	struct watched w;

	while (e < end && jump_entry_key(e) != key)
		e++;
	if (e == end)
		return -EINVAL;
	w = watch(jump_entry_code(e));
	static_key_disable(key);
	report("lsm_key", changed(&w));
	if (changed(&w)) /* else Linux finds another instruction than it expects: a BUG */
		static_key_enable(key);
	return 0;
}

#else

/* Hooks are lists there. */
static int lsm_retarget(void)
{
	say("patch lsm_call none\n");
	return 0;
}

static int lsm_key(void)
{
	say("patch lsm_key none\n");
	return 0;
}

#endif

static int probe_entry(void)
{
	struct kprobe kp = { .symbol_name = VICTIM };
	struct watched w = watch(ftrace_site());

	if (register_kprobe(&kp))
		return -EINVAL;
	report("probe_entry", changed(&w));
	unregister_kprobe(&kp);
	return 0;
}

/* At the first instruction after the entry that takes a probe. */
static int probe_middle(void)
{
	unsigned int off;

	for (off = CODE_BYTES + 4; off < 48; off++) {
		struct kprobe kp = { .symbol_name = VICTIM, .offset = off };
		struct watched w = watch(symbol(VICTIM) + off);

		if (register_kprobe(&kp))
			continue;
		report("probe_middle", changed(&w));
		unregister_kprobe(&kp);
		return 0;
	}
	return -EINVAL;
}

static void notrace on_call(unsigned long ip, unsigned long parent, struct ftrace_ops *ops,
			    struct ftrace_regs *regs)
{
}

/*
 * With FTRACE_OPS_FL_RECURSION the entry calls a function of the kernel, which calls this module's; else this
 * module's at once.
 */
static int hook(const char *name, unsigned long flags)
{
	struct ftrace_ops ops = { .func = on_call, .flags = flags };
	static struct ftrace_ops kept[2];
	struct ftrace_ops *o = &kept[(flags & FTRACE_OPS_FL_RECURSION) != 0];
	struct watched w = watch(ftrace_site());

	*o = ops;
	if (ftrace_set_filter_ip(o, ftrace_site(), 0, 0) || register_ftrace_function(o))
		return -EINVAL;
	report(name, changed(&w));
	unregister_ftrace_function(o);
	return 0;
}

static int hook_own(void)
{
	return hook("hook_own", FTRACE_OPS_FL_SAVE_REGS);
}

static int hook_kernel(void)
{
	return hook("hook_kernel", FTRACE_OPS_FL_RECURSION | FTRACE_OPS_FL_SAVE_REGS);
}

int cmd_patch(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*fn)(void);
	} attacks[] = {
		{ "between", between },
		{ "site", site },
		{ "label", label },
		{ "call_own", call_own },
		{ "call_kernel", call_kernel },
		{ "lsm_call", lsm_retarget },
		{ "lsm_key", lsm_key },
		{ "probe_entry", probe_entry },
		{ "probe_middle", probe_middle },
		{ "hook_own", hook_own },
		{ "hook_kernel", hook_kernel },
	};
	unsigned int i;
	int ret = -EINVAL;

	for (i = 0; argc == 2 && i < ARRAY_SIZE(attacks); i++)
		if (strcmp(argv[1], attacks[i].name) == 0 || strcmp(argv[1], "all") == 0) {
			ret = attacks[i].fn();
			if (ret) {
				say("patch %s cannot be tried\n", attacks[i].name);
				ret = 0;
			}
		}
	return ret;
}
