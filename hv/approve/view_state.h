/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What each CPU keeps of the map that it uses, where each mode has its own: approve/view.h. */
#pragma once

#include "mm/nested.h"

struct view_state {
	enum nested_map map;
	uint64_t gdt;         /* (o, x) guest-physical page of the GDT; 0: not copied yet */
	uint8_t *copy;        /* the page that takes its place in user mode's map */
	uint64_t reported[2]; /* the gate and the LDT that were recorded last */
	uint64_t turned;      /* guest-physical page that was last turned into code or data */
	uint32_t turns;       /* how often in a row */
};
