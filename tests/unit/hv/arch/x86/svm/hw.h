/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the CPU, and of what the SVM backend alone calls. */
#pragma once

#include "arch/x86/svm/svm.h"
#include "tests/unit/hv/arch/x86/mock.h"

struct hw {
	struct vmcb vmcb __attribute__((aligned(4096)));
	uint8_t code[16]; /* guest code at RIP */
	size_t code_size; /* bytes of it that are mapped */
	uint64_t debugctl;
	bool has_debugctl;
};
extern struct hw hw;
