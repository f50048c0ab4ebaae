/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/core/hypercall.c and hv/protect/lock.c: who may call, in which order, and with what. */
#include "tests/unit/hv/core/mock.h"

#include "abi/policy.h"
#include "mm/page_pool.h"

#define CF9 0xcf9u

static void put(const void *src, size_t n)
{
	memcpy(host_ram + GUEST_ARG, src, n);
}

static bool writable(uint64_t gpa)
{
	return machine_walk(nested_root(NESTED_KERNEL), gpa).perm & NPERM_W;
}

static void test_not_configured(void **state)
{
	(void)state;
	machine.boot.agent = 0;
	mock.cpu.gprs.rax = RW_HC_HELLO;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_HYPERCALL });
	assert_int_equal(mock.injected.vector, VEC_UD);
	assert_int_equal(mock.advances, 0);
	assert_int_equal(mock.cpu.gprs.rax, RW_HC_HELLO);
}

static void test_hello(void **state)
{
	(void)state;
	assert_int_equal(mock_call(RW_HC_HELLO, 0, 0), RW_HELLO_XOR);
	assert_int_equal(mock_call(RW_HC_HELLO, ~0ull, 0), (int64_t)~RW_HELLO_XOR);
	assert_int_equal(mock_call(RW_HC_CPU_INDEX, 0, 0), 0);
	assert_int_equal(mock.cpu.stats.refused_calls, 0);
	assert_int_equal(mock.advances, 3);
}

/* Only ring 0 in 64-bit mode may call; no call reveals anything to others. */
static void test_who(void **state)
{
	(void)state;
	for (uint64_t cpl = 1; cpl <= 3; cpl++) {
		mock.reg[GREG_CPL] = cpl;
		for (uint64_t nr = 0; nr <= RW_HC_COUNT; nr++)
			assert_int_equal(mock_call(nr, GUEST_ARG, 0), -RW_EPERM);
	}
	mock.reg[GREG_CPL] = 0;
	mock.reg[GREG_CS_LONG] = 0;
	assert_int_equal(mock_call(RW_HC_DRAIN, 0, 0), -RW_EPERM);
	assert_int_equal(mock.drains, 0);
	assert_int_equal(mock.dumps, 0);
	assert_int_equal(mock.records, 0); /* before the lock this is not an attack */
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(mock_call(RW_HC_COUNT, 0, 0), -RW_ENOSYS);
	assert_int_equal(mock_call(~0ull, 0, 0), -RW_ENOSYS);
	assert_int_equal(mock_call(1ull << 32, 0, 0), -RW_ENOSYS); /* not HELLO */
	assert_int_equal(mock_call(1ull << 63, 0, 0), -RW_ENOSYS);
	assert_int_equal(mock.cpu.stats.refused_calls, 4);
}

