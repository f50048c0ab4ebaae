/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The policy area: monitor.conf, policy.conf and approved.conf, compiled for agent and hypervisor. */
#pragma once

#include <efi.h>

#include "abi/bootinfo.h"
#include "message.h"

/**
 * policy_compile() - read and compile what the agent and the hypervisor enforce.
 * @volume:   the volume that the loader was started from
 * @settings: from ringward.conf
 * @size:     bytes of the policy area
 * @why:      on an error: the first one, with file, line and column
 *
 * Without a monitor.conf, the built-in one is compiled; without a policy.conf, none. approved.conf is read,
 * and needed, only with modules = approved.
 *
 * Context: boot services, once. Return: 0, or -1 with @why.
 */
int policy_compile(EFI_HANDLE volume, const struct rw_settings *settings, uint64_t *size,
		   struct message *why);

/**
 * policy_place() - write the area to its place in the region.
 * @info: laid out with the size that policy_compile() gave, and placed
 *
 * Context: after policy_compile().
 */
void policy_place(const struct rw_bootinfo *info);
