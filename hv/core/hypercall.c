/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Hypercalls of the guest agent. Every argument is untrusted: copied once, then checked. */
#include "approve/module_check.h"
#include "approve/module_file.h"
#include "core/exit.h"
#include "core/guest_info.h"
#include "protect/lock.h"
#include "core/state.h"
#include "core/watched.h"
#include "lib/string.h"
#include "protect/code.h"
#include "protect/code_rules.h"
#include "protect/evidence.h"
#include "protect/pin.h"
#include "protect/heartbeat.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "abi/policy.h"

/* Room for one argument of any kind. */
static union {
	struct rw_agent_info info;
	struct rw_symbol_page symbols;
	struct rw_patching patching;
	struct rw_site_page sites;
	struct rw_protect_list protect;
	struct rw_ring_desc ring;
	struct rw_status status;
	struct rw_cpu_stats stats;
	struct rw_policy_area policy;
	struct rw_read read;
	struct rw_module_file module_file;
	struct rw_module_check module_check;
} argument; /* (a) */

static bool is_well_placed(uint64_t gpa, size_t size)
{
	return !(gpa & 7) && (gpa & (PAGE_SIZE - 1)) + size <= PAGE_SIZE;
}

static int64_t take_argument(uint64_t gpa, size_t size)
{
	return is_well_placed(gpa, size) ? guest_read(gpa, &argument, size) : -RW_EINVAL;
}

static int64_t give_answer(uint64_t gpa, size_t size)
{
	return is_well_placed(gpa, size) ? guest_write(gpa, &argument, size) : -RW_EINVAL;
}

/* A call refused because of its caller or its request is an attack, and recorded. */
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
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;

	rec_begin(&w, buf, sizeof(buf), RW_REC_AGENT, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_ABI_VERSION, abi_version);
	rec_bytes(&w, RW_F_RELEASE, release, (uint16_t)len);
	journal_finish(cpu, &w);
}

/* One call: RAX, RDI and RSI of the guest; what is wrong with its argument, if the handler says that. */
struct request {
	struct percpu *cpu;
	uint64_t nr, arg1, arg2;
	struct input_error err;
};

/* The handlers, in the order of their numbers. Return: RAX. */

static int64_t hc_hello(struct request *r)
{
	return (int64_t)(r->arg1 ^ RW_HELLO_XOR);
}

static int64_t hc_register(struct request *r)
{
	const struct rw_agent_info *a = &argument.info;
	size_t len = printable(a->release, sizeof(a->release));

	if (hv_registered())
		return -RW_EXISTS;
	if (a->abi_version != RW_ABI_VERSION || a->cpus == 0 || a->poking_cr3 & ~CR3_ADDR_MASK ||
	    a->code_area & (PAGE_SIZE - 1) || len == sizeof(a->release) || a->release[len])
		return -RW_EINVAL;
	if (a->poking_cr3 && !guest_is_ram(a->poking_cr3, PAGE_SIZE))
		return -RW_EFAULT;
	hv.agent = *a;
	hv_set_registered(true);
	record_agent(r->cpu, a->abi_version, hv.agent.release, len);
	printk("the agent registered: kernel %s", hv.agent.release);
	return 0;
}

static int64_t hc_symbols(struct request *r)
{
	return symbols_add_page(&hv.symbols, &argument.symbols, &r->err);
}

static int64_t hc_patching(struct request *r)
{
	return sites_describe(&hv.sites, &argument.patching, &r->err);
}

static int64_t hc_sites(struct request *r)
{
	return sites_add_page(&hv.sites, &argument.sites, &r->err);
}

static int64_t hc_protect(struct request *r)
{
	if (argument.protect.range[0].flags & RW_RANGE_WATCHED)
		return watched_add(&argument.protect, &r->err);
	return ranges_add(&hv.ranges, &argument.protect, &r->err);
}

static int64_t hc_ring(struct request *r)
{
	return journal_ring(r->cpu, &argument.ring);
}

static int64_t hc_lock(struct request *r)
{
	return protect_lock(r->cpu);
}

static int64_t hc_drain(struct request *r)
{
	pin_watch_starts(r->cpu);
	evidence_flush(r->cpu);
	watched_check(r->cpu);
	return journal_drain(r->cpu);
}

static int64_t hc_dump(struct request *r)
{
	evidence_flush(r->cpu);
	journal_dump();
	return 0;
}

