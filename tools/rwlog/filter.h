/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which records the user wants to see. */
#pragma once

#include "cgroups.h"
#include "programs.h"
#include "rec.h"
#include "when.h"

/** enum filter_what - what a value of a filter is compared with. */
enum filter_what {
	FILTER_PID, /* of the thread or the process */
	FILTER_PPID,
	FILTER_UID,
	FILTER_EUID,
	FILTER_LOGINUID,
	FILTER_CGROUP,    /* id of the task's cgroup, or a pattern of its path */
	FILTER_UNIT,      /* pattern of the systemd unit */
	FILTER_CONTAINER, /* begin of a container's id */
	FILTER_COMM,      /* pattern of the task's name */
	FILTER_EXE,       /* pattern of the path of the program that the process runs */
	FILTER_PATH,      /* part of a path, or a pattern of the whole */
	FILTER_PORT,
	FILTER_ADDRESS,
	FILTER_WHATS
};

struct filter_value {
	const char *text;
	uint64_t number;
	uint8_t address[16]; /* FILTER_ADDRESS of IPv4 or IPv6 */
	unsigned int family; /* of address; 0: text is a pattern of a path */
	unsigned int bits;   /* that count of an address */
};

/* Values of one option: a record matches if it has one of the wanted ones, if any, and none of the others. */
struct filter_list {
	struct filter_value *wanted, *unwanted;
	size_t nwanted, nunwanted, wanted_cap, unwanted_cap;
};

/* Sets of small numbers, likewise. */
struct filter_set {
	bool any_wanted;
	bool wanted[RW_TYPES], unwanted[RW_TYPES];
};

struct filter {
	struct filter_list list[FILTER_WHATS];
	struct filter_set types, classes, verdicts;
	struct when since, until; /* as given */
	uint64_t from_ns, to_ns;  /* filter_for_boot() sets them: since the boot's start; both inclusive */
	uint64_t seq_from;        /* both inclusive */
	uint64_t seq_to;
	const struct cgroups *cgroups;   /* of the boot, or NULL */
	const struct programs *programs; /* likewise */
};

/* Initialiser of a filter that lets everything through. */
/* clang-format off */
#define FILTER_ALL { .to_ns = UINT64_MAX, .seq_to = UINT64_MAX }
/* clang-format on */

/*
 * Parsers of option values. A "!" before the value makes it unwanted. Return: false if the value is not valid
 * for the option.
 */
bool filter_types(struct filter *f, const char *list);
bool filter_classes(struct filter *f, const char *list);
bool filter_verdicts(struct filter *f, const char *list);
bool filter_seq(struct filter *f, const char *value);

/** filter_numbers() - add numbers of up to 32 bits, separated by commas. */
bool filter_numbers(struct filter *f, enum filter_what what, const char *list);

/** filter_text() - add a text or pattern; of FILTER_CGROUP a number is an id. @value: stays in use */
bool filter_text(struct filter *f, enum filter_what what, const char *value);

/** filter_address() - add an IPv4 or IPv6 address, with "/BITS" a network, or a pattern of a socket's path. */
bool filter_address(struct filter *f, const char *value);

/**
 * filter_wrong_word() - copy the first word of @list that a parser refuses to @word, shortened to fit.
 * @parse: filter_types(), filter_classes() or filter_verdicts()
 */
void filter_wrong_word(bool (*parse)(struct filter *, const char *), const char *list, char *word,
		       size_t size);

/** filter_seconds() - convert decimal seconds, with at most nine decimals, to nanoseconds. */
bool filter_seconds(uint64_t *ns, const char *value);

/**
 * filter_for_boot() - get a filter whose times are those of one boot.
 * @epoch: seconds since 1970 at its start; 0: unknown, and no record is after a date
 */
struct filter filter_for_boot(const struct filter *f, uint64_t epoch);

/** filter_has() - whether it chooses by @what. */
bool filter_has(const struct filter *f, enum filter_what what);

/** filter_match() - whether a record is wanted. */
bool filter_match(const struct filter *f, const struct rec *r);

/** filter_is_all() - whether the filter lets everything through. */
bool filter_is_all(const struct filter *f);

/** filter_free() - free what the parsers have added. */
void filter_free(struct filter *f);
