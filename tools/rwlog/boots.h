/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Sorts the parts of a file by boot. */
#pragma once

#include "input.h"

/**
 * boots_of_parts() - fill @in->boot from @n parts, in the order in which each boot appears first.
 *
 * Parts are of one boot if their whole ids are the same. A dump whose header is lost belongs to the boot
 * whose id begins with the four bytes that its frames have; of several, to the one before it. Takes n log n
 * steps.
 */
void boots_of_parts(struct input *in, struct part *const *part, size_t n);
