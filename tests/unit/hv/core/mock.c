/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Mock of the backend, the journal and the CPU for the unit tests of hv/core. */
#include "tests/unit/hv/core/mock.h"

#include <asm/prctl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "approve/view.h"
#include "dev/apic.h"
#include "core/panic.h"
#include "protect/evidence.h"
#include "protect/pin.h"
#include "lib/format.h"
#include "lib/record.h"
#include "log/printk.h"
#include "protect/step.h"
#include "mm/page_pool.h"

struct mock mock;
struct hv_state hv;
static struct rw_site sites[MOCK_SITES];
struct spinlock hv_agent_lock = SPINLOCK(AGENT);

static uint64_t page_state[(RW_PAGE_STATE_BYTES * HOST_RAM_PAGES + RW_PAGE_STATE_MIN) / 8];

static void end(const char *why)
{
	if (mock.end)
		longjmp(*mock.end, 1);
	print_error("unexpected end: %s\n", why);
	abort();
}

/* The backend. */

static bool has_1g(void)
{
	return machine.has_1g;
}

static bool has_exec_modes(void)
{
	return machine.exec_modes;
}

static void cpu_exit(struct percpu *cpu)
{
	(void)cpu;
	mock.cpu_exits++;
}

static uint64_t get(struct percpu *cpu, enum guest_reg reg)
{
	(void)cpu;
	return mock.reg[reg];
}

static void set(struct percpu *cpu, enum guest_reg reg, uint64_t value)
{
	(void)cpu;
	mock.reg[reg] = value;
}

static void advance(struct percpu *cpu, unsigned int len)
{
	(void)cpu;
	mock.advances++;
	mock.advanced += len;
	mock.reg[GREG_RIP] += len;
}

static void inject(struct percpu *cpu, const struct hv_event *event)
{
	(void)cpu;
	mock.injects++;
	mock.injected = *event;
}

static void step_begin(struct percpu *cpu, uint64_t root_pa)
{
	(void)cpu;
	mock.step_begins++;
	mock.root = root_pa;
}

static bool step_end(struct percpu *cpu)
{
	mock.step_ends++;
	mock.root = nested_root(cpu->view.map);
	return mock.step_db;
}

static void pin(struct percpu *cpu, uint64_t cr0, uint64_t cr4)
{
	mock.pinned_cr0 = cr0;
	mock.pinned_cr4 = cr4;
	mock.pinned_tables = cpu->pin.tables;
}

static void get_tables(struct percpu *cpu, struct segment *table)
{
	(void)cpu;
	memcpy(table, mock.table, sizeof(mock.table));
}

static void set_tables(struct percpu *cpu, const struct segment *table)
{
	(void)cpu;
	memcpy(mock.table, table, sizeof(mock.table));
}

static void use_map(struct percpu *cpu)
{
	mock.root = nested_root(cpu->view.map);
}

static void flush(struct percpu *cpu)
{
	(void)cpu;
	mock.flushes++;
}

static void kick(const struct percpu *target)
{
	assert_ptr_equal(target, &mock.other);
	mock.kicks++;
	if (mock.on_kick) {
		mock.on_kick();
		return;
	}
	mock.other.in_guest = false; /* it exits at once */
	mock.other.flush_wanted = false;
}

static void drop_nmi(struct percpu *cpu)
{
	(void)cpu;
	mock.nmis_dropped++;
}

static void pass_nmi(struct percpu *cpu)
{
	(void)cpu;
	mock.nmis_passed++;
}

static void park(struct percpu *cpu)
{
	(void)cpu;
	mock.parks++;
}

static void start_at(struct percpu *cpu, uint8_t vector)
{
	(void)cpu;
	mock.starts++;
	mock.start_vector = vector;
}

static const char *trampoline(uint64_t page)
{
	assert_int_equal(page, GUEST_TRAMPOLINE);
	return NULL;
}

static void msr_intercept(uint32_t msr, bool read, bool write)
{
	assert_false(read);
	assert_true(write);
	if (hv_locked()) {
		mock.msr_pins++;
		return;
	}
	assert_true(msr == MSR_X2APIC_ICR || msr == MSR_APIC_BASE);
	mock.msr_intercepts++;
}

static void io_intercept(uint16_t port, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		mock.io_ports[(port + i) / 32] |= 1u << (port + i) % 32;
}

