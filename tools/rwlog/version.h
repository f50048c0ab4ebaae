/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Recognises what another version of Ringward wrote, by what is the same in every version (abi/store.h,
 * abi/frame.h).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * version_of_store() - get the version of a store's header that is valid, but of another version.
 * @p:     where the header begins, untrusted, at any alignment
 * @avail: bytes that may be read there
 *
 * Return: the version, or 0 if there is no such header: none at all, a damaged one, or one of this version.
 */
uint32_t version_of_store(const uint8_t *p, size_t avail);

/**
 * version_of_frame() - get the version of a frame that is valid, but of another version.
 * @s:     the position of the mark RW_FRAME_FAMILY, untrusted
 * @avail: characters that may be read there
 *
 * Return: the version, or 0 if there is no such frame.
 */
uint32_t version_of_frame(const char *s, size_t avail);

/** version_print() - print that @name is of @version, which this rwlog does not read. */
void version_print(FILE *out, const char *name, uint32_t version);
