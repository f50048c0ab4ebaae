/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The places where the kernel patches itself: one sorted array. */
#include "protect/sites.h"

#include "policy/patch_verify.h"

void sites_init(struct sites *s, void *area, uint32_t size)
{
	*s = (struct sites){ .site = area, .room = (uint32_t)(size / sizeof(struct rw_site)) };
}

void sites_clear(struct sites *s)
{
	__atomic_store_n(&s->count, 0, __ATOMIC_RELEASE);
	s->patching = (struct rw_patching){ 0 };
	s->described = false;
}

/* What is wrong with a tracer; NULL: nothing. */
static const char *bad_tracer(const struct rw_tracer *t)
{
	uint64_t size = t->end - t->start;

	if (!t->start)
		return t->end || t->op || t->call || t->jump ? "a tracer that does not exist has addresses" :
							       NULL;
	if (t->end <= t->start || size > RW_TRACER_MAX)
		return "the tracer is empty or too long";
	if (t->op - t->start > size - 7 || t->call - t->start > size - 5 || size < 7 ||
	    (t->jump && t->jump - t->start > size - 2))
		return "a part of the tracer lies outside of it";
	return NULL;
}

int sites_describe(struct sites *s, const struct rw_patching *patching, struct input_error *err)
{
	if (s->described)
		return input_error_set(err, 0, "the kernel's patching is described already", -RW_EXISTS);
	if (patching->flags & ~RW_PATCHING_ENDBR || patching->reserved)
		return input_error_set(err, 0, "unknown flag, or reserved field is not 0", -RW_EINVAL);
	for (uint32_t i = 0; i < RW_TRACERS; i++) {
		const char *what = bad_tracer(&patching->tracer[i]);

		if (what)
			return input_error_set(err, i, what, -RW_EINVAL);
	}
	s->patching = *patching;
	s->described = true;
	return 0;
}

int sites_add_page(struct sites *s, const struct rw_site_page *page, struct input_error *err)
{
	uint64_t free_from = s->count ? (uint64_t)s->site[s->count - 1].off + s->site[s->count - 1].len : 0;

	if (!page->count || page->count > RW_SITES_PER_PAGE)
		return input_error_set(err, 0, "number of sites is not 1 to 340", -RW_EINVAL);
	if (page->reserved[0] || page->reserved[1] || page->reserved[2])
		return input_error_set(err, 0, "reserved field is not 0", -RW_EINVAL);
	for (uint32_t i = 0; i < page->count; i++) {
		const char *what = patch_site_problem(&page->site[i]);

		if (what)
			return input_error_set(err, i, what, -RW_EINVAL);
		if (page->site[i].off < free_from)
			return input_error_set(err, i, "overlaps or precedes an earlier site", -RW_EINVAL);
		free_from = (uint64_t)page->site[i].off + page->site[i].len;
	}
	if (page->count > s->room - s->count)
		return input_error_set(err, 0, "no room for these sites", -RW_ENOSPC);

	for (uint32_t i = 0; i < page->count; i++)
		s->site[s->count + i] = page->site[i];
	__atomic_store_n(&s->count, s->count + page->count, __ATOMIC_RELEASE);
	return 0;
}

static bool holds(const struct rw_site *site, uint64_t off)
{
	return off - site->off < site->len;
}

const struct rw_site *sites_find(struct sites *s, uint64_t gva)
{
	uint64_t off = gva - RW_SYMBOL_BASE;
	uint32_t count = __atomic_load_n(&s->count, __ATOMIC_ACQUIRE);

	if (gva < RW_SYMBOL_BASE || off > UINT32_MAX)
		return NULL;
	/* The site of the patch before, or the next one: a search would touch many pages. */
	for (uint32_t i = s->last; i < count && i - s->last < 2; i++)
		if (holds(&s->site[i], off)) {
			s->last = i;
			return &s->site[i];
		}

	uint32_t i = patch_site_find(s->site, count, (uint32_t)off);

	if (i == count || !holds(&s->site[i], off))
		return NULL;
	s->last = i;
	return &s->site[i];
}
