/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What a kernel module's file says of itself. Pure C without a library: the agent reads hostile files. */
#pragma once

#include "abi/types.h"

/**
 * modinfo_name() - find the module's name: the value of "name=" in the section .modinfo.
 * @file: @size bytes, any alignment, untrusted
 * @len:  receives the name's length
 *
 * Reads each byte of the sections' headers and of .modinfo at most twice. Return: the name, without a NUL;
 * NULL if there is none, or the file is no ELF file of 64 bits.
 */
const char *modinfo_name(const void *file, uint64_t size, uint64_t *len);
