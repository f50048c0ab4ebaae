// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records an oops and a panic.

#include <linux/atomic.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kdebug.h>
#include <linux/notifier.h>
#include <linux/panic.h>
#include <linux/panic_notifier.h>
#include <linux/preempt.h>
#include <linux/string.h>
#include <asm/ptrace.h>
#include <asm/special_insns.h>

#include "crash.h"
#include "event.h"

/* 1: an oops is being recorded. If that fails itself, it stays 1, and further ones are only counted. */
static atomic_t busy;

static u64 kernel_taints(void)
{
	unsigned int flag;
	u64 mask = 0;

	for (flag = 0; flag < TAINT_FLAGS_COUNT; flag++)
		if (test_taint(flag))
			mask |= BIT_ULL(flag);
	return mask;
}

static void record_oops(const struct die_args *args)
{
	char where[KSYM_SYMBOL_LEN];
	struct event ev;

	sprint_symbol(where, args->regs->ip);
	if (!event_begin(&ev, RW_REC_OOPS, RW_VERDICT_NONE))
		return;
	event_u64(&ev, RW_F_RIP, args->regs->ip);
	if (strcmp(args->str, "Oops") == 0) /* what Linux calls a page fault; it leaves args->trapnr 0 */
		event_u64(&ev, RW_F_GVA, native_read_cr2());
	event_u64(&ev, RW_F_ERROR_CODE, args->err);
	event_u64(&ev, RW_F_TAINTS, kernel_taints());
	event_tail(&ev, RW_F_OBJECT_NAME, args->str, strlen(args->str));
	event_tail(&ev, RW_F_SYMBOL, where, strlen(where));
	event_submit(&ev, PRODUCER_SYNC);
}

/*
 * The task does not resume, so it does not matter if it was writing to the ring. An NMI would come between
 * two steps of that; an oops in one ends in a panic, and is recorded there.
 */
static int on_die(struct notifier_block *nb, unsigned long why, void *data)
{
	if (why != DIE_OOPS || in_nmi())
		return NOTIFY_DONE;
	if (atomic_xchg(&busy, 1)) {
		producer_lost();
		return NOTIFY_DONE;
	}
	record_oops(data);
	atomic_set(&busy, 0);
	return NOTIFY_DONE;
}

/*
 * The other CPUs may already be stopped: only this one's ring can be handed over. Nothing resumes after a
 * panic, so this may also run in an NMI, and while an oops is being recorded.
 */
static int on_panic(struct notifier_block *nb, unsigned long unused, void *text)
{
	struct event ev;

	if (event_begin(&ev, RW_REC_PANIC, RW_VERDICT_NONE)) {
		event_u64(&ev, RW_F_TAINTS, kernel_taints());
		event_tail(&ev, RW_F_NOTE, text, strlen(text));
		event_submit(&ev, PRODUCER_SYNC);
	}
	producer_flush_local();
	return NOTIFY_DONE;
}

static struct notifier_block die_nb = { .notifier_call = on_die };
static struct notifier_block panic_nb = { .notifier_call = on_panic };

void __init crash_init(void)
{
	register_die_notifier(&die_nb);
	atomic_notifier_chain_register(&panic_notifier_list, &panic_nb);
}

void __init crash_exit(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &panic_nb);
	unregister_die_notifier(&die_nb);
}
