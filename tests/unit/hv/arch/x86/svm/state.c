/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the SVM backend's guest state: registers, injection, single steps. */
#include "tests/unit/hv/arch/x86/svm/hw.h"

#define VIEW_ROOT   0x777000ull
#define DR6_DEFAULT 0xffff0ff0ull

static struct percpu *const cpu = &mock.cpu;
static struct vmcb *const vmcb = &hw.vmcb;

static void registers(void **state)
{
	static const enum guest_reg plain[] = { GREG_RIP,          GREG_RSP,         GREG_CR0,
						GREG_CR2,          GREG_CR3,         GREG_CR4,
						GREG_CS_BASE,      GREG_STAR,        GREG_LSTAR,
						GREG_CSTAR,        GREG_SFMASK,      GREG_SYSENTER_CS,
						GREG_SYSENTER_ESP, GREG_SYSENTER_EIP };
	static const enum guest_reg read_only[] = { GREG_CS_LONG, GREG_CPL, GREG_FS_BASE, GREG_GS_BASE,
						    GREG_KERNEL_GS_BASE };

	(void)state;
	for (unsigned int i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		svm_set(cpu, plain[i], 0x8000000000001000 + i);
		assert_int_equal(svm_get(cpu, plain[i]), 0x8000000000001000 + i);
	}
	for (unsigned int i = 0; i < sizeof(read_only) / sizeof(read_only[0]); i++)
		assert_true(MOCK_PANICS(svm_set(cpu, read_only[i], 0)));
	vmcb->save.cpl = 3;
	vmcb->save.seg[SEG_FS].base = 1;
	vmcb->save.seg[SEG_GS].base = 2;
	vmcb->save.kernel_gs_base = 3;
	assert_int_equal(svm_get(cpu, GREG_CPL), 3);
	assert_int_equal(svm_get(cpu, GREG_FS_BASE), 1);
	assert_int_equal(svm_get(cpu, GREG_GS_BASE), 2);
	assert_int_equal(svm_get(cpu, GREG_KERNEL_GS_BASE), 3);
	assert_int_equal(svm_get(cpu, GREG_CS_LONG), 1);
	vmcb->save.seg[SEG_CS].attributes = 0;
	assert_int_equal(svm_get(cpu, GREG_CS_LONG), 0);
	assert_true(MOCK_PANICS(svm_get(cpu, GREG_COUNT)));
	svm_set(cpu, GREG_RFLAGS, 0);
	assert_int_equal(svm_get(cpu, GREG_RFLAGS), RFLAGS_FIXED);
}

static void efer(void **state)
{
	(void)state;
	assert_int_equal(svm_get(cpu, GREG_EFER), EFER_LME | EFER_LMA | EFER_NXE | EFER_SCE);
	svm_set(cpu, GREG_EFER, EFER_LME | EFER_NXE); /* a write cannot clear LMA */
	assert_int_equal(svm_get(cpu, GREG_EFER), EFER_LME | EFER_LMA | EFER_NXE);
	assert_true(vmcb->save.efer & EFER_SVME);
	assert_int_equal(vmcb->control.tlb_control, VMCB_TLB_FLUSH_ALL);
	vmcb->save.cr0 = CR0_PE;
	svm_set(cpu, GREG_EFER, EFER_LME | EFER_LMA);
	assert_int_equal(svm_get(cpu, GREG_EFER), EFER_LME);
}

/* The exits for loads of IDTR, GDTR and TR: IDTR's is bit 10. */
static uint32_t table_exits(void)
{
	return vmcb->control.intercept[ICPT_MISC1] & 0xfu << 10;
}

/* It is the core that says whether such loads exit: outside of a step and in one. */
static void pin(void **state)
{
	(void)state;
	cpu->pin.tables = true;
	svm_pin(cpu, CR0_WP, CR4_SMEP);
	assert_int_equal(vmcb->control.intercept[ICPT_CR], 1u << 0x10 | 1u << 0x14);
	assert_int_equal(table_exits(), 0xbu << 10);
	svm_steady(cpu);
	assert_int_equal(table_exits(), 0xbu << 10);
	svm_step_begin(cpu, 0x5000);
	assert_int_equal(table_exits(), 0xbu << 10);
	svm_step_end(cpu);
	assert_int_equal(table_exits(), 0xbu << 10);
	cpu->pin.tables = false;
	svm_steady(cpu);
	assert_int_equal(table_exits(), 0);
	svm_step_begin(cpu, 0x5000);
	assert_int_equal(table_exits(), 0);
	svm_step_end(cpu);
	cpu->pin.tables = true;
	svm_steady(cpu);
	assert_int_equal(table_exits(), 0xbu << 10);
	cpu->pin.tables = false;
	svm_pin(cpu, 0, 0);
	assert_int_equal(vmcb->control.intercept[ICPT_CR], 0);
	assert_int_equal(table_exits(), 0);
}

