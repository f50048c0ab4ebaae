/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What one or several files hold, by boot: what subcommands read. */
#pragma once

#include "input.h"

struct log {
	struct input *const *in; /* the files, parsed */
	size_t nin;
	struct boot *boot;
	size_t nboot;
	bool own;                 /* boot is not that of the only file */
	struct problems problems; /* where two files contradict each other */
};

/**
 * log_open() - sort the records of @n parsed files by boot; a boot that several files have becomes one.
 * @in: stays in use
 *
 * Boots of one file stay in its order; those of several are sorted by their start.
 */
void log_open(struct log *log, struct input *const *in, size_t n);

/** log_sort_by_time() - sort each boot's records by time. */
void log_sort_by_time(struct log *log);

/** log_names_boots() - whether outputs say whose a record is: there are several boots, or an unknown one. */
bool log_names_boots(const struct log *log);

/** log_status() - get the exit status that the content of all files deserves. */
enum status log_status(const struct log *log);

/** log_free() - free the memory, but not the files. */
void log_free(struct log *log);
