/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the core and the CPU for the unit tests of the SVM backend. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/x86/svm/svm.h"

#define MOCK_ROOT 0x123000ull /* nested_root() */

struct mock {
	struct percpu cpu;
	struct vmcb vmcb __attribute__((aligned(4096)));
	uint8_t pool[8][4096] __attribute__((aligned(4096)));
	unsigned int pool_used;
	uint8_t code[16]; /* guest code at RIP */
	size_t code_size; /* bytes of it that are mapped */
	uint64_t debugctl;
	bool has_debugctl;
	struct hv_exit exit; /* last argument of exit_dispatch() */
	unsigned int dispatched;
	bool noted;            /* panic_note_exit() was called */
	jmp_buf *panic_target; /* where hv_panic() jumps to; NULL: the test fails */
};
extern struct mock mock;

/** mock_reset() - a cmocka set-up function: an all-zero CPU in 64-bit mode with steady intercepts. */
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
