/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the CPU, and of what the SVM backend alone calls. */
#include "tests/unit/hv/arch/x86/svm/hw.h"

#include "arch/x86/insn.h"
#include "core/guest_info.h"
#include "core/smp.h"

struct hw hw;
struct svm_features svm_features;

void hw_reset(void)
{
	memset(&hw, 0, sizeof(hw));
	svm_features = (struct svm_features){ 0 };
	mock.cpu.area = &hw.vmcb;
	hw.vmcb.save.efer = EFER_SVME | EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE;
	hw.vmcb.save.cr0 = CR0_PG | CR0_PE;
	hw.vmcb.save.seg[SEG_CS].attributes = SEG_ATTR_LONG;
	hw.vmcb.save.rflags = RFLAGS_FIXED | RFLAGS_IF;
	hw.vmcb.save.dr6 = 0xffff0ff0;
	hw.vmcb.save.dr7 = 0x400;
	hw.vmcb.control.nested_cr3 = MOCK_ROOT;
	svm_steady_intercepts(&mock.cpu);
}

uint64_t guest_linear_rip(struct percpu *cpu)
{
	return svm_get(cpu, GREG_RIP);
}

size_t guest_read_virt(struct percpu *cpu, uint64_t gva, void *dst, size_t size)
{
	size_t n = size < hw.code_size ? size : hw.code_size;

	assert_int_equal(gva, svm_get(cpu, GREG_RIP));
	memcpy(dst, hw.code, n);
	return n;
}

void smp_nmi_over(struct percpu *cpu)
{
	cpu->kick = KICK_NONE;
}

int rdmsr_safe(uint32_t msr, uint64_t *value)
{
	assert_int_equal(msr, MSR_DEBUGCTL);
	*value = hw.debugctl;
	return hw.has_debugctl ? 0 : -1;
}

int wrmsr_safe(uint32_t msr, uint64_t value)
{
	assert_int_equal(msr, MSR_DEBUGCTL);
	if (!hw.has_debugctl)
		return -1;
	hw.debugctl = value;
	return 0;
}
