/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Selects this machine's backend. */
#include "arch/x86/backend.h"

#include "arch/x86/insn.h"

#define LEAF1_ECX_VMX        BIT(5)
#define LEAF80000001_ECX_SVM BIT(2)

static bool use_svm; /* (b) */

const struct hv_backend *hv_backend(void)
{
	return use_svm ? &svm_backend : &vmx_backend;
}

const char *backend_choose(void)
{
	if (cpuid(1, 0).ecx & LEAF1_ECX_VMX)
		use_svm = false;
	else if (cpuid(0x80000000u, 0).eax >= 0x80000001u && cpuid(0x80000001u, 0).ecx & LEAF80000001_ECX_SVM)
		use_svm = true;
	else
		return "this CPU has neither VMX nor SVM, or a hypervisor below hides them";
	return hv_backend()->probe();
}
