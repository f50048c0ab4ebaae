/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What each CPU keeps of the pinned control state. */
#pragma once

#include "arch/x86/segment.h"

#include <stdbool.h>
#include <stdint.h>

enum pin_phase {
	PIN_OFF,       /* nothing is pinned: before the lock, after the unlock */
	PIN_COMING_UP, /* locked, but this CPU does not have the whole control state yet */
	PIN_ON
};

struct pin_state {
	uint32_t lock;                    /* the number of the lock or unlock that this CPU has followed */
	enum pin_phase phase;             /* other CPUs look at it in pin_watch_starts() */
	uint64_t since;                   /* time of its change to PIN_COMING_UP; 0: reported */
	bool stepping;                    /* one instruction runs unwatched; then its outcome is checked */
	bool tables;                      /* loads of descriptor table registers exit */
	struct segment table[SEG_TABLES]; /* the registers that are pinned, from SEG_GDTR on */
};
