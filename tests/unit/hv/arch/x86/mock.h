/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the core for the unit tests of both backends; svm/hw.h and vmx/hw.h are the CPU's part. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/x86/backend.h"
#include "core/percpu.h"

#define MOCK_ROOT       0x123000ull /* nested_root(NESTED_KERNEL) */
#define MOCK_POOL_PAGES 8u

struct mock {
	struct percpu cpu;
	uint8_t pool[MOCK_POOL_PAGES][4096] __attribute__((aligned(4096)));
	unsigned int pool_used;
	struct hv_exit exit; /* last argument of exit_dispatch() */
	unsigned int dispatched;
	bool noted;            /* panic_note_exit() was called */
	bool has_maps;         /* nested_has_maps() */
	jmp_buf *panic_target; /* where hv_panic() jumps to; NULL: the test fails */
};
extern struct mock mock;

/** mock_reset() - a cmocka set-up function: all zero, then hw_reset(). */
int mock_reset(void **state);

/** hw_reset() - a CPU with a guest in 64-bit mode, ring 0, interrupts on: the backend's hw.c. */
void hw_reset(void);

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
