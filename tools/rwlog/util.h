/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Memory and small byte helpers that every part of rwlog uses. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/**
 * grow() - make room for one more element at the end of an array.
 * @v:    the array, or NULL
 * @n:    elements in use
 * @cap:  elements that fit; updated
 * @size: bytes of an element
 *
 * Return: the array, perhaps at a new address. Ends the program if memory runs out.
 */
void *grow(void *v, size_t n, size_t *cap, size_t size);

/** out_of_memory() - say that memory has run out, and end the program. */
void out_of_memory(void) __attribute__((noreturn));

/** make() - get @size bytes of zeros. Ends the program if memory runs out. */
void *make(size_t size);

/** all_zero() - tell whether @n bytes at @p are all zero. */
bool all_zero(const uint8_t *p, size_t n);

/**
 * crc_without() - compute the CRC-32C of @n bytes at @p, with the 4 bytes at @hole as zeros.
 *
 * @hole + 4 must not exceed @n.
 */
uint32_t crc_without(const uint8_t *p, size_t n, size_t hole);
