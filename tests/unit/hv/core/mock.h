/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The core on a mock backend: a CPU whose guest state is an array, a journal that keeps records, ports and
 * MSRs.
 *
 * Guest paging is off, so that linear addresses below 4 GiB equal guest-physical ones; the nested tables are
 * real.
 */
#pragma once

#include "tests/unit/hv/mm/machine.h"

#include "core/exit.h"
#include "core/state.h"
#include "log/journal.h"

/* The guest's memory, as mock_lock() describes it. All of it lies in host_ram's 8 MiB. */
#define GUEST_TRAMPOLINE 0x9f000ull  /* if the test has one */
#define GUEST_TEXT       0x100000ull /* kernel text, 16 pages */
#define GUEST_TEXT_SIZE  0x10000ull
#define GUEST_HOOKS      0x102100ull /* object in it: LSM hooks, 0x80 bytes */
#define GUEST_AGENT      0x180000ull /* agent text, 2 pages */
#define GUEST_RODATA     0x110000ull /* kernel read-only data, 2 pages after the text */
#define GUEST_DATA       0x300000ull /* not protected */
#define GUEST_ARG        0x310000ull /* arguments of hypercalls */
#define GUEST_POKING_CR3 0x320000ull

#define MOCK_RECORDS     64
#define MOCK_PORT_WRITES 16

struct mock {
	struct percpu cpu;   /* of index 0: handles all exits */
	struct percpu other; /* of index 1, if machine.boot.cpu_count is 2 */
	uint64_t reg[GREG_COUNT];
	uint64_t tsc;

	unsigned int advances, advanced; /* calls of advance(), bytes in all */
	unsigned int injects;
	struct hv_event injected; /* the last */
	unsigned int cpu_exits;
	unsigned int step_begins, step_ends, flushes;
	unsigned int msr_intercepts, msr_pins; /* before and after the lock */
	uint64_t pinned_cr0, pinned_cr4;       /* the last pin() */
	bool pinned_tables;
	struct segment table[SEG_TABLES]; /* the guest's registers from SEG_GDTR on */
	unsigned int kicks, nmis_dropped, nmis_passed, parks, starts;
	uint8_t start_vector;
	uint64_t root;                 /* nested root of the next entry */
	bool step_db;                  /* step_end() reports that the guest single-steps itself */
	uint32_t io_ports[65536 / 32]; /* bitmap of io_intercept() */

	uint16_t record_cpu[MOCK_RECORDS];
	struct evidence record[MOCK_RECORDS]; /* journal_append() */
	unsigned int records, events, drains, dumps, releases, lines;
	uint64_t later_ns; /* added to the time */
	uint8_t event_type;
	uint64_t event[64]; /* the last, whole */
	uint32_t event_code;
	char event_text[256];
	/* the last record of an agent's state */
	uint32_t agent_state, agent_cpu, agent_gone;
	uint64_t agent_heard_ns;
	unsigned int ends;
	uint32_t end_reason;
	int drain_result, ring_result;
	struct rw_read read; /* the last request to read the store */
	struct rw_ring_desc ring;

	struct {
		uint16_t port;
		uint8_t size;
		uint32_t value;
	} out[MOCK_PORT_WRITES];
	unsigned int outs;
	uint32_t in_value; /* read from every port */
	uint64_t efer;     /* the CPU's own */
	uint64_t msr_value, misc_enable;
	uint32_t msr_written;
	bool msr_faults, xsetbv_faults;
	bool tsc_adjusts; /* IA32_TSC_ADJUST exists, and holds msr_value */
	uint64_t xcr0;
	unsigned int wbinvds;
	uint32_t apic[0x400 / 16]; /* registers of the local APIC */
	bool apic_x2;
	/* state of mock.other when the last INIT or SIPI was sent */
	bool sent_parked;
	uint32_t sent_vector;
	/* Replace the mock's own action at a kick of the other CPU, and at each read of the time stamp. */
	void (*on_kick)(void);
	void (*on_rdtsc)(void);
	bool repeats; /* the guest's instruction is a repeated one, between two iterations: RIP stays */

	jmp_buf *end; /* where hv_panic(), hv_stop() and a reset jump to; NULL: the test fails */
};
#define MOCK_SITES 512u /* room for sites */

extern struct mock mock;

/** mock_reset() - a cmocka set-up: nested tables, a CPU in ring 0 at GUEST_DATA, nothing registered. */
int mock_reset(void **state);

/** mock_reset_npt() - like mock_reset(), with AMD's entries. */
int mock_reset_npt(void **state);

/** mock_reset_mbec(), mock_reset_gmet() - the same with tables that tell execution by mode. */
int mock_reset_mbec(void **state);
int mock_reset_gmet(void **state);

/** mock_reset_fallback() - the same with tables that do not, and with enum rw_exec_fallback @fallback. */
int mock_reset_fallback(const struct nested_format *format, uint32_t fallback);

/** mock_exit() - one exit of @reason, an instruction of 3 bytes unless the test says otherwise in @x. */
void mock_exit(struct hv_exit x);

/** mock_call() - a hypercall. Return: RAX; nothing else changed. */
int64_t mock_call(uint64_t nr, uint64_t arg1, uint64_t arg2);

/**
 * mock_register(), mock_protect(), mock_lock() - the agent's calls up to the lock; each must succeed.
 */
void mock_register(void);
void mock_protect(void);
void mock_lock(void);

/**
 * mock_store() - the guest's instruction at RIP stores @n bytes at @gpa through the nested tables, with an
 * exit for each fault and, if it was stepped, for the step. Return: whether it ran; false: an exception was
 * injected.
 */
bool mock_store(uint64_t gpa, const void *bytes, size_t n);

/** mock_load() - like mock_store(), but a load. */
bool mock_load(uint64_t gpa, void *bytes, size_t n);

/* Whether running @statement ends in hv_panic(), hv_stop() or a reset. */
#define MOCK_ENDS(statement) \
	({ \
		jmp_buf target; \
		volatile bool ended = false; \
		mock.end = &target; \
		if (setjmp(target)) \
			ended = true; \
		else \
			statement; \
		mock.end = NULL; \
		ended; \
	})
