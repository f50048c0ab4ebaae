/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Several CPUs: shooting down translations before a change takes effect, and stopping all CPUs. */
#pragma once

#include "core/percpu.h"

/** smp_left_guest() - first thing at an exit. Halts for good when another CPU stopped the machine. */
void smp_left_guest(struct percpu *cpu);

/**
 * smp_enter_guest() - last thing before an entry: from here on, a CPU that changes nested tables waits for
 * this one. Return: whether this CPU was flushed.
 */
bool smp_enter_guest(struct percpu *cpu);

/**
 * smp_flush_all() - when it returns, no CPU uses a translation from before the call. CPUs in the guest are
 * kicked out and waited for, up to ten seconds. Context: an exit handler; locks may be held, because a CPU
 * waiting for one is not in the guest.
 */
void smp_flush_all(struct percpu *cpu);

/** smp_take_kick() - whether the INIT that made this exit (VMX) is a kick. Consumes the kick. */
bool smp_take_kick(struct percpu *cpu);

/**
 * smp_take_nmi() - whether the NMI that made this exit (SVM) is a kick; consumes it. False: the NMI is the
 * guest's, which takes it now. Until smp_nmi_over() no kick is sent: it would also wait for the guest's IRET,
 * or merge with the guest's NMI and never be seen.
 * smp_nmi_over() - that IRET has exited.
 */
bool smp_take_nmi(struct percpu *cpu);
void smp_nmi_over(struct percpu *cpu);

/** smp_stop_others() - the other CPUs are kicked and halt at their next exit. Does not wait. */
void smp_stop_others(const struct percpu *cpu);