const struct hv_backend *hv_backend(void)
{
	static struct hv_backend b;

	b = (struct hv_backend){
		.name = "mock",
		.id = 1,
		.nested = machine.format,
		.has_1g = has_1g,
		.has_exec_modes = has_exec_modes,
		.get = get,
		.set = set,
		.advance = advance,
		.inject = inject,
		.step_begin = step_begin,
		.step_end = step_end,
		.cpu_exit = cpu_exit,
		.pin = pin,
		.get_tables = get_tables,
		.set_tables = set_tables,
		.use_map = use_map,
		.flush = flush,
		.kick = kick,
		.drop_nmi = drop_nmi,
		.pass_nmi = pass_nmi,
		.park = park,
		.start_at = start_at,
		.core_sends_sipi = true,
		.trampoline = trampoline,
		.msr_intercept = msr_intercept,
		.io_intercept = io_intercept,
	};

	return &b;
}

/* The rest of the hypervisor. Mocks take the journal's lock or the serial line's where the originals do. */

static void with_lock(enum lock_rank rank)
{
	lock_order_take(rank);
	lock_order_release(rank);
}

struct percpu *percpu_of(uint32_t index)
{
	assert_true(index < machine.boot.cpu_count && index < 2);
	return index ? &mock.other : &mock.cpu;
}

void hv_panic(const char *format, ...)
{
	end(format);
	abort();
}

void hv_stop(const char *reason)
{
	end(reason);
	abort();
}

void hv_halt_machine(void)
{
	end("halt");
	abort();
}

void panic_note_exit(struct percpu *cpu, const struct hv_exit *x)
{
	(void)cpu;
	(void)x;
}

const char *panic_exit_name(const struct hv_exit *x)
{
	(void)x;
	return "exit";
}

void printk(const char *format, ...)
{
	char line[256];
	va_list args;

	/* Formats the line so that the sanitizer checks the arguments. */
	va_start(args, format);
	format_va(line, sizeof(line), format, args);
	va_end(args);
	with_lock(LOCK_PRINT);
	mock.lines++;
}

uint64_t journal_now(const struct percpu *cpu)
{
	(void)cpu;
	return 123456789 + mock.later_ns;
}

/* Copies the field @id of @rec, at most @n bytes, or zeros. Return: its length. */
static uint16_t field(const struct rw_rec_hdr *rec, uint16_t id, void *to, size_t n)
{
	struct rec_field f;

	memset(to, 0, n);
	if (!rec_find(rec, id, &f))
		return 0;
	assert_true(f.len <= n);
	memcpy(to, f.value, f.len);
	return f.len;
}

static uint8_t small(const struct rw_rec_hdr *rec, uint16_t id)
{
	uint32_t value;

	field(rec, id, &value, sizeof(value));
	assert_true(value <= UINT8_MAX);
	return (uint8_t)value;
}

/* Parses a violation or patch record. */
static void take_evidence(const struct rw_rec_hdr *rec, struct evidence *e)
{
	memset(e, 0, sizeof(*e));
	e->type = rec->type;
	e->verdict = rec->verdict;
	e->target = small(rec, RW_F_TARGET);
	e->access = small(rec, RW_F_ACCESS);
	e->cpl = small(rec, RW_F_CPL);
	e->task_known = field(rec, RW_F_GUEST_TASK, &e->task, sizeof(e->task)) != 0;
	field(rec, RW_F_REPEAT, &e->repeat, sizeof(e->repeat));
	field(rec, RW_F_FIRST_NS, &e->first_ns, sizeof(e->first_ns));
	field(rec, RW_F_LAST_NS, &e->last_ns, sizeof(e->last_ns));
	field(rec, RW_F_GPA, &e->gpa, sizeof(e->gpa));
	field(rec, RW_F_GVA, &e->gva, sizeof(e->gva));
	field(rec, RW_F_RIP, &e->rip, sizeof(e->rip));
	field(rec, RW_F_CR3, &e->cr3, sizeof(e->cr3));
	field(rec, e->access == RW_ACCESS_MSR ? RW_F_MSR : RW_F_HYPERCALL, &e->nr, sizeof(e->nr));
	field(rec, RW_F_SYMBOL_OFFSET, &e->sym_off, sizeof(e->sym_off));
	field(rec, RW_F_SYMBOL, e->symbol, sizeof(e->symbol) - 1);
	e->nbytes = (uint8_t)field(rec, RW_F_CODE, e->bytes, sizeof(e->bytes));
	e->value_len = (uint8_t)field(rec, RW_F_OLD_VALUE, e->old_value, sizeof(e->old_value));
	assert_int_equal(field(rec, RW_F_NEW_VALUE, e->new_value, sizeof(e->new_value)), e->value_len);
}

