/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The parts of a report about one boot. */
#pragma once

#include "boots.h"
#include "filter.h"
#include "json.h"
#include "symbols.h"

/* How many of each the page still has room for. */
struct report_room {
	size_t events, processes, violations, alerts;
};

/* A boot being written. */
struct report_boot {
	const struct boot *boot;
	struct filter filter; /* of this boot */
	uint64_t chosen;      /* records that it lets through */
	uint64_t epoch;
	const struct symbols *symbols; /* or NULL */
	struct cgroups cgroups;
	struct json *j;          /* the open object of the boot */
	struct report_room room; /* for this boot */
	struct report_room used;
};

/** report_rec() - get record @i of the boot. Return: whether the page is about it. */
bool report_rec(const struct report_boot *b, size_t i, struct rec *r);

/** report_text() - write a text of the guest as people see it in `rwlog show`, shortened. */
void report_text(struct json *j, const char *name, struct text t);

/** report_shown() - write text that is already as people see it, shortened; says so in a member "cut". */
void report_shown(struct json *j, const char *name, const char *shown, size_t len);

/** report_line() - write the record as the line that `rwlog show` prints, shortened. */
void report_line(struct report_boot *b, const char *name, const struct rec *r);

/** report_is_bad() - whether a record is what an investigator looks for first: refused, or an attack. */
bool report_is_bad(const struct rec *r);

/** report_events() - write the time line: counts by class and time, and the events that matter the most. */
void report_events(struct report_boot *b);

/** report_tree() - write the processes, each after its parent. */
void report_tree(struct report_boot *b);

/** report_top() - write the files and the peers with the most records. */
void report_top(struct report_boot *b);

/** report_violations() - write the violations, with symbols and instructions. */
void report_violations(struct report_boot *b);