/* The rules of abi/hypercall.h for each call, repeated. */
static const struct row {
	uint64_t nr;
	size_t in, out; /* bytes of the structure passed in, passed out */
	bool before_lock, registered, agent_lock;
} rows[] = {
	{ RW_HC_HELLO, 0, 0, false, false, false },
	{ RW_HC_REGISTER, sizeof(struct rw_agent_info), 0, true, false, true },
	{ RW_HC_SYMBOLS, sizeof(struct rw_symbol_page), 0, true, true, true },
	{ RW_HC_PROTECT, sizeof(struct rw_protect_list), 0, true, true, true },
	{ RW_HC_RING, sizeof(struct rw_ring_desc), 0, true, true, true },
	{ RW_HC_LOCK, 0, 0, true, true, true },
	{ RW_HC_DRAIN, 0, 0, false, false, false },
	{ RW_HC_DUMP, 0, 0, false, false, false },
	{ RW_HC_STATUS, 0, sizeof(struct rw_status), false, false, true },
	{ RW_HC_STATS, 0, sizeof(struct rw_cpu_stats), false, false, true },
	{ RW_HC_CPU_INDEX, 0, 0, false, false, false },
	{ RW_HC_KEXEC, 0, 0, false, true, true },
	{ RW_HC_POLICY, 0, sizeof(struct rw_policy_area), false, false, true },
	{ RW_HC_READ, sizeof(struct rw_read), 0, false, true, true },
	{ RW_HC_MODULE, sizeof(struct rw_protect_list), 0, false, true, true },
	{ RW_HC_BEAT, 0, 0, false, true, false },
	{ RW_HC_PATCHING, sizeof(struct rw_patching), 0, true, true, true },
	{ RW_HC_SITES, sizeof(struct rw_site_page), 0, true, true, true },
	{ RW_HC_MODULE_FILE, sizeof(struct rw_module_file), 0, false, true, true },
	{ RW_HC_MODULE_CHECK, sizeof(struct rw_module_check), 0, false, true, true },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(ROWS == RW_HC_COUNT, "a row for each call");

static bool is_refused_early(int64_t ret)
{
	return ret == -RW_ENOSYS || ret == -RW_ENOTREADY || ret == -RW_ELOCKED || ret == -RW_EPERM;
}

/* Before the registration. The argument is invalid, so that allowed calls have no effect. */
static void test_unregistered(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		int64_t ret = mock_call(rows[i].nr, GUEST_ARG + 4, 0);

		assert_int_equal(rows[i].nr, i);
		if (rows[i].registered)
			assert_int_equal(ret, -RW_ENOTREADY);
		else
			assert_false(is_refused_early(ret));
		assert_false(hv.registered || hv.locked);
	}
}

/* After the lock, by the agent. */
static void test_after_lock(void **state)
{
	(void)state;
	mock_lock();
	mock.reg[GREG_RIP] = GUEST_AGENT;
	for (size_t i = 0; i < ROWS; i++) {
		int64_t ret = mock_call(rows[i].nr, GUEST_ARG + 4, 0);

		mock.reg[GREG_RIP] = GUEST_AGENT;
		if (rows[i].before_lock)
			assert_int_equal(ret, -RW_ELOCKED);
		else if (rows[i].nr == RW_HC_KEXEC)
			assert_int_equal(ret, -RW_EPERM); /* by the configuration */
		else
			assert_false(is_refused_early(ret));
		assert_true(hv.registered && hv.locked);
	}
}

/* Which calls take the agent's lock: once, whatever the result, and all release it. */
static void test_agent_lock(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		unsigned int before = lock_order_taken(LOCK_AGENT);

		mock_call(rows[i].nr, GUEST_ARG + 4, 0);
		assert_int_equal(lock_order_taken(LOCK_AGENT) - before, rows[i].agent_lock);
		assert_int_equal(lock_order_held(), 0);
		assert_int_equal(hv_agent_lock.held, 0);
	}
}

/* Each call with a structure, at each kind of bad address, and at the last place in a page where it fits. */
static void test_addresses(void **state)
{
	(void)state;
	mock_register();
	for (size_t i = 0; i < ROWS; i++) {
		uint64_t nr = rows[i].nr, last = GUEST_ARG + PAGE_SIZE - (rows[i].in + rows[i].out);

		if (!rows[i].in && !rows[i].out)
			continue;
		assert_int_equal(mock_call(nr, GUEST_ARG + 4, 0), -RW_EINVAL);
		assert_int_equal(mock_call(nr, last + 8, 0), -RW_EINVAL);
		assert_int_equal(mock_call(nr, ~7ull, 0), -RW_EINVAL);
		assert_int_equal(mock_call(nr, ~0ull & PAGE_MASK, 0), -RW_EFAULT);
		assert_int_equal(mock_call(nr, sizeof(host_ram), 0), -RW_EFAULT);
		assert_int_equal(mock_call(nr, MACHINE_REGION, 0), -RW_EFAULT);
		assert_int_equal(mock_call(nr, MACHINE_REGION + MACHINE_POOL, 0), -RW_EFAULT);
		if (rows[i].out)
			assert_int_equal(mock_call(nr, last, 0), 0);
	}
}

