/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What happens to an access that the nested page tables refused. */
#include "policy/verdict.h"

enum policy_action policy_verdict(const struct policy_access *a)
{
	bool code = a->target == RW_TARGET_KERNEL_TEXT || a->target == RW_TARGET_MODULE_TEXT ||
		    a->target == RW_TARGET_DYNAMIC_CODE;

	if (a->locked && code && a->access == RW_ACCESS_WRITE && a->cpl == 0 && a->in_poking_mm &&
	    a->rip_in_kernel_text)
		return POLICY_PATCH; /* the kernel's code in ring 0, with the page tables for patching */
	if (a->access == RW_ACCESS_READ)
		return POLICY_DISCARD;
	if (a->on_violation == RW_ON_VIOLATION_STOP)
		return POLICY_STOP;
	if (a->on_violation == RW_ON_VIOLATION_FAULT || a->access != RW_ACCESS_WRITE)
		return POLICY_FAULT;
	return POLICY_DISCARD;
}
