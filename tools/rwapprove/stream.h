/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads bytes in memory that may be compressed: gzip, xz, zstd, or as they are. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stream;

/**
 * stream_open() - begin to read @size bytes at @in, which must stay; their first bytes tell the format.
 *
 * Only the first of several xz or gzip streams counts, as for the kernel.
 *
 * Return: the stream, or NULL without memory.
 */
struct stream *stream_open(const uint8_t *in, size_t size);

/**
 * stream_read() - read up to @size bytes into @out.
 *
 * Return: bytes read, fewer than @size only at the end; -1 if the input is damaged or there is no memory.
 */
ssize_t stream_read(struct stream *s, uint8_t *out, size_t size);

void stream_close(struct stream *s);

/**
 * stream_read_all() - read a stream to its end.
 * @size: receives the bytes; at most @max
 *
 * Return: memory to be freed, or NULL with the reason in @why.
 */
uint8_t *stream_read_all(const uint8_t *in, size_t in_size, size_t max, size_t *size, const char **why);
