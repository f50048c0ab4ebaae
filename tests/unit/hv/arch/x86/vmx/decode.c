/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the VMX backend's decoder: exit reasons, qualifications, interrupted events. */
#include "tests/unit/hv/arch/x86/vmx/hw.h"

#define GPA 0x12345678ull
#define GVA 0xffffffff81234678ull

static const struct hv_exit *decode(uint64_t reason, uint64_t qualification)
{
	unsigned int before = mock.dispatched;

	hw.vmcs[VMCS_EXIT_REASON] = reason;
	hw.vmcs[VMCS_QUALIFICATION] = qualification;
	hw.vmcs[VMCS_EXIT_INSN_LEN] = 3;
	vmx_exit(&mock.cpu);
	assert_int_equal(mock.dispatched, before + 1);
	assert_int_equal(mock.exit.raw, reason);
	assert_int_equal(mock.exit.info[0], qualification);
	return &mock.exit;
}

/* Every basic reason, and the dispatcher's reason for it; all others are RW_EXIT_OTHER. */
static void reasons(void **state)
{
	static const struct {
		uint32_t first, last;
		enum rw_exit_reason reason;
	} known[] = {
		{ 0, 0, RW_EXIT_EXCEPTION },   { 1, 1, RW_EXIT_INTERRUPT },   { 2, 2, RW_EXIT_SHUTDOWN },
		{ 3, 3, RW_EXIT_INIT },        { 4, 4, RW_EXIT_SIPI },        { 9, 9, RW_EXIT_TASK_SWITCH },
		{ 10, 10, RW_EXIT_CPUID },     { 11, 11, RW_EXIT_VIRT_INSN }, { 13, 13, RW_EXIT_CACHE_INSN },
		{ 18, 18, RW_EXIT_HYPERCALL }, { 19, 27, RW_EXIT_VIRT_INSN }, { 28, 28, RW_EXIT_CR },
		{ 30, 30, RW_EXIT_IO },        { 31, 31, RW_EXIT_MSR_READ },  { 32, 32, RW_EXIT_MSR_WRITE },
		{ 37, 37, RW_EXIT_STEP },      { 41, 41, RW_EXIT_INTERRUPT }, { 48, 49, RW_EXIT_NESTED },
		{ 50, 50, RW_EXIT_VIRT_INSN }, { 53, 53, RW_EXIT_VIRT_INSN }, { 54, 54, RW_EXIT_CACHE_INSN },
		{ 55, 55, RW_EXIT_XSETBV },    { 63, 64, RW_EXIT_VIRT_INSN }, { 76, 77, RW_EXIT_VIRT_INSN },
		{ 80, 81, RW_EXIT_VIRT_INSN }, { 84, 85, RW_EXIT_VIRT_INSN }, { 46, 47, RW_EXIT_CR },
	};

	(void)state;
	for (uint32_t reason = 0; reason < 0x200; reason++) {
		enum rw_exit_reason wanted = RW_EXIT_OTHER;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (reason >= known[i].first && reason <= known[i].last)
				wanted = known[i].reason;
		assert_int_equal(decode(reason, 0)->reason, wanted);
	}
	/* Bit 27 means that the CPU was in an enclave: the reason is the low half. */
	assert_int_equal(decode(BIT(27) | 10, 0)->reason, RW_EXIT_CPUID);
}

/* The length is that of the instruction; for an EPT violation it is undefined on real CPUs. */
static void lengths(void **state)
{
	(void)state;
	assert_int_equal(decode(10, 0)->insn_len, 3);
	assert_int_equal(decode(18, 0)->insn_len, 3);
	assert_int_equal(decode(30, 0)->insn_len, 3);
	assert_int_equal(decode(48, 0x182)->insn_len, 0);
	assert_int_equal(decode(49, 0)->insn_len, 0);
}

