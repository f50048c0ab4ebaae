/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Points in time on the command line: seconds since the hypervisor's start, or dates. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct when {
	bool given;
	bool date; /* ns is since 1970 UTC, otherwise since the hypervisor's start */
	uint64_t ns;
	uint64_t unit; /* how exact a date is: it stands for so many ns from there on */
};

/**
 * when_parse() - read a point in time.
 * @now: seconds since 1970
 *
 * Decimal seconds since the hypervisor's start ("1.5"); what `rwlog show` prints, or its begin
 * ("2026-11-30T09:20:53.123456Z", "2026-11-30 09:20", "2026-11-30"), in the zone of text_use_zone(), or with
 * "Z" or "+HH:MM" at the end in that one; "now", "today", "yesterday" (from midnight on); "-90s", "-10m",
 * "-1h", "-2d": before now.
 *
 * Return: false if it is none of these.
 */
bool when_parse(struct when *w, const char *s, uint64_t now);

/**
 * when_in_boot() - convert a point in time to nanoseconds since a boot's start.
 * @epoch: seconds since 1970 at that start; 0: unknown, and a date is after all records
 * @last:  the last nanosecond that it stands for, not the first
 *
 * Return: the time; UINT64_MAX: none of the boot's records is so late.
 */
uint64_t when_in_boot(const struct when *w, uint64_t epoch, bool last);
