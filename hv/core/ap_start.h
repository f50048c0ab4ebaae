/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Starting CPUs where INIT resets a CPU out of the guest, and SIPI starts it where the guest says (SVM):
 * every write to the APIC's command register is inspected, and SIPI is redirected to a page of the
 * hypervisor, which makes the CPU a guest again.
 */
#pragma once

#include "core/exit.h"

/** ap_start_init() - trampoline and intercepts, if the backend needs them. Once. Return: NULL, error line. */
const char *ap_start_init(void);

/** ap_start_owns() - whether @gpa lies in the APIC's page and writes there exit. */
bool ap_start_owns(uint64_t gpa);

/** ap_start_apic_write() - handles a refused write to the APIC's page. */
enum hv_action ap_start_apic_write(struct percpu *cpu, const struct hv_exit *x);