static void flush(void **state)
{
	(void)state;
	svm_flush(cpu);
	assert_int_equal(vmcb->control.tlb_control, 1);
	svm_features.flush_by_asid = true;
	svm_flush(cpu);
	assert_int_equal(vmcb->control.tlb_control, 3);
}

static void advance(void **state)
{
	(void)state;
	vmcb->save.rip = 0xfffffffe;
	vmcb->control.int_state = 1;
	vmcb->save.rflags |= RFLAGS_RF;
	svm_advance(cpu, 3);
	assert_int_equal(vmcb->save.rip, 0x100000001);
	assert_int_equal(vmcb->control.int_state, 0);
	assert_false(vmcb->save.rflags & RFLAGS_RF);
	assert_int_equal(vmcb->control.event_inj, 0);

	vmcb->save.seg[SEG_CS].attributes = 0;
	vmcb->save.rip = 0xfffffffe;
	svm_advance(cpu, 3);
	assert_int_equal(vmcb->save.rip, 1);

	vmcb->save.rflags |= RFLAGS_TF;
	svm_advance(cpu, 2);
	assert_int_equal(vmcb->control.event_inj, 0x80000301);
	assert_true(vmcb->save.dr6 & DR6_BS);
}

static void inject(void **state)
{
	static const struct {
		struct hv_event event;
		uint64_t injected;
	} t[] = {
		{ { .type = EVENT_INTR, .vector = 0xec }, 0x800000ec },
		{ { .type = EVENT_NMI, .vector = 2 }, 0x80000202 },
		{ { .type = EVENT_EXCEPTION, .vector = 6 }, 0x80000306 },
		{ { .type = EVENT_EXCEPTION, .vector = 14, .has_error = true, .error = 2 }, 0x280000b0e },
		{ { .type = EVENT_EXCEPTION, .vector = 13, .has_error = true, .error = UINT32_MAX },
		  0xffffffff80000b0d },
	};
	static const struct hv_event soft = { .type = EVENT_SOFT, .vector = 0x80 };
	static const struct hv_event none = { .type = EVENT_NONE };

	(void)state;
	svm_inject(cpu, &soft);
	svm_inject(cpu, &none);
	assert_int_equal(vmcb->control.event_inj, 0);
	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		svm_inject(cpu, &t[i].event);
		assert_int_equal(vmcb->control.event_inj, t[i].injected);
	}
}

/* The CPU at the end of the step: #DB, with other bits that it may have set in DR6. */
static void trap(uint64_t dr6)
{
	struct hv_exit x;

	vmcb->save.dr6 |= DR6_BS | dr6;
	vmcb->control.exit_code = VMEXIT_EXCEPTION + VEC_DB;
	svm_decode(cpu, &x);
	assert_int_equal(x.reason, RW_EXIT_STEP);
}

static void step_plain(void **state)
{
	const struct vmcb before = *vmcb;

	(void)state;
	svm_step_begin(cpu, VIEW_ROOT);
	assert_int_equal(vmcb->control.nested_cr3, VIEW_ROOT);
	assert_int_equal(vmcb->control.tlb_control, VMCB_TLB_FLUSH_ALL);
	assert_int_equal(vmcb->control.intercept[ICPT_EXCEPTION], 0xfffffffb);
	assert_true(vmcb->control.intercept[ICPT_MISC1] & ICPT(VMEXIT_HLT));
	/* MWAIT, and ICEBP, which passes by the exception intercepts. */
	assert_int_equal(vmcb->control.intercept[ICPT_MISC2] & (1 << 11 | 1 << 8), 1 << 11 | 1 << 8);
	assert_int_equal(vmcb->control.int_control, 1 << 24);
	assert_true(vmcb->control.intercept[ICPT_MISC1] & ICPT(VMEXIT_NMI));
	/* An interrupt that is not blocked must exit, or it would push the trap flag. */
	assert_true(vmcb->control.intercept[ICPT_MISC1] & ICPT(VMEXIT_INTR));
	assert_false(before.control.intercept[ICPT_MISC1] & ICPT(VMEXIT_INTR));
	assert_true(vmcb->save.rflags & RFLAGS_TF);
	assert_false(vmcb->save.efer & EFER_SCE);
	/* The guest's own values hide the step. */
	assert_false(svm_get(cpu, GREG_RFLAGS) & RFLAGS_TF);
	assert_true(svm_get(cpu, GREG_EFER) & EFER_SCE);

	trap(0);
	assert_false(svm_step_end(cpu));
	assert_int_equal(vmcb->save.rflags, before.save.rflags);
	assert_int_equal(vmcb->save.efer, before.save.efer);
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT);
	assert_int_equal(vmcb->control.nested_cr3, MOCK_ROOT);
	assert_int_equal(vmcb->control.int_control, 0);
	assert_memory_equal(vmcb->control.intercept, before.control.intercept, 4 * ICPT_WORDS);
	assert_int_equal(cpu->backend_flags, 0);
	/* Nothing to end. */
	assert_false(svm_step_end(cpu));
}

