/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Walks the guest's own page tables in software: guest-linear to guest-physical. Pure C. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The registers that select the paging mode: Intel SDM volume 3, "Paging Modes and Control Bits". */
struct guest_paging {
	uint64_t cr0, cr3, cr4, efer;
};

/**
 * guest_walk() - translates @gva through the guest's tables, untrusted; sets no flags in them, checks no
 * permissions.
 * @may_run: set to whether no entry forbids execution (XD, NX)
 * Return: 0 with @gpa, or -RW_EFAULT if @gva is not mapped, not canonical, or a table lies outside RAM.
 */
int guest_walk(const struct guest_paging *paging, uint64_t gva, uint64_t *gpa, bool *may_run);
