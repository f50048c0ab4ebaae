/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What a guarded kernel must not do to itself: hibernate. */
#pragma once

/**
 * sleep_init() - from now on hibernation and coming back from it fail with -EPERM. Return: 0 or a negative
 * error.
 */
int sleep_init(void);
void sleep_exit(void);
