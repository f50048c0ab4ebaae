/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names for addresses in protected memory: a sorted index at the front, the names from the back. */
#include "symbols.h"

#include "core/search.h"
#include "lib/string.h"

#define ENTRY_HEAD 5u /* bytes of a page's entry before the name: offset, length */

/* Highest offset whose address does not exceed 2^64. */
#define ADDR_OFF_MAX ((uint32_t)(0 - RW_SYMBOL_BASE - 1))

void symbols_init(struct symbols *s, void *area, uint32_t size)
{
	*s = (struct symbols){ .entry = area, .area = area, .size = size, .names = size };
}

void symbols_clear(struct symbols *s)
{
	__atomic_store_n(&s->count, 0, __ATOMIC_RELEASE);
	s->names = s->size;
}

static uint32_t entry_addr(const uint8_t *entry)
{
	uint32_t addr;

	memcpy(&addr, entry, sizeof(addr));
	return addr;
}

/* Checks a page; @need: room for its new addresses. */
static int check_page(const struct symbols *s, const struct rw_symbol_page *page, uint64_t *need,
		      struct input_error *err)
{
	int64_t last = s->count ? (int64_t)s->entry[s->count - 1].addr_off : -1;
	uint32_t pos = 0;

	*need = 0;
	if (page->bytes > RW_SYMBOL_PAGE_BYTES)
		return input_error_set(err, 0, "more bytes than a page holds", -RW_EINVAL);
	for (uint32_t i = 0; i < page->count; i++) {
		const uint8_t *entry = page->data + pos;
		uint32_t left = page->bytes - pos;

		if (left < ENTRY_HEAD || left - ENTRY_HEAD < entry[4])
			return input_error_set(err, i, "symbol extends past the end of the data", -RW_EINVAL);
		if (!entry[4] || entry[4] > SYMBOL_NAME_MAX ||
		    printable(entry + ENTRY_HEAD, entry[4]) != entry[4])
			return input_error_set(err, i, "name is not 1 to 63 printable characters",
					       -RW_EINVAL);

		int64_t addr = entry_addr(entry);

		if (addr > ADDR_OFF_MAX)
			return input_error_set(err, i, "address lies beyond 2^64", -RW_EINVAL);
		if (addr < last)
			return input_error_set(err, i, "address is lower than the previous one", -RW_EINVAL);
		if (addr > last)
			*need += sizeof(struct symbols_entry) + 1 + entry[4];
		last = addr;
		pos += ENTRY_HEAD + entry[4];
	}
	if (pos != page->bytes)
		return input_error_set(err, page->count, "bytes after the last symbol", -RW_EINVAL);
	return 0;
}

int symbols_add_page(struct symbols *s, const struct rw_symbol_page *page, struct input_error *err)
{
	const uint8_t *entry = page->data;
	uint64_t need;
	int ret = check_page(s, page, &need, err);

	if (ret)
		return ret;
	if (need > s->names - s->count * sizeof(struct symbols_entry))
		return input_error_set(err, 0, "no room for the names of this page", -RW_ENOSPC);

	for (uint32_t i = 0; i < page->count; i++, entry += ENTRY_HEAD + entry[4]) {
		if (s->count && s->entry[s->count - 1].addr_off == entry_addr(entry))
			continue;
		s->names -= 1u + entry[4];
		memcpy(s->area + s->names, entry + 4, 1u + entry[4]);
		s->entry[s->count] = (struct symbols_entry){ entry_addr(entry), s->names };
		__atomic_store_n(&s->count, s->count + 1, __ATOMIC_RELEASE);
	}
	return 0;
}

int symbols_lookup(const struct symbols *s, uint64_t gva, uint64_t floor, struct symbols_hit *hit)
{
	uint64_t off = gva - RW_SYMBOL_BASE;
	uint32_t count = __atomic_load_n(&s->count, __ATOMIC_ACQUIRE);
	uint32_t behind = FIRST_WHERE(i, count, s->entry[i].addr_off > off);

	if (gva < RW_SYMBOL_BASE || !behind)
		return -RW_EINVAL;

	const struct symbols_entry found = s->entry[behind - 1];

	if (RW_SYMBOL_BASE + found.addr_off < floor || found.name >= s->size)
		return -RW_EINVAL;

	uint8_t len = s->area[found.name];

	if (!len || len > SYMBOL_NAME_MAX || len >= s->size - found.name)
		return -RW_EINVAL;
	hit->name = (const char *)s->area + found.name + 1;
	hit->len = len;
	hit->off = off - found.addr_off;
	return 0;
}