static int64_t hc_status(struct request *r)
{
	struct ranges_pages pages;

	ranges_count_pages(&hv.ranges, &pages);
	argument.status = (struct rw_status){
		.abi_version = RW_ABI_VERSION,
		.backend = hv_backend()->id,
		.cpus = hv.boot->cpu_count,
		.on_violation = hv.boot->settings.on_violation,
		.kexec = hv.boot->settings.kexec,
		.code = code_status(),
		.uptime_ns = journal_now(r->cpu),
		.ranges = hv.ranges.ranges + hv.ranges.objects,
		.symbols = hv.symbols.count,
		.locked = hv_locked(),
		.protected_pages = hv_locked() ? pages.total : 0,
	};
	journal_usage(&argument.status);
	memcpy(argument.status.pages_by_kind, pages.kind, sizeof(pages.kind)); /* the rest is 0 */
	return give_answer(r->arg1, sizeof(argument.status));
}

static int64_t hc_stats(struct request *r)
{
	if (r->arg2 >= hv.boot->cpu_count)
		return -RW_EINVAL;
	argument.stats = percpu_of((uint32_t)r->arg2)->stats;
	return give_answer(r->arg1, sizeof(argument.stats));
}

static int64_t hc_cpu_index(struct request *r)
{
	return r->cpu->index;
}

/* Another kernel is about to start. Before the lock nothing is guarded; then the configuration decides. */
static int64_t hc_kexec(struct request *r)
{
	if (hv_locked() && hv.boot->settings.kexec != RW_KEXEC_ALLOW) {
		refused_call(r->cpu, r->nr);
		return -RW_EPERM;
	}
	protect_release(r->cpu);
	return 0;
}

static int64_t hc_read(struct request *r)
{
	int64_t done = journal_read(&argument.read);
	int64_t ret = done < 0 ? done : give_answer(r->arg1, sizeof(argument.read));

	return ret < 0 ? ret : done;
}

static int64_t hc_beat(struct request *r)
{
	if (r->arg1 >= RW_BEAT_COUNT || r->arg2 > UINT32_MAX)
		return -RW_EINVAL;

	int64_t ret = hc_drain(r);

	heartbeat_heard(r->cpu, r->arg1 == RW_BEAT_PAUSE, (uint32_t)r->arg2);
	return ret;
}

static int64_t hc_policy(struct request *r)
{
	argument.policy = (struct rw_policy_area){ hv.boot->policy_phys, hv.boot->policy_size };
	return give_answer(r->arg1, sizeof(argument.policy));
}

/* Before the lock RW_HC_PROTECT names code as everything else. */
static int64_t hc_module(struct request *r)
{
	return hv_locked() ? code_approve(r->cpu, &argument.protect, &r->err) : -RW_ENOTREADY;
}

static int64_t hc_module_file(struct request *r)
{
	if (!hv_locked())
		return -RW_ENOTREADY;
	if (argument.module_file.step != RW_MODULE_FILE_PAGES)
		module_check_forget(r->cpu);
	return module_file_step(r->cpu, &argument.module_file, &r->err);
}

static int64_t hc_module_check(struct request *r)
{
	return module_check_step(r->cpu, &argument.module_check, &r->err);
}

/* When a call is allowed, besides what may_call() requires of every call. */
enum allowed {
	ANY_TIME = 0,
	BEFORE_LOCK = 1, /* else -RW_ELOCKED */
	REGISTERED = 2,  /* else -RW_ENOTREADY */
	NO_LOCK = 4      /* the others run under hv_agent_lock, which the conditions and `argument` need */
};

