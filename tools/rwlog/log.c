/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What one or several files hold, by boot. */
#include "log.h"

#include <stdlib.h>
#include <string.h>

#include "util.h"

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_start(const void *a, const void *b)
{
	const struct boot *x = a, *y = b;
	int c = compare(x->newest->hdr.boot_epoch, y->newest->hdr.boot_epoch);

	return c ? c : memcmp(x->newest->hdr.boot_id, y->newest->hdr.boot_id, sizeof(x->newest->hdr.boot_id));
}

/* The parts of all files' boots. */
static struct part **all_parts(const struct log *log, size_t *n)
{
	struct part **part = NULL;
	size_t cap = 0;

	*n = 0;
	for (size_t i = 0; i < log->nin; i++)
		for (size_t j = 0; j < log->in[i]->nboot; j++) {
			const struct boot *b = &log->in[i]->boot[j];

			for (size_t k = 0; k < b->npart; k++) {
				part = grow(part, *n, &cap, sizeof(struct part *));
				part[(*n)++] = b->part[k];
			}
		}
	return part;
}

void log_open(struct log *log, struct input *const *in, size_t n)
{
	struct part **part;
	size_t nparts;

	*log = (struct log){ .in = in, .nin = n };
	if (n == 1) {
		log->boot = in[0]->boot;
		log->nboot = in[0]->nboot;
		return;
	}
	log->own = true;
	part = all_parts(log, &nparts);
	log->boot = boots_of_parts(part, nparts, &log->nboot);
	free(part);
	for (size_t i = 0; i < log->nboot; i++)
		boot_merge(&log->boot[i], &log->problems);
	if (log->nboot)
		qsort(log->boot, log->nboot, sizeof(*log->boot), by_start);
}

void log_sort_by_time(struct log *log)
{
	for (size_t i = 0; i < log->nboot; i++)
		boot_sort_by_time(&log->boot[i]);
}

bool log_names_boots(const struct log *log)
{
	return log->nboot > 1 || (log->nboot && !log->boot[0].newest->have_hdr);
}

enum status log_status(const struct log *log)
{
	enum status worst = status_of_problems(log->problems.of);

	for (size_t i = 0; i < log->nin; i++)
		worst = status_worse(worst, input_status(log->in[i]));
	return worst;
}

void log_free(struct log *log)
{
	if (log->own)
		boots_free(log->boot, log->nboot);
	problems_free(&log->problems);
}
