/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The parts of rwctl. */
#pragma once

#include <stdbool.h>

#include "tools/rwlog/filter.h"
#include "uapi.h"

/* Counters of all CPUs, read one CPU after the other. */
struct rwctl_stats {
	unsigned int count;
	struct rw_cpu_stats cpu[];
};

/* Print for people, or as one JSON object. Return: 0, or -1 if standard output cannot be written. */
int print_status(const struct rw_ioc_status *status, const struct rwctl_stats *stats, bool json);
int print_stats(const struct rwctl_stats *stats, bool json);

/* What `rwctl tail` is to show. */
struct rwctl_tail {
	bool json;
	uint64_t last; /* of what the store holds, that many wanted records; UINT64_MAX: all */
	struct filter filter;
};

/** tail() - follow the log until a signal comes. @fd: the agent's device. Return: the exit status. */
int tail(int fd, const struct rwctl_tail *options);

/** events() - list the events that the agent records, and what the rules in force do. Return: as tail(). */
int events(int fd, bool json);

/**
 * policy() - show the access policy in force, or what it decides.
 * @arguments: NULL-terminated: nothing, or a path, a uid, and letters of accesses if not all are asked for
 *
 * Return: as tail(); 2 if the arguments are wrong.
 */
int policy(int fd, char **arguments, bool json);
