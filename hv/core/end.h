/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The end of a run: the log is dumped, and the machine is reset. */
#pragma once

#include <stdint.h>

/** end_log() - records why the run ends (enum rw_end), and dumps the whole store. */
void end_log(uint32_t reason);

/**
 * exit_reset() - the guest did what resets a machine (@why): dumps the log, then resets.
 * exit_reset_machine() - resets through the chipset's register, else by a triple fault of our own.
 */
void exit_reset(const char *why) __attribute__((noreturn));
void exit_reset_machine(void) __attribute__((noreturn));
