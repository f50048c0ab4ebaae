/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One record as a line for people. rwlog and rwctl print the same. */
#pragma once

#include <stdio.h>

#include "cgroups.h"
#include "symbols.h"

/** struct line - the line being written. */
struct line {
	FILE *out;
	const struct rec *r;
	uint64_t epoch;                /* of the hypervisor's start */
	const struct symbols *symbols; /* or NULL */
	const struct cgroups *cgroups; /* of the boot */
	bool color;                    /* with a terminal's colours */
};

/** line_show() - write the record: when, number, CPU, type, who, the other fields, verdict. */
void line_show(const struct line *l);
