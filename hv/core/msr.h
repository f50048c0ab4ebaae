/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The MSRs that exit on both backends. */
#ifndef HV_MSR_H
#define HV_MSR_H

/* msr_init() - asks the backend for the intercepts. Before the start. */
void msr_init(void);

#endif
