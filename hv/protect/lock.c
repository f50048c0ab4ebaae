/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The lock, and its end when another kernel takes over. */
#include "protect/lock.h"

#include "core/exit.h"
#include "core/smp.h"
#include "core/state.h"
#include "lib/format.h"
#include "lib/record.h"
#include "lib/string.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "protect/probes.h"

/* Sets @perm on the first @count ranges. Return: 0, or the first error; then *failed is that range. */
static int set_perm(uint32_t count, unsigned int perm, uint32_t *failed)
{
	for (*failed = 0; *failed < count; ++*failed) {
		const struct rw_range *r = &hv.ranges.entry[*failed + 1].range;
		int ret = nested_set_perm(r->gpa, r->len, perm);

		if (ret)
			return ret;
	}
	return 0;
}

#define NOTE_MAX 256u /* bytes of the record's text, its NUL included */

static void record(struct percpu *cpu, uint8_t type, uint64_t pages, const char *note)
{
	uint64_t buf[(128 + NOTE_MAX) / 8];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), type, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_RANGES, hv.ranges.ranges + hv.ranges.objects);
	rec_u64(&w, RW_F_PAGES, pages);
	rec_bytes(&w, RW_F_NOTE, note, (uint16_t)printable(note, NOTE_MAX));
	rec_end(&w);
	journal_append(cpu, w.hdr);
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
	uint32_t failed, ignored;
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
	ret = set_perm(hv.ranges.ranges, NPERM_R | NPERM_X, &failed);
	if (ret) {
		/* Splits are not undone, so restoring the permission needs no room. */
		set_perm(failed + 1, NPERM_RWX, &ignored);
		printk("lock refused: %s at range %u, %lu pages left for page tables",
		       ret == -RW_ENOSPC ? "no room" : "not mapped", failed, pool_left());
		return ret;
	}
	hv_set_locked(true);
	smp_flush_all(cpu);
	io_lock();
	record_lock(cpu, &pages);
	return 0;
}

void protect_release(struct percpu *cpu)
{
	struct ranges_pages pages;
	uint32_t ignored;

	journal_release();
	if (hv_locked()) {
		ranges_count_pages(&hv.ranges, &pages);
		record(cpu, RW_REC_UNLOCK, pages.total, "kexec");
		printk("unlocked: another kernel takes over");
		set_perm(hv.ranges.ranges, NPERM_RWX, &ignored); /* all ranges are split: needs no room */
		for (uint32_t i = 1; i <= hv.ranges.ranges; i++)
			nested_merge(hv.ranges.entry[i].range.gpa, hv.ranges.entry[i].range.len);
		hv_set_locked(false);
		smp_flush_all(cpu);
	}
	/*
	 * Another CPU may still be looking up a violation: what it finds here is old or nothing, but never
	 * out of bounds.
	 */
	ranges_clear(&hv.ranges);
	symbols_clear(&hv.symbols);
	sites_clear(&hv.sites);
	probes_clear();
	memset(&hv.agent, 0, sizeof(hv.agent));
	hv_set_registered(false);
}
