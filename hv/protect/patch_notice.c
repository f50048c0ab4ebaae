/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Lines about the kernel's own patching. */
#include "protect/patch_notice.h"

#include "lib/format.h"
#include "log/journal.h"
#include "log/printk.h"

static struct { /* (e) */
	bool open;
	uint64_t first_ns, last_ns;
	uint32_t more;             /* patches after the first */
	char where[96];            /* the first one's target and symbol */
	char who[RW_COMM_LEN + 1]; /* the last one's task */
	uint32_t pid;
} burst; /* (e) */

void patch_notice_flush(void)
{
	if (burst.open && burst.more)
		printk("patch of %s: %u more in %lu ms, the last by %s[%u]", burst.where, burst.more,
		       (burst.last_ns - burst.first_ns) / 1000000, burst.who, burst.pid);
	burst.open = false;
}

/* The clocks of two CPUs may differ slightly: a time before the last one counts as no time after it. */
static bool is_over(uint64_t now)
{
	return (int64_t)(now - burst.last_ns) > (int64_t)PATCH_GAP_NS ||
	       (int64_t)(now - burst.first_ns) > (int64_t)PATCH_BURST_NS;
}

void patch_notice(const struct percpu *cpu, const char *target, const char *symbol, uint64_t off,
		  const char *who, uint32_t pid)
{
	uint64_t now = journal_now(cpu);

	if (is_over(now))
		patch_notice_flush();
	for (uint32_t i = 0; i < RW_COMM_LEN && (burst.who[i] = who[i]); i++)
		;
	burst.pid = pid;
	if (burst.open) {
		burst.more++;
		if (now > burst.last_ns)
			burst.last_ns = now;
	} else {
		burst.open = true;
		burst.first_ns = burst.last_ns = now;
		burst.more = 0;
		format_text(burst.where, sizeof(burst.where), "%s %s+%lx", target, symbol, off);
		printk("patch of %s by %s[%u]", burst.where, burst.who, pid);
	}
}

void patch_notice_tick(const struct percpu *cpu)
{
	if (is_over(journal_now(cpu)))
		patch_notice_flush();
}
