/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Events as both vendors encode them: "VM-Entry Interruption-Information Field" of Intel, EVENTINJ of AMD. */
#pragma once

#include "arch/x86/backend.h"

#define EVENT_INFO_VECTOR      0xffu
#define EVENT_INFO_TYPE_SHIFT  8 /* three bits */
#define EVENT_INFO_HAS_ERROR   BIT(11)
#define EVENT_INFO_VALID       BIT(31)
#define EVENT_INFO_ERROR_SHIFT 32 /* in EVENTINJ; VMX has the error code in a field of its own */

/** event_encode() - for an injection while CR0 is @cr0; 0: nothing, as for INT n: RIP still points at it. */
static inline uint64_t event_encode(const struct hv_event *event, uint64_t cr0)
{
	static const uint8_t types[] = { [EVENT_INTR] = 0, [EVENT_NMI] = 2, [EVENT_EXCEPTION] = 3 };

	if (event->type == EVENT_NONE || event->type == EVENT_SOFT)
		return 0;

	uint64_t info = EVENT_INFO_VALID | types[event->type] << EVENT_INFO_TYPE_SHIFT | event->vector;

	/* Real mode has no error codes; an entry that injects one there fails. */
	if (event->has_error && cr0 & CR0_PE)
		info |= EVENT_INFO_HAS_ERROR | (uint64_t)event->error << EVENT_INFO_ERROR_SHIFT;
	return info;
}
