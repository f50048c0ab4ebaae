/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Whole reads and writes, where the system calls may do a part and be interrupted. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/** io_write() - write @n bytes at the descriptor's own position. Return: 0, or a negative errno. */
int io_write(int fd, const void *p, size_t n);

/** io_write_at() - write @n bytes of a file from byte @at on. Return: 0, or a negative errno. */
int io_write_at(int fd, const void *p, size_t n, off_t at);

/** io_read_at() - read @n bytes of a file from byte @at on. Return: how many, up to its end or an error. */
size_t io_read_at(int fd, void *p, size_t n, off_t at);
