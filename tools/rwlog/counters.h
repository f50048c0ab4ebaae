/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's counters and the store's use by class, of each boot, as tables or JSON. */
#pragma once

#include "log.h"

/* What a log has of a boot. Frames name only the first four bytes of its id. */
struct boot_counters {
	char id[TEXT_BOOT_LEN];     /* as boot_name() */
	const struct counters *set; /* the last complete one, or NULL */
	const struct part *store;   /* an image or the newest dump, with its header, or NULL */
	bool captured;              /* a capture has some of it: counters were to be expected */
	bool several;               /* several stores have such ids: the set is one of theirs */

	uint32_t number; /* the id's first four bytes, if they are known */
	bool numbered;
	size_t place; /* in the list */
};

/**
 * counters_list() - list the boots of a log: those with a store in its order, then those with counters only.
 * @list: receives the boots, to be freed
 *
 * Counters belong to a store only if no other store's id begins with the same four bytes. Of several sets of
 * one boot, the one of the last dump counts. Takes n log n steps.
 *
 * Return: their number.
 */
size_t counters_list(const struct log *log, struct boot_counters **list);

/**
 * counters_text() - print a boot's counters, and what each class has in its store, for people.
 * @more: another boot was printed before
 */
void counters_text(const struct boot_counters *b, bool more, FILE *out);

/** counters_json() - likewise, as a line of JSON; what is not there is left out. */
void counters_json(const struct boot_counters *b, FILE *out);