/* "Exit Qualification for EPT Violations". */
static void nested(void **state)
{
	static const struct {
		uint64_t qualification;
		uint8_t access;
		bool gva_valid, walk;
	} t[] = {
		/* Seen on Bochs: write to read-only, read of execute-only, fetches from no-execute. */
		{ 0x5aa, NACC_WRITE, true, false },
		{ 0x5a1, NACC_READ, true, false },
		{ 0x59c, NACC_EXEC, true, false },
		{ 0x79c, NACC_EXEC, true, false },
		{ 0x7bc, NACC_EXEC, true, false },
		/* Not mapped. */
		{ 0x181, NACC_READ, true, false },
		{ 0x182, NACC_WRITE, true, false },
		{ 0x184, NACC_EXEC, true, false },
		{ 0x183, NACC_READ | NACC_WRITE, true, false }, /* a locked instruction */
		/* The CPU's own access to the guest's page tables: a read, or an update of A or D. */
		{ 0x0a9, NACC_READ, true, true },
		{ 0x0ab, NACC_READ | NACC_WRITE, true, true },
		/* No linear address: PDPTE loads, and trace output. */
		{ 0x001, NACC_READ, false, false },
		{ 0x102, NACC_WRITE, false, false },
	};

	(void)state;
	hw.vmcs[VMCS_GUEST_PHYSICAL] = GPA;
	hw.vmcs[VMCS_GUEST_LINEAR] = GVA;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct hv_exit *x = decode(48, t[i].qualification);

		assert_int_equal(x->nested.gpa, GPA);
		assert_int_equal(x->nested.access, t[i].access);
		assert_int_equal(x->nested.gva_valid, t[i].gva_valid);
		assert_int_equal(x->nested.gva, t[i].gva_valid ? GVA : 0);
		assert_int_equal(x->nested.walk, t[i].walk);
		assert_false(x->nested.misconfig);
	}
	const struct hv_exit *x = decode(49, 0x5aa); /* has no qualification */

	assert_true(x->nested.misconfig);
	assert_int_equal(x->nested.gpa, GPA);
	assert_int_equal(x->nested.access, 0);
	assert_false(x->nested.gva_valid || x->nested.walk);
}

/* "IDT-Vectoring Information Field". */
static void pending(void **state)
{
	static const struct {
		uint64_t info;
		enum hv_event_type type;
		uint8_t vector;
		int64_t error; /* or -1 */
	} t[] = {
		{ 0x00000345, EVENT_NONE, 0, -1 }, /* not valid */
		{ 0x80000045, EVENT_INTR, 0x45, -1 },
		{ 0x80000202, EVENT_NMI, 2, -1 },
		{ 0x80000301, EVENT_EXCEPTION, 1, -1 },
		{ 0x80000b0e, EVENT_EXCEPTION, 14, 0xabcd0002 },
		{ 0x80000b08, EVENT_EXCEPTION, 8, 0xabcd0002 },
		{ 0x80000480, EVENT_SOFT, 0x80, -1 }, /* INT n */
		{ 0x80000501, EVENT_SOFT, 1, -1 },    /* INT1 */
		{ 0x80000603, EVENT_SOFT, 3, -1 },    /* INT3, INTO */
		{ 0x80000100, EVENT_NONE, 0, -1 },    /* types that are invalid here */
		{ 0x80000700, EVENT_NONE, 0, -1 },
	};

	(void)state;
	hw.vmcs[VMCS_IDT_ERROR] = 0xabcd0002;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		hw.vmcs[VMCS_IDT_INFO] = t[i].info;
		const struct hv_event *event = &decode(48, 0x182)->pending;

		assert_int_equal(event->type, t[i].type);
		assert_int_equal(event->vector, t[i].vector);
		assert_int_equal(event->has_error, t[i].error >= 0);
		assert_int_equal(event->error, t[i].error < 0 ? 0 : t[i].error);
	}
}

/* "Resuming Guest Software after Handling an Exception": an IRET that faults has already unblocked NMIs. */
static void nmi_unblocking(void **state)
{
	(void)state;
	decode(48, 0x182);
	assert_false(hw.written[VMCS_GUEST_INTERRUPTIBILITY]);
	hw.vmcs[VMCS_GUEST_INTERRUPTIBILITY] = INTERRUPTIBILITY_MOV_SS;
	decode(48, 0x182 | BIT(12));
	assert_int_equal(hw.vmcs[VMCS_GUEST_INTERRUPTIBILITY],
			 INTERRUPTIBILITY_MOV_SS | INTERRUPTIBILITY_NMI);
	/* During the delivery of an event the bit is undefined; for other exits it has another meaning. */
	hw.vmcs[VMCS_GUEST_INTERRUPTIBILITY] = 0;
	hw.vmcs[VMCS_IDT_INFO] = 0x80000202;
	decode(48, 0x182 | BIT(12));
	hw.vmcs[VMCS_IDT_INFO] = 0;
	decode(30, BIT(12));
	assert_int_equal(hw.vmcs[VMCS_GUEST_INTERRUPTIBILITY], 0);
}

