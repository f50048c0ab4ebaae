/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What happens to an access that the nested page tables refused. Pure C. */
#pragma once

#include "abi/bootinfo.h"
#include "abi/record.h"

#include <stdbool.h>

enum policy_action {
	POLICY_DISCARD, /* run the instruction on a copy, discard the copy */
	POLICY_PATCH,   /* run the instruction on a copy, apply the change */
	POLICY_FAULT,   /* the guest gets an exception */
	POLICY_STOP     /* the machine stops */
};

struct policy_access {
	uint32_t target;       /* enum rw_target */
	uint32_t access;       /* enum rw_access */
	uint32_t on_violation; /* enum rw_on_violation, as configured */
	uint8_t cpl;
	bool locked;
	bool in_poking_mm;       /* CR3 is the kernel's for patching: only text_poke() loads it */
	bool rip_in_kernel_text; /* by guest-physical address, in protected text */
};

/** policy_refusal() - the verdict on what is refused, by the configuration. @skip: what "skip" means for it. */
static inline enum rw_verdict policy_refusal(uint32_t on_violation, enum rw_verdict skip)
{
	return on_violation == RW_ON_VIOLATION_STOP  ? RW_VERDICT_STOP :
	       on_violation == RW_ON_VIOLATION_FAULT ? RW_VERDICT_FAULT :
						       skip;
}

/**
 * policy_verdict() - the action for one access. The kernel's own patching is allowed. A read (only the
 * hypervisor's memory is unreadable) returns ones, whatever is configured: a tool that scans all memory is no
 * reason to stop. The CPU's own accesses (page walk, exception delivery) and fetches cannot be discarded:
 * they fault. Everything else follows the configuration.
 */
enum policy_action policy_verdict(const struct policy_access *a);
