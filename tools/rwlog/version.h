/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Recognises what another version of Ringward wrote: from what every version promises (abi/store.h,
 * abi/frame.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * version_of_store() - the version of a store's header that is whole, but not of this version.
 * @p:     where the header begins, untrusted, at any alignment
 * @avail: bytes that may be read there
 *
 * Return: the version, or 0 when there is no such header: none at all, a damaged one, or one of this version.
 */
uint32_t version_of_store(const uint8_t *p, size_t avail);

/**
 * version_of_frame() - the version of a frame that is whole, but not of this version.
 * @s:     where the mark RW_FRAME_FAMILY stands, untrusted
 * @avail: characters that may be read there
 *
 * Return: the version, or 0 when there is no such frame.
 */
uint32_t version_of_frame(const char *s, size_t avail);

/** version_print() - the one line that says that @name is of @version, which this rwlog does not read. */
void version_print(FILE *out, const char *name, uint32_t version);