/* "Exit Qualification for I/O Instructions". */
static void io(void **state)
{
	const struct hv_exit *x = decode(30, 0x02f80008); /* in al, dx */

	(void)state;
	assert_int_equal(x->io.port, 0x2f8);
	assert_int_equal(x->io.size, 1);
	assert_true(x->io.in && !x->io.string && !x->io.rep);
	x = decode(30, 0x0cf80033); /* rep outsd */
	assert_int_equal(x->io.port, 0xcf8);
	assert_int_equal(x->io.size, 4);
	assert_true(!x->io.in && x->io.string && x->io.rep);
	x = decode(30, 0x00640041); /* out 0x64, ax: the port is an immediate */
	assert_int_equal(x->io.port, 0x64);
	assert_int_equal(x->io.size, 2);
	assert_true(!x->io.in && !x->io.string && !x->io.rep);
	assert_int_equal(decode(30, 0xffff0000)->io.port, 0xffff);
}

/* "Exit Qualification for Control-Register Accesses": each possible source register of a move. */
static void cr(void **state)
{
	uint64_t *gpr = (uint64_t *)&mock.cpu.gprs;

	(void)state;
	for (uint64_t i = 0; i < 16; i++)
		gpr[i] = 0x1111 * i;
	hw.vmcs[VMCS_GUEST_RSP] = 0xfeed;
	for (uint64_t i = 0; i < 16; i++) {
		const struct hv_exit *x = decode(28, i << 8 | (i & 1 ? 4 : 0));

		assert_int_equal(x->cr.cr, i & 1 ? 4 : 0);
		assert_true(x->cr.known);
		assert_int_equal(x->cr.value, i == 4 ? 0xfeed : 0x1111 * i);
	}
	assert_int_equal(decode(46, 0)->cr.cr, HV_TABLES);
	assert_int_equal(decode(47, 0)->cr.cr, HV_TABLES);
}

static void sipi(void **state)
{
	(void)state;
	assert_int_equal(decode(4, 0x9a)->sipi.vector, 0x9a);
}

/* A machine check during the entry: the guest was not entered, and the event to inject is still pending. */
static void machine_check_at_entry(void **state)
{
	const struct hv_exit *x;

	(void)state;
	hw.vmcs[VMCS_IDT_INFO] = 0x80000045; /* from an earlier exit */
	hw.vmcs[VMCS_ENTRY_INTR_INFO] = 0x80000b0d;
	hw.vmcs[VMCS_ENTRY_ERROR_CODE] = 0x18;
	x = decode(VMX_EXIT_ENTRY_FAILED | 41, 0);
	assert_int_equal(x->reason, RW_EXIT_INTERRUPT);
	assert_true(mock.cpu.machine_check);
	assert_int_equal(x->pending.type, EVENT_EXCEPTION);
	assert_int_equal(x->pending.vector, VEC_GP);
	assert_int_equal(x->pending.error, 0x18);
}

static void failed_entries(void **state)
{
	(void)state;
	hw.vmcs[VMCS_EXIT_REASON] = VMX_EXIT_ENTRY_FAILED | 33; /* invalid guest state */
	assert_true(MOCK_PANICS(vmx_exit(&mock.cpu)));
	assert_true(mock.noted);
	assert_int_equal(mock.dispatched, 0);
	assert_true(MOCK_PANICS(vmx_entry_failed(&mock.cpu)));
}

/* A flush that a handler or the exit before requested is done once, before the entry. */
static void flush(void **state)
{
	(void)state;
	decode(10, 0);
	assert_int_equal(hw.invepts, 0);
	vmx_flush(&mock.cpu);
	decode(10, 0);
	decode(10, 0);
	assert_int_equal(hw.invepts, 1);
	/* One EPT at a time: the one in use, which may be a step's, and each map. */
	hw.invept_single = true;
	for (unsigned int maps = 1; maps <= 2; maps++) {
		mock.has_maps = maps > 1;
		hw.invepts = 0;
		vmx_flush(&mock.cpu);
		decode(10, 0);
		assert_int_equal(hw.invepts, 1 + maps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(reasons, mock_reset),
		cmocka_unit_test_setup(lengths, mock_reset),
		cmocka_unit_test_setup(nested, mock_reset),
		cmocka_unit_test_setup(pending, mock_reset),
		cmocka_unit_test_setup(nmi_unblocking, mock_reset),
		cmocka_unit_test_setup(io, mock_reset),
		cmocka_unit_test_setup(cr, mock_reset),
		cmocka_unit_test_setup(sipi, mock_reset),
		cmocka_unit_test_setup(machine_check_at_entry, mock_reset),
		cmocka_unit_test_setup(failed_entries, mock_reset),
		cmocka_unit_test_setup(flush, mock_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
