/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes a store image from a file's log. */
#pragma once

#include <sys/stat.h>

#include "input.h"

/**
 * extract_choose() - find the part to make an image of: the file's last complete one.
 *
 * Return: the part, or NULL if there is none.
 */
const struct part *extract_choose(const struct input *in);

/**
 * extract_write() - write a part as a store image.
 * @p:     from extract_choose()
 * @name:  the output, as outfile_open() takes it
 * @input: status of the file that @p is from, which must not be the output
 * @why:   receives what is wrong; @n: its size
 *
 * Each block lies at its place; the image ends with the last block in use. Unused blocks are
 * holes in a file and zeros in a stream.
 *
 * Return: 0, or -1.
 */
int extract_write(const struct part *p, const char *name, const struct stat *input, char *why, size_t n);
