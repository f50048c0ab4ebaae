/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the core, the CPU and its VMCS for the unit tests of the VMX backend. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/x86/vmx/vmx.h"

#define MOCK_ROOT 0x123000ull /* nested_root() */

struct mock {
	struct percpu cpu;
	uint64_t vmcs[0x8000]; /* by field: in place of vmcs.c */
	bool written[0x8000];
	uint8_t pool[4][4096] __attribute__((aligned(4096)));
	unsigned int pool_used;
	uint64_t cr2, kernel_gs;
	uint32_t cpuid1_eax;
	unsigned int debug_resets, invepts;
	struct hv_exit exit; /* last argument of exit_dispatch() */
	unsigned int dispatched;
	bool noted;            /* panic_note_exit() was called */
	jmp_buf *panic_target; /* where hv_panic() jumps to; NULL: the test fails */
};
extern struct mock mock;

/** mock_reset() - a cmocka set-up: an all-zero CPU with a guest in 64-bit mode, ring 0, interrupts on. */
int mock_reset(void **state);

/* Whether running @statement calls hv_panic(). */
#define MOCK_PANICS(statement) \
	({ \
		jmp_buf target; \
		volatile bool panicked = false; \
		mock.panic_target = &target; \
		if (setjmp(target)) \
			panicked = true; \
		else \
			statement; \
		mock.panic_target = NULL; \
		panicked; \
	})
