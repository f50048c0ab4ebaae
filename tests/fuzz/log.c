/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Feeds bytes to rwlog as a file: the first one says as what (anything, a capture, memory), the rest is the
 * file. Nothing may crash.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "overview.h"
#include "show.h"
#include "top.h"
#include "tree.h"
#include "verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_log(struct input *in, FILE *null)
{
	static const struct filter all = FILTER_ALL;
	struct log log;

	log_open(&log, &in, 1);
	verify(in, "", 5, null);
	show(&log, &all, NULL, false, null);
	overview(&log, &all, null);
	top(&log, &all, 3, null);
	log_sort_by_time(&log);
	tree(&log, &all, null);
	log_free(&log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { .name = "input", .limit = 1 << 20 };
	static FILE *null;

	if (!null)
		null = fopen("/dev/null", "w");
	if (!len || !null)
		return 0;
	in.as = (enum input_as)(data[0] % 3);
	in.len = len - 1;
	in.data = malloc(len);
	if (!in.data)
		return 0;
	memcpy(in.data, data + 1, in.len);
	if (input_parse(&in) == 0)
		read_log(&in, null);
	input_free(&in);
	return 0;
}
