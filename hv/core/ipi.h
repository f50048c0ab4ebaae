/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* IPIs that the guest sends, where INIT and SIPI do not exit: checked, then forwarded. */
#pragma once

#include "core/percpu.h"

/** ipi_write_register() - emulates the guest's write of @value at @offset of the APIC's page. */
void ipi_write_register(struct percpu *cpu, uint32_t offset, uint32_t value);

/** ipi_write_icr_msr() - a write of @value to the x2APIC's command register. Return: false: #GP. */
bool ipi_write_icr_msr(struct percpu *cpu, uint64_t value);
