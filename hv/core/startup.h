/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Starting CPUs where INIT resets a CPU out of the guest, and SIPI starts it where the guest says (SVM):
 * every write to the APIC's command register is looked at, and SIPI is sent to a page of the hypervisor's,
 * which makes it a guest again.
 */
#pragma once

#include "core/exit.h"

/*
 * startup_init() - trampoline and intercepts, where the backend needs them. Once. Return: NULL or an error
 * line.
 */
const char *startup_init(void);

/* startup_owns() - whether @gpa lies in the APIC's page, and writes there exit. */
bool startup_owns(uint64_t gpa);

/* startup_apic_write() - a refused write to the APIC's page. */
enum hv_action startup_apic_write(struct percpu *cpu, const struct hv_exit *x);
