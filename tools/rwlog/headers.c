/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Headers of a store and of its blocks. */
#include "headers.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

bool store_hdr_valid(const struct rw_store_hdr *h, char *why, size_t n)
{
	uint64_t bytes = (uint64_t)h->block_size * h->block_count;
	char text[128] = "";

	if (memcmp(h->magic, RW_STORE_MAGIC, sizeof(h->magic)) != 0)
		snprintf(text, sizeof(text), "it is not a store's header");
	else if (crc_without((const uint8_t *)h, sizeof(*h), offsetof(struct rw_store_hdr, crc)) != h->crc)
		snprintf(text, sizeof(text), "its CRC is wrong");
	else if (h->version != RW_STORE_VERSION)
		snprintf(text, sizeof(text), "its magic says version %u, its version %" PRIu32,
			 RW_STORE_VERSION, h->version);
	else if (h->size != sizeof(*h))
		snprintf(text, sizeof(text), "its size is %" PRIu32 ", not %zu", h->size, sizeof(*h));
	else if (h->block_size < STORE_BLOCK_MIN || h->block_size > STORE_BLOCK_MAX ||
		 h->block_size % RW_REC_ALIGN)
		snprintf(text, sizeof(text), "a block size of %" PRIu32 " bytes is not valid", h->block_size);
	else if (h->block_count == 0 || bytes > STORE_BYTES_MAX)
		snprintf(text, sizeof(text), "a count of %" PRIu32 " blocks is not valid", h->block_count);
	if (why)
		snprintf(why, n, "%s", text);
	return text[0] == '\0';
}

uint32_t store_boot(const struct rw_store_hdr *h)
{
	return (uint32_t)h->boot_id[0] << 24 | (uint32_t)h->boot_id[1] << 16 | (uint32_t)h->boot_id[2] << 8 |
	       h->boot_id[3];
}

uint64_t store_evicted(const struct rw_store_hdr *h)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < RW_STORE_CLASSES; i++)
		n += h->evicted[i];
	return n;
}

bool block_hdr_valid(const struct rw_store_hdr *store, const struct rw_block_hdr *b, const char **why)
{
	uint32_t size = store ? store->block_size : STORE_BLOCK_MAX;

	*why = "no block begins here";
	if (b->magic != RW_BLOCK_MAGIC)
		return false;
	*why = "the block header's CRC is wrong";
	if (crc_without((const uint8_t *)b, sizeof(*b), offsetof(struct rw_block_hdr, crc)) != b->crc)
		return false;
	*why = "the block's place is not possible";
	if (store && b->place >= store->block_count)
		return false;
	*why = "the block's class is not possible";
	if (b->class >= RW_STORE_CLASSES)
		return false;
	*why = "the block's use is not possible";
	return b->used >= sizeof(*b) && b->used <= size && b->used % RW_REC_ALIGN == 0;
}
