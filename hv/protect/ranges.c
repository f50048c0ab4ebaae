/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What each page is: an array over RAM, the ranges it refers to, and a sorted list of objects inside them. */
#include "ranges.h"

#include "core/search.h"
#include "lib/string.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"

#define LOW_END           0x100000ull
#define RANGES_KIND       0x3fu /* bits of a page's state: enum rw_target */
#define RANGES_HAS_OBJECT 0x80u /* an object touches the page */

_Static_assert(RW_TARGET_GUEST_LAST <= RANGES_KIND, "a kind fits into a page's state");

int ranges_init(struct ranges *r, void *area, uint64_t size, uint64_t page_count)
{
	uint64_t index = (page_count + 7) & ~7ull, entries = (index + 2 * page_count + 7) & ~7ull;
	uint64_t room = size > entries ? (size - entries) / sizeof(struct ranges_entry) : 0;

	memset(r, 0, sizeof(*r));
	if (room < 2)
		return -RW_ENOSPC;
	r->room = (uint32_t)(room < UINT16_MAX ? room - 1 : UINT16_MAX);
	r->page_count = page_count;
	r->state = area;
	r->index = (uint16_t *)((uint8_t *)area + index);
	r->entry = (struct ranges_entry *)((uint8_t *)area + entries);
	return 0;
}

void ranges_clear(struct ranges *r)
{
	memset(r->state, 0, r->page_count);
	r->ranges = r->objects = r->used = r->last = r->free = 0;
	memset(&r->pages, 0, sizeof(r->pages));
}

static uint64_t page_of(uint64_t gpa)
{
	return gpa / RW_PAGE_SIZE;
}

/* What the page of @gpa, any address, is: 0 where there is no RAM. */
static uint8_t state_at(const struct ranges *r, uint64_t gpa)
{
	return page_of(gpa) < r->page_count ? __atomic_load_n(&r->state[page_of(gpa)], __ATOMIC_ACQUIRE) : 0;
}

static bool is_object(const struct rw_range *range)
{
	return range->flags & RW_RANGE_OBJECT;
}

static bool overlaps(const struct rw_range *a, const struct rw_range *b)
{
	return a->gpa < b->gpa + b->len && b->gpa < a->gpa + a->len;
}

/* Number of the first entry of a sorted list that ends after @gpa; @n if there is none. */
static uint32_t first_behind(const struct rw_range *list, uint32_t n, uint64_t gpa)
{
	return FIRST_WHERE(i, n, list[i].gpa + list[i].len > gpa);
}

/* The first object that overlaps the @len bytes at @gpa; NULL if there is none. */
static const struct rw_range *find_object(const struct ranges *r, uint64_t gpa, uint64_t len)
{
	uint32_t n = r->objects, i = first_behind(r->object, n, gpa);

	return i < n && r->object[i].gpa <= gpa + (len - 1) ? &r->object[i] : NULL;
}

/* Whether a page of @range, which is no object, has a kind. */
static bool is_taken(const struct ranges *r, const struct rw_range *range)
{
	for (uint64_t at = 0; at < range->len; at += RW_PAGE_SIZE)
		if (state_at(r, range->gpa + at) & RANGES_KIND)
			return true;
	return false;
}

/* What is wrong with the fields of one range; NULL if nothing is. */
static const char *bad_field(const struct rw_range *range)
{
	if (!range->kind || range->kind > RW_TARGET_GUEST_LAST)
		return "kind is not one that the agent may name";
	if (range->flags & ~(RW_RANGE_OBJECT | RW_RANGE_WRITABLE))
		return "unknown flag";
	if (range->flags & RW_RANGE_WRITABLE && range->kind != RW_TARGET_FIRMWARE_CODE)
		return "only firmware code may stay writable";
	if (!range->len)
		return "length is 0";
	if (range->gpa + range->len < range->gpa)
		return "physical address and length overflow";
	if (range->gva && range->gva + (range->len - 1) < range->gva)
		return "linear address and length overflow";
	if (!is_object(range) && (range->gpa % RW_PAGE_SIZE || range->len % RW_PAGE_SIZE))
		return "range is not page-aligned";
	if (range->gva && (range->gva ^ range->gpa) % RW_PAGE_SIZE)
		return "linear and physical address have different page offsets";
	if (!printable_name(range->name, sizeof(range->name)))
		return "name is empty, not printable or not terminated";
	return NULL;
}

