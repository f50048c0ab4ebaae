/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The kernel's own patching: judged by the sites that it has, and committed. */
#include "protect/patch.h"

#include "core/guest_info.h"
#include "core/spinlock.h"
#include "core/state.h"
#include "lib/string.h"
#include "mm/guest_copy.h"
#include "policy/patch_verify.h"
#include "policy/tracer_copy.h"
#include "protect/evidence.h"
#include "protect/probes.h"

/* Sites are read and written under it: the kernel's own lock binds no attacker. */
static struct spinlock lock = SPINLOCK(PATCH); /* (x) */

/* Kernel text: one range, contiguous in both address spaces. */
struct text {
	uint64_t gva, size;
	uint8_t *real;
};

static const uint8_t endbr64[4] = { 0xf3, 0x0f, 0x1e, 0xfa };

static const char *const wrong[RW_SITE_KINDS] = {
	[RW_SITE_JUMP] = "not a NOP, nor a jump to this label's target",
	[RW_SITE_CALL] = "not what may stand at a static call",
	[RW_SITE_TAIL] = "not what may stand at a static call's jump",
	[RW_SITE_TRACE] = "not what may stand at a traced function's call",
	[RW_SITE_TRACER] = "not a call",
	[RW_SITE_LOCK] = "not a LOCK prefix, nor what replaces one",
	[RW_SITE_FROZEN] = "frozen at the lock",
};

void patch_fill_value(struct evidence *rec, const uint8_t *real, const uint8_t *now, uint32_t len)
{
	memset(rec->old_value, 0, RW_VALUE_BYTES);
	memset(rec->new_value, 0, RW_VALUE_BYTES);
	while (len && (real ? real[len - 1] : 0xff) == now[len - 1])
		len--;
	rec->value_len = (uint8_t)len;
	memset(rec->old_value, 0xff, len);
	if (real)
		memcpy(rec->old_value, real, len);
	memcpy(rec->new_value, now, len);
}

uint32_t patch_target_of(uint64_t gpa, uint32_t len, const struct rw_range **range)
{
	struct ranges_hit first, last;

	/* No page lies in between: a patch is shorter than a page. */
	if (!ranges_find(&hv.ranges, gpa, &first) || !ranges_find(&hv.ranges, gpa + len - 1, &last) ||
	    first.range != last.range || first.range->gpa < PAGE_SIZE ||
	    !guest_is_ram(first.range->gpa, first.range->len))
		return 0;
	*range = first.range;
	return first.kind;
}

/* Is @gva in the agent's text? Its function is called at once where a tracepoint has no other. */
static bool is_agent(struct percpu *cpu, uint64_t gva)
{
	struct ranges_hit hit;
	uint64_t gpa;

	return !guest_translate(cpu, gva, &gpa) && ranges_find(&hv.ranges, gpa, &hit) && hit.gva == gva &&
	       hit.kind == RW_TARGET_AGENT_TEXT;
}

/* Does a function of the kernel, or of the agent, begin at @gva? Static calls may need a landing pad. */
static bool is_function(struct percpu *cpu, const struct text *text, uint64_t gva, bool landing)
{
	struct symbols_hit symbol;
	uint64_t off = gva - text->gva;

	if (symbols_lookup(&hv.symbols, gva, 0, &symbol) || symbol.off)
		return false;
	if (off >= text->size || text->size - off < sizeof(endbr64))
		return is_agent(cpu, gva);
	return !landing || !(hv.sites.patching.flags & RW_PATCHING_ENDBR) ||
	       !memcmp(text->real + off, endbr64, sizeof(endbr64));
}

/* Is there a copy of @tracer at @gva, which calls a function of the kernel? */
static bool is_copy(struct percpu *cpu, const struct text *text, const struct rw_tracer *tracer, uint64_t gva)
{
	uint8_t copy[RW_TRACER_MAX + TRACER_RETURN_BYTES];
	uint64_t off = tracer->start - text->gva, size = tracer->end - tracer->start, calls;

	if (!tracer->start || off >= text->size || size > text->size - off ||
	    guest_read_virt(cpu, gva, copy, size + TRACER_RETURN_BYTES) != size + TRACER_RETURN_BYTES)
		return false;
	calls = tracer_copy_calls(tracer, hv.sites.patching.return_thunk, text->real + off, copy, gva);
	return calls && is_function(cpu, text, calls, false);
}

static bool is_tracer(struct percpu *cpu, const struct text *text, uint64_t gva)
{
	const struct rw_tracer *t = hv.sites.patching.tracer;

	for (uint32_t i = 0; i < RW_TRACERS; i++)
		if (t[i].start && t[i].start == gva)
			return true;
	for (uint32_t i = 0; i < RW_TRACERS && gva - text->gva >= text->size; i++)
		if (is_copy(cpu, text, &t[i], gva))
			return true;
	return false;
}

bool patch_is_tracer(struct percpu *cpu, uint64_t gva)
{
	const struct rw_range *range = ranges_find_linear(&hv.ranges, hv.sites.patching.tracer[0].start);
	struct text text;

	if (!range || range->kind != RW_TARGET_KERNEL_TEXT)
		return false;
	text = (struct text){ range->gva, range->len, guest_page(range->gpa) };
	return is_tracer(cpu, &text, gva);
}

