/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Hypercalls of the guest agent. Every argument is the guest's: copied once, then checked. */
#include "core/exit.h"
#include "core/guest_info.h"
#include "protect/lock.h"
#include "core/state.h"
#include "lib/record.h"
#include "lib/string.h"
#include "protect/evidence.h"
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

static bool is_well_placed(uint64_t gpa, size_t size)
{
	return !(gpa & 7) && (gpa & (PAGE_SIZE - 1)) + size <= PAGE_SIZE;
}

static int64_t give_answer(uint64_t gpa, size_t size)
{
	return is_well_placed(gpa, size) ? guest_write(gpa, &argument, size) : -RW_EINVAL;
}

/* A call that is refused for who makes it or what it asks is an attack, and recorded. */
static void refused_call(struct percpu *cpu, uint64_t nr)
{
	struct evidence rec;

	evidence_describe(cpu, &rec, 0, RW_TARGET_HYPERVISOR, RW_ACCESS_HYPERCALL);
	rec.nr = nr;
	rec.verdict = RW_VERDICT_DENY;
	evidence_record(cpu, &rec);
}

static void record_agent(struct percpu *cpu, uint32_t abi_version, const char *release, size_t len)
{
	uint64_t buf[(96 + sizeof(hv.agent.release)) / 8];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), RW_REC_AGENT, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_ABI_VERSION, abi_version);
	rec_bytes(&w, RW_F_RELEASE, release, (uint16_t)len);
	rec_end(&w);
	journal_append(cpu, w.hdr);
}

static int64_t hc_register(struct percpu *cpu, const struct rw_agent_info *a)
{
	if (hv.registered)
		return -RW_EXISTS;
	size_t len = printable(a->release, sizeof(a->release));
	if (a->abi_version != RW_ABI_VERSION || a->cpus == 0 || a->poking_cr3 & ~CR3_ADDR_MASK ||
	    a->reserved || len == sizeof(a->release) || a->release[len])
		return -RW_EINVAL;
	if (a->poking_cr3 && !guest_is_ram(a->poking_cr3, PAGE_SIZE))
		return -RW_EFAULT;
	hv.agent = *a;
	hv.registered = true;
	record_agent(cpu, a->abi_version, hv.agent.release, len);
	printk("the agent registered: kernel %s", hv.agent.release);
	return 0;
}

static int64_t report(const char *call, const struct input_error *err, int ret)
{
	if (ret)
		printk("%s refused: %s (entry %u)", call, err->what, err->index);
	return ret;
}

static int64_t hc_status(const struct percpu *cpu, uint64_t gpa)
{
	struct ranges_pages pages;

	ranges_count_pages(&hv.ranges, &pages);
	argument.status = (struct rw_status){
		.abi_version = RW_ABI_VERSION,
		.backend = hv_backend()->id,
		.cpus = hv.boot->cpu_count,
		.on_violation = hv.boot->on_violation,
		.kexec = hv.boot->kexec,
		.uptime_ns = journal_now(cpu),
		.ranges = hv.ranges.ranges + hv.ranges.objects,
		.symbols = hv.symbols.count,
		.locked = hv.locked,
		.protected_pages = hv.locked ? pages.total : 0,
	};
	journal_usage(&argument.status);
	memcpy(argument.status.pages_by_kind, pages.kind, sizeof(pages.kind)); /* the rest is 0 */
	return give_answer(gpa, sizeof(argument.status));
}

static int64_t hc_stats(uint64_t gpa, uint64_t index)
{
	if (index >= hv.boot->cpu_count)
		return -RW_EINVAL;
	argument.stats = percpu_of((uint32_t)index)->stats;
	return give_answer(gpa, sizeof(argument.stats));
}

/*
 * Another kernel is about to start. Before the lock there is nothing to guard; after it the configuration
 * decides.
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
	static const size_t sizes[RW_HC_COUNT] = {
		[RW_HC_REGISTER] = sizeof(argument.info),
		[RW_HC_SYMBOLS] = sizeof(argument.symbols),
		[RW_HC_PROTECT] = sizeof(argument.protect),
		[RW_HC_RING] = sizeof(argument.ring),
	};
	struct input_error err;

	if (hv.locked)
		return -RW_ELOCKED;
	if (nr != RW_HC_REGISTER && !hv.registered)
		return -RW_ENOTREADY;
	if (nr == RW_HC_LOCK)
		return protect_lock(cpu);
	if (!is_well_placed(gpa, sizes[nr]))
		return -RW_EINVAL;
	if (guest_read(gpa, &argument, sizes[nr]))
		return -RW_EFAULT;
	switch (nr) {
	case RW_HC_REGISTER:
		return hc_register(cpu, &argument.info);
	case RW_HC_SYMBOLS:
		return report("symbols", &err, symbols_add_page(&hv.symbols, &argument.symbols, &err));
	case RW_HC_PROTECT:
		return report("protect", &err, ranges_add(&hv.ranges, &argument.protect, &err));
	default:
		return journal_ring(cpu, &argument.ring);
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
		evidence_flush(cpu);
		return journal_drain(cpu);
	case RW_HC_DUMP:
		evidence_flush(cpu);
		journal_dump();
		return 0;
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
	if (greg(cpu, GREG_CPL) != 0 || !greg(cpu, GREG_CS_LONG))
		return false;
	if (!hv.locked || guest_rip_target(cpu) == RW_TARGET_AGENT_TEXT)
		return true;
	refused_call(cpu, nr);
	return false;
}

enum hv_action exit_hypercall(struct percpu *cpu)
{
	if (!hv.boot->agent)
		return exit_inject(cpu, VEC_UD, false, 0);

	uint64_t nr = cpu->gprs.rax;
	bool may = may_call(cpu, nr);
	int64_t ret = may ? call(cpu, nr, cpu->gprs.rdi, cpu->gprs.rsi) : -RW_EPERM;

	if (ret < 0 && (!may || nr != RW_HC_HELLO)) /* whose answer may be any number */
		cpu->stats.refused_calls++;
	cpu->gprs.rax = (uint64_t)ret;
	return HV_ADVANCE;
}
