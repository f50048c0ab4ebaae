/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The records of a boot that the user wants to see, one after the other. */
#pragma once

#include "boots.h"
#include "filter.h"

struct selection {
	const struct boot *boot;
	struct filter filter; /* for this boot */
	struct cgroups cgroups;
	struct programs programs; /* filled if the filter or the caller needs them */
	size_t next;
};

/**
 * selection_open() - begin with a boot's records.
 * @s:        stays where it is
 * @filter:   stays in use
 * @programs: the caller asks which process runs what
 */
void selection_open(struct selection *s, const struct boot *b, const struct filter *filter, bool programs);

/** selection_next() - get the next wanted record. Return: false if there is none. */
bool selection_next(struct selection *s, struct rec *r);

/** selection_close() - free the memory. */
void selection_close(struct selection *s);
