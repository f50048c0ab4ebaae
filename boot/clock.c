/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Converts calendar time. */
#include "clock.h"

#include <stdbool.h>

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && is_leap(year));
}

uint64_t clock_epoch(const struct clock_time *time)
{
	int64_t days = 0, seconds;
	int i;

	if (time->year < 1970 || time->year > 9999 || time->month < 1 || time->month > 12 || time->day < 1 ||
	    time->day > days_in_month(time->year, time->month) || time->hour < 0 || time->hour > 23 ||
	    time->minute < 0 || time->minute > 59 || time->second < 0 || time->second > 59 ||
	    time->utc_minus_local < -1440 || time->utc_minus_local > 1440)
		return 0;
	for (i = 1970; i < time->year; i++)
		days += is_leap(i) ? 366 : 365;
	for (i = 1; i < time->month; i++)
		days += days_in_month(time->year, i);
	days += time->day - 1;
	seconds = ((days * 24 + time->hour) * 60 + time->minute + time->utc_minus_local) * 60 + time->second;
	return seconds > 0 ? (uint64_t)seconds : 0;
}
