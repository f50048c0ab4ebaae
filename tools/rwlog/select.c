/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The records of a boot that the user wants to see, one after the other. */
#include "select.h"

/* What the filter and the caller need to know of the whole boot, in one pass. */
static void index_boot(struct selection *s, bool programs)
{
	for (size_t i = 0; i < s->boot->nrec; i++) {
		struct rec r = boot_rec(s->boot, i);

		cgroups_add(&s->cgroups, &r);
		if (programs)
			programs_add(&s->programs, &r);
	}
	cgroups_sort(&s->cgroups);
	programs_sort(&s->programs);
}

void selection_open(struct selection *s, const struct boot *b, const struct filter *filter, bool programs)
{
	*s = (struct selection){ .boot = b, .filter = filter_for_boot(filter, b->newest->hdr.boot_epoch) };
	s->filter.cgroups = &s->cgroups;
	s->filter.programs = &s->programs;
	index_boot(s, programs || filter_has(filter, FILTER_EXE));
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
