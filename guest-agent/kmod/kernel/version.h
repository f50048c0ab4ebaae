/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The versions of Linux that this folder knows. Nothing outside it depends on the version. */
#pragma once

#include <linux/version.h>

#define LINUX_IS(major, minor) (LINUX_VERSION_CODE >> 8 == KERNEL_VERSION(major, minor, 0) >> 8)

#if !LINUX_IS(6, 1) && !LINUX_IS(6, 12)
#error "The agent knows Linux 6.1 and 6.12 only: docs/agent.md says what another version needs."
#endif
