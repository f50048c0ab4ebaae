/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Several CPUs: dropping translations everywhere before a change counts, and stopping all of them. */
#pragma once

#include "core/percpu.h"

/** smp_left_guest() - first thing at an exit. Halts for good when another CPU stopped the machine. */
void smp_left_guest(struct percpu *cpu);

/**
 * smp_enter_guest() - last thing before an entry: whoever changes nested tables from here on waits for this
 * CPU. Return: whether it was flushed.
 */
bool smp_enter_guest(struct percpu *cpu);

/**
 * smp_flush_all() - no CPU uses a translation from before this call when it returns: those in the guest are
 * kicked out and waited for, ten seconds long. Context: an exit handler; locks may be held, whoever waits for
 * one is not in the guest.
 */
void smp_flush_all(struct percpu *cpu);

/** smp_take_kick() - whether the INIT that made this exit (VMX) is a kick. It is used up. */
bool smp_take_kick(struct percpu *cpu);

/**
 * smp_take_nmi() - the same for an NMI (SVM). False: it is the guest's, which takes it now; from here to
 * smp_nmi_over() no kick is sent, for it would wait for the guest's IRET, too, or merge with the guest's NMI
 * and never be seen.
 * smp_nmi_over() - that IRET has made an exit.
 */
bool smp_take_nmi(struct percpu *cpu);
void smp_nmi_over(struct percpu *cpu);

/**
 * smp_stop_others() - the machine stops: the other CPUs halt at their next exit, which is asked for. Does not
 * wait.
 */
void smp_stop_others(const struct percpu *cpu);