void journal_append(struct percpu *cpu, struct rw_rec_hdr *rec)
{
	struct rec_fault fault;
	uint32_t agent;

	rec->cpu = (uint16_t)cpu->index;
	assert_int_equal(rec_check_fields(rec, rec->size, true, &fault), 0);
	with_lock(LOCK_JOURNAL);
	if (rec->type == RW_REC_VIOLATION || rec->type == RW_REC_PATCH) {
		/* No other CPU may store held-back evidence meanwhile. */
		assert_true(lock_order_held() & 1u << LOCK_EVIDENCE);
		assert_true(mock.records < MOCK_RECORDS);
		mock.record_cpu[mock.records] = rec->cpu;
		take_evidence(rec, &mock.record[mock.records++]);
		return;
	}
	agent = rec->type == RW_REC_AGENT;
	mock.events++;
	mock.event_type = rec->type;
	assert_true(rec->size <= sizeof(mock.event));
	memcpy(mock.event, rec, rec->size);
	field(rec, agent ? RW_F_ABI_VERSION : RW_F_RANGES, &mock.event_code, sizeof(mock.event_code));
	if (rec->type == RW_REC_AGENT_STATE) {
		field(rec, RW_F_AGENT_STATE, &mock.agent_state, sizeof(mock.agent_state));
		field(rec, RW_F_OF_CPU, &mock.agent_cpu, sizeof(mock.agent_cpu));
		field(rec, RW_F_PROBES_GONE, &mock.agent_gone, sizeof(mock.agent_gone));
		field(rec, RW_F_HEARD_NS, &mock.agent_heard_ns, sizeof(mock.agent_heard_ns));
	}
	field(rec, agent ? RW_F_RELEASE : RW_F_NOTE, mock.event_text, sizeof(mock.event_text) - 1);
}

void journal_release(void)
{
	with_lock(LOCK_JOURNAL);
	mock.releases++;
}

int journal_drain(struct percpu *cpu)
{
	(void)cpu;
	with_lock(LOCK_JOURNAL);
	mock.drains++;
	return mock.drain_result;
}

int journal_ring(struct percpu *cpu, const struct rw_ring_desc *desc)
{
	(void)cpu;
	with_lock(LOCK_JOURNAL);
	mock.ring = *desc;
	return mock.ring_result;
}

void journal_dump(void)
{
	with_lock(LOCK_JOURNAL);
	mock.dumps++;
}

void journal_end(uint32_t reason)
{
	with_lock(LOCK_JOURNAL);
	mock.ends++;
	mock.end_reason = reason;
}

int64_t journal_read(struct rw_read *req)
{
	with_lock(LOCK_JOURNAL);
	if (req->page[0] % PAGE_SIZE)
		return -RW_EINVAL;
	mock.read = *req;
	req->seq++;
	req->next_seq = 42;
	return 96;
}

void journal_usage(struct rw_status *status)
{
	with_lock(LOCK_JOURNAL);
	status->store_bytes = 1 << 20;
	status->store_next = 42;
}

/* The CPU. */

uint64_t rdtsc(void)
{
	if (mock.on_rdtsc)
		mock.on_rdtsc();
	return mock.tsc += 10;
}

uint64_t rdmsr(uint32_t msr)
{
	uint64_t value = 0;

	if (msr == MSR_EFER)
		return mock.efer;
	if (msr == MSR_APIC_BASE)
		return apic_page() | 0x900;
	if (msr == MSR_TSC_ADJUST && mock.tsc_adjusts)
		return mock.msr_value;
	if (!machine_msr(msr, &value))
		fail_msg("rdmsr(%x)", msr);
	return value;
}

void wrmsr(uint32_t msr, uint64_t value)
{
	assert_int_equal(msr, MSR_EFER);
	mock.efer = value;
}

int rdmsr_safe(uint32_t msr, uint64_t *value)
{
	*value = msr == MSR_APIC_BASE   ? rdmsr(msr) :
		 msr == MSR_MISC_ENABLE ? mock.misc_enable :
					  mock.msr_value;
	return mock.msr_faults ? -1 : 0;
}

static void note_sent(void)
{
	mock.sent_parked = mock.other.parked;
	mock.sent_vector = mock.other.sipi_vector;
}