/*
 * RAM, or the page below 1 MiB where the kernel starts CPUs: the firmware may have held that when the loader
 * listed RAM, and have left it to the kernel since.
 */
static bool may_be_named(const struct rw_range *range)
{
	bool low = range->kind == RW_TARGET_TRAMPOLINE && range->gpa + range->len <= LOW_END;

	return guest_is_ram(range->gpa, range->len) || (low && !hv_owns(range->gpa, range->len));
}

/* Checks one range of @list against the existing ranges and those before it in @list. */
static int check_range(const struct ranges *r, const struct rw_protect_list *list, uint32_t index,
		       struct input_error *err)
{
	const struct rw_range *range = &list->range[index];
	const char *what = bad_field(range);

	if (what)
		return input_error_set(err, index, what, -RW_EINVAL);
	if (!may_be_named(range) || page_of(range->gpa + (range->len - 1)) >= r->page_count)
		return input_error_set(err, index, "not guest RAM", -RW_EFAULT);
	if (is_object(range) ? find_object(r, range->gpa, range->len) != NULL : is_taken(r, range))
		return input_error_set(err, index, "overlaps an earlier range", -RW_EXISTS);
	for (uint32_t i = 0; i < index; i++)
		if (is_object(range) == is_object(&list->range[i]) && overlaps(range, &list->range[i]))
			return input_error_set(err, index, "overlaps a range of the same call", -RW_EXISTS);
	return 0;
}

static void insert_object(struct ranges *r, const struct rw_range *object)
{
	uint32_t i = first_behind(r->object, r->objects, object->gpa);
	uint64_t last = page_of(object->gpa + (object->len - 1));

	memmove(&r->object[i + 1], &r->object[i], (r->objects - i) * sizeof(*object));
	r->object[i] = *object;
	r->objects++;
	for (uint64_t page = page_of(object->gpa); page <= last; page++)
		r->state[page] |= RANGES_HAS_OBJECT;
}

static bool continues(const struct rw_range *before, const struct rw_range *range)
{
	return before->kind == range->kind && before->gva && before->gva + before->len == range->gva;
}

/* Number of an entry to fill; there is one. */
static uint32_t take_entry(struct ranges *r)
{
	uint32_t number = r->free;

	if (!number)
		return ++r->used;
	r->free = r->entry[number].next;
	return number;
}

static void insert_range(struct ranges *r, const struct rw_range *range)
{
	const struct ranges_entry *before = &r->entry[r->last];
	bool run = r->last && before->live && continues(&before->range, range);
	uint64_t start = run ? before->linear_start : range->gva;
	uint32_t number = take_entry(r);
	uint64_t first = page_of(range->gpa), pages = range->len / RW_PAGE_SIZE;

	r->entry[number] = (struct ranges_entry){ *range, start, (uint32_t)pages, 0 };
	r->last = number;
	r->ranges++;
	for (uint64_t page = first; page < first + pages; page++) {
		r->index[page] = (uint16_t)number;
		__atomic_store_n(&r->state[page], r->state[page] | (uint8_t)range->kind, __ATOMIC_RELEASE);
	}
	r->pages.kind[range->kind] += pages;
	r->pages.total += pages;
}

void ranges_remove(struct ranges *r, uint64_t gpa)
{
	uint64_t page = page_of(gpa);
	struct ranges_entry *e = &r->entry[r->index[page]];

	if (!(r->state[page] & RANGES_KIND))
		return; /* its index is out of date */
	__atomic_store_n(&r->state[page], r->state[page] & RANGES_HAS_OBJECT, __ATOMIC_RELEASE);
	r->pages.kind[e->range.kind]--;
	r->pages.total--;
	if (--e->live)
		return;
	e->next = r->free;
	r->free = r->index[page];
	r->ranges--;
}

