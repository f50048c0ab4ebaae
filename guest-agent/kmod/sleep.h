/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Refuses hibernation, which a guarded kernel must not do. */
#pragma once

/**
 * sleep_init() - make hibernation and resume from it fail with -EPERM from now on. Return: 0 or a negative
 * error.
 */
int sleep_init(void);
void sleep_exit(void);
