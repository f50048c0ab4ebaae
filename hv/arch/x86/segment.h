/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The guest's segment and table registers, as both backends start with them. */
#pragma once

#include "abi/bootinfo.h"

/* In the order of the VMCB, which holds struct segment in this layout. */
enum segment_index {
	SEG_ES,
	SEG_CS,
	SEG_SS,
	SEG_DS,
	SEG_FS,
	SEG_GS,
	SEG_GDTR,
	SEG_LDTR,
	SEG_IDTR,
	SEG_TR,
	SEG_COUNT
};

struct segment {
	uint16_t selector;
	/* descriptor bits 40 to 47 and 52 to 55, joined; 0: unusable; not for GDTR, IDTR */
	uint16_t attributes;
	uint32_t limit; /* in bytes */
	uint64_t base;
};
RW_ASSERT_SIZE(struct segment, 16);

/* The last four, together: the registers of descriptor tables. */
#define SEG_TABLES (SEG_COUNT - SEG_GDTR)

#define SEG_ATTR_LONG 0x200u /* CS.L */

/** segments_load() - as the firmware has them: @h, and its GDT in guest memory. Return: NULL, error line. */
const char *segments_load(struct segment seg[SEG_COUNT], const struct rw_handoff *h);

/** segments_reset() - sets @seg to the state after INIT and SIPI with @vector, in real mode. */
void segments_reset(struct segment seg[SEG_COUNT], uint8_t vector);
