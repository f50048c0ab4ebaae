/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Hypercalls of the guest agent. Every argument is the guest's: copied once, then checked. */
#include "core/exit.h"
#include "core/guest_info.h"
#include "core/protect.h"
#include "core/state.h"
#include "core/string.h"
#include "core/violation.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/guest_copy.h"

/* Room for one argument of each kind, under hv.agent_lock. */
static union {
	struct rw_agent_info info;
	struct rw_symbol_page symbols;
	struct rw_protect_list protect;
	struct rw_ring_desc ring;
	struct rw_status status;
	struct rw_cpu_stats stats;
} argument;

static int64_t take_argument(uint64_t gpa, size_t size)
{
	if (gpa & 7 || (gpa & (PAGE_SIZE - 1)) + size > PAGE_SIZE)
		return -RW_EINVAL;
	return guest_read(gpa, &argument, size);
}

static int64_t give_answer(uint64_t gpa, size_t size)
{
	if (gpa & 7 || (gpa & (PAGE_SIZE - 1)) + size > PAGE_SIZE)
		return -RW_EINVAL;
	return guest_write(gpa, &argument, size);
}

/* A call that is refused for who makes it or what it asks is an attack, and recorded. */
static void refused_call(struct percpu *cpu, uint64_t nr)
{
	struct rw_rec_violation rec;

	violation_describe(cpu, &rec, 0, RW_TARGET_HYPERVISOR, RW_ACCESS_HYPERCALL);
	rec.nr = nr;
	rec.hdr.verdict = RW_VERDICT_DENY;
	violation_record(cpu, &rec);
}

static int64_t hc_register(struct percpu *cpu, uint64_t gpa)
{
	int64_t ret = take_argument(gpa, sizeof(argument.info));
	const struct rw_agent_info *a = &argument.info;

	if (ret)
		return ret;
	if (hv.registered)
		return -RW_EXISTS;
	if (a->abi_version != RW_ABI_VERSION || a->cpus == 0 || a->poking_cr3 & ~CR3_ADDR_MASK || a->reserved ||
	    !protect_is_text(a->release, sizeof(a->release)))
		return -RW_EINVAL;
	if (a->poking_cr3 && !guest_is_ram(a->poking_cr3, PAGE_SIZE))
		return -RW_EFAULT;
	hv.agent = *a;
	hv.registered = true;
	journal_event(cpu, RW_REC_AGENT, a->abi_version, NULL, hv.agent.release);
	printk("the agent registered: kernel %s", hv.agent.release);
	return 0;
}

static int64_t report(const char *call, const struct input_error *err, int ret)
{
	if (ret)
		printk("%s refused: %s (entry %u)", call, err->what, err->index);
	return ret;
}

static int64_t hc_symbols(uint64_t gpa)
{
	int64_t ret = take_argument(gpa, sizeof(argument.symbols));
	struct input_error err;

	return ret ? ret : report("symbols", &err, symbols_add_page(&hv.symbols, &argument.symbols, &err));
}

static int64_t hc_protect(uint64_t gpa)
{
	int64_t ret = take_argument(gpa, sizeof(argument.protect));
	struct input_error err;

	return ret ? ret : report("protect", &err, ranges_add(&hv.ranges, &argument.protect, guest_is_ram, &err));
}

static int64_t hc_ring(struct percpu *cpu, uint64_t gpa)
{
	int64_t ret = take_argument(gpa, sizeof(argument.ring));

	return ret ? ret : journal_ring(cpu, &argument.ring);
}

static int64_t hc_status(const struct percpu *cpu, uint64_t gpa)
{
	struct log_store_usage usage;
	struct ranges_pages pages;
	struct rw_status *s = &argument.status;

	journal_usage(&usage);
	ranges_count_pages(&hv.ranges, &pages);
	*s = (struct rw_status){
		.abi_version = RW_ABI_VERSION,
		.cpus = hv.boot->cpu_count,
		.locked = hv.locked,
		.backend = hv_backend()->id,
		.ranges = hv.ranges.ranges + hv.ranges.objects,
		.on_violation = hv.boot->on_violation,
		.protected_pages = hv.locked ? pages.total : 0,
		.store_bytes = usage.capacity,
		.store_used = usage.used,
		.store_first = usage.first_seq,
		.store_next = usage.next_seq,
		.evicted = usage.evicted,
		.symbols = hv.symbols.count,
		.uptime_ns = journal_now(cpu),
		.kexec = hv.boot->kexec,
	};
	memcpy(s->pages_by_kind, pages.kind, sizeof(s->pages_by_kind));
	return give_answer(gpa, sizeof(*s));
}

