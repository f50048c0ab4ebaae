/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Feeds bytes to rwlog as the index of a small log. Of the first byte, bit 0 says whether the log is a
 * capture, bit 1 that the CRC of the index is left as it is. The second byte is a process to look for.
 * Nothing may crash, and what an index leads to are valid records.
 */
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "lib/crc32c.h"
#include "log.h"
#include "overview.h"
#include "show.h"
#include "tests/fuzz/log_sample.h"
#include "tree.h"

#define CRC_AT     12u /* as index.c has it */
#define CHANGED_AT 24u
#define HDR_SIZE   136u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Makes the index one of this log as it is now, as far as its header says so. */
static void seal(uint8_t *index, size_t len, struct input *in, bool crc)
{
	int64_t changed[2];
	uint32_t sum;

	if (len < HDR_SIZE)
		return;
	memcpy(changed, index + CHANGED_AT, sizeof(changed));
	in->st.st_mtim = (struct timespec){ changed[0], changed[1] };
	if (!crc)
		return;
	memset(index + CRC_AT, 0, sizeof(sum));
	sum = crc32c(0, index, HDR_SIZE);
	memcpy(index + CRC_AT, &sum, sizeof(sum));
}

/* Each record is a valid one. */
static void check(const struct input *in)
{
	for (size_t i = 0; i < in->nboot; i++)
		for (size_t j = 0; j < in->boot[i].nrec; j++) {
			struct rec r = boot_rec(&in->boot[i], j);

			if (!rec_check(r.p, r.hdr.size, NULL, 0))
				abort();
		}
}

static void read_log(struct input *in, FILE *null)
{
	static const struct filter all = FILTER_ALL;
	struct log log;

	check(in);
	log_open(&log, &in, 1);
	show(&log, &all, NULL, false, null);
	overview(&log, &all, null);
	log_sort_by_time(&log);
	tree(&log, &all, null);
	log_free(&log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct filter_value pids[] = { { .number = 1 }, { .number = 100 }, { .number = 0 } };
	struct filter filter = FILTER_ALL;
	struct input index = { .name = "index" }, in;
	static FILE *null;
	char why[512];

	if (!null)
		null = fopen("/dev/null", "w");
	if (len < 2 || !null)
		return 0;
	in = sample_log(data[0] & 1);
	pids[2].number = data[1];
	filter.list[FILTER_PID] = (struct filter_list){ .wanted = pids, .nwanted = 3 };
	index.len = len - 2;
	index.data = malloc(len);
	if (!index.data)
		return 0;
	memcpy(index.data, data + 2, index.len);
	seal(index.data, index.len, &in, !(data[0] & 2));
	if (index_take(&in, &index, &filter, why, sizeof(why)) == 0)
		read_log(&in, null);
	in.data = NULL;
	input_free(&in);
	input_free(&index);
	return 0;
}
