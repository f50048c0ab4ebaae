/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Nested faults that exec_fallback makes, and that are no violations: see approve/view.h. */
#pragma once

#include "arch/x86/backend.h"
#include "core/percpu.h"

/**
 * view_follow() - changes the CPU's map, or the page, if that is all that the nested fault @x asks for.
 * Context: an exit handler; no lock is held. Return: whether the guest can run the instruction again.
 */
bool view_follow(struct percpu *cpu, const struct hv_exit *x);
