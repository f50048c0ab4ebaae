/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Fuzzes the parser of approved.conf: what it passes becomes a sound image, in order. */
#include <stdlib.h>
#include <string.h>

#include "lib/approved.h"
#include "lib/approved_conf.h"

static uint32_t image[APPROVED_IMAGE_MAX / sizeof(uint32_t)];

/* Each report has a place in the file. */
static void report(void *context, const struct conf_report *r)
{
	(void)context;
	if (!r->text[0] || !r->line || !r->column)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_file file = { .report = report };
	uint32_t bytes = approved_parse((const char *)data, size, &file, image);
	const struct rw_approved_hdr *hdr = (const struct rw_approved_hdr *)image;
	const uint8_t *list = (const uint8_t *)(hdr + 1);

	if (!bytes != (file.errors != 0))
		abort();
	if (!bytes)
		return 0;
	if (!approved_is_sound(image, bytes))
		abort();
	for (uint32_t i = 0; i < hdr->count; i++)
		if (!approved_has(image, list + i * RW_SHA256_LEN) ||
		    (i &&
		     memcmp(list + (i - 1) * RW_SHA256_LEN, list + i * RW_SHA256_LEN, RW_SHA256_LEN) >= 0))
			abort();
	return 0;
}
