/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Breakpoints of kprobes in the middle of functions. */
#include "protect/probes.h"

#include "core/state.h"

#define INT3 0xccu

static struct {
	uint64_t gva; /* 0: free */
	uint8_t byte; /* what INT3 replaced */
} probe[PROBES_MAX];  /* (w) */

/* Number of the probe at @gva; 0: of a free place; PROBES_MAX: none. */
static uint32_t find(uint64_t gva)
{
	uint32_t i = 0;

	while (i < PROBES_MAX && probe[i].gva != gva)
		i++;
	return i;
}

bool probes_may_change(uint64_t gva, uint8_t old, const uint8_t *now, uint32_t len)
{
	if (hv.boot->settings.kprobes != RW_KPROBES_ALLOW || len != 1)
		return false;

	uint32_t i = find(gva);

	if (i < PROBES_MAX) { /* its removal */
		if (now[0] != probe[i].byte)
			return false;
		probe[i].gva = 0;
		return true;
	}
	i = find(0);
	if (now[0] != INT3 || i == PROBES_MAX)
		return false;
	probe[i].gva = gva;
	probe[i].byte = old;
	return true;
}

void probes_clear(void)
{
	for (uint32_t i = 0; i < PROBES_MAX; i++)
		probe[i].gva = 0;
}