/* Each map has its ASID, if the CPU has two; the guest's own flushes reach the kernel's only. */
static void maps(void **state)
{
	struct vmcb_control *c = &vmcb->control;

	(void)state;
	mock.has_maps = true;
	svm_features.flush_by_asid = true;
	for (int two = 0; two < 2; two++) {
		svm_features.user_asid = two;
		c->tlb_control = VMCB_TLB_NOTHING;
		cpu->view.map = NESTED_USER;
		svm_use_map(cpu);
		assert_int_equal(c->nested_cr3, MOCK_ROOT + PAGE_SIZE);
		assert_int_equal(c->asid, two ? 2 : 1);
		assert_int_equal(c->tlb_control, VMCB_TLB_FLUSH_ASID);
		c->tlb_control = VMCB_TLB_NOTHING;
		cpu->view.map = NESTED_KERNEL;
		svm_use_map(cpu);
		assert_int_equal(c->nested_cr3, MOCK_ROOT);
		assert_int_equal(c->asid, 1);
		assert_int_equal(c->tlb_control, two ? VMCB_TLB_NOTHING : VMCB_TLB_FLUSH_ASID);
	}
	/* A flush is one of both, and stays one. */
	svm_flush(cpu);
	assert_int_equal(c->tlb_control, VMCB_TLB_FLUSH_ALL);
	cpu->view.map = NESTED_USER;
	svm_use_map(cpu);
	assert_int_equal(c->tlb_control, VMCB_TLB_FLUSH_ALL);
	svm_step_begin(cpu, VIEW_ROOT);
	trap(0);
	assert_false(svm_step_end(cpu));
	assert_int_equal(c->nested_cr3, MOCK_ROOT + PAGE_SIZE);
	assert_int_equal(c->tlb_control, VMCB_TLB_FLUSH_ALL);
	svm_features.flush_by_asid = svm_features.user_asid = false;
}

static void step_twice(void **state)
{
	(void)state;
	svm_step_begin(cpu, VIEW_ROOT);
	trap(0);
	svm_step_begin(cpu, VIEW_ROOT);
	assert_false(vmcb->save.dr6 & DR6_BS);
	assert_false(cpu->backend_flags & SVM_STEP_DONE);
	assert_false(cpu->backend_flags & SVM_STEP_TF);
	assert_true(cpu->backend_flags & SVM_STEP_SCE);
	trap(0);
	assert_false(svm_step_end(cpu));
	assert_false(vmcb->save.rflags & RFLAGS_TF);
	assert_true(vmcb->save.efer & EFER_SCE);
}

static void step_of_a_stepping_guest(void **state)
{
	(void)state;
	vmcb->save.rflags |= RFLAGS_TF;
	svm_step_begin(cpu, VIEW_ROOT);
	trap(0);
	assert_true(svm_step_end(cpu));
	assert_true(vmcb->save.rflags & RFLAGS_TF);
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT | DR6_BS);
	/* As above, but an interrupt came first: no trap yet. */
	vmcb->save.dr6 = DR6_DEFAULT;
	svm_step_begin(cpu, VIEW_ROOT);
	assert_false(svm_step_end(cpu));
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT);
	assert_true(vmcb->save.rflags & RFLAGS_TF);
}