static void test_order(void **state)
{
	(void)state;
	assert_int_equal(mock_call(RW_HC_SYMBOLS, GUEST_ARG, 0), -RW_ENOTREADY);
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), -RW_ENOTREADY);
	assert_int_equal(mock_call(RW_HC_RING, GUEST_ARG, 0), -RW_ENOTREADY);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), -RW_ENOTREADY);
	mock_register();
	assert_int_equal(mock.event_type, RW_REC_AGENT);
	assert_int_equal(mock.event_code, RW_ABI_VERSION);
	assert_string_equal(mock.event_text, "6.1.0-test");
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), -RW_ENOTREADY); /* nothing to protect */
	memset(host_ram + GUEST_ARG, 0, sizeof(struct rw_agent_info));
	assert_int_equal(mock_call(RW_HC_REGISTER, GUEST_ARG, 0), -RW_EXISTS);
	mock_protect();
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), -RW_EXISTS);
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	assert_int_equal(mock.event_type, RW_REC_LOCK);
	assert_int_equal(mock.event_code, 4);
	assert_true(mock.flushes > 0);
	assert_true(mock.io_ports[CF9 / 32] & 1u << CF9 % 32);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	for (uint64_t nr = RW_HC_REGISTER; nr <= RW_HC_LOCK; nr++)
		assert_int_equal(mock_call(nr, GUEST_ARG, 0), -RW_ELOCKED);
}

static void test_register_fields(void **state)
{
	const struct rw_agent_info good = { .abi_version = RW_ABI_VERSION, .cpus = 1, .release = "6.1" };
	struct rw_agent_info bad[8];

	(void)state;
	for (unsigned int i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].abi_version = RW_ABI_VERSION + 1;
	bad[1].cpus = 0;
	bad[2].poking_cr3 = 0x1001;
	bad[3].poking_cr3 = 1ull << 52;
	bad[4].code_area = 1;
	memset(bad[5].release, 'x', sizeof(bad[5].release));
	bad[6].release[1] = '\n';
	bad[7].poking_cr3 = MACHINE_REGION;
	for (unsigned int i = 0; i < 8; i++) {
		put(&bad[i], sizeof(bad[i]));
		assert_int_equal(mock_call(RW_HC_REGISTER, GUEST_ARG, 0), i == 7 ? -RW_EFAULT : -RW_EINVAL);
		assert_false(hv.registered);
	}
	put(&good, sizeof(good));
	assert_int_equal(mock_call(RW_HC_REGISTER, GUEST_ARG, 0), 0);
	assert_int_equal(mock.events, 1);
}

static void test_protect_hypervisor(void **state)
{
	struct rw_protect_list list = {
		.count = 1,
		.range = { { MACHINE_REGION - PAGE_SIZE, 0, 2 * PAGE_SIZE, RW_TARGET_KERNEL_TEXT, 0, "x" } },
	};

	(void)state;
	mock_register();
	put(&list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), -RW_EFAULT);
	list.range[0].gpa = ~0ull & PAGE_MASK;
	put(&list, sizeof(list));
	assert_true(mock_call(RW_HC_PROTECT, GUEST_ARG, 0) < 0);
	assert_int_equal(hv.ranges.ranges, 0);
}

static void test_locked_pages(void **state)
{
	(void)state;
	mock_lock();
	for (uint64_t gpa = 0; gpa < 0x400000; gpa += PAGE_SIZE) {
		bool protected = (gpa >= GUEST_TEXT && gpa < GUEST_RODATA + 0x2000) ||
				 (gpa >= GUEST_AGENT && gpa < GUEST_AGENT + 0x2000);
		struct machine_map m = machine_walk(nested_root(NESTED_KERNEL), gpa);

		assert_int_equal(m.perm, protected ? NPERM_R | NPERM_X : NPERM_RWX);
		assert_int_equal(m.pa, gpa);
	}
}

