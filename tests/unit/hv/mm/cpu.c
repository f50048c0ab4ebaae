/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the CPU and backend functions that the nested tables call, for the tests of hv/mm. */
#include "tests/unit/hv/mm/machine.h"

static bool has_1g(void)
{
	return machine.has_1g;
}

const struct hv_backend *hv_backend(void)
{
	static const struct hv_backend b = { .has_1g = has_1g };

	return &b;
}

uint64_t rdmsr(uint32_t msr)
{
	uint64_t value = 0;

	if (!machine_msr(msr, &value))
		fail_msg("rdmsr(%x)", msr);
	return value;
}
