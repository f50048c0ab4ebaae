/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes a store image from what a file holds. */
#ifndef RWLOG_EXTRACT_H
#define RWLOG_EXTRACT_H

#include <sys/stat.h>

#include "input.h"

/**
 * extract_choose() - the part that an image can be made of: the last complete one of the file.
 *
 * Return: the part, or NULL when there is none.
 */
const struct part *extract_choose(const struct input *in);

/**
 * extract_write() - write a part as a store image.
 * @p:     from extract_choose()
 * @name:  the output, as outfile_open() takes it
 * @input: status of the file that @p is from: may not be the output
 * @why:   receives what is wrong; @n: its size
 *
 * Each block lies where its index puts it; the image ends with the last block in use. Unused blocks are holes in
 * a file and zeros in a stream.
 *
 * Return: 0, or -1.
 */
int extract_write(const struct part *p, const char *name, const struct stat *input, char *why, size_t n);

#endif
