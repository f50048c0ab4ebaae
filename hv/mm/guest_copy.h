/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The only way to guest memory: by guest-physical address, into and out of private buffers. */
#pragma once

#include "abi/bootinfo.h"

#include <stdbool.h>
#include <stddef.h>

/** guest_copy_init() - takes the list of RAM from @info, which stays where it is. */
void guest_copy_init(const struct rw_bootinfo *info);

/** guest_is_ram() - whether all of [@gpa, @gpa + @size) is guest RAM (and so none of it the hypervisor's). */
bool guest_is_ram(uint64_t gpa, uint64_t size);

/**
 * guest_read(), guest_write() - @size bytes at @gpa, both untrusted. The memory may change at any time: read
 * once, then validate the copy. guest_write(): in one page or two; also refuses what the guest itself may not
 * write.
 * Return: 0 or -RW_EFAULT, and then nothing was copied.
 */
int guest_read(uint64_t gpa, void *dst, size_t size);
int guest_write(uint64_t gpa, const void *src, size_t size);

/** guest_page() - the page of @gpa, to compare, or carry a verified change over; NULL: no guest RAM. */
uint8_t *guest_page(uint64_t gpa);