int ranges_check_head(const struct rw_protect_list *list, struct input_error *err)
{
	if (!list->count || list->count > RW_PROTECT_MAX)
		return input_error_set(err, 0, "number of ranges is not 1 to 63", -RW_EINVAL);
	for (size_t i = 0; i < sizeof(list->reserved) / sizeof(list->reserved[0]); i++)
		if (list->reserved[i])
			return input_error_set(err, 0, "reserved field is not 0", -RW_EINVAL);
	return 0;
}

int ranges_add(struct ranges *r, const struct rw_protect_list *list, struct input_error *err)
{
	uint32_t objects = 0;

	if (ranges_check_head(list, err))
		return -RW_EINVAL;
	for (uint32_t i = 0; i < list->count; i++) {
		int ret = check_range(r, list, i, err);

		if (ret)
			return ret;
		objects += is_object(&list->range[i]);
	}
	if (objects > RW_MAX_GUEST_OBJECTS - r->objects)
		return input_error_set(err, 0, "too many objects", -RW_ENOSPC);
	if (list->count - objects > r->room - r->ranges)
		return input_error_set(err, 0, "too many ranges", -RW_ENOSPC);

	for (uint32_t i = 0; i < list->count; i++)
		if (is_object(&list->range[i]))
			insert_object(r, &list->range[i]);
		else
			insert_range(r, &list->range[i]);
	return 0;
}

int ranges_check(const struct ranges *r, struct input_error *err)
{
	if (!r->ranges)
		return input_error_set(err, 0, "no range was named", -RW_ENOTREADY);
	for (uint32_t i = 0; i < r->objects; i++) {
		uint64_t last = page_of(r->object[i].gpa + (r->object[i].len - 1));

		for (uint64_t page = page_of(r->object[i].gpa); page <= last; page++)
			if (!(r->state[page] & RANGES_KIND))
				return input_error_set(err, i, "object is not covered by ranges", -RW_EINVAL);
	}
	return 0;
}

bool ranges_find(const struct ranges *r, uint64_t gpa, struct ranges_hit *hit)
{
	uint8_t state = state_at(r, gpa);
	const struct rw_range *range = state & RANGES_HAS_OBJECT ? find_object(r, gpa, 1) : NULL;

	if (!range && !(state & RANGES_KIND))
		return false;
	if (!range)
		range = &r->entry[r->index[page_of(gpa)]].range;
	*hit = (struct ranges_hit){ range->kind, range, range->gva ? range->gva + (gpa - range->gpa) : 0 };
	return true;
}

const struct rw_range *ranges_find_linear(const struct ranges *r, uint64_t gva)
{
	for (uint32_t i = 1; i <= r->used; i++) {
		const struct ranges_entry *e = &r->entry[i];

		if (e->live && e->range.gva && gva - e->range.gva < e->range.len)
			return &e->range;
	}
	return NULL;
}

uint64_t ranges_linear_start(const struct ranges *r, const struct rw_range *range)
{
	bool listed = range >= r->object && range < r->object + RW_MAX_GUEST_OBJECTS;

	return listed ? range->gva : ((const struct ranges_entry *)range)->linear_start;
}

void ranges_count_pages(const struct ranges *r, struct ranges_pages *pages)
{
	uint64_t object_bytes[RANGES_KINDS] = { 0 };

	*pages = r->pages;
	for (uint32_t i = 0; i < r->objects; i++)
		object_bytes[r->object[i].kind] += r->object[i].len;
	for (uint32_t i = 0; i < RANGES_KINDS; i++)
		pages->kind[i] += (object_bytes[i] + RW_PAGE_SIZE - 1) / RW_PAGE_SIZE;
}
