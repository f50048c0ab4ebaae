/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * An index beside a capture, a store image or a memory dump: where the records of each process lie. It is a
 * help to find them, not evidence: it may leave out records, so that only reading the whole file says what
 * there is.
 */
#pragma once

#include "filter.h"
#include "input.h"

/**
 * index_write() - write the index of a parsed file as NAME.rwindex.
 * @why: receives what is wrong; @n: its size
 *
 * Return: 0, or -1.
 */
int index_write(const struct input *in, char *why, size_t n);

/**
 * index_use() - instead of input_parse(): take the boots, and of their records those that the index names.
 * @filter: chooses processes (--pid), and nothing that other records tell (--exe)
 * @why:    receives what is wrong; @n: its size
 *
 * The index is not trusted: it must name the file's size, time of change and, if that is known, hash; and
 * each frame and record is checked. So that cgroups have names, their records are there as well.
 *
 * Return: 0, or -1.
 */
int index_use(struct input *in, const struct filter *filter, char *why, size_t n);

/** index_take() - as index_use(), of an index that was loaded. @in: any loaded bytes */
int index_take(struct input *in, const struct input *index, const struct filter *filter, char *why, size_t n);