static void step_with_breakpoints(void **state)
{
	(void)state;
	vmcb->save.dr6 = DR6_DEFAULT | 1 | DR6_BS; /* left by the guest: kept and ignored */
	vmcb->save.dr7 = 0x400 | 3 | 2 << 4;       /* 0 and 2 enabled */
	svm_step_begin(cpu, VIEW_ROOT);
	trap(0);
	assert_false(svm_step_end(cpu));
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT | 1 | DR6_BS);

	svm_step_begin(cpu, VIEW_ROOT);
	trap(2); /* matched, but not enabled */
	assert_false(svm_step_end(cpu));

	vmcb->save.dr6 = DR6_DEFAULT;
	svm_step_begin(cpu, VIEW_ROOT);
	trap(4);
	assert_true(svm_step_end(cpu));
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT | 4);
}

/* The end of a step on a CPU that exits before it writes DR6 (Bochs). */
static void step_that_dr6_does_not_show(void **state)
{
	struct hv_exit x;

	(void)state;
	vmcb->save.dr6 = DR6_DEFAULT | DR6_BD | DR6_BS | 2; /* left by the guest */
	vmcb->save.dr7 = 0x400 | 3 << 2;
	vmcb->control.exit_code = VMEXIT_EXCEPTION + VEC_DB;
	svm_step_begin(cpu, VIEW_ROOT);
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT);
	svm_decode(cpu, &x);
	assert_int_equal(x.reason, RW_EXIT_STEP);
	assert_false(svm_step_end(cpu));
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT | DR6_BD | DR6_BS | 2);

	/* A guest that single-steps itself finds DR6.BS set. */
	vmcb->save.dr6 = DR6_DEFAULT;
	vmcb->save.rflags |= RFLAGS_TF;
	svm_step_begin(cpu, VIEW_ROOT);
	svm_decode(cpu, &x);
	assert_int_equal(x.reason, RW_EXIT_STEP);
	assert_true(svm_step_end(cpu));
	assert_int_equal(vmcb->save.dr6, DR6_DEFAULT | DR6_BS);
}

static void step_with_branch_trap(void **state)
{
	(void)state;
	hw.has_debugctl = true;
	hw.debugctl = 0x43;
	svm_step_begin(cpu, VIEW_ROOT);
	assert_int_equal(hw.debugctl, 0x41);
	svm_step_begin(cpu, VIEW_ROOT);
	svm_step_end(cpu);
	assert_int_equal(hw.debugctl, 0x43);
	hw.debugctl = 0x41;
	svm_step_begin(cpu, VIEW_ROOT);
	svm_step_end(cpu);
	assert_int_equal(hw.debugctl, 0x41);
}

static void set_during_step(void **state)
{
	(void)state;
	svm_step_begin(cpu, VIEW_ROOT);
	svm_set(cpu, GREG_RFLAGS, RFLAGS_TF);
	svm_set(cpu, GREG_EFER, EFER_LME);
	assert_true(vmcb->save.rflags & RFLAGS_TF);
	assert_false(vmcb->save.efer & EFER_SCE);
	svm_step_end(cpu);
	assert_int_equal(svm_get(cpu, GREG_RFLAGS), RFLAGS_TF | RFLAGS_FIXED);
	assert_int_equal(svm_get(cpu, GREG_EFER), EFER_LME | EFER_LMA);

	svm_step_begin(cpu, VIEW_ROOT);
	svm_set(cpu, GREG_RFLAGS, 0);
	svm_set(cpu, GREG_EFER, EFER_LME | EFER_SCE);
	assert_true(vmcb->save.rflags & RFLAGS_TF);
	assert_false(vmcb->save.efer & EFER_SCE);
	svm_step_end(cpu);
	assert_int_equal(svm_get(cpu, GREG_RFLAGS), RFLAGS_FIXED);
	assert_int_equal(svm_get(cpu, GREG_EFER), EFER_LME | EFER_LMA | EFER_SCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(registers, mock_reset),
		cmocka_unit_test_setup(efer, mock_reset),
		cmocka_unit_test_setup(pin, mock_reset),
		cmocka_unit_test_setup(flush, mock_reset),
		cmocka_unit_test_setup(advance, mock_reset),
		cmocka_unit_test_setup(inject, mock_reset),
		cmocka_unit_test_setup(step_plain, mock_reset),
		cmocka_unit_test_setup(maps, mock_reset),
		cmocka_unit_test_setup(step_twice, mock_reset),
		cmocka_unit_test_setup(step_of_a_stepping_guest, mock_reset),
		cmocka_unit_test_setup(step_with_breakpoints, mock_reset),
		cmocka_unit_test_setup(step_that_dr6_does_not_show, mock_reset),
		cmocka_unit_test_setup(step_with_branch_trap, mock_reset),
		cmocka_unit_test_setup(set_during_step, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
