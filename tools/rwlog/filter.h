/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which records the user wants to see. */
#pragma once

#include "rec.h"
#include "when.h"

struct filter {
	bool has_types; /* only the types in types[] */
	bool types[RW_TYPES];
	bool has_pid;
	uint32_t pid; /* of a thread or a process */
	bool has_loginuid;
	uint32_t loginuid;
	bool has_cgroup;
	uint64_t cgroup;          /* its id */
	const char *comm;         /* the whole name, or NULL */
	const char *path;         /* part of a path, or NULL */
	struct when since, until; /* as given */
	uint64_t from_ns, to_ns;  /* filter_for_boot() sets them: since the boot's start; both inclusive */
	uint64_t seq_from;        /* both inclusive */
	uint64_t seq_to;
	int verdict; /* -1: all */
};

/* Initialiser of a filter that lets everything through. */
/* clang-format off */
#define FILTER_ALL { .to_ns = UINT64_MAX, .seq_to = UINT64_MAX, .verdict = -1 }
/* clang-format on */

/* Parsers of option values. Return: false if the value is not valid for the option. */
bool filter_types(struct filter *f, const char *list);
bool filter_pid(struct filter *f, const char *value);
bool filter_loginuid(struct filter *f, const char *value);
bool filter_cgroup(struct filter *f, const char *value);
bool filter_seq(struct filter *f, const char *value);
bool filter_verdict(struct filter *f, const char *value);

/** filter_wrong_type() - copy the first word of @list that is not a type to @word, shortened to fit. */
void filter_wrong_type(const char *list, char *word, size_t size);

/** filter_seconds() - convert decimal seconds, with at most nine decimals, to nanoseconds. */
bool filter_seconds(uint64_t *ns, const char *value);

/**
 * filter_for_boot() - get a filter whose times are those of one boot.
 * @epoch: seconds since 1970 at its start; 0: unknown, and no record is after a date
 */
struct filter filter_for_boot(const struct filter *f, uint64_t epoch);

/** filter_match() - whether a record is wanted. */
bool filter_match(const struct filter *f, const struct rec *r);

/** filter_is_all() - whether the filter lets everything through. */
bool filter_is_all(const struct filter *f);