static int64_t hc_stats(uint64_t gpa, uint64_t index)
{
	if (index >= hv.boot->cpu_count)
		return -RW_EINVAL;
	argument.stats = percpu_of((uint32_t)index)->stats;
	return give_answer(gpa, sizeof(argument.stats));
}

/*
 * Another kernel is about to start. Before the lock there is nothing to guard; after it the configuration decides.
 * Return: 0; -RW_ENOTREADY: nobody registered; -RW_EPERM: refused, and recorded.
 */
static int64_t hc_kexec(struct percpu *cpu)
{
	if (!hv.registered)
		return -RW_ENOTREADY;
	if (hv.locked && hv.boot->kexec != RW_KEXEC_ALLOW) {
		refused_call(cpu, RW_HC_KEXEC);
		return -RW_EPERM;
	}
	protect_release(cpu);
	return 0;
}

/* Calls that set the protection up: before the lock, after the registration. */
static int64_t setup_call(struct percpu *cpu, uint64_t nr, uint64_t gpa)
{
	if (hv.locked)
		return -RW_ELOCKED;
	if (nr != RW_HC_REGISTER && !hv.registered)
		return -RW_ENOTREADY;
	switch (nr) {
	case RW_HC_REGISTER:
		return hc_register(cpu, gpa);
	case RW_HC_SYMBOLS:
		return hc_symbols(gpa);
	case RW_HC_PROTECT:
		return hc_protect(gpa);
	case RW_HC_RING:
		return hc_ring(cpu, gpa);
	default:
		return protect_lock(cpu);
	}
}

static int64_t call(struct percpu *cpu, uint64_t nr, uint64_t arg1, uint64_t arg2)
{
	int64_t ret;

	switch (nr) {
	case RW_HC_HELLO:
		return (int64_t)(arg1 ^ RW_HELLO_XOR);
	case RW_HC_CPU_INDEX:
		return cpu->index;
	case RW_HC_DRAIN:
		violation_flush(cpu);
		return journal_drain(cpu);
	case RW_HC_DUMP:
		violation_flush(cpu);
		journal_dump();
		return 0;
	default:
		break;
	}
	if (nr >= RW_HC_COUNT)
		return -RW_ENOSYS;
	spin_lock(&hv.agent_lock);
	if (nr == RW_HC_STATUS)
		ret = hc_status(cpu, arg1);
	else if (nr == RW_HC_STATS)
		ret = hc_stats(arg1, arg2);
	else if (nr == RW_HC_KEXEC)
		ret = hc_kexec(cpu);
	else
		ret = setup_call(cpu, nr, arg1);
	spin_unlock(&hv.agent_lock);
	return ret;
}

/* After the lock only the agent's own text may call. Others from ring 0 are an attack, and recorded. */
static bool may_call(struct percpu *cpu, uint64_t nr)
{
	const struct hv_backend *b = hv_backend();

	if (b->get(cpu, GREG_CPL) != 0 || !b->get(cpu, GREG_CS_LONG))
		return false;
	if (!hv.locked || guest_rip_target(cpu) == RW_TARGET_AGENT_TEXT)
		return true;
	refused_call(cpu, nr);
	return false;
}

enum hv_action exit_hypercall(struct percpu *cpu, const struct hv_exit *x)
{
	bool refused;
	int64_t ret;

	(void)x;
	if (!hv.boot->agent)
		return exit_inject(cpu, VEC_UD, false, 0);
	if (may_call(cpu, cpu->gprs.rax)) {
		ret = call(cpu, cpu->gprs.rax, cpu->gprs.rdi, cpu->gprs.rsi);
		refused = ret < 0 && cpu->gprs.rax != RW_HC_HELLO; /* whose answer may be any number */
	} else {
		ret = -RW_EPERM;
		refused = true;
	}
	cpu->stats.refused_calls += refused;
	cpu->gprs.rax = (uint64_t)ret;
	return HV_ADVANCE;
}
