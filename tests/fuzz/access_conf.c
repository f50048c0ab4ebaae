/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Fuzzes the parser and the compiler of policy.conf: what the parser passes becomes an image that opens. */
#include <stdlib.h>

#include "lib/access.h"
#include "lib/access_conf.h"

static struct access_conf conf;
static uint64_t image[ACCESS_IMAGE_MAX / sizeof(uint64_t) + 1];

/* Each report has a place in the file. */
static void report(void *context, const struct conf_report *r)
{
	(void)context;
	if (!r->text[0] || (r->line != 0) != (r->column != 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_file file = { .report = report };
	struct access a;
	uint32_t bytes;

	if (access_parse(&conf, (const char *)data, size, &file, RW_ACCESS_EVERYTHING) != -(file.errors != 0))
		abort();
	if (file.errors)
		return 0;
	bytes = access_build(&conf, image);
	if (bytes > ACCESS_IMAGE_MAX || access_open(&a, image, bytes))
		abort();
	for (uint32_t i = 0; i < a.hdr->nodes; i++)
		access_decide(&a, a.node[i].self, i, RW_RIGHT_ALL);
	return 0;
}
