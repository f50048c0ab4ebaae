/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* From TSC ticks to the log's time: nanoseconds since the hypervisor's start. */
#pragma once

#include <stdint.h>

#define LOG_CLOCK_HZ_MAX (1ull << 34) /* above it, (hz - 1) * 10^9 does not fit 64 bits */

struct log_clock {
	uint64_t tsc_start; /* TSC at time 0 */
	uint64_t tsc_hz;    /* 1 to LOG_CLOCK_HZ_MAX: checked once by who sets it */
};

/* log_clock_ns() - nanoseconds from tsc_start to @tsc, rounded down; 0 for a TSC before it. Context: any. */
static inline uint64_t log_clock_ns(const struct log_clock *clock, uint64_t tsc)
{
	uint64_t ticks = tsc > clock->tsc_start ? tsc - clock->tsc_start : 0;

	return ticks / clock->tsc_hz * 1000000000u + ticks % clock->tsc_hz * 1000000000u / clock->tsc_hz;
}
