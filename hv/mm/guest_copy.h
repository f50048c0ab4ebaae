/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The only access to guest memory: by guest-physical address, to and from private buffers. */
#pragma once

#include "abi/bootinfo.h"

#include <stdbool.h>
#include <stddef.h>

/** guest_copy_init() - uses the list of RAM in @info, which must stay in place. */
void guest_copy_init(const struct rw_bootinfo *info);

/** guest_is_ram() - whether all of [@gpa, @gpa + @size) is guest RAM (so none of it the hypervisor's). */
bool guest_is_ram(uint64_t gpa, uint64_t size);

/**
 * guest_read(), guest_write() - copy @size bytes at @gpa, both untrusted. The memory may change at any time:
 * read once, then validate the copy. guest_write(): within one page or two; also refuses what the guest
 * itself may not write.
 * Return: 0, or -RW_EFAULT with nothing copied.
 */
int guest_read(uint64_t gpa, void *dst, size_t size);
int guest_write(uint64_t gpa, const void *src, size_t size);

/** guest_page() - the page of @gpa, to compare, or to apply a verified change; NULL: not guest RAM. */
uint8_t *guest_page(uint64_t gpa);
