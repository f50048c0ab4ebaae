/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the current task's system call was given: numbers and memory that the task can still change. */
#pragma once

#include <linux/types.h>

/** struct caller_args - the arguments of a system call. */
struct caller_args {
	unsigned long arg[6];
};

/**
 * caller_args() - get the arguments of the current task's system call, if it is a certain one.
 * @nr64, @nr32: CALL(name) of kernel/syscalls.h
 *
 * Context: any task's, not an interrupt. Work that a kernel thread does for a task has no arguments here.
 * Return: whether @args is set.
 */
bool caller_args(int nr64, int nr32, struct caller_args *args);

/**
 * caller_written() - copy the start of what the current task is writing by a system call.
 * @text: up to @size bytes of it
 *
 * Knows write and pwrite64, and the first part of writev and pwritev of 64-bit programs. Context: may sleep.
 * Return: bytes copied; 0 if there are none or they cannot be had.
 */
size_t caller_written(char *text, size_t size);
