/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/core/ap_start.c: every INIT or SIPI of the guest is checked before it reaches the APIC. */
#include "tests/unit/hv/core/mock.h"

#include "dev/apic.h"
#include "core/ap_start.h"
#include "core/ipi.h"
#include "core/smp.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"

#define APIC     0xfee00000ull
#define SIPI_LOW (ICR_SIPI | ICR_ASSERT)
#define INIT_LOW (ICR_INIT | ICR_ASSERT)
#define HERE     (GUEST_TRAMPOLINE / PAGE_SIZE)

static int two_cpus(void **state)
{
	(void)mock_reset_npt(state);
	machine.boot.cpu_count = 2;
	machine.boot.trampoline_phys = GUEST_TRAMPOLINE;
	machine.boot.tsc_hz = 1000000;
	mock.other.apic_id = 1;
	mock.apic[APIC_ICR_HIGH / 16] = 1u << 24;
	return ap_start_init() != NULL;
}

static void write_exit(uint64_t gpa)
{
	mock_exit(
		(struct hv_exit){ .reason = RW_EXIT_NESTED, .nested = { .gpa = gpa, .access = NACC_WRITE } });
}

/* A decoded instruction, such as mov %eax, 0x300(%rbx). */
static void store(uint32_t offset, uint32_t value)
{
	uint64_t rip = mock.reg[GREG_RIP];

	memcpy(host_ram + rip, "\x89\x83", 2);
	memcpy(host_ram + rip + 2, &offset, 4);
	mock.cpu.gprs.rbx = APIC;
	mock.cpu.gprs.rax = value;
	write_exit(APIC + offset);
	assert_int_equal(mock.reg[GREG_RIP], rip + 6);
	assert_false(mock.cpu.step.active);
}

/* An instruction that is not decoded runs on a copy. */
static void stepped_store(uint32_t offset, uint32_t value)
{
	memcpy(host_ram + mock.reg[GREG_RIP], "\x87\x03\x90", 3); /* xchg %eax, (%rbx) */
	assert_true(mock_store(APIC + offset, &value, sizeof(value)));
	assert_false(mock.cpu.step.active);
	assert_int_equal(mock.records, 0);
}

static void test_setup(void **state)
{
	(void)state;
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), APIC).perm, NPERM_R);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), APIC + PAGE_SIZE).perm, NPERM_RWX);
	assert_false(machine_walk(nested_root(NESTED_KERNEL), GUEST_TRAMPOLINE).mapped);
	/* Guest writes to its first page do not reach the vectors of a CPU that starts into Ringward. */
	uint64_t first = machine_walk(nested_root(NESTED_KERNEL), 0).pa;
	uint32_t vector;

	assert_true(hv_owns(first, PAGE_SIZE));
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0).perm, NPERM_RWX);
	assert_true(mock_store(8, "\x01\x02\x03\x04", 4));
	assert_int_equal(guest_read(8, &vector, sizeof(vector)), 0);
	assert_int_equal(vector, 0x04030201);
	assert_memory_equal((uint8_t *)hv_virt(first) + 8, &vector, sizeof(vector));
	assert_memory_not_equal(host_ram + 8, &vector, sizeof(vector));
	assert_int_equal(guest_read(PAGE_SIZE - 2, &vector, sizeof(vector)), -RW_EFAULT);
	assert_int_equal(nested_set_perm(0, PAGE_SIZE, NPERM_R), 0);
	assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), 0).pa, first);
	assert_int_equal(mock.msr_intercepts, 1);
	assert_true(ap_start_owns(APIC + 0x300));
	assert_false(ap_start_owns(APIC + PAGE_SIZE));
}

static void both_ways(void (*write)(uint32_t offset, uint32_t value))
{
	mock.other.in_guest = true;
	write(APIC_ICR_LOW, INIT_LOW);
	assert_int_equal(mock.apic[0x30], INIT_LOW);
	assert_false(mock.other.in_guest);
	assert_true(mock.other.flush_wanted);
	write(APIC_ICR_LOW, SIPI_LOW | 0x9a);
	assert_int_equal(mock.apic[0x30], SIPI_LOW | HERE);
	assert_int_equal(mock.other.sipi_vector, 0x9a);
	write(APIC_ICR_LOW, SIPI_LOW | ICR_OTHERS | 0x12);
	assert_int_equal(mock.apic[0x30], SIPI_LOW | ICR_OTHERS | HERE);
	assert_int_equal(mock.other.sipi_vector, 0x12);
	/* De-assert, an ordinary IPI, other registers: passed unchanged. */
	write(APIC_ICR_LOW, ICR_INIT | ICR_LEVEL);
	assert_int_equal(mock.apic[0x30], ICR_INIT | ICR_LEVEL);
	write(APIC_ICR_LOW, ICR_ASSERT | 0xfd);
	assert_int_equal(mock.apic[0x30], ICR_ASSERT | 0xfd);
	write(0xb0, 0);
	write(0x380, 12345);
	assert_int_equal(mock.apic[0x38], 12345);
	assert_int_equal(mock.injects, 0);
}

static void test_decoded(void **state)
{
	(void)state;
	both_ways(store);
	assert_int_equal(mock.step_begins, 0);
}

static void test_stepped(void **state)
{
	(void)state;
	both_ways(stepped_store);
	assert_int_equal(mock.step_begins, mock.step_ends);
}