/* Return: NULL, or why @site may not change to @now. */
static const char *judge_site(struct percpu *cpu, const struct text *text, const struct rw_site *site,
			      const uint8_t *now, struct evidence *rec)
{
	uint64_t at = RW_SYMBOL_BASE + site->off;
	uint8_t *old = text->real + (at - text->gva);
	uint8_t first;
	struct patch_answer answer = patch_verify(site, hv.sites.patching.return_thunk, old, now);

	if (answer.kind == PATCH_YES ||
	    (answer.kind == PATCH_IF_FUNCTION &&
	     is_function(cpu, text, answer.target, site->kind != RW_SITE_TRACER)) ||
	    (answer.kind == PATCH_IF_TRACER && is_tracer(cpu, text, answer.target)))
		return NULL;
	if (patch_heal(site, hv.sites.patching.return_thunk, old, now, &first))
		__atomic_store_n(old, first, __ATOMIC_RELAXED);
	rec->old_target = patch_target(at, old, site->len);
	rec->new_target = answer.kind == PATCH_NO ? patch_target(at, now, site->len) : answer.target;
	return answer.kind == PATCH_IF_FUNCTION ? "leads to no function of the kernel" :
	       answer.kind == PATCH_IF_TRACER   ? "leads to no tracing code of the kernel" :
						  wrong[site->kind];
}

/* The same for the @len bytes at offset @off of the text, which differ from those there at both ends. */
static const char *judge(struct percpu *cpu, const struct text *text, uint64_t off, const uint8_t *bytes,
			 uint32_t len, struct evidence *rec)
{
	const struct rw_site *site = sites_find(&hv.sites, text->gva + off);
	uint8_t now[RW_SITE_LEN_MAX];

	if (!site)
		return probes_may_change(text->gva + off, text->real[off], bytes, len) ?
			       NULL :
			       "the kernel patches nothing there";

	uint64_t begin = RW_SYMBOL_BASE + site->off - text->gva;

	if (begin > off || begin + site->len > text->size || off + len > begin + site->len)
		return "reaches beyond a place that the kernel patches";
	memcpy(now, text->real + begin, site->len);
	memcpy(now + (off - begin), bytes, len);
	return judge_site(cpu, text, site, now, rec);
}

static const char *apply(struct percpu *cpu, struct evidence *rec, const uint8_t *now, uint32_t len)
{
	const struct rw_range *range;
	uint32_t target = patch_target_of(rec->gpa, len, &range), first = 0;

	if (!target)
		return "reaches beyond the code where it begins";

	struct text text = { range->gva, range->len, guest_page(range->gpa) };
	uint64_t off = rec->gpa - range->gpa;
	uint8_t *real = text.real + off;

	rec->target = (uint8_t)target;
	patch_fill_value(rec, real, now, len);
	len = rec->value_len;
	while (first < len && real[first] == now[first])
		first++;
	/* Sites are the kernel's own: of other code nothing is known that a patch could be judged by. */
	if (target == RW_TARGET_KERNEL_TEXT && hv.boot->settings.patches != RW_PATCHES_RECORD &&
	    first < len) {
		const char *why = judge(cpu, &text, off + first, now + first, len - first, rec);

		if (why) {
			memcpy(rec->old_value, real, len); /* what stands there now: judge() may heal */
			return why;
		}
	}
	for (uint32_t i = first; i < len; i++)
		if (real[i] != now[i])
			__atomic_store_n(&real[i], now[i], __ATOMIC_RELAXED);
	return NULL;
}

bool patch_apply(struct percpu *cpu, struct evidence *rec, const uint8_t *now, uint32_t len)
{
	rec->old_target = rec->new_target = 0;
	spin_lock(&lock);
	rec->why = apply(cpu, rec, now, len);
	spin_unlock(&lock);
	rec->type = rec->why ? RW_REC_VIOLATION : RW_REC_PATCH;
	rec->verdict = rec->why ? RW_VERDICT_SKIP : RW_VERDICT_ALLOW;
	return !rec->why;
}

void patch_commit(struct percpu *cpu, struct evidence *rec, const struct step_page *p, const uint8_t *real)
{
	uint32_t hit = p->gpa & (PAGE_SIZE - 1);
	bool pending = (rec->gpa ^ p->gpa) <
		       PAGE_SIZE; /* rec is of this page, and its bytes are still to come */

	for (uint32_t i = 0; i < PAGE_SIZE; i++) {
		uint32_t begin = i, len;

		if (real[i] == p->copy[i])
			continue;
		if (pending && i - hit < RW_VALUE_BYTES)
			begin = hit;
		len = PAGE_SIZE - begin < RW_VALUE_BYTES ? PAGE_SIZE - begin : RW_VALUE_BYTES;
		if (begin != hit || !pending) {
			evidence_record(cpu, rec);
			evidence_retarget(rec, (p->gpa & PAGE_MASK) + begin);
		}
		pending = false;
		patch_apply(cpu, rec, p->copy + begin, len);
		i = begin + len - 1;
	}
}
