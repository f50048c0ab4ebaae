/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Calendar time to seconds. */
#pragma once

#include <stdint.h>

/* A time as the firmware's clock gives it. */
struct clock_time {
	int year, month, day, hour, minute, second;
	int utc_minus_local; /* minutes; 0 if the firmware does not know */
};

/**
 * clock_epoch() - seconds since 1970-01-01 00:00 UTC.
 * @time: untrusted
 *
 * Context: anywhere. Return: seconds; 0 if a field is out of range or the time is before 1970.
 */
uint64_t clock_epoch(const struct clock_time *time);
