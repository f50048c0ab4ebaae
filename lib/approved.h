/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Looks up digests in the image of approved.conf. Pure C without a library: hypervisor and agent share it. */
#pragma once

#include "abi/approved.h"

/**
 * approved_is_sound() - whether @size bytes at @image are an image as abi/approved.h describes it, so that
 * approved_has() can be used. Does not check the order.
 */
int approved_is_sound(const void *image, uint32_t size);

/** approved_order() - as memcmp() of two digests, which not every program here has. */
static inline int approved_order(const uint8_t *a, const uint8_t *b)
{
	uint32_t i = 0;

	while (i + 1 < RW_SHA256_LEN && a[i] == b[i])
		i++;
	return a[i] - b[i];
}

/** approved_has() - whether @digest is in a sound image. Takes at most 17 comparisons. */
int approved_has(const void *image, const uint8_t digest[RW_SHA256_LEN]);
