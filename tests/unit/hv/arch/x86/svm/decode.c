/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the SVM backend's decoder: exit codes, interrupted events, instruction lengths. */
#include "tests/unit/hv/arch/x86/svm/hw.h"

static const struct hv_exit *decode(uint64_t code, uint64_t info1, uint64_t info2)
{
	static struct hv_exit x;

	hw.vmcb.control.exit_code = code;
	hw.vmcb.control.exit_info[0] = info1;
	hw.vmcb.control.exit_info[1] = info2;
	svm_decode(&mock.cpu, &x);
	assert_int_equal(x.raw, code);
	return &x;
}

static void set_code(const void *code, size_t n)
{
	memcpy(hw.code, code, n);
	hw.code_size = n;
}

static void reasons(void **state)
{
	(void)state;
	assert_int_equal(decode(0x72, 0, 0)->reason, RW_EXIT_CPUID);
	assert_int_equal(decode(0x7c, 0, 0)->reason, RW_EXIT_MSR_READ);
	assert_int_equal(decode(0x7c, 1, 0)->reason, RW_EXIT_MSR_WRITE);
	assert_int_equal(decode(0x81, 0, 0)->reason, RW_EXIT_HYPERCALL);
	for (uint64_t code = 0x82; code <= 0x86; code++)
		assert_int_equal(decode(code, 0, 0)->reason, RW_EXIT_VIRT_INSN);
	assert_int_equal(decode(0x80, 0, 0)->reason, RW_EXIT_VIRT_INSN);
	assert_int_equal(decode(0x7a, 0, 0)->reason, RW_EXIT_VIRT_INSN);
	assert_int_equal(decode(0x74, 0, 0)->reason, RW_EXIT_INTERRUPT);
	assert_int_equal(decode(0x75, 0, 0)->reason, RW_EXIT_INTERRUPT);
	assert_int_equal(decode(0x78, 0, 0)->reason, RW_EXIT_INTERRUPT);
	assert_int_equal(decode(0x88, 0, 0)->reason, RW_EXIT_INTERRUPT); /* ICEBP */
	assert_int_equal(decode(0x8b, 0, 0)->reason, RW_EXIT_INTERRUPT);
	assert_int_equal(decode(0x60, 0, 0)->reason, RW_EXIT_INTERRUPT);
	assert_int_equal(decode(0x61, 0, 0)->reason, RW_EXIT_NMI);
	assert_int_equal(decode(0x7f, 0, 0)->reason, RW_EXIT_SHUTDOWN);
	assert_int_equal(decode(0x400, 0, 0)->reason, RW_EXIT_NESTED);
	assert_int_equal(decode(0x62, 0, 0)->reason, RW_EXIT_OTHER);
	assert_int_equal(decode(0xfffffffffffffffe, 0, 0)->reason, RW_EXIT_OTHER);
}

static void events(void **state)
{
	/* info, expected type, vector, error or -1 */
	static const struct {
		uint64_t info;
		enum hv_event_type type;
		uint8_t vector;
		int64_t error;
	} t[] = {
		{ 0x00000345, EVENT_NONE, 0, -1 }, /* not valid */
		{ 0x80000045, EVENT_INTR, 0x45, -1 },
		{ 0x80000010, EVENT_INTR, 0x10, -1 },
		{ 0x80000202, EVENT_NMI, 2, -1 },
		{ 0x80000345, EVENT_INTR, 0x45, -1 }, /* QEMU */
		{ 0x80000320, EVENT_INTR, 0x20, -1 }, /* QEMU */
		{ 0x80000302, EVENT_NMI, 2, -1 },     /* QEMU */
		{ 0x80000480, EVENT_SOFT, 0x80, -1 },
		{ 0x80000303, EVENT_SOFT, 3, -1 }, /* INT3 */
		{ 0x80000304, EVENT_SOFT, 4, -1 }, /* INTO */
		{ 0x80000301, EVENT_EXCEPTION, 1, -1 },
		{ 0xabcd000280000b0e, EVENT_EXCEPTION, 14, 0xabcd0002 },
		{ 0x80000b08, EVENT_EXCEPTION, 8, 0 },
		{ 0xffffffff8000030e, EVENT_EXCEPTION, 14, -1 }, /* error code not valid */
	};
	struct hv_event e;

	(void)state;
	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_true(svm_decode_event(t[i].info, &e));
		assert_int_equal(e.type, t[i].type);
		assert_int_equal(e.vector, t[i].vector);
		assert_int_equal(e.has_error, t[i].error >= 0);
		assert_int_equal(e.error, t[i].error < 0 ? 0 : t[i].error);
	}
	for (uint64_t type = 0; type < 8; type++) {
		bool known = type == 0 || (type >= 2 && type <= 4);

		assert_int_equal(svm_decode_event(0x80000000 | type << 8 | 0x40, &e), known);
	}
	hw.vmcb.control.exit_int_info = 0x80000145;
	assert_true(MOCK_PANICS(decode(0x72, 0, 0)));
	hw.vmcb.control.exit_int_info = 0x80000b0e | 0x200000000;
	assert_int_equal(decode(0x400, 0, 0)->pending.error, 2);
}