/* One row per hypercall. To add one: a number in abi/hypercall.h, a handler above, and a row. */
static const struct call {
	const char *name; /* for a line that says what is wrong with the argument */
	int64_t (*handler)(struct request *r);
	size_t argument; /* bytes at arg1 (guest-physical), copied to `argument` first; 0: no argument */
	uint8_t allowed; /* enum allowed, ORed */
} calls[RW_HC_COUNT] = {
	[RW_HC_HELLO] = { "hello", hc_hello, 0, NO_LOCK },
	[RW_HC_REGISTER] = { "register", hc_register, sizeof(argument.info), BEFORE_LOCK },
	[RW_HC_SYMBOLS] = { "symbols", hc_symbols, sizeof(argument.symbols), BEFORE_LOCK | REGISTERED },
	[RW_HC_PROTECT] = { "protect", hc_protect, sizeof(argument.protect), BEFORE_LOCK | REGISTERED },
	[RW_HC_RING] = { "ring", hc_ring, sizeof(argument.ring), BEFORE_LOCK | REGISTERED },
	[RW_HC_LOCK] = { "lock", hc_lock, 0, BEFORE_LOCK | REGISTERED },
	[RW_HC_DRAIN] = { "drain", hc_drain, 0, NO_LOCK },
	[RW_HC_DUMP] = { "dump", hc_dump, 0, NO_LOCK },
	[RW_HC_STATUS] = { "status", hc_status, 0, ANY_TIME },
	[RW_HC_STATS] = { "stats", hc_stats, 0, ANY_TIME },
	[RW_HC_CPU_INDEX] = { "cpu index", hc_cpu_index, 0, NO_LOCK },
	[RW_HC_KEXEC] = { "kexec", hc_kexec, 0, REGISTERED },
	[RW_HC_POLICY] = { "policy", hc_policy, 0, ANY_TIME },
	[RW_HC_MODULE] = { "module", hc_module, sizeof(argument.protect), REGISTERED },
	[RW_HC_MODULE_FILE] = { "module file", hc_module_file, sizeof(argument.module_file), REGISTERED },
	[RW_HC_MODULE_CHECK] = { "module check", hc_module_check, sizeof(argument.module_check), REGISTERED },
	[RW_HC_BEAT] = { "beat", hc_beat, 0, REGISTERED | NO_LOCK },
	[RW_HC_READ] = { "read", hc_read, sizeof(argument.read), REGISTERED },
	[RW_HC_PATCHING] = { "patching", hc_patching, sizeof(argument.patching), BEFORE_LOCK | REGISTERED },
	[RW_HC_SITES] = { "sites", hc_sites, sizeof(argument.sites), BEFORE_LOCK | REGISTERED },
};

static void report(const struct request *r)
{
	const char *call = calls[r->nr].name;
	const struct rw_range *range = &argument.protect.range[r->err.index % RW_PROTECT_MAX];

	if (r->nr == RW_HC_PROTECT || r->nr == RW_HC_MODULE)
		printk("%s refused: %s (entry %u: kind %u, gpa %lx, %lx bytes)", call, r->err.what,
		       r->err.index, range->kind, range->gpa, range->len);
	else
		printk("%s refused: %s (entry %u)", call, r->err.what, r->err.index);
}

static int64_t run(const struct call *c, struct request *r)
{
	if (c->allowed & BEFORE_LOCK && hv_locked())
		return -RW_ELOCKED;
	if (c->allowed & REGISTERED && !hv_registered())
		return -RW_ENOTREADY;

	int64_t ret = c->argument ? take_argument(r->arg1, c->argument) : 0;

	if (!ret)
		ret = c->handler(r);
	if (r->err.what)
		report(r);
	return ret;
}

static int64_t call(struct request *r)
{
	if (r->nr >= RW_HC_COUNT || !calls[r->nr].handler)
		return -RW_ENOSYS;

	const struct call *c = &calls[r->nr];

	if (c->allowed & NO_LOCK)
		return run(c, r);
	spin_lock(&hv_agent_lock);
	int64_t ret = run(c, r);

	spin_unlock(&hv_agent_lock);
	return ret;
}

/* After the lock only the agent's own code may call. Other calls from ring 0 are an attack, and recorded. */
static bool may_call(struct percpu *cpu, uint64_t nr)
{
	if (greg(cpu, GREG_CPL) != 0 || !greg(cpu, GREG_CS_LONG))
		return false;
	if (!hv_locked() || guest_rip_target(cpu) == RW_TARGET_AGENT_TEXT)
		return true;
	refused_call(cpu, nr);
	return false;
}

enum hv_action exit_hypercall(struct percpu *cpu)
{
	if (!hv.boot->agent)
		return exit_inject(cpu, VEC_UD, false, 0);

	struct request r = { cpu, cpu->gprs.rax, cpu->gprs.rdi, cpu->gprs.rsi, { NULL, 0 } };
	bool may = may_call(cpu, r.nr);
	int64_t ret = may ? call(&r) : -RW_EPERM;

	/* Of a CPU that comes after the lock, the first call counts. */
	if (may && (!hv_locked() || !cpu->guest_gs))
		cpu->guest_gs = greg(cpu, GREG_GS_BASE);

	if (ret < 0 && (!may || r.nr != RW_HC_HELLO)) /* HELLO's answer may be any number */
		cpu->stats.refused_calls++;
	cpu->gprs.rax = (uint64_t)ret;
	return HV_ADVANCE;
}
