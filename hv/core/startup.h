/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Starting CPUs where the hardware does not hand INIT and SIPI to the hypervisor (SVM): INIT resets the CPU, out of the
 * guest; SIPI then starts it where the guest says. So every write to the APIC's command register is looked at, and a
 * SIPI is sent to a page of the hypervisor's instead, from where the CPU comes back as a guest.
 */
#pragma once

#include "core/exit.h"

#include <stdbool.h>

/* startup_init() - trampoline and intercepts, where the backend needs them. Once. Return: NULL or an error line. */
const char *startup_init(void);

/* startup_owns() - whether @gpa lies in the APIC's page, and writes there exit. */
bool startup_owns(uint64_t gpa);

/* startup_apic_write() - a refused write to the APIC's page. */
enum hv_action startup_apic_write(struct percpu *cpu, const struct hv_exit *x);

/* startup_apic_stepped() - a write that was not decoded has run on a copy: @value at @gpa is what it left there. */
void startup_apic_stepped(struct percpu *cpu, uint64_t gpa, uint32_t value);

/* startup_icr_msr() - a write of @value to the x2APIC command register. Return: false if the CPU refuses it: #GP. */
bool startup_icr_msr(struct percpu *cpu, uint64_t value);
