/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The ranges that the agent names: two sorted lists, one of page ranges, one of objects inside them. */
#include "ranges.h"

#include "core/string.h"

static bool is_object(const struct rw_range *range)
{
	return range->flags & RW_RANGE_OBJECT;
}

static bool overlaps(const struct rw_range *a, const struct rw_range *b)
{
	return a->gpa < b->gpa + b->len && b->gpa < a->gpa + a->len;
}

/* Number of the first entry of a sorted list that ends behind @gpa; @n if there is none. */
static uint32_t first_behind(const struct rw_range *list, uint32_t n, uint64_t gpa)
{
	uint32_t low = 0, high = n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (list[mid].gpa + list[mid].len > gpa)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

static const struct rw_range *find_in(const struct rw_range *list, uint32_t n, uint64_t gpa)
{
	uint32_t i = first_behind(list, n, gpa);

	return i < n && list[i].gpa <= gpa ? &list[i] : NULL;
}

static bool overlaps_in(const struct rw_range *list, uint32_t n, const struct rw_range *range)
{
	uint32_t i = first_behind(list, n, range->gpa);

	return i < n && overlaps(&list[i], range);
}

static bool name_ok(const char *name, size_t size)
{
	size_t i;

	for (i = 0; i < size && name[i]; i++)
		if (name[i] < ' ' || name[i] > '~')
			return false;
	return i && i < size;
}

/* What is wrong with the fields of one range; NULL: nothing. */
static const char *bad_field(const struct rw_range *range)
{
	if (!range->kind || range->kind > RW_TARGET_GUEST_LAST)
		return "kind is not one that the agent may name";
	if (range->flags & ~RW_RANGE_OBJECT)
		return "unknown flag";
	if (!range->len)
		return "length is 0";
	if (range->gpa + range->len < range->gpa)
		return "physical address and length overflow";
	if (range->gva && range->gva + (range->len - 1) < range->gva)
		return "linear address and length overflow";
	if (!is_object(range) && (range->gpa % RW_PAGE_SIZE || range->len % RW_PAGE_SIZE))
		return "range is not page-aligned";
	if (range->gva && (range->gva ^ range->gpa) % RW_PAGE_SIZE)
		return "linear and physical address differ in their place in the page";
	if (!name_ok(range->name, sizeof(range->name)))
		return "name is empty, not printable or not terminated";
	return NULL;
}

/* Checks one range of @list against what is there and the ranges before it in @list. */
static int check_range(const struct ranges *r, const struct rw_protect_list *list, uint32_t index,
		       ranges_is_ram_fn is_ram, struct input_error *err)
{
	const struct rw_range *range = &list->range[index];
	const char *what = bad_field(range);
	uint32_t i;

	if (what)
		return input_error_set(err, index, what, -RW_EINVAL);
	if (!is_ram(range->gpa, range->len))
		return input_error_set(err, index, "not guest RAM", -RW_EFAULT);
	if (is_object(range) ? overlaps_in(r->object, r->objects, range) :
			       overlaps_in(r->range, r->ranges, range))
		return input_error_set(err, index, "overlaps a range named before", -RW_EXISTS);
	for (i = 0; i < index; i++)
		if (is_object(range) == is_object(&list->range[i]) && overlaps(range, &list->range[i]))
			return input_error_set(err, index, "overlaps a range of the same call", -RW_EXISTS);
	return 0;
}

static void insert(struct rw_range *list, uint32_t *n, const struct rw_range *range)
{
	uint32_t i = first_behind(list, *n, range->gpa);

	memmove(&list[i + 1], &list[i], (*n - i) * sizeof(*list));
	list[i] = *range;
	++*n;
}

int ranges_add(struct ranges *r, const struct rw_protect_list *list, ranges_is_ram_fn is_ram,
	       struct input_error *err)
{
	uint32_t i, objects = 0;
	int ret;

	if (!list->count || list->count > RW_PROTECT_MAX)
		return input_error_set(err, 0, "number of ranges is not 1 to 63", -RW_EINVAL);
	for (i = 0; i < sizeof(list->reserved) / sizeof(list->reserved[0]); i++)
		if (list->reserved[i])
			return input_error_set(err, 0, "reserved field is not 0", -RW_EINVAL);
	for (i = 0; i < list->count; i++) {
		ret = check_range(r, list, i, is_ram, err);
		if (ret)
			return ret;
		objects += is_object(&list->range[i]);
	}
	if (objects > RW_MAX_GUEST_OBJECTS - r->objects)
		return input_error_set(err, 0, "too many objects", -RW_ENOSPC);
	if (list->count - objects > RW_MAX_GUEST_RANGES - r->ranges)
		return input_error_set(err, 0, "too many ranges", -RW_ENOSPC);

	for (i = 0; i < list->count; i++) {
		if (is_object(&list->range[i]))
			insert(r->object, &r->objects, &list->range[i]);
		else
			insert(r->range, &r->ranges, &list->range[i]);
	}
	return 0;
}

int ranges_check(const struct ranges *r, struct input_error *err)
{
	uint32_t i;

	if (!r->ranges)
		return input_error_set(err, 0, "no range is named", -RW_ENOTREADY);
	for (i = 0; i < r->objects; i++) {
		const struct rw_range *object = &r->object[i];
		uint64_t at = object->gpa;

		while (at < object->gpa + object->len) {
			const struct rw_range *range = find_in(r->range, r->ranges, at);

			if (!range)
				return input_error_set(err, i, "object does not lie in ranges", -RW_EINVAL);
			at = range->gpa + range->len;
		}
	}
	return 0;
}

bool ranges_find(const struct ranges *r, uint64_t gpa, struct ranges_hit *hit)
{
	const struct rw_range *range = find_in(r->object, r->objects, gpa);

	if (!range)
		range = find_in(r->range, r->ranges, gpa);
	if (!range)
		return false;
	hit->kind = range->kind;
	hit->range = range;
	hit->gva = range->gva ? range->gva + (gpa - range->gpa) : 0;
	return true;
}

uint64_t ranges_linear_start(const struct ranges *r, const struct rw_range *range)
{
	uint64_t start = range->gva;
	uint32_t i = 0;

	if (is_object(range) || !start)
		return start;
	while (i < r->ranges) {
		const struct rw_range *before = &r->range[i++];

		if (before->kind == range->kind && before->gva && before->gva + before->len == start) {
			start = before->gva;
			i = 0;
		}
	}
	return start;
}

void ranges_count_pages(const struct ranges *r, struct ranges_pages *pages)
{
	uint64_t object_bytes[RANGES_KINDS] = { 0 };
	uint32_t i;

	memset(pages, 0, sizeof(*pages));
	for (i = 0; i < r->ranges; i++) {
		pages->kind[r->range[i].kind] += r->range[i].len / RW_PAGE_SIZE;
		pages->total += r->range[i].len / RW_PAGE_SIZE;
	}
	for (i = 0; i < r->objects; i++)
		object_bytes[r->object[i].kind] += r->object[i].len;
	for (i = 0; i < RANGES_KINDS; i++)
		pages->kind[i] += (object_bytes[i] + RW_PAGE_SIZE - 1) / RW_PAGE_SIZE;
}