int wrmsr_safe(uint32_t msr, uint64_t value)
{
	if (msr == MSR_X2APIC_ICR)
		note_sent();
	if (mock.msr_faults)
		return -1;
	/* EFER of a CPU with the bits of x86-64 only. */
	if (msr == MSR_EFER) {
		if (value & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME))
			return -1;
		mock.efer = value;
		return 0;
	}
	mock.msr_written = msr;
	mock.msr_value = value;
	return 0;
}

int xsetbv_safe(uint32_t index, uint64_t value)
{
	assert_int_equal(index, 0);
	if (mock.xsetbv_faults)
		return -1;
	mock.xcr0 = value;
	return 0;
}

static void out(uint16_t port, uint8_t size, uint32_t value)
{
	assert_true(mock.outs < MOCK_PORT_WRITES);
	mock.out[mock.outs].port = port;
	mock.out[mock.outs].size = size;
	mock.out[mock.outs++].value = value;
}

void outb(uint16_t port, uint8_t value)
{
	out(port, 1, value);
	if (port == 0x64 && value == 0xfe && mock.end)
		end("reset");
}

void outw(uint16_t port, uint16_t value)
{
	out(port, 2, value);
}

void outl(uint16_t port, uint32_t value)
{
	out(port, 4, value);
}

bool apic_x2(void)
{
	return mock.apic_x2;
}

bool apic_has_page(void)
{
	return !mock.apic_x2;
}

uint64_t apic_page(void)
{
	return 0xfee00000;
}

uint32_t apic_read(uint32_t offset)
{
	return mock.apic[offset / 16];
}

void apic_write(uint32_t offset, uint32_t value)
{
	note_sent();
	mock.apic[offset / 16] = value;
}

uint8_t inb(uint16_t port)
{
	(void)port;
	return (uint8_t)mock.in_value;
}

uint16_t inw(uint16_t port)
{
	(void)port;
	return (uint16_t)mock.in_value;
}

uint32_t inl(uint16_t port)
{
	(void)port;
	return mock.in_value;
}

void wbinvd(void)
{
	mock.wbinvds++;
}

/* The guest. */

static int reset(const struct nested_format *format, bool exec_modes, uint32_t fallback)
{
	machine_reset();
	machine.format = format;
	machine.exec_modes = exec_modes;
	memset(&mock, 0, sizeof(mock));
	memset(&hv, 0, sizeof(hv));
	pin_unlock();
	memset(page_state, 0, sizeof(page_state));
	assert_int_equal(ranges_init(&hv.ranges, page_state, sizeof(page_state), HOST_RAM_PAGES), 0);
	hv_agent_lock.held = 0;
	memset(host_ram, 0x90, sizeof(host_ram));
	hv.boot = &machine.boot;
	/* percpu_this() reads GS, which nothing else uses here. */
	mock.cpu.self = &mock.cpu;
	mock.other.index = 1;
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, &mock.cpu))
		return -1;
	machine.boot.agent = 1;
	machine.boot.settings.exec_fallback = fallback;
	machine.by_mode = fallback == RW_EXEC_FALLBACK_STRICT;
	if (machine_start(1024) || step_init(&mock.cpu) || view_init(&mock.cpu) || view_init(&mock.other))
		return -1;
	symbols_init(&hv.symbols, host_region, 65536);
	sites_init(&hv.sites, sites, sizeof(sites));
	machine.boot.settings.patches = RW_PATCHES_RECORD; /* tests of the verdict name sites */
	mock.root = nested_root(NESTED_KERNEL);
	mock.reg[GREG_RIP] = GUEST_DATA;
	mock.reg[GREG_CS_LONG] = 1;
	mock.reg[GREG_CR3] = 0x1000;
	mock.efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE | EFER_SVME;
	return 0;
}

int mock_reset(void **state)
{
	(void)state;
	return reset(&vmx_ept, false, RW_EXEC_FALLBACK_OFF);
}

int mock_reset_npt(void **state)
{
	(void)state;
	return reset(&svm_npt, false, RW_EXEC_FALLBACK_OFF);
}

int mock_reset_mbec(void **state)
{
	(void)state;
	return reset(&vmx_ept, true, RW_EXEC_FALLBACK_OFF);
}

int mock_reset_gmet(void **state)
{
	(void)state;
	return reset(&svm_npt, true, RW_EXEC_FALLBACK_OFF);
}

