/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The end of a run: the log leaves, and the machine is reset. */
#pragma once

#include <stdint.h>

/** end_log() - writes down why the run ends (enum rw_end), and dumps all there is. */
void end_log(uint32_t reason);

/**
 * exit_reset() - the guest ends in what resets a machine, @why: the log leaves, and it is reset.
 * exit_reset_machine() - resets by the chipset's register, else by a triple fault of our own.
 */
void exit_reset(const char *why) __attribute__((noreturn));
void exit_reset_machine(void) __attribute__((noreturn));
