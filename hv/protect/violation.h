/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Accesses to protected memory: the verdict, and its consequences. */
#pragma once

#include "core/action.h"

/**
 * violation() - handles the refused access @x to a page of kind @target (enum rw_target): asks the policy,
 * then runs the instruction on copies, raises an exception in the guest, or stops the machine. Records it.
 *
 * Context: an exit handler.
 */
enum hv_action violation(struct percpu *cpu, const struct hv_exit *x, uint32_t target);
