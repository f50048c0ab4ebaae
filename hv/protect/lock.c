/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The lock, and its end when another kernel takes over. */
#include "protect/lock.h"

#include "approve/exports.h"
#include "approve/module_check.h"
#include "approve/module_file.h"
#include "approve/remap.h"
#include "approve/view.h"
#include "core/ap_park.h"
#include "core/exit.h"
#include "core/smp.h"
#include "core/state.h"
#include "core/watched.h"
#include "lib/format.h"
#include "lib/string.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "protect/pin.h"
#include "protect/code_rules.h"
#include "protect/heartbeat.h"
#include "protect/probes.h"

/* Gives entry 1 to @last what their kinds ask for. Return: 0, or the first error, at entry *failed. */
static int restrict_ranges(uint32_t last, uint32_t *failed)
{
	for (*failed = 1; *failed <= last; ++*failed) {
		int ret = code_restrict(&hv.ranges.entry[*failed].range);

		if (ret)
			return ret;
	}
	return 0;
}

/* All ranges up to @last are split already, so this needs no room. */
static void open_ranges(uint32_t last)
{
	for (uint32_t i = 1; i <= last; i++)
		nested_set_perm(hv.ranges.entry[i].range.gpa, hv.ranges.entry[i].range.len, NPERM_RWX);
}

#define NOTE_MAX 256u /* bytes of the record's text, its NUL included */

static void record(struct percpu *cpu, uint8_t type, uint64_t pages, const char *note)
{
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), type, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_RANGES, hv.ranges.ranges + hv.ranges.objects);
	rec_u64(&w, RW_F_PAGES, pages);
	journal_text(&w, RW_F_NOTE, note, NOTE_MAX);
	journal_finish(cpu, &w);
}

static void record_lock(struct percpu *cpu, const struct ranges_pages *pages)
{
	static const char *const names[] = RW_TARGET_NAMES;
	char text[NOTE_MAX];
	size_t n = 0;

	text[0] = 0;
	for (uint32_t kind = 1; kind <= RW_TARGET_GUEST_LAST; kind++)
		if (pages->kind[kind])
			n += format_text(text + n, sizeof(text) - n, "%s%s %lu",
					 n ? ", " : "pages: ", names[kind], pages->kind[kind]);
	record(cpu, RW_REC_LOCK, pages->total, text);
	printk("locked: %lu pages read-only (%s)", pages->total, text);
}

int64_t protect_lock(struct percpu *cpu)
{
	struct ranges_pages pages;
	struct input_error err;
	uint32_t failed;
	int ret = ranges_check(&hv.ranges, &err);

	if (ret) {
		printk("lock refused: %s (entry %u)", err.what, err.index);
		return ret;
	}
	ranges_count_pages(&hv.ranges, &pages);
	if (!pages.kind[RW_TARGET_AGENT_TEXT]) {
		printk("lock refused: no agent_text was named, so no hypercall could be made after the lock");
		return -RW_ENOTREADY;
	}
	remap_lock(cpu);
	/* Until the lock holds, an access that another CPU repeats has no reason: this must take no time. */
	ret = restrict_ranges(hv.ranges.used, &failed);
	if (ret) {
		open_ranges(failed);
		printk("lock refused: %s at range %u, %lu pages left for page tables",
		       ret == -RW_ENOSPC ? "no room" : "not mapped", failed, pool_left());
		return ret;
	}
	heartbeat_start(cpu);
	watched_start();
	hv_set_locked(true);
	pin_lock(cpu);
	/*
	 * From here on other CPUs fault on what is not approved. With GMET, code that stays writable has the
	 * permissions of everything else: it gets them again.
	 */
	nested_set_open(code_open_perm());
	restrict_ranges(hv.ranges.used, &failed);
	ap_park_lock(cpu);
	smp_flush_all(cpu);
	io_lock();
	record_lock(cpu, &pages);
	return 0;
}

void protect_release(struct percpu *cpu)
{
	struct ranges_pages pages;

	journal_release();
	module_check_forget(cpu); /* while its pages are mapped by themselves */
	if (hv_locked()) {
		ranges_count_pages(&hv.ranges, &pages);
		record(cpu, RW_REC_UNLOCK, pages.total, "kexec");
		printk("unlocked: another kernel takes over");
		nested_set_open(NPERM_RWX);
		view_release();
		open_ranges(hv.ranges.used);
		for (uint32_t i = 1; i <= hv.ranges.used; i++)
			nested_merge(hv.ranges.entry[i].range.gpa, hv.ranges.entry[i].range.len);
		hv_set_locked(false);
		pin_unlock();
		smp_flush_all(cpu);
	}
	heartbeat_forget();
	module_file_forget();
	exports_clear();
	watched_forget();
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		percpu_of(i)->guest_gs = 0;
	/* Another CPU may still be looking up a violation: it finds what was or nothing, within bounds. */
	ranges_clear(&hv.ranges);
	symbols_clear(&hv.symbols);
	sites_clear(&hv.sites);
	probes_clear();
	memset(&hv.agent, 0, sizeof(hv.agent));
	hv_set_registered(false);
}
