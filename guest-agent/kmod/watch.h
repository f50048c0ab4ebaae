/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Data that attackers change, and that must stay writable. */
#pragma once

#include "protect.h"

/**
 * watch_send() - name such data of the kernel and of the agent, for the hypervisor to compare.
 * @call: for RW_HC_PROTECT, its list empty
 * @k: the kernel's addresses
 *
 * Context: may sleep; before the lock, after all rings are registered.
 * Return: 0, or what hvcall_error() made of an answer; printed.
 */
int watch_send(struct protect_call *call, const struct compat_kernel *k);
