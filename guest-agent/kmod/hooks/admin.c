// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records system calls that change the whole machine: its names, swap, accounting, the clock's rate, its end.

#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/reboot.h>
#include <linux/string.h>

#include "caller.h"
#include "event.h"
#include "hooks/admin.h"
#include "kernel/syscalls.h"
#include "task.h"

#define TEXT_MAX 256u /* of a name or path */
#define NO_CALL  INT_MIN

enum admin_text {
	TEXT_NONE,
	TEXT_STRING,       /* the first argument is a string, or NULL */
	TEXT_BYTES_LENGTH, /* the first two are bytes and their number */
	TEXT_RESTART,      /* the fourth is a string if the third says so */
};

/*
 * Each of these calls asks for its capability once, before it takes a lock; adjtimex and the like up to
 * twice, and only if they are to change something.
 */
static const struct admin_call {
	int nr64, nr32;
	int cap;
	const char *name;
	enum admin_text text;
	bool clock; /* the argument @number points to a struct timex, which begins with what to change */
	s8 number;  /* which argument is a number; -1: none */
} calls[] = {
	{ CALL(sethostname), CAP_SYS_ADMIN, "sethostname", TEXT_BYTES_LENGTH, false, -1 },
	{ CALL(setdomainname), CAP_SYS_ADMIN, "setdomainname", TEXT_BYTES_LENGTH, false, -1 },
	{ CALL(swapon), CAP_SYS_ADMIN, "swapon", TEXT_STRING, false, 1 },
	{ CALL(swapoff), CAP_SYS_ADMIN, "swapoff", TEXT_STRING, false, -1 },
	{ CALL(acct), CAP_SYS_PACCT, "acct", TEXT_STRING, false, -1 },
	{ CALL(adjtimex), CAP_SYS_TIME, "adjtimex", TEXT_NONE, true, 0 },
	{ CALL(clock_adjtime), CAP_SYS_TIME, "clock_adjtime", TEXT_NONE, true, 1 },
	{ NO_CALL, __NR_ia32_clock_adjtime64, CAP_SYS_TIME, "clock_adjtime", TEXT_NONE, true, 1 },
	{ CALL(reboot), CAP_SYS_BOOT, "reboot", TEXT_RESTART, false, 2 },
};

static size_t text_of(const struct admin_call *call, const struct caller_args *args, char *text)
{
	switch (call->text) {
	case TEXT_STRING:
		return caller_string(text, TEXT_MAX, args->arg[0]);
	case TEXT_BYTES_LENGTH:
		return caller_bytes(text, TEXT_MAX, args->arg[0], args->arg[1]);
	case TEXT_RESTART:
		return (u32)args->arg[2] == LINUX_REBOOT_CMD_RESTART2 ?
			       caller_string(text, TEXT_MAX, args->arg[3]) :
			       0;
	default:
		return 0;
	}
}

static void record(const struct admin_call *call, const struct caller_args *args)
{
	char text[TEXT_MAX];
	struct event ev;
	size_t len;
	u32 modes = 0;

	if (call->clock && !task_first_time())
		return;
	if (!event_begin(&ev, RW_REC_ADMIN_CALL, RW_VERDICT_ALLOW))
		return;
	event_tail(&ev, RW_F_OBJECT_NAME, call->name, strlen(call->name));
	if (!call->clock && call->number >= 0)
		event_u64(&ev, RW_F_ARGUMENT, (u32)args->arg[call->number]);
	if (call->clock && caller_bytes(&modes, sizeof(modes), args->arg[call->number], sizeof(modes)))
		event_u64(&ev, RW_F_ARGUMENT, modes);
	len = text_of(call, args, text);
	if (len)
		event_tail(&ev, RW_F_VALUE, text, len);
	event_submit(&ev, PRODUCER_SYNC);
}

void admin_granted(int cap)
{
	struct caller_args args;
	unsigned int i;

	if (cap != CAP_SYS_ADMIN && cap != CAP_SYS_PACCT && cap != CAP_SYS_TIME && cap != CAP_SYS_BOOT)
		return;
	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		if (calls[i].cap != cap || !caller_args(calls[i].nr64, calls[i].nr32, &args))
			continue;
		record(&calls[i], &args);
		return;
	}
}
