/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The records of a boot that the user wants to see, one after the other. */
#include "select.h"

/* Only a filter by executable needs to know what each process runs. */
static void index_programs(struct selection *s)
{
	const struct filter_list *exe = &s->filter.list[FILTER_EXE];

	if (!exe->nwanted && !exe->nunwanted)
		return;
	for (size_t i = 0; i < s->boot->nrec; i++) {
		struct rec r = boot_rec(s->boot, i);

		programs_add(&s->programs, &r);
	}
	programs_sort(&s->programs);
}

void selection_open(struct selection *s, const struct boot *b, const struct filter *filter)
{
	*s = (struct selection){ .boot = b, .cgroups = boot_cgroups(b) };
	s->filter = filter_for_boot(filter, b->newest->hdr.boot_epoch);
	s->filter.cgroups = &s->cgroups;
	s->filter.programs = &s->programs;
	index_programs(s);
}

bool selection_next(struct selection *s, struct rec *r)
{
	while (s->next < s->boot->nrec) {
		*r = boot_rec(s->boot, s->next++);
		if (filter_match(&s->filter, r))
			return true;
	}
	return false;
}

void selection_close(struct selection *s)
{
	cgroups_free(&s->cgroups);
	programs_free(&s->programs);
}
