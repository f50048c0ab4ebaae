/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the core and the CPU for the unit tests of the SVM backend. */
#include "tests/unit/hv/arch/x86/svm/mock.h"

#include "arch/x86/insn.h"
#include "core/exit.h"
#include "core/guest_info.h"
#include "core/panic.h"
#include "core/smp.h"
#include "log/printk.h"
#include "mm/nested.h"
#include "mm/page_pool.h"

struct mock mock;
struct svm_features svm_features;

int mock_reset(void **state)
{
	(void)state;
	memset(&mock, 0, sizeof(mock));
	svm_features = (struct svm_features){ 0 };
	mock.cpu.area = &mock.vmcb;
	mock.vmcb.save.efer = EFER_SVME | EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE;
	mock.vmcb.save.cr0 = CR0_PG | CR0_PE;
	mock.vmcb.save.seg[SEG_CS].attributes = SEG_ATTR_LONG;
	mock.vmcb.save.rflags = RFLAGS_FIXED | RFLAGS_IF;
	mock.vmcb.save.dr6 = 0xffff0ff0;
	mock.vmcb.save.dr7 = 0x400;
	mock.vmcb.control.nested_cr3 = MOCK_ROOT;
	svm_steady_intercepts(&mock.vmcb);
	return 0;
}

void hv_panic(const char *format, ...)
{
	if (!mock.panic_target)
		fail_msg("hv_panic(%s)", format);
	longjmp(*mock.panic_target, 1);
}

void panic_note_exit(struct percpu *cpu, const struct hv_exit *x)
{
	(void)cpu;
	(void)x;
	mock.noted = true;
}

void exit_dispatch(struct percpu *cpu, struct hv_exit *x)
{
	mock.exit = *x;
	mock.dispatched++;
	cpu->gprs.rax++;
}

uint64_t guest_linear_rip(struct percpu *cpu)
{
	return svm_get(cpu, GREG_RIP);
}

size_t guest_read_virt(struct percpu *cpu, uint64_t gva, void *dst, size_t size)
{
	size_t n = size < mock.code_size ? size : mock.code_size;

	assert_int_equal(gva, svm_get(cpu, GREG_RIP));
	memcpy(dst, mock.code, n);
	return n;
}

void smp_nmi_over(struct percpu *cpu)
{
	cpu->kick = KICK_NONE;
}

uint64_t nested_root(void)
{
	return MOCK_ROOT;
}

void printk(const char *format, ...)
{
	(void)format;
}

int rdmsr_safe(uint32_t msr, uint64_t *value)
{
	assert_int_equal(msr, MSR_DEBUGCTL);
	*value = mock.debugctl;
	return mock.has_debugctl ? 0 : -1;
}

int wrmsr_safe(uint32_t msr, uint64_t value)
{
	assert_int_equal(msr, MSR_DEBUGCTL);
	if (!mock.has_debugctl)
		return -1;
	mock.debugctl = value;
	return 0;
}

void *pool_alloc(size_t pages)
{
	void *p = mock.pool[mock.pool_used];

	if (mock.pool_used + pages > sizeof(mock.pool) / sizeof(mock.pool[0]))
		return NULL;
	mock.pool_used += (unsigned int)pages;
	return p;
}

uint64_t hv_phys(const void *virt)
{
	return (uint64_t)(uintptr_t)virt;
}