/* No room for the tables: nothing is locked or changed, and the agent can try again. */
static void test_lock_no_room(void **state)
{
	struct rw_protect_list list = {
		.count = 3,
		.range = {
			{ 0x200000, 0, PAGE_SIZE, RW_TARGET_KERNEL_TEXT, 0, "a" },
			{ 0x3ff000, 0, 2 * PAGE_SIZE, RW_TARGET_KERNEL_RODATA, 0, "b" },
			{ 0x600000, 0, PAGE_SIZE, RW_TARGET_AGENT_TEXT, 0, "c" },
		},
	};

	(void)state;
	mock_register();
	put(&list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), 0);
	assert_non_null(pool_alloc(pool_left() - 1));
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), -RW_ENOSPC);
	assert_false(hv.locked);
	assert_int_equal(mock.events, 1);
	for (uint64_t gpa = 0; gpa < sizeof(host_ram); gpa += PAGE_SIZE)
		assert_true(writable(gpa));
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), -RW_ENOSPC);
	assert_int_equal(mock_call(RW_HC_HELLO, 0, 0), RW_HELLO_XOR); /* no lock is held */
}

/* After the lock, from outside the agent's text: refused and recorded. */
static void test_locked_who(void **state)
{
	uint64_t outside[] = { GUEST_DATA, GUEST_TEXT, GUEST_AGENT + 0x2000, GUEST_AGENT - 1, ~0ull };

	(void)state;
	mock_lock();
	for (uint64_t nr = 0; nr < 5; nr++) {
		mock.reg[GREG_RIP] = outside[nr];
		assert_int_equal(mock_call(nr + 6, GUEST_ARG, 0), -RW_EPERM);
		assert_int_equal(mock.records, nr + 1);
		assert_int_equal(mock.record[nr].access, RW_ACCESS_HYPERCALL);
		assert_int_equal(mock.record[nr].target, RW_TARGET_HYPERVISOR);
		assert_int_equal(mock.record[nr].verdict, RW_VERDICT_DENY);
		assert_int_equal(mock.record[nr].nr, nr + 6);
		assert_int_equal(mock.record[nr].rip, outside[nr]);
	}
	assert_int_equal(mock.cpu.stats.refused_calls, 5);
	assert_int_equal(mock.dumps, 0);
	mock.reg[GREG_RIP] = GUEST_AGENT + 0x1ffd;
	mock.drain_result = 7;
	assert_int_equal(mock_call(RW_HC_DRAIN, 0, 0), 7);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_DUMP, 0, 0), 0);
	assert_int_equal(mock.dumps, 1);
	assert_int_equal(mock.records, 5);
}

static void test_status(void **state)
{
	struct rw_status s;

	(void)state;
	mock_lock();
	machine.boot.settings.on_violation = RW_ON_VIOLATION_FAULT;
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_STATUS, GUEST_ARG, 0), 0);
	memcpy(&s, host_ram + GUEST_ARG, sizeof(s));
	assert_int_equal(s.abi_version, RW_ABI_VERSION);
	assert_int_equal(s.cpus, 1);
	assert_int_equal(s.locked, 1);
	assert_int_equal(s.backend, 1);
	assert_int_equal(s.ranges, 4);
	assert_int_equal(s.on_violation, 1);
	assert_int_equal(s.protected_pages, 20);
	assert_int_equal(s.pages_by_kind[RW_TARGET_KERNEL_TEXT], 16);
	assert_int_equal(s.pages_by_kind[RW_TARGET_LSM_HOOKS], 1);
	assert_int_equal(s.store_next, 42);
	assert_int_equal(s.uptime_ns, 123456789);
	assert_int_equal(s.kexec, RW_KEXEC_REFUSE);
	/* The answer is not written where the guest may not write. */
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_STATUS, GUEST_TEXT, 0), -RW_EFAULT);
	assert_int_equal(host_ram[GUEST_TEXT], 0x90);
}

static void test_stats(void **state)
{
	struct rw_cpu_stats s;

	(void)state;
	mock.cpu.stats.violations = 5;
	assert_int_equal(mock_call(RW_HC_STATS, GUEST_ARG, 1), -RW_EINVAL);
	assert_int_equal(mock_call(RW_HC_STATS, GUEST_ARG, 1ull << 32), -RW_EINVAL);
	assert_int_equal(mock_call(RW_HC_STATS, GUEST_ARG, 0), 0);
	memcpy(&s, host_ram + GUEST_ARG, sizeof(s));
	assert_int_equal(s.violations, 5);
	assert_int_equal(s.refused_calls, 2);
	assert_int_equal(s.exits[RW_EXIT_HYPERCALL], 3);
}

