/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes a store image from what a file holds. */
#pragma once

#include "input.h"

/**
 * extract_choose() - the part that an image can be made of: the last complete one of the file.
 *
 * Return: the part, or NULL when there is none.
 */
const struct part *extract_choose(const struct input *in);

/**
 * extract_write() - write a part as a store image.
 * @p:    from extract_choose()
 * @name: the file; made, or replaced as a whole, with mode 0600
 *
 * Each block lies where its index puts it; the file ends with the last block in use, and unused blocks are
 * holes.
 *
 * Return: 0 or a negative errno.
 */
int extract_write(const struct part *p, const char *name);
