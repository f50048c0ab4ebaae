/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A call as late as possible before the machine goes down or another kernel starts. */
#pragma once

/**
 * compat_on_shutdown() - have a function called when the machine goes down or another kernel starts: late, in
 * the latter case with the other CPUs stopped. It must not sleep.
 *
 * Context: module init, once. Return: 0 or a negative errno.
 */
int compat_on_shutdown(void (*fn)(void));

/* Undoes compat_on_shutdown(). */
void compat_off_shutdown(void);
