/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The guest's own page tables, walked by software: guest-linear to guest-physical. Pure C: no hardware
 * access.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What decides the paging mode: Intel SDM volume 3, "Paging Modes and Control Bits". */
struct guest_paging {
	uint64_t cr0, cr3, cr4, efer;
};

/*
 * guest_walk() - translates @gva. Sets no accessed or dirty flags and checks no permissions. @read: reads
 * @size bytes of guest-physical memory; 0 or negative. The tables are the guest's: not trusted.
 * Return: 0 with @gpa, or -RW_EFAULT when @gva is not mapped, not canonical, or a table lies outside RAM.
 */
int guest_walk(const struct guest_paging *paging, uint64_t gva, int (*read)(uint64_t gpa, void *dst, size_t size),
	       uint64_t *gpa);