static void test_ring(void **state)
{
	struct rw_ring_desc desc = { .cpu = 0, .data_pages = 4, .hdr_gpa = 0x5000 };

	(void)state;
	mock_register();
	put(&desc, sizeof(desc));
	mock.ring_result = -RW_EXISTS;
	assert_int_equal(mock_call(RW_HC_RING, GUEST_ARG, 0), -RW_EXISTS);
	assert_memory_equal(&mock.ring, &desc, sizeof(desc));
}

/* The request is taken and answered in place; only where the guest itself may write. */
static void test_read(void **state)
{
	struct rw_read req = { .seq = 7, .page = { 0x5000, 0x6000, 0x7000, 0x8000 } }, got;

	(void)state;
	put(&req, sizeof(req));
	assert_int_equal(mock_call(RW_HC_READ, GUEST_ARG, 0), -RW_ENOTREADY);
	mock_lock();
	put(&req, sizeof(req));
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_READ, GUEST_ARG, 0), 96);
	assert_memory_equal(&mock.read, &req, sizeof(req));
	memcpy(&got, host_ram + GUEST_ARG, sizeof(got));
	assert_int_equal(got.seq, 8);
	assert_int_equal(got.next_seq, 42);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_READ, GUEST_TEXT, 0), -RW_EINVAL); /* 0x90 in all bytes */
	req.page[0]++;
	put(&req, sizeof(req));
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_READ, GUEST_ARG, 0), -RW_EINVAL);
	assert_memory_equal(host_ram + GUEST_ARG, &req, sizeof(req)); /* a refused request is as it was */
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_int_equal(mock_call(RW_HC_READ, GUEST_ARG, 0), -RW_EPERM);
	assert_int_equal(mock.records, 1);
}

/* An agent that locks now finds the same state as the first one. */
static void lock_anew(void)
{
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_false(hv.registered);
	for (uint64_t gpa = 0; gpa < sizeof(host_ram); gpa += PAGE_SIZE)
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), gpa).perm, NPERM_RWX);
	assert_int_equal(hv.symbols.count, 0);
	assert_int_equal(hv.ranges.ranges + hv.ranges.objects, 0);
	assert_int_equal(hv.agent.poking_cr3, 0);
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), -RW_ENOTREADY);
	mock_lock();
}

static void test_kexec_refused(void **state)
{
	(void)state;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), -RW_ENOTREADY);
	mock_lock();
	mock.reg[GREG_RIP] = GUEST_AGENT;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), -RW_EPERM);
	assert_int_equal(mock.records, 1);
	assert_int_equal(mock.record[0].access, RW_ACCESS_HYPERCALL);
	assert_int_equal(mock.record[0].nr, RW_HC_KEXEC);
	assert_int_equal(mock.record[0].verdict, RW_VERDICT_DENY);
	assert_true(hv.locked && hv.registered);
	assert_false(writable(GUEST_TEXT));
	assert_int_equal(mock.releases, 0);
	assert_int_equal(mock_call(RW_HC_DRAIN, 0, 0), 0); /* nothing else has changed, and no lock is held */
}

/* Before the lock nothing is protected, so the configuration does not matter. */
static void test_kexec_before_lock(void **state)
{
	(void)state;
	mock_register();
	mock_protect();
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), 0);
	assert_int_equal(mock.releases, 1);
	assert_int_equal(mock.event_type, RW_REC_AGENT); /* no record of an unlock */
	lock_anew();
}

static void test_kexec_allowed(void **state)
{
	unsigned int flushes;

	(void)state;
	machine.boot.settings.kexec = RW_KEXEC_ALLOW;
	machine.boot.cpu_count = 2;
	mock_lock();
	mock.reg[GREG_RIP] = GUEST_DATA;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), -RW_EPERM); /* not the agent */
	assert_int_equal(mock.records, 1);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	mock.other.in_guest = true;
	flushes = mock.flushes;
	assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), 0);
	assert_int_equal(mock.kicks, 1);
	assert_true(mock.flushes > flushes);
	assert_int_equal(mock.releases, 1);
	assert_int_equal(mock.event_type, RW_REC_UNLOCK);
	assert_int_equal(mock.event_code, 4);
	assert_string_equal(mock.event_text, "kexec");
	assert_false(hv.locked);
	lock_anew();
}