static void lengths(void **state)
{
	static const uint8_t cpuid[] = { 0x0f, 0xa2 };
	uint8_t code[15];

	(void)state;
	assert_int_equal(svm_insn_length((const uint8_t *)"\x0f\xa2\x90", 3, true, cpuid, 2), 2);
	assert_int_equal(svm_insn_length((const uint8_t *)"\x0f\xa2", 2, true, cpuid, 2), 2);
	assert_int_equal(svm_insn_length((const uint8_t *)"\x66\xf3\x0f\xa2", 4, true, cpuid, 2), 4);
	assert_int_equal(svm_insn_length((const uint8_t *)"\x2e\x48\x0f\xa2", 4, true, cpuid, 2), 4);
	/* 0x48 is DEC EAX outside 64-bit mode: this code did not cause the exit. */
	assert_int_equal(svm_insn_length((const uint8_t *)"\x48\x0f\xa2", 3, false, cpuid, 2), 2);
	/* Code that is unreadable, truncated, or only prefixes. */
	assert_int_equal(svm_insn_length(NULL, 0, true, cpuid, 2), 2);
	assert_int_equal(svm_insn_length((const uint8_t *)"\x66\x0f", 2, true, cpuid, 2), 2);
	memset(code, 0x66, sizeof(code));
	assert_int_equal(svm_insn_length(code, 15, true, cpuid, 2), 2);
	memcpy(code + 13, cpuid, 2);
	assert_int_equal(svm_insn_length(code, 15, true, cpuid, 2), 15);
}

static void lengths_of_exits(void **state)
{
	(void)state;
	hw.vmcb.save.rip = 0xffffffff81000ffe;
	set_code("\x0f\xa2", 2);
	assert_int_equal(decode(0x72, 0, 0)->insn_len, 2);
	set_code("\xf3\x0f\x32", 3);
	assert_int_equal(decode(0x7c, 0, 0)->insn_len, 3);
	set_code("\x66\x0f\x30", 3);
	assert_int_equal(decode(0x7c, 1, 0)->insn_len, 3);
	assert_int_equal(decode(0x7c, 0, 0)->insn_len, 2); /* bytes of WRMSR, exit of RDMSR */
	set_code("\x67\x0f\x01\xd9", 4);
	assert_int_equal(decode(0x81, 0, 0)->insn_len, 4);
	assert_int_equal(decode(0x85, 0, 0)->insn_len, 0); /* CLGI raises #UD: no instruction to skip */
	hw.code_size = 0;
	assert_int_equal(decode(0x81, 0, 0)->insn_len, 3);
	assert_int_equal(decode(0x400, 0, 0)->insn_len, 0);
	assert_int_equal(decode(0x60, 0, 0)->insn_len, 0);

	/* With next-RIP save the code is not read, unless the saved value is impossible. */
	svm_features.next_rip = true;
	set_code("\x66\x66\x0f\xa2", 4);
	hw.vmcb.control.next_rip = hw.vmcb.save.rip + 7;
	assert_int_equal(decode(0x72, 0, 0)->insn_len, 7);
	hw.vmcb.control.next_rip = 0;
	assert_int_equal(decode(0x72, 0, 0)->insn_len, 4);
	hw.vmcb.control.next_rip = hw.vmcb.save.rip + 1;
	assert_int_equal(decode(0x72, 0, 0)->insn_len, 4);
	hw.vmcb.control.next_rip = hw.vmcb.save.rip + 16;
	assert_int_equal(decode(0x72, 0, 0)->insn_len, 4);
}

/* The core reads the code. */
static void cr(void **state)
{
	(void)state;
	assert_int_equal(decode(0x10, 0, 0)->reason, RW_EXIT_CR);
	assert_int_equal(decode(0x10, 0, 0)->cr.cr, 0);
	assert_int_equal(decode(0x14, 0, 0)->cr.cr, 4);
	assert_int_equal(decode(0x6a, 0, 0)->cr.cr, HV_TABLES);
	assert_int_equal(decode(0x6b, 0, 0)->cr.cr, HV_TABLES);
	assert_int_equal(decode(0x6d, 0, 0)->cr.cr, HV_TABLES);
	assert_false(decode(0x14, 0, 0)->cr.known);
	assert_int_equal(decode(0x6c, 0, 0)->reason, RW_EXIT_OTHER); /* LLDT is not watched */
}

