/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Printing the answers of the agent. */
#pragma once

#include <stdbool.h>

#include "uapi.h"

/* Counters of all CPUs, read one CPU after the other. */
struct rwctl_stats {
	unsigned int count;
	struct rw_cpu_stats cpu[];
};

/* Print for people, or as one JSON object. Return: 0, or -1 if standard output cannot be written. */
int print_status(const struct rw_ioc_status *status, const struct rwctl_stats *stats, bool json);
int print_stats(const struct rwctl_stats *stats, bool json);
