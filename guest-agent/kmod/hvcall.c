// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Detects the hypervisor and calls it.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/random.h>
#include <linux/string.h>
#include <asm/asm.h>
#include <asm/processor.h>

#include "abi/stats.h"
#include "hvcall.h"

static bool use_vmmcall __ro_after_init;

/* Without a hypervisor both instructions raise #UD: the fixup replaces the number with HVCALL_UD. */
#define CALL(insn) \
	asm volatile("1: " insn "\n" \
		     "   jmp 3f\n" \
		     "2: mov %[ud], %%rax\n" \
		     "3:\n" _ASM_EXTABLE(1b, 2b) \
		     : "+a"(ret) \
		     : "D"(a1), "S"(a2), "d"(a3), [ud] "i"(HVCALL_UD) \
		     : "memory")

noinline long hvcall(unsigned long nr, unsigned long a1, unsigned long a2, unsigned long a3)
{
	long ret = nr;

	if (use_vmmcall)
		CALL("vmmcall");
	else
		CALL("vmcall");
	return ret;
}

int __init hvcall_detect(void)
{
	u32 max, ebx, ecx, edx, version;
	char signature[13] = "";
	u64 nonce = get_random_u64();
	long answer;

	cpuid(RW_CPUID_SIGNATURE, &max, &ebx, &ecx, &edx);
	memcpy(signature, &ebx, 4);
	memcpy(signature + 4, &ecx, 4);
	memcpy(signature + 8, &edx, 4);
	if (memcmp(signature, RW_SIGNATURE, 12) != 0 || max < RW_CPUID_VERSION) {
		pr_err("this machine does not run under Ringward (or its configuration says agent = no)\n");
		return -ENODEV;
	}
	cpuid(RW_CPUID_VERSION, &version, &ebx, &ecx, &edx);
	if (version != RW_ABI_VERSION || ebx > 1) {
		pr_err("the hypervisor speaks ABI version %u (instruction %u), this module version %u\n",
		       version, ebx, RW_ABI_VERSION);
		return -EPROTO;
	}
	use_vmmcall = ebx == 1;
	answer = hvcall(RW_HC_HELLO, nonce, 0, 0);
	if (answer == -RW_EPERM && answer != (long)(nonce ^ RW_HELLO_XOR)) {
		pr_err("another kernel's agent has locked this machine: a crash kernel cannot register\n");
		return -EBUSY;
	}
	if ((u64)answer != (nonce ^ RW_HELLO_XOR)) {
		pr_err("Ringward's signature is present, but %s does not answer correctly\n",
		       use_vmmcall ? "VMMCALL" : "VMCALL");
		return -ENODEV;
	}
	return 0;
}

int hvcall_error(const char *what, long ret)
{
	static const char *const names[] = RW_ERROR_NAMES;

	if (ret == HVCALL_UD) {
		pr_err("%s: no hypervisor answers (#UD)\n", what);
		return -EIO;
	}
	if (ret < 0 && -ret < (long)ARRAY_SIZE(names))
		pr_err("%s: the hypervisor refuses: %s\n", what, names[-ret]);
	else
		pr_err("%s: the hypervisor answers %ld, an unknown error\n", what, ret);
	switch (-ret) {
	case RW_EPERM:
		return -EPERM;
	case RW_ELOCKED:
		return -EALREADY;
	case RW_EINVAL:
		return -EINVAL;
	case RW_ENOSPC:
		return -ENOSPC;
	default:
		return -EIO;
	}
}

int hvcall_page(unsigned long nr, const void *page, const char *what)
{
	long ret = hvcall(nr, virt_to_phys((void *)page), 0, 0);

	return ret < 0 ? hvcall_error(what, ret) : 0;
}

struct rw_status *hvcall_status(void)
{
	struct rw_status *status = (void *)get_zeroed_page(GFP_KERNEL);
	int ret;

	BUILD_BUG_ON(sizeof(*status) > PAGE_SIZE);
	if (!status)
		return ERR_PTR(-ENOMEM);
	ret = hvcall_page(RW_HC_STATUS, status, "status");
	if (ret == 0)
		return status;
	free_page((unsigned long)status);
	return ERR_PTR(ret);
}