/* A hundred kernels at different addresses: each reuses the tables of the one before. */
/* Where the policy area is, is no secret and does not change. */
static void test_policy_area(void **state)
{
	struct rw_policy_area got;

	(void)state;
	machine.boot.policy_phys = MACHINE_REGION + 0x3000;
	machine.boot.policy_size = 2 * PAGE_SIZE;
	assert_int_equal(mock_call(RW_HC_POLICY, GUEST_ARG, 0), 0);
	memcpy(&got, host_ram + GUEST_ARG, sizeof(got));
	assert_int_equal(got.gpa, MACHINE_REGION + 0x3000);
	assert_int_equal(got.size, 2 * PAGE_SIZE);
	assert_int_equal(mock_call(RW_HC_POLICY, MACHINE_REGION + 0x3000, 0), -RW_EFAULT);
}

static void test_kexec_many(void **state)
{
	size_t left = 0;

	(void)state;
	machine.boot.settings.kexec = RW_KEXEC_ALLOW;
	for (unsigned int life = 0; life < 100; life++) {
		struct rw_protect_list list = {
			.count = 2,
			.range = {
				{ 0x1ff000 + 0x4000 * life, 0, 2 * PAGE_SIZE, RW_TARGET_KERNEL_TEXT, 0, "a" },
				{ 0x700000 - 0x6000 * life, 0, PAGE_SIZE, RW_TARGET_AGENT_TEXT, 0, "b" },
			},
		};

		mock.reg[GREG_RIP] = GUEST_DATA;
		mock_register();
		put(&list, sizeof(list));
		assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), 0);
		assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
		assert_false(writable(list.range[0].gpa));
		assert_false(writable(list.range[1].gpa));
		if (life == 0)
			left = pool_left();
		assert_true(pool_left() + 1 >= left); /* a range across a border needs one more */
		mock.reg[GREG_RIP] = list.range[1].gpa;
		assert_int_equal(mock_call(RW_HC_KEXEC, 0, 0), 0);
		assert_int_equal(machine_walk(nested_root(NESTED_KERNEL), list.range[1].gpa).level, 2);
		for (uint64_t gpa = 0; gpa < sizeof(host_ram); gpa += PAGE_SIZE)
			assert_true(writable(gpa));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_not_configured, mock_reset),
		cmocka_unit_test_setup(test_policy_area, mock_reset),
		cmocka_unit_test_setup(test_hello, mock_reset),
		cmocka_unit_test_setup(test_who, mock_reset),
		cmocka_unit_test_setup(test_numbers, mock_reset),
		cmocka_unit_test_setup(test_unregistered, mock_reset),
		cmocka_unit_test_setup(test_after_lock, mock_reset),
		cmocka_unit_test_setup(test_agent_lock, mock_reset),
		cmocka_unit_test_setup(test_addresses, mock_reset),
		cmocka_unit_test_setup(test_order, mock_reset),
		cmocka_unit_test_setup(test_register_fields, mock_reset),
		cmocka_unit_test_setup(test_protect_hypervisor, mock_reset),
		cmocka_unit_test_setup(test_locked_pages, mock_reset),
		cmocka_unit_test_setup(test_lock_no_room, mock_reset),
		cmocka_unit_test_setup(test_locked_who, mock_reset),
		cmocka_unit_test_setup(test_status, mock_reset),
		cmocka_unit_test_setup(test_stats, mock_reset),
		cmocka_unit_test_setup(test_ring, mock_reset),
		cmocka_unit_test_setup(test_read, mock_reset),
		cmocka_unit_test_setup(test_kexec_refused, mock_reset),
		cmocka_unit_test_setup(test_kexec_before_lock, mock_reset),
		cmocka_unit_test_setup(test_kexec_allowed, mock_reset),
		cmocka_unit_test_setup(test_kexec_many, mock_reset),
		cmocka_unit_test_setup(test_kexec_many, mock_reset_npt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
