/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What an exit handler answers. */
#pragma once

#include "core/percpu.h"

/* What a handler wants done with the guest; the dispatcher alone does it. */
enum hv_action {
	HV_RESUME,  /* resume at the same instruction, or wherever the handler set RIP */
	HV_ADVANCE, /* resume after the instruction */
	HV_INJECT,  /* deliver cpu->to_inject */
	HV_FATAL    /* the hypervisor cannot continue */
};

/** exit_inject() - sets cpu->to_inject to an exception. Return: HV_INJECT, for a handler's return. */
static inline enum hv_action exit_inject(struct percpu *cpu, uint8_t vector, bool has_error, uint32_t error)
{
	cpu->to_inject = (struct hv_event){ EVENT_EXCEPTION, vector, has_error, error };
	return HV_INJECT;
}
