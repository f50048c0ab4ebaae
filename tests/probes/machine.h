/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The firmware's side. */
#pragma once

#include "probe.h"

UINT32 machine_cpus(void);               /* with boot services */
void machine_boot(void);                 /* probes boot services */
void probe_acpi(void);                   /* with boot services */
BOOLEAN machine_leave(EFI_HANDLE image); /* ExitBootServices */
void probe_machine(void);                /* memory and runtime services; after this they are virtual */

BOOLEAN ap_memory(void); /* with boot services */
void probe_ap(UINT32 cpus, const char *mode);
