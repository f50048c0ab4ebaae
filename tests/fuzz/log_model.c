/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Feeds bytes to rwlog as a model, and scores a small log by it. Nothing may crash; a model that is accepted
 * is written as one that is accepted, and that is written the same.
 */
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "score.h"
#include "tests/fuzz/log_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char *text_of(const struct model *m, size_t *len)
{
	static const struct log none = { .nin = 0 };
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		abort();
	model_write(m, &none, f);
	fclose(f);
	return text;
}

static void check_again(const struct model *m)
{
	struct model again = { 0 };
	size_t len, len2;
	char *text = text_of(m, &len), *text2, why[128];

	if (!model_read(&again, text, len, why, sizeof(why)))
		abort();
	text2 = text_of(&again, &len2);
	if (len != len2 || memcmp(text, text2, len) != 0)
		abort();
	free(text);
	free(text2);
	model_free(&again);
}

static void score_sample(struct model *m, FILE *out)
{
	static const struct filter all = FILTER_ALL;
	static struct input in, *ins[] = { &in };
	static struct log log;

	if (!log.nin) {
		in = sample_log(false);
		if (input_parse(&in))
			abort();
		log_open(&log, ins, 1);
		log_sort_by_time(&log);
	}
	for (unsigned int json = 0; json < 2; json++)
		score(m, &log, &all, &(struct score_options){ 1, json, true, json }, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct model m = { 0 };
	static FILE *null;
	char why[128];
	char *copy;

	if (!null)
		null = fopen("/dev/null", "w");
	copy = malloc(len ? len : 1);
	if (!null || !copy)
		abort();
	if (len)
		memcpy(copy, data, len);
	if (model_read(&m, copy, len, why, sizeof(why))) {
		check_again(&m);
		score_sample(&m, null);
	}
	model_free(&m);
	free(copy);
	return 0;
}