static void io(void **state)
{
	const struct hv_exit *x;

	(void)state;
	hw.vmcb.save.rip = 0x1000;
	x = decode(0x7b, 0x02f80011, 0x1001); /* in al, dx */
	assert_int_equal(x->reason, RW_EXIT_IO);
	assert_int_equal(x->io.port, 0x2f8);
	assert_int_equal(x->io.size, 1);
	assert_true(x->io.in && !x->io.string && !x->io.rep);
	assert_int_equal(x->insn_len, 1);
	x = decode(0x7b, 0x0cf8004c, 0x1003); /* rep outsd */
	assert_int_equal(x->io.port, 0xcf8);
	assert_int_equal(x->io.size, 4);
	assert_true(!x->io.in && x->io.string && x->io.rep);
	assert_int_equal(x->insn_len, 3);
	assert_int_equal(decode(0x7b, 0xb0040020, 0x1002)->io.size, 2);
}

static void nested(void **state)
{
	static const struct {
		uint64_t info1;
		uint8_t access;
		bool walk, misconfig;
	} t[] = {
		{ 0x100000007, NACC_WRITE, false, false }, { 0x100000004, NACC_READ, false, false },
		{ 0x100000005, NACC_READ, false, false },  { 0x100000015, NACC_EXEC, false, false },
		{ 0x200000007, NACC_WRITE, true, false },  { 0x200000004, NACC_READ, true, false },
		{ 0x10000000d, NACC_READ, false, true },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct hv_exit *x = decode(0x400, t[i].info1, 0x12345678);

		assert_int_equal(x->nested.gpa, 0x12345678);
		assert_int_equal(x->nested.access, t[i].access);
		assert_int_equal(x->nested.walk, t[i].walk);
		assert_int_equal(x->nested.misconfig, t[i].misconfig);
		assert_false(x->nested.gva_valid);
	}
}

static void exceptions(void **state)
{
	const struct hv_exit *x;

	(void)state;
	svm_step_begin(&mock.cpu, 0x5000);
	x = decode(0x4e, 0x7, 0xdeadbeef000);
	assert_int_equal(x->reason, RW_EXIT_EXCEPTION);
	assert_int_equal(x->exception.vector, 14);
	assert_true(x->exception.has_error);
	assert_int_equal(x->exception.error, 7);
	assert_int_equal(x->exception.cr2, 0xdeadbeef000);
	x = decode(0x4d, 0x18, 0x55);
	assert_int_equal(x->exception.error, 0x18);
	assert_int_equal(x->exception.cr2, 0);
	x = decode(0x40, 0x18, 0);
	assert_int_equal(x->exception.vector, 0);
	assert_false(x->exception.has_error);
	assert_int_equal(x->exception.error, 0);
	for (uint8_t v = 0; v < 32; v++) {
		bool error = v == 8 || (v >= 10 && v <= 14) || v == 17 || v == 21 || v == 29 || v == 30;

		if (v != VEC_UD)
			assert_int_equal(decode(0x40u + v, 0, 0)->exception.has_error, error);
	}
	/* The IRET would exit again in each step, forever: it becomes #GP. */
	assert_int_equal(decode(VMEXIT_IRET, 0, 0)->reason, RW_EXIT_EXCEPTION);
	assert_int_equal(decode(VMEXIT_IRET, 0, 0)->exception.vector, VEC_GP);
	/* #UD of a SYSCALL that the step has disabled; and a #UD that can only be the guest's. */
	assert_int_equal(decode(0x46, 0, 0)->reason, RW_EXIT_INTERRUPT);
	svm_step_end(&mock.cpu);
	hw.vmcb.save.efer &= ~EFER_SCE;
	svm_step_begin(&mock.cpu, 0x5000);
	assert_int_equal(decode(0x46, 0, 0)->reason, RW_EXIT_EXCEPTION);
}

/* After the guest takes an NMI, NMIs go to the guest until its IRET, even if its handler is stepped. */
static void nmi_and_iret(void **state)
{
	const uint32_t *misc1 = &hw.vmcb.control.intercept[ICPT_MISC1];

	(void)state;
	svm_features.smp = true;
	svm_steady(&mock.cpu);
	assert_int_equal(*misc1 & (ICPT(VMEXIT_NMI) | ICPT(VMEXIT_IRET)), ICPT(VMEXIT_NMI));
	mock.cpu.kick = KICK_HELD;
	svm_pass_nmi(&mock.cpu);
	assert_int_equal(*misc1 & (ICPT(VMEXIT_NMI) | ICPT(VMEXIT_IRET)), ICPT(VMEXIT_IRET));
	svm_step_begin(&mock.cpu, 0x5000);
	svm_step_end(&mock.cpu);
	assert_int_equal(*misc1 & (ICPT(VMEXIT_NMI) | ICPT(VMEXIT_IRET)), ICPT(VMEXIT_IRET));
	assert_int_equal(decode(VMEXIT_IRET, 0, 0)->reason, RW_EXIT_INTERRUPT);
	assert_int_equal(mock.cpu.kick, KICK_NONE);
	assert_int_equal(*misc1 & (ICPT(VMEXIT_NMI) | ICPT(VMEXIT_IRET)), ICPT(VMEXIT_NMI));
}

