/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The policy area: monitor.conf, compiled for the agent. */
#pragma once

#include <efi.h>

#include "abi/bootinfo.h"
#include "message.h"

/**
 * policy_compile() - read and compile the agent's configuration.
 * @volume: the volume that the loader was started from
 * @size:   bytes of the policy area
 * @why:    on an error: the first one, with file, line and column
 *
 * Without a file, the built-in configuration is compiled.
 *
 * Context: boot services, once. Return: 0, or -1 with @why.
 */
int policy_compile(EFI_HANDLE volume, uint64_t *size, struct message *why);

/**
 * policy_place() - write the area to its place in the region.
 * @info: laid out with the size that policy_compile() gave, and placed
 *
 * Context: after policy_compile().
 */
void policy_place(const struct rw_bootinfo *info);
