/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of hv/core/smp.c: kicks and the guest's own NMIs, which share one latch in the CPU, in every order.
 *
 * The other CPU is a model of one with SVM: it takes small steps (one guest instruction, or a part of an
 * exit) while this CPU waits for it. AMD APM volume 2, "Maskable and Nonmaskable Interrupts", "VMRUN".
 */
#include "tests/unit/hv/core/mock.h"

#include "core/smp.h"

#define HANDLER_STEPS 3    /* of the guest's NMI handler, before its IRET */
#define HZ            5000 /* each check advances 10 ticks: a second is 500 checks */

enum place {
	IN_GUEST,
	NMI_EXIT,
	IRET_EXIT,
	OTHER_EXIT,
	ENTRY
};

/* The other CPU. */
static struct {
	enum place place;
	bool latched;        /* an NMI is pending: two merge into one */
	bool masked;         /* from the delivery of an NMI to the IRET */
	bool open;           /* NMIs reach the guest, and IRET exits; else NMIs exit */
	bool irets;          /* IRET's exit is over, the IRET runs next */
	unsigned int left;   /* remaining steps of the handler */
	unsigned int passed; /* NMIs delivered to the guest */
	unsigned int raised; /* NMIs sent to the guest */
	unsigned int steps;
	unsigned int nmi_at[2],
		exit_at;   /* steps at which an NMI is sent to the guest; at which it exits by itself */
	unsigned int late; /* steps from the command to the arrival of a kick */
	bool lost;         /* kicks do not arrive */
} t;

static void guest_step(void)
{
	if (t.irets) {
		t.irets = t.masked = false;
	} else if (t.latched && !t.masked && t.open) {
		t.latched = false;
		t.masked = true;
		t.left = HANDLER_STEPS;
		t.passed++;
	} else if (t.latched && !t.masked) {
		t.place = NMI_EXIT;
	} else if (t.masked && !t.left--) {
		t.place = IRET_EXIT;
	} else if (t.steps == t.exit_at) {
		t.place = OTHER_EXIT;
	}
	if (t.place != IN_GUEST)
		smp_left_guest(&mock.other);
}

static void step(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		if (t.steps != t.nmi_at[i])
			continue;
		t.latched = true;
		t.raised++;
	}
	switch (t.place) {
	case IN_GUEST:
		guest_step();
		break;
	case NMI_EXIT:
		if (smp_take_nmi(&mock.other))
			t.latched = false; /* svm_drop_nmi() */
		else
			t.open = true;
		t.place = ENTRY;
		break;
	case IRET_EXIT:
		assert_true(t.open);
		smp_nmi_over(&mock.other);
		t.open = false;
		t.irets = true;
		t.place = ENTRY;
		break;
	case OTHER_EXIT:
		t.place = ENTRY;
		break;
	case ENTRY:
		smp_enter_guest(&mock.other);
		t.place = IN_GUEST;
	}
	t.steps++;
}

static void steps(unsigned int n)
{
	while (n--)
		step();
}

static void on_kick(void)
{
	if (t.lost)
		return;
	steps(t.late);
	t.latched = true;
}

static int two_cpus(void **state)
{
	if (mock_reset_npt(state))
		return -1;
	machine.boot.cpu_count = 2;
	machine.boot.tsc_hz = HZ;
	mock.on_kick = on_kick;
	mock.on_rdtsc = step;
	memset(&t, 0, sizeof(t));
	t.nmi_at[0] = t.nmi_at[1] = t.exit_at = UINT32_MAX;
	smp_enter_guest(&mock.other);
	return 0;
}

static void flush_all(void)
{
	smp_flush_all(&mock.cpu);
	assert_true(t.place != IN_GUEST || !mock.other.flush_wanted);
}

/* Two shoot-downs, with the guest's NMIs, one exit of its own and a slow APIC at any point between them. */
static void one_order(void **state, unsigned int first, unsigned int between, const unsigned int nmi_at[2],
		      unsigned int exit_at, unsigned int late)
{
	two_cpus(state);
	t.nmi_at[0] = nmi_at[0];
	t.nmi_at[1] = nmi_at[1];
	t.exit_at = exit_at;
	t.late = late;
	steps(first);
	flush_all();
	steps(between);
	flush_all();
	steps(60);
	/* Each shoot-down was seen without a second kick after a second; nothing is left over. */
	assert_true(mock.kicks <= 2);
	assert_int_equal(mock.other.kick, KICK_NONE);
	assert_false(t.latched || t.masked || t.open);
	/* No kick was delivered to the guest as an NMI; an NMI that came with a kick may be lost. */
	assert_true(t.passed <= t.raised);
}

static void test_every_order(void **state)
{
	for (unsigned int first = 0; first < 6; first += 5)
		for (unsigned int between = 0; between < 12; between += 2)
			for (unsigned int a = 0; a < 14; a++)
				for (unsigned int b = a + 1; b < 16; b += 3)
					for (unsigned int late = 0; late < 8; late++)
						one_order(state, first, between,
							  (const unsigned int[2]){ a, b }, a + late % 3,
							  late);
}

/* Without kicks, each NMI of the guest arrives. */
static void test_nmis_arrive(void **state)
{
	(void)state;
	t.nmi_at[0] = 2;
	t.nmi_at[1] = 20;
	steps(60);
	assert_int_equal(t.passed, 2);
	assert_int_equal(mock.other.kick, KICK_NONE);
}

/* In the guest's NMI handler a kick would be blocked: none is sent, IRET's exit drops the translations. */
static void test_no_kick_into_a_handler(void **state)
{
	(void)state;
	t.nmi_at[0] = 0;
	while (!t.masked)
		step();
	flush_all();
	assert_int_equal(mock.kicks, 0);
	assert_int_equal(t.passed, 1);
	steps(20);
	flush_all();
	assert_int_equal(mock.kicks, 1);
}

/* A lost kick is repeated after a second; after ten seconds the hypervisor stops. */
static void test_lost_kick(void **state)
{
	(void)state;
	mock.other.kick = KICK_SENT;
	flush_all();
	assert_int_equal(mock.kicks, 1);
	assert_true(mock.tsc > HZ && mock.tsc < 2 * HZ);
	steps(20);
	t.lost = true;
	assert_true(MOCK_ENDS(smp_flush_all(&mock.cpu)));
	assert_true(mock.kicks >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_order),
		cmocka_unit_test_setup(test_nmis_arrive, two_cpus),
		cmocka_unit_test_setup(test_no_kick_into_a_handler, two_cpus),
		cmocka_unit_test_setup(test_lost_kick, two_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