/* A #DB during a step: what DR6 and DR7 say, and whether it ends the step. */
static void debug_exceptions(void **state)
{
	static const struct {
		uint64_t dr6, dr7;
		bool ends;
	} t[] = {
		{ DR6_BS, 0x400, true },
		{ DR6_BS | 1, 0x403, true }, /* the stepped instruction also hit a data breakpoint */
		{ 1, 0x403, false },         /* a breakpoint on the instruction: it has not run */
		{ 8, 0x480, false },
		{ DR6_BD, 0x2400, false }, /* MOV of a debug register with DR7.GD set */
		{ 1, 0x400, true },        /* the address matched, but the breakpoint is not enabled */
		{ 1, 0x40c, true },
		{ 0, 0x400, true }, /* Bochs: the exit comes before DR6 is written */
		{ 0, 0x4ff, true },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		mock_reset(NULL);
		svm_step_begin(&mock.cpu, 0x5000);
		hw.vmcb.save.dr6 |= t[i].dr6;
		hw.vmcb.save.dr7 = t[i].dr7;
		assert_int_equal(decode(0x41, 0, 0)->reason, t[i].ends ? RW_EXIT_STEP : RW_EXIT_EXCEPTION);
		assert_int_equal(!!(mock.cpu.backend_flags & SVM_STEP_DONE), t[i].ends);
	}
	/* Bits that the guest left in DR6 do not count for this step. */
	mock_reset(NULL);
	hw.vmcb.save.dr6 |= DR6_BS | DR6_BD | 0xf;
	hw.vmcb.save.dr7 = 0x4ff;
	svm_step_begin(&mock.cpu, 0x5000);
	assert_int_equal(decode(0x41, 0, 0)->reason, RW_EXIT_STEP);
	hw.vmcb.save.dr6 |= 2;
	assert_int_equal(decode(0x41, 0, 0)->reason, RW_EXIT_EXCEPTION);
	/* Outside a step no #DB is ours. */
	svm_step_end(&mock.cpu);
	hw.vmcb.save.dr6 = 0;
	assert_int_equal(decode(0x41, 0, 0)->reason, RW_EXIT_EXCEPTION);
}

static void whole_exit(void **state)
{
	(void)state;
	hw.vmcb.save.rax = 41;
	hw.vmcb.save.efer &= ~EFER_SVME;
	hw.vmcb.control.exit_code = 0x81;
	hw.vmcb.control.event_inj = 0x80000030;
	hw.vmcb.control.tlb_control = VMCB_TLB_FLUSH_ALL;
	svm_exit(&mock.cpu);
	assert_int_equal(mock.dispatched, 1);
	assert_int_equal(mock.exit.reason, RW_EXIT_HYPERCALL);
	assert_int_equal(hw.vmcb.save.rax, 42); /* the mock's dispatcher adds one */
	assert_int_equal(hw.vmcb.control.event_inj, 0);
	assert_int_equal(hw.vmcb.control.tlb_control, VMCB_TLB_NOTHING);
	assert_true(hw.vmcb.save.efer & EFER_SVME);
}

static void invalid_state(void **state)
{
	(void)state;
	hw.vmcb.control.exit_code = 0xffffffff; /* QEMU */
	assert_true(MOCK_PANICS(svm_exit(&mock.cpu)));
	hw.vmcb.control.exit_code = UINT64_MAX;
	assert_true(MOCK_PANICS(svm_exit(&mock.cpu)));
	assert_true(mock.noted);
	assert_int_equal(mock.dispatched, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reasons, mock_reset),
		cmocka_unit_test_setup(events, mock_reset),
		cmocka_unit_test_setup(lengths, mock_reset),
		cmocka_unit_test_setup(lengths_of_exits, mock_reset),
		cmocka_unit_test_setup(cr, mock_reset),
		cmocka_unit_test_setup(io, mock_reset),
		cmocka_unit_test_setup(nested, mock_reset),
		cmocka_unit_test_setup(exceptions, mock_reset),
		cmocka_unit_test_setup(nmi_and_iret, mock_reset),
		cmocka_unit_test_setup(debug_exceptions, mock_reset),
		cmocka_unit_test_setup(whole_exit, mock_reset),
		cmocka_unit_test_setup(invalid_state, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
