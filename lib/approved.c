/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Looks up digests in the image of approved.conf. */
#include "lib/approved.h"

int approved_is_sound(const void *image, uint32_t size)
{
	const struct rw_approved_hdr *hdr = (const struct rw_approved_hdr *)image;

	return size >= sizeof(*hdr) && hdr->magic == RW_APPROVED_MAGIC &&
	       hdr->version == RW_APPROVED_VERSION && hdr->count <= RW_APPROVED_MAX &&
	       size == RW_APPROVED_BYTES(hdr->count);
}

int approved_has(const void *image, const uint8_t digest[RW_SHA256_LEN])
{
	const struct rw_approved_hdr *hdr = (const struct rw_approved_hdr *)image;
	const uint8_t *list = (const uint8_t *)(hdr + 1);
	uint32_t low = 0, high = hdr->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = approved_order(digest, list + mid * RW_SHA256_LEN);

		if (!order)
			return 1;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return 0;
}
