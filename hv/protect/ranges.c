/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The ranges that the agent names: two sorted lists, one of page ranges, one of objects inside them. */
#include "ranges.h"

#include "lib/string.h"
#include "mm/guest_copy.h"

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

/* The first entry of a sorted list that overlaps the @len bytes at @gpa; NULL if there is none. */
static const struct rw_range *find_in(const struct rw_range *list, uint32_t n, uint64_t gpa, uint64_t len)
{
	uint32_t i = first_behind(list, n, gpa);

	return i < n && list[i].gpa <= gpa + (len - 1) ? &list[i] : NULL;
}

/* What is wrong with the fields of one range; NULL if nothing is. */
static const char *bad_field(const struct rw_range *range)
{
	size_t len = printable(range->name, sizeof(range->name));

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
		return "linear and physical address have different page offsets";
	if (!len || len == sizeof(range->name) || range->name[len])
		return "name is empty, not printable or not terminated";
	return NULL;
}

/* Checks one range of @list against the existing ranges and those before it in @list. */
static int check_range(const struct ranges *r, const struct rw_protect_list *list, uint32_t index,
		       struct input_error *err)
{
	const struct rw_range *range = &list->range[index];
	const char *what = bad_field(range);

	if (what)
		return input_error_set(err, index, what, -RW_EINVAL);
	if (!guest_is_ram(range->gpa, range->len))
		return input_error_set(err, index, "not guest RAM", -RW_EFAULT);
	if (is_object(range) ? find_in(r->object, r->objects, range->gpa, range->len) :
			       find_in(r->range, r->ranges, range->gpa, range->len))
		return input_error_set(err, index, "overlaps an earlier range", -RW_EXISTS);
	for (uint32_t i = 0; i < index; i++)
		if (is_object(range) == is_object(&list->range[i]) && overlaps(range, &list->range[i]))
			return input_error_set(err, index, "overlaps a range of the same call", -RW_EXISTS);
	return 0;
}

static void insert(struct ranges *r, const struct rw_range *range)
{
	struct rw_range *list = is_object(range) ? r->object : r->range;
	uint32_t *n = is_object(range) ? &r->objects : &r->ranges;
	uint32_t i = first_behind(list, *n, range->gpa);

	memmove(&list[i + 1], &list[i], (*n - i) * sizeof(*list));
	list[i] = *range;
	++*n;
}

int ranges_add(struct ranges *r, const struct rw_protect_list *list, struct input_error *err)
{
	uint32_t objects = 0;

	if (!list->count || list->count > RW_PROTECT_MAX)
		return input_error_set(err, 0, "number of ranges is not 1 to 63", -RW_EINVAL);
	for (size_t i = 0; i < sizeof(list->reserved) / sizeof(list->reserved[0]); i++)
		if (list->reserved[i])
			return input_error_set(err, 0, "reserved field is not 0", -RW_EINVAL);
	for (uint32_t i = 0; i < list->count; i++) {
		int ret = check_range(r, list, i, err);

		if (ret)
			return ret;
		objects += is_object(&list->range[i]);
	}
	if (objects > RW_MAX_GUEST_OBJECTS - r->objects)
		return input_error_set(err, 0, "too many objects", -RW_ENOSPC);
	if (list->count - objects > RW_MAX_GUEST_RANGES - r->ranges)
		return input_error_set(err, 0, "too many ranges", -RW_ENOSPC);

	for (uint32_t i = 0; i < list->count; i++)
		insert(r, &list->range[i]);
	return 0;
}

int ranges_check(const struct ranges *r, struct input_error *err)
{
	if (!r->ranges)
		return input_error_set(err, 0, "no range was named", -RW_ENOTREADY);
	for (uint32_t i = 0; i < r->objects; i++) {
		const struct rw_range *object = &r->object[i], *range;

		for (uint64_t at = object->gpa; at < object->gpa + object->len;
		     at = range->gpa + range->len) {
			range = find_in(r->range, r->ranges, at, 1);
			if (!range)
				return input_error_set(err, i, "object is not covered by ranges", -RW_EINVAL);
		}
	}
	return 0;
}

bool ranges_find(const struct ranges *r, uint64_t gpa, struct ranges_hit *hit)
{
	const struct rw_range *range = find_in(r->object, r->objects, gpa, 1);

	if (!range)
		range = find_in(r->range, r->ranges, gpa, 1);
	if (!range)
		return false;
	*hit = (struct ranges_hit){ range->kind, range, range->gva ? range->gva + (gpa - range->gpa) : 0 };
	return true;
}

uint64_t ranges_linear_start(const struct ranges *r, const struct rw_range *range)
{
	uint64_t start = range->gva;

	for (uint32_t i = 0; start && !is_object(range) && i < r->ranges;) {
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

	*pages = (struct ranges_pages){ 0 };
	for (uint32_t i = 0; i < r->ranges; i++) {
		pages->kind[r->range[i].kind] += r->range[i].len / RW_PAGE_SIZE;
		pages->total += r->range[i].len / RW_PAGE_SIZE;
	}
	for (uint32_t i = 0; i < r->objects; i++)
		object_bytes[r->object[i].kind] += r->object[i].len;
	for (uint32_t i = 0; i < RANGES_KINDS; i++)
		pages->kind[i] += (object_bytes[i] + RW_PAGE_SIZE - 1) / RW_PAGE_SIZE;
}