/* Not supported, and so not sent. */
static void test_logical(void **state)
{
	(void)state;
	store(APIC_ICR_LOW, SIPI_LOW | ICR_LOGICAL | 0x9a);
	assert_int_equal(mock.apic[0x30], 0);
	store(APIC_ICR_LOW, INIT_LOW | ICR_SELF);
	assert_int_equal(mock.apic[0x30], 0);
	assert_false(mock.cpu.parked);
}

static void test_boot_cpu(void **state)
{
	(void)state;
	mock.apic[APIC_ICR_HIGH / 16] = 0;
	assert_true(MOCK_ENDS(store(APIC_ICR_LOW, INIT_LOW)));
	assert_int_equal(mock.end_reason, RW_END_RESET);
	assert_int_equal(mock.apic[0x30], 0);
}

/*
 * On some machines a register repeats in all of its sixteen bytes (QEMU uses offset / 16): this must not
 * bypass the check of the command register.
 */
static void test_between_registers(void **state)
{
	(void)state;
	for (uint32_t offset = APIC_ICR_LOW + 1; offset < APIC_ICR_LOW + 16; offset++) {
		store(offset, SIPI_LOW | 0x9a);
		assert_int_not_equal(mock.apic[0x30], SIPI_LOW | 0x9a);
	}
	for (uint32_t offset = APIC_ICR_LOW + 4; offset < APIC_ICR_LOW + 16; offset += 4) {
		stepped_store(offset, SIPI_LOW | 0x9a);
		assert_int_not_equal(mock.apic[0x30], SIPI_LOW | 0x9a);
	}
}

static void test_msr(void **state)
{
	(void)state;
	assert_true(ipi_write_icr_msr(&mock.cpu, 1ull << 32 | SIPI_LOW | 0x9a));
	assert_int_equal(mock.msr_written, MSR_X2APIC_ICR);
	assert_int_equal(mock.msr_value, 1ull << 32 | SIPI_LOW | HERE);
	assert_int_equal(mock.other.sipi_vector, 0x9a);
	/* A command that the CPU refuses is not sent: no CPU counts as stopped. */
	assert_false(ipi_write_icr_msr(&mock.cpu, 1ull << 32 | INIT_LOW | 1u << 20));
	assert_false(mock.other.parked);
	assert_true(ipi_write_icr_msr(&mock.cpu, 1ull << 32 | INIT_LOW));
	assert_true(mock.other.parked);
	mock.msr_faults = true;
	assert_false(ipi_write_icr_msr(&mock.cpu, 1ull << 32 | 0xfd));
}

/*
 * Bits that only some CPUs refuse (delivery status, on AMD): the target stays in the guest, and a shoot-down
 * waits for it.
 */
static void test_refused_init(void **state)
{
	(void)state;
	mock.other.in_guest = true;
	mock.msr_faults = true;
	assert_false(ipi_write_icr_msr(&mock.cpu, 1ull << 32 | INIT_LOW | ICR_PENDING));
	assert_true(mock.other.in_guest);
	assert_false(mock.other.parked || mock.other.flush_wanted);
	smp_flush_all(&mock.cpu);
	assert_int_equal(mock.kicks, 1);
}

/* The vector is set before SIPI is sent, as the target reads it at once; INIT is recorded once sent. */
static void test_order(void **state)
{
	(void)state;
	for (int x2 = 0; x2 < 2; x2++) {
		mock.apic_x2 = x2;
		mock.other.in_guest = mock.other.judge = true;
		mock.other.parked = false;
		mock.other.sipi_vector = 0;
		if (x2)
			ipi_write_icr_msr(&mock.cpu, 1ull << 32 | INIT_LOW);
		else
			store(APIC_ICR_LOW, INIT_LOW);
		assert_false(mock.sent_parked);
		assert_true(mock.other.parked && !mock.other.in_guest && !mock.other.judge);
		if (x2)
			ipi_write_icr_msr(&mock.cpu, 1ull << 32 | SIPI_LOW | 0x9a);
		else
			store(APIC_ICR_LOW, SIPI_LOW | 0x9a);
		assert_int_equal(mock.sent_vector, 0x9a);
	}
}

/* In x2APIC mode the page does not answer: the intended CPU stays in the guest. */
static void test_page_in_x2apic_mode(void **state)
{
	(void)state;
	mock.apic_x2 = true;
	mock.other.in_guest = true;
	store(APIC_ICR_LOW, INIT_LOW);
	stepped_store(APIC_ICR_LOW, INIT_LOW);
	assert_true(mock.other.in_guest);
	assert_false(mock.other.parked);
	assert_int_equal(mock.apic[APIC_ICR_LOW / 16], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_setup, two_cpus),
		cmocka_unit_test_setup(test_decoded, two_cpus),
		cmocka_unit_test_setup(test_stepped, two_cpus),
		cmocka_unit_test_setup(test_logical, two_cpus),
		cmocka_unit_test_setup(test_boot_cpu, two_cpus),
		cmocka_unit_test_setup(test_between_registers, two_cpus),
		cmocka_unit_test_setup(test_msr, two_cpus),
		cmocka_unit_test_setup(test_refused_init, two_cpus),
		cmocka_unit_test_setup(test_order, two_cpus),
		cmocka_unit_test_setup(test_page_in_x2apic_mode, two_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