int mock_reset_fallback(const struct nested_format *format, uint32_t fallback)
{
	return reset(format, false, fallback);
}

void mock_exit(struct hv_exit x)
{
	if (!x.insn_len && x.reason != RW_EXIT_NESTED && x.reason != RW_EXIT_STEP)
		x.insn_len = 3;
	exit_dispatch(&mock.cpu, &x);
}

int64_t mock_call(uint64_t nr, uint64_t arg1, uint64_t arg2)
{
	struct hv_gprs *g = &mock.cpu.gprs, before;

	g->rax = nr;
	g->rdi = arg1;
	g->rsi = arg2;
	before = *g;
	mock_exit((struct hv_exit){ .reason = RW_EXIT_HYPERCALL });
	before.rax = g->rax;
	assert_memory_equal(g, &before, sizeof(before));
	return (int64_t)g->rax;
}

void mock_register(void)
{
	struct rw_agent_info info = { .abi_version = RW_ABI_VERSION,
				      .cpus = 1,
				      .poking_cr3 = GUEST_POKING_CR3,
				      .release = "6.1.0-test" };

	memcpy(host_ram + GUEST_ARG, &info, sizeof(info));
	assert_int_equal(mock_call(RW_HC_REGISTER, GUEST_ARG, 0), 0);
}

void mock_protect(void)
{
	struct rw_protect_list list = {
		.count = 4,
		.range = {
			{ GUEST_TEXT, 0xffffffff81000000, GUEST_TEXT_SIZE, RW_TARGET_KERNEL_TEXT, 0, "text" },
			{ GUEST_RODATA, 0xffffffff82000000, 0x2000, RW_TARGET_KERNEL_RODATA, 0, "rodata" },
			{ GUEST_AGENT, 0xffffffffc0000000, 0x2000, RW_TARGET_AGENT_TEXT, 0, "agent" },
			{ GUEST_HOOKS, 0xffffffff81002100, 0x80, RW_TARGET_LSM_HOOKS, RW_RANGE_OBJECT,
			  "hooks" },
		},
	};

	memcpy(host_ram + GUEST_ARG, &list, sizeof(list));
	assert_int_equal(mock_call(RW_HC_PROTECT, GUEST_ARG, 0), 0);
}

void mock_lock(void)
{
	mock_register();
	mock_protect();
	assert_int_equal(mock_call(RW_HC_LOCK, 0, 0), 0);
	mock.reg[GREG_RIP] = GUEST_DATA;
}

static uint8_t *memory(uint64_t pa)
{
	return hv_owns(pa, 1) ? hv_virt(pa) : host_ram + pa;
}

/* The first byte that the nested tables refuse; @n: none. */
static size_t refused_byte(uint64_t gpa, size_t n, unsigned int perm)
{
	size_t i;

	for (i = 0; i < n && (machine_walk(mock.root, gpa + i).perm & perm) == perm; i++)
		;
	return i;
}

static bool reach(uint64_t gpa, size_t n, unsigned int perm)
{
	for (unsigned int faults = 0; faults < 100; faults++) {
		size_t i = refused_byte(gpa, n, perm);
		unsigned int injects = mock.injects;

		if (i == n)
			return true;
		mock_exit((struct hv_exit){ .reason = RW_EXIT_NESTED,
					    .nested = { .gpa = gpa + i,
							.gva = gpa + i,
							.gva_valid = true,
							.access = (uint8_t)perm } });
		if (mock.injects != injects)
			return false;
	}
	fail_msg("an access of %lx faults without end", gpa);
	return false;
}

static void stepped(void)
{
	mock.reg[GREG_RIP] += mock.repeats ? 0 : 3;
	if (mock.cpu.step.active)
		mock_exit((struct hv_exit){ .reason = RW_EXIT_STEP });
}

bool mock_store(uint64_t gpa, const void *bytes, size_t n)
{
	if (!reach(gpa, n, NPERM_W))
		return false;
	for (size_t i = 0; i < n; i++)
		*memory(machine_walk(mock.root, gpa + i).pa) = ((const uint8_t *)bytes)[i];
	stepped();
	return true;
}

bool mock_load(uint64_t gpa, void *bytes, size_t n)
{
	if (!reach(gpa, n, NPERM_R))
		return false;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)bytes)[i] = *memory(machine_walk(mock.root, gpa + i).pa);
	stepped();
	return true;
}
