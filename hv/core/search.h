/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Binary search. */
#pragma once

#include <stdint.h>

/** FIRST_WHERE() - the lowest number @i below @n for which @holds, as it does for all above; @n: none. */
#define FIRST_WHERE(i, n, holds) \
	({ \
		uint64_t i, low_ = 0, high_ = (n); \
		while (low_ < high_) { \
			i = low_ + (high_ - low_) / 2; \
			if (holds) \
				high_ = i; \
			else \
				low_ = i + 1; \
		} \
		low_; \
	})
