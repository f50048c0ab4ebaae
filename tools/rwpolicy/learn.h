/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* rwpolicy learn: a policy.conf of what a log shows. */
#pragma once

#include <stdint.h>

/**
 * learn() - print a policy that allows what recorded logs show, and nothing else.
 * @logs:  NULL-terminated list of at least one file, as rwlog reads them
 * @kinds: mask of enum rw_right: which accesses the policy is about
 *
 * Return: the exit status of the program.
 */
int learn(char **logs, uint32_t kinds);
