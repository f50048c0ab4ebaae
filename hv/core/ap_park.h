/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * CPUs that run nothing. INIT parks a CPU until a SIPI starts it. So does the lock, if the kernel has not
 * started the CPU: it waits in the firmware's code, which nobody approved and no control state pins.
 */
#pragma once

#include "core/percpu.h"

/** ap_park() - makes this CPU wait for SIPI, as after INIT. May not return (SVM). */
void ap_park(struct percpu *cpu);

/** ap_park_lock() - at the lock, on the CPU that locks: each other CPU is judged at its next exit. */
void ap_park_lock(struct percpu *cpu);

/**
 * ap_park_judge() - at an exit of a CPU other than the one that locked: parks it if the kernel has not
 * started it. Once for each lock. Return: whether it is parked now.
 */
bool ap_park_judge(struct percpu *cpu);
