// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Test guest without a kernel: makes every hypercall before and after the lock, with good and bad arguments.
//
// Prints "PASS name" or "FAIL name: got X, wanted Y" on COM1, then "END", and powers off. If no hypervisor
// answers (agent = no), it checks that no call is answered, and ends in a triple fault.
#include <efi.h>
#include <efilib.h>

#include "abi/bootinfo.h"
#include "abi/policy.h"
#include "guest.h"
#include "lib/record.h"
#include "read.h"

#define PAGE RW_PAGE_SIZE

/* Neither RAM nor the hypervisor's memory: the local APIC. */
#define NOT_RAM     0xfee00000ull
#define LAST_PAGE   0xfffffffffffff000ull
#define HUGE        (1ull << 50)
#define SYMBOLS_END 5000u /* more pages of names than the hypervisor has room for */

static UINT8 *scratch; /* a page for arguments and answers */
static UINT8 *inside;  /* a page with code for hypercalls: the "agent" */
static UINT8 *target;  /* two pages to be protected */
static UINT8 *ring;    /* header page, then data pages */
static UINT64 hv, hv_end;

static INT64 outside(UINT64 nr, UINT64 a1, UINT64 a2)
{
	return guest_hypercall(nr, a1, a2);
}

static INT64 agent(UINT64 nr, UINT64 a1, UINT64 a2)
{
	INT64 (*call)(UINT64 nr, UINT64 a1, UINT64 a2) __attribute__((sysv_abi)) = (void *)inside;

	return call(nr, a1, a2);
}

static void *argument(const void *from, UINTN size)
{
	CopyMem(scratch, from, size);
	return scratch;
}

static void test_identity(void)
{
	UINT32 r[4];

	guest_cpuid(RW_CPUID_SIGNATURE, r);
	expect("cpuid leaf 40000000: highest leaf", r[0], RW_CPUID_VERSION);
	expect("cpuid leaf 40000000: signature", CompareMem(&r[1], RW_SIGNATURE, 12), 0);
	guest_cpuid(RW_CPUID_VERSION, r);
	expect("cpuid leaf 40000001: ABI version", r[0], RW_ABI_VERSION);
	expect("cpuid leaf 40000001: instruction", r[1], guest_is_amd());
	expect("hello", outside(RW_HC_HELLO, 0x1234, 0), 0x1234 ^ (INT64)RW_HELLO_XOR);
	expect("hello, answer with all bits", outside(RW_HC_HELLO, ~RW_HELLO_XOR, 0), -1);
	expect("cpu_index", outside(RW_HC_CPU_INDEX, 0, 0), 0);
	expect("registers", guest_registers_kept(RW_HC_CPU_INDEX), 1);
	expect("registers of a refused call", guest_registers_kept(RW_HC_COUNT), 1);
}

static void test_numbers(INT64 (*call)(UINT64 nr, UINT64 a1, UINT64 a2))
{
	expect("number 19", call(RW_HC_COUNT, 0, 0), -RW_ENOSYS);
	expect("number 20", call(RW_HC_COUNT + 1, 0, 0), -RW_ENOSYS);
	expect("number 2^32", call(1ull << 32, 0, 0), -RW_ENOSYS);
	expect("number 2^32 + 8", call((1ull << 32) + RW_HC_STATUS, (UINT64)scratch, 0), -RW_ENOSYS);
	expect("number 2^63", call(1ull << 63, 0, 0), -RW_ENOSYS);
	expect("number 2^64 - 1", call(~0ull, 0, 0), -RW_ENOSYS);
}

/* Every call that takes an address, with addresses that it must refuse. */
static void test_pointers(const char *name, UINT64 nr, UINTN size)
{
	expect2(name, ": unaligned by 1", outside(nr, (UINT64)scratch + 1, 0), -RW_EINVAL);
	expect2(name, ": unaligned by 4", outside(nr, (UINT64)scratch + 4, 0), -RW_EINVAL);
	expect2(name, ": crossing a page", outside(nr, (UINT64)scratch + PAGE - size + 8, 0), -RW_EINVAL);
	expect2(name, ": 2^64 - 8", outside(nr, 0 - 8ull, 0), -RW_EINVAL);
	expect2(name, ": last page", outside(nr, LAST_PAGE, 0), -RW_EFAULT);
	expect2(name, ": not RAM", outside(nr, NOT_RAM, 0), -RW_EFAULT);
	expect2(name, ": 2^40", outside(nr, 1ull << 40, 0), -RW_EFAULT);
	expect2(name, ": hypervisor, first page", outside(nr, hv, 0), -RW_EFAULT);
	expect2(name, ": hypervisor, last page", outside(nr, hv_end - PAGE, 0), -RW_EFAULT);
}

static INT64 call_struct(UINT64 nr, const void *arg, UINTN size)
{
	return outside(nr, (UINT64)argument(arg, size), 0);
}

static void test_register(void)
{
	struct rw_agent_info good = { .abi_version = RW_ABI_VERSION, .cpus = 1, .release = "6.1-test" }, bad;

#define TRY(what, change, want) \
	do { \
		bad = good; \
		change; \
		expect("register: " what, call_struct(RW_HC_REGISTER, &bad, sizeof(bad)), want); \
	} while (0)
	TRY("version 0", bad.abi_version = 0, -RW_EINVAL);
	TRY("version before", bad.abi_version--, -RW_EINVAL);
	TRY("version after", bad.abi_version++, -RW_EINVAL);
	TRY("no CPU", bad.cpus = 0, -RW_EINVAL);
	TRY("area for code", bad.code_area = 1, -RW_EINVAL);
	TRY("release without NUL", SetMem(bad.release, sizeof(bad.release), 'x'), -RW_EINVAL);
	TRY("poking_cr3 unaligned", bad.poking_cr3 = (UINT64)scratch + 8, -RW_EINVAL);
	TRY("poking_cr3 not RAM", bad.poking_cr3 = NOT_RAM, -RW_EFAULT);
	TRY("poking_cr3 hypervisor", bad.poking_cr3 = hv, -RW_EFAULT);
	TRY("good", (void)bad, 0);
	TRY("twice", (void)bad, -RW_EXISTS);
#undef TRY
}

/* Appends a symbol; its length byte may be wrong. */
static void add_symbol(struct rw_symbol_page *page, UINT32 off, UINT8 claimed, UINT8 real)
{
	UINT8 *at = page->data + page->bytes;

	CopyMem(at, &off, sizeof(off));
	at[4] = claimed;
	SetMem(at + 5, real, 'a');
	page->bytes += 5u + real;
	page->count++;
}

static struct rw_symbol_page *fresh_symbols(UINT32 off)
{
	struct rw_symbol_page *page = (void *)scratch;

	ZeroMem(page, sizeof(*page));
	add_symbol(page, off, 4, 4);
	add_symbol(page, off + 16, 63, 63);
	return page;
}

static void test_symbols(void)
{
	struct rw_symbol_page *page;
	UINT32 i, at = 0x10000;
	INT64 got = 0;

#define TRY(what, change, want) \
	do { \
		page = fresh_symbols(0x2000); \
		change; \
		expect("symbols: " what, outside(RW_HC_SYMBOLS, (UINT64)scratch, 0), want); \
	} while (0)
	TRY("a byte too few", page->bytes--, -RW_EINVAL);
	TRY("a byte too many", page->bytes++, -RW_EINVAL);
	TRY("an entry too few", page->count--, -RW_EINVAL);
	TRY("an entry too many", page->count++, -RW_EINVAL);
	TRY("2^32 - 1 entries", page->count = ~0u, -RW_EINVAL);
	TRY("2^32 - 1 bytes", page->bytes = ~0u, -RW_EINVAL);
	TRY("more bytes than a page", page->bytes = RW_SYMBOL_PAGE_BYTES + 1, -RW_EINVAL);
	TRY("length 0", add_symbol(page, 0x3000, 0, 0), -RW_EINVAL);
	TRY("length 64", add_symbol(page, 0x3000, 64, 64), -RW_EINVAL);
	TRY("length over the end", add_symbol(page, 0x3000, 30, 20), -RW_EINVAL);
	TRY("not ascending", add_symbol(page, 0x1000, 4, 4), -RW_EINVAL);
	TRY("not text", page->data[6] = 0x1b, -RW_EINVAL);
	TRY("good", (void)page, 0);
	page = fresh_symbols(0x1000);
	expect("symbols: below an earlier page", outside(RW_HC_SYMBOLS, (UINT64)page, 0), -RW_EINVAL);
#undef TRY
	for (i = 0; i < SYMBOLS_END && got == 0; i++) {
		page = (void *)scratch;
		ZeroMem(page, sizeof(*page));
		while (page->bytes + 68 <= RW_SYMBOL_PAGE_BYTES)
			add_symbol(page, at += 16, 63, 63);
		got = outside(RW_HC_SYMBOLS, (UINT64)page, 0);
	}
	expect("symbols: too many", got, -RW_ENOSPC);
	expect("symbols: room for 3 MiB of names", i * PAGE >= 3u << 20, 1);
}

static struct rw_range range_of(UINT64 gpa, UINT64 len, UINT32 kind)
{
	return (struct rw_range){ .gpa = gpa, .gva = gpa, .len = len, .kind = kind, .name = "test" };
}

static INT64 protect(const struct rw_range *a, const struct rw_range *b)
{
	struct rw_protect_list *list = (void *)scratch;

	ZeroMem(list, sizeof(*list));
	list->range[list->count++] = *a;
	if (b)
		list->range[list->count++] = *b;
	return outside(RW_HC_PROTECT, (UINT64)list, 0);
}

static INT64 protect_count(UINT32 count, UINT32 reserved)
{
	struct rw_protect_list *list = (void *)scratch;
	UINT32 i;

	ZeroMem(list, sizeof(*list));
	for (i = 0; i < RW_PROTECT_MAX; i++)
		list->range[i] = range_of((UINT64)target, PAGE, RW_TARGET_KERNEL_RODATA);
	list->count = count;
	list->reserved[14] = reserved;
	return outside(RW_HC_PROTECT, (UINT64)list, 0);
}

static void test_protect_bad(void)
{
	const struct rw_range good = range_of((UINT64)target, PAGE, RW_TARGET_KERNEL_RODATA);
	struct rw_range bad;

#define TRY(what, change, want) \
	do { \
		bad = good; \
		change; \
		expect("protect: " what, protect(&bad, NULL), want); \
	} while (0)
	expect("protect: 0 ranges", protect_count(0, 0), -RW_EINVAL);
	expect("protect: 64 ranges", protect_count(RW_PROTECT_MAX + 1, 0), -RW_EINVAL);
	expect("protect: 2^32 - 1 ranges", protect_count(~0u, 0), -RW_EINVAL);
	expect("protect: reserved field", protect_count(1, 1), -RW_EINVAL);
	TRY("kind 0", bad.kind = 0, -RW_EINVAL);
	TRY("kind hypervisor", bad.kind = RW_TARGET_HYPERVISOR, -RW_EINVAL);
	TRY("kind 2^32 - 1", bad.kind = ~0u, -RW_EINVAL);
	TRY("unknown flag", bad.flags = 2, -RW_EINVAL);
	TRY("length 0", bad.len = 0, -RW_EINVAL);
	TRY("length 0 of an object", bad.len = 0; bad.flags = RW_RANGE_OBJECT, -RW_EINVAL);
	TRY("address unaligned", bad.gpa += 8; bad.gva += 8, -RW_EINVAL);
	TRY("length unaligned", bad.len += 8, -RW_EINVAL);
	TRY("end over 2^64", bad.gpa = LAST_PAGE; bad.gva = 0; bad.len = 2 * PAGE, -RW_EINVAL);
	TRY("length 2^64 - 4096", bad.len = LAST_PAGE, -RW_EINVAL);
	TRY("linear end over 2^64", bad.gva = LAST_PAGE; bad.len = 2 * PAGE, -RW_EINVAL);
	TRY("linear and physical disagree", bad.gva += 8, -RW_EINVAL);
	TRY("name without NUL", SetMem(bad.name, sizeof(bad.name), 'x'), -RW_EINVAL);
	TRY("not RAM", bad.gpa = NOT_RAM, -RW_EFAULT);
	TRY("last page but one", bad.gpa = LAST_PAGE - PAGE, -RW_EFAULT);
	TRY("end not RAM", bad.len = HUGE, -RW_EFAULT);
	TRY("hypervisor, first page", bad.gpa = hv, -RW_EFAULT);
	TRY("hypervisor, last page", bad.gpa = hv_end - PAGE, -RW_EFAULT);
	TRY("hypervisor in the middle", bad.gpa = hv - PAGE; bad.gva = 0;
	    bad.len = hv_end - hv + 2 * PAGE, -RW_EFAULT);
	TRY("object, hypervisor", bad.gpa = hv + 16; bad.gva = 0; bad.len = 16;
	    bad.flags = RW_RANGE_OBJECT, -RW_EFAULT);
	expect("protect: the same twice in a call", protect(&good, &good), -RW_EXISTS);
	bad = range_of(NOT_RAM, PAGE, RW_TARGET_IDT);
	expect("protect: good and bad in a call", protect(&good, &bad), -RW_EFAULT);
#undef TRY
}

static UINT32 ranges_known(void)
{
	struct rw_status *status = (void *)scratch;

	return outside(RW_HC_STATUS, (UINT64)status, 0) ? ~0u : status->ranges;
}

static void test_protect_good(void)
{
	struct rw_range all = range_of((UINT64)target, 2 * PAGE, RW_TARGET_KERNEL_RODATA);
	struct rw_range object = range_of((UINT64)target + 64, 32, RW_TARGET_LSM_HOOKS);
	struct rw_range code = range_of((UINT64)inside, PAGE, RW_TARGET_AGENT_TEXT);
	struct rw_range header = range_of((UINT64)ring, PAGE, RW_TARGET_AGENT_RODATA);

	expect("refused ranges leave nothing", ranges_known(), 0);
	expect("lock: nothing named", outside(RW_HC_LOCK, 0, 0), -RW_ENOTREADY);
	object.flags = RW_RANGE_OBJECT;
	expect("protect: good", protect(&all, &object), 0);
	expect("protect: the same again", protect(&all, NULL), -RW_EXISTS);
	expect("protect: the same object again", protect(&object, NULL), -RW_EXISTS);
	all = range_of((UINT64)target + PAGE, PAGE, RW_TARGET_IDT);
	expect("protect: part of it again", protect(&all, NULL), -RW_EXISTS);
	expect("ranges known", ranges_known(), 2);
	expect("lock: no agent_text", outside(RW_HC_LOCK, 0, 0), -RW_ENOTREADY);
	expect("protect: code and ring header", protect(&code, &header), 0);
	expect("ranges known", ranges_known(), 4);
}

static struct rw_ring_desc good_ring(void)
{
	struct rw_ring_desc desc = { .data_pages = RW_RING_MIN_PAGES, .hdr_gpa = (UINT64)ring };
	UINT32 i;

	for (i = 0; i < RW_RING_MAX_PAGES; i++)
		desc.data_gpa[i] = (UINT64)ring + (i + 1) * PAGE;
	return desc;
}

static void test_ring(void)
{
	struct rw_ring_desc bad;

#define TRY(what, change, want) \
	do { \
		bad = good_ring(); \
		change; \
		expect("ring: " what, call_struct(RW_HC_RING, &bad, sizeof(bad)), want); \
	} while (0)
	TRY("CPU 1", bad.cpu = 1, -RW_EINVAL);
	TRY("CPU 64", bad.cpu = RW_MAX_CPUS, -RW_EINVAL);
	TRY("CPU 2^32 - 1", bad.cpu = ~0u, -RW_EINVAL);
	TRY("0 pages", bad.data_pages = 0, -RW_EINVAL);
	TRY("2 pages", bad.data_pages = 2, -RW_EINVAL);
	TRY("5 pages", bad.data_pages = 5, -RW_EINVAL);
	TRY("128 pages", bad.data_pages = 128, -RW_EINVAL);
	TRY("2^31 pages", bad.data_pages = 1u << 31, -RW_EINVAL);
	TRY("header unaligned", bad.hdr_gpa += 8, -RW_EINVAL);
	TRY("data unaligned", bad.data_gpa[3] += 8, -RW_EINVAL);
	TRY("a data page twice", bad.data_gpa[3] = bad.data_gpa[0], -RW_EINVAL);
	TRY("header among the data", bad.data_gpa[3] = bad.hdr_gpa, -RW_EINVAL);
	TRY("header not RAM", bad.hdr_gpa = NOT_RAM, -RW_EFAULT);
	TRY("header in the last page", bad.hdr_gpa = LAST_PAGE, -RW_EFAULT);
	TRY("header in the hypervisor", bad.hdr_gpa = hv, -RW_EFAULT);
	TRY("data not RAM", bad.data_gpa[3] = NOT_RAM, -RW_EFAULT);
	TRY("data in the last page", bad.data_gpa[3] = LAST_PAGE, -RW_EFAULT);
	TRY("data in the hypervisor", bad.data_gpa[3] = hv_end - PAGE, -RW_EFAULT);
	expect("drain: still no ring", outside(RW_HC_DRAIN, 0, 0), -RW_ENOTREADY);
	TRY("good", (void)bad, 0);
	TRY("twice", (void)bad, -RW_EXISTS);
#undef TRY
}

/* Puts a record into the ring, of the event at @tsc. */
static void put_exec(const char *path, UINT64 tsc)
{
	static const struct rw_task task = { .pid = 7, .tgid = 7, .comm = "efi" };
	static const struct rw_file file = { .ino = 1 };
	struct rw_ring_hdr *hdr = (void *)ring;
	struct rec_writer w;

	rec_begin(&w, ring + PAGE + hdr->producer, PAGE, RW_REC_EXEC, RW_VERDICT_ALLOW);
	w.hdr->time_ns = tsc;
	rec_bytes(&w, RW_F_TASK, &task, sizeof(task));
	rec_bytes(&w, RW_F_PATH, path, (uint16_t)strlena((const CHAR8 *)path));
	rec_bytes(&w, RW_F_FILE, &file, sizeof(file));
	rec_u32(&w, RW_F_OPEN_FLAGS, 0);
	hdr->producer += rec_end(&w);
}

static UINT64 rdtsc(void)
{
	UINT32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (UINT64)high << 32 | low;
}

static void set_tsc(UINT64 value)
{
	__asm__ volatile("wrmsr" : : "c"(0x10), "a"((UINT32)value), "d"((UINT32)(value >> 32)));
}

/* The guest sets its TSC to before the hypervisor's start, then forward: the log's time must continue. */
static void test_clock(void)
{
	UINT64 start = rdtsc(), now;

	while (rdtsc() - start < 100000)
		;
	now = rdtsc();
	set_tsc(0);
	put_exec("/efi/back", rdtsc());
	expect("drain: a record after the TSC was set back", outside(RW_HC_DRAIN, 0, 0), 1);
	set_tsc(now + rdtsc());
	put_exec("/efi/forth", rdtsc());
	expect("drain: a record after the TSC was set forward", outside(RW_HC_DRAIN, 0, 0), 1);
}

static void test_drain(void)
{
	struct rw_ring_hdr *hdr = (void *)ring;

	expect("drain: empty", outside(RW_HC_DRAIN, 0, 0), 0);
	put_exec("/efi/first", rdtsc());
	expect("drain: one record", outside(RW_HC_DRAIN, 0, 0), 1);
	expect("drain: consumer", hdr->consumer, hdr->producer);
	test_clock();
	hdr->producer += 3 * PAGE;
	expect("drain: zeros", outside(RW_HC_DRAIN, 0, 0), 0);
	expect("drain: consumer after zeros", hdr->consumer, hdr->producer);
}

/* Set-up before the registration. */
static void test_too_early(void)
{
	expect("symbols before register", outside(RW_HC_SYMBOLS, (UINT64)fresh_symbols(0x1000), 0),
	       -RW_ENOTREADY);
	expect("protect before register", protect_count(1, 0), -RW_ENOTREADY);
	expect("ring before register", outside(RW_HC_RING, (UINT64)scratch, 0), -RW_ENOTREADY);
	expect("lock before register", outside(RW_HC_LOCK, 0, 0), -RW_ENOTREADY);
	expect("drain before ring", outside(RW_HC_DRAIN, 0, 0), -RW_ENOTREADY);
	expect("read before register", outside(RW_HC_READ, (UINT64)scratch, 0), -RW_ENOTREADY);
	expect("beat before register", outside(RW_HC_BEAT, RW_BEAT_ALIVE, 0), -RW_ENOTREADY);
	expect("kexec before register", outside(RW_HC_KEXEC, 0, 0), -RW_ENOTREADY);
}

static void test_answers(INT64 (*call)(UINT64 nr, UINT64 a1, UINT64 a2), UINT32 locked)
{
	struct rw_status *status = (void *)scratch;
	struct rw_cpu_stats *stats = (void *)scratch;

	SetMem(scratch, PAGE, 0x5a);
	expect("status", call(RW_HC_STATUS, (UINT64)status, 0), 0);
	expect("status: version", status->abi_version, RW_ABI_VERSION);
	expect("status: CPUs", status->cpus, 1);
	expect("status: locked", status->locked, locked);
	expect("status: backend", status->backend, guest_is_amd());
	expect("status: pages", status->protected_pages, locked ? 4 : 0);
	expect("status: no byte more", scratch[sizeof(*status)], 0x5a);
	SetMem(scratch, PAGE, 0x5a);
	expect("stats", call(RW_HC_STATS, (UINT64)stats, 0), 0);
	expect("stats: hypercalls are counted", stats->exits[RW_EXIT_HYPERCALL] > 0, 1);
	expect("stats: no byte more", scratch[sizeof(*stats)], 0x5a);
	expect("stats: no such CPU", call(RW_HC_STATS, (UINT64)stats, 1), -RW_EINVAL);
	expect("stats: CPU 2^32", call(RW_HC_STATS, (UINT64)stats, 1ull << 32), -RW_EINVAL);
}

static void test_locked(void)
{
	UINT64 nr;

	expect("lock", outside(RW_HC_LOCK, 0, 0), 0);
	for (nr = 0; nr <= RW_HC_COUNT; nr++)
		expect_number("outside after the lock", nr, outside(nr, (UINT64)scratch, 0), -RW_EPERM);
	expect("second lock", agent(RW_HC_LOCK, 0, 0), -RW_ELOCKED);
	for (nr = RW_HC_REGISTER; nr <= RW_HC_RING; nr++)
		expect_number("setup after the lock", nr, agent(nr, (UINT64)scratch, 0), -RW_ELOCKED);
	expect("kexec, which the configuration refuses", agent(RW_HC_KEXEC, 0, 0), -RW_EPERM);
	expect("beat: no such kind", agent(RW_HC_BEAT, RW_BEAT_COUNT, 0), -RW_EINVAL);
	expect("beat: 33 bits of tracepoints", agent(RW_HC_BEAT, RW_BEAT_ALIVE, 1ull << 32), -RW_EINVAL);
	test_numbers(agent);
	test_answers(agent, 1);
	read_tests(agent, scratch, hv, hv_end, (UINT64)target);
	expect("hello after the lock", agent(RW_HC_HELLO, 5, 0), 5 ^ (INT64)RW_HELLO_XOR);
}

/* The hypervisor must not write for the guest where the guest itself may not write. */
static void test_confused_deputy(void)
{
	UINT8 before[256];

	CopyMem(before, target, sizeof(before));
	expect("status into a protected page", agent(RW_HC_STATUS, (UINT64)target, 0), -RW_EFAULT);
	expect("stats into a protected page", agent(RW_HC_STATS, (UINT64)target, 0), -RW_EFAULT);
	expect("protected page is as before", CompareMem(before, target, sizeof(before)), 0);
	CopyMem(before, ring, sizeof(before));
	expect("drain with a protected ring header", agent(RW_HC_DRAIN, 0, 0), -RW_EFAULT);
	expect("ring header is as before", CompareMem(before, ring, sizeof(before)), 0);
	expect("status into the hypervisor", agent(RW_HC_STATUS, hv, 0), -RW_EFAULT);
}

static void test_writes(const char *name, volatile UINT8 *at)
{
	UINT8 before[32] = { 0 };
	UINTN i, same = 1;

	for (i = 0; i < sizeof(before); i++)
		before[i] = at[i];
	at[0] = (UINT8)~before[0];
	*(volatile UINT16 *)at = 0x1122;
	*(volatile UINT32 *)at = 0x11223344;
	*(volatile UINT64 *)at = 0x1122334455667788;
	guest_stores((void *)at);
	for (i = 0; i < sizeof(before); i++)
		same &= before[i] == at[i];
	expect2(name, ": unchanged", same, 1);
}

static void test_hypervisor_memory(void)
{
	volatile UINT64 *first = (volatile UINT64 *)hv, *last = (volatile UINT64 *)(hv_end - 8);

	expect("hypervisor memory: first", *first, -1);
	expect("hypervisor memory: last", *last, -1);
	test_writes("hypervisor memory", (volatile UINT8 *)hv);
	expect("hypervisor memory: a jump there", guest_jump(hv), GUEST_UD);
}

/* The one part of the hypervisor that the guest sees: where, what, and that nothing changes it. */
static void test_policy_area(INT64 (*call)(UINT64 nr, UINT64 a1, UINT64 a2))
{
	struct rw_policy_area *area = (void *)scratch;
	const struct rw_policy_dir *dir;
	const volatile UINT64 *after;

	SetMem(scratch, PAGE, 0x5a);
	expect("policy", call(RW_HC_POLICY, (UINT64)area, 0), 0);
	expect("policy: no byte more", scratch[sizeof(*area)], 0x5a);
	expect("policy: in the hypervisor", area->gpa > hv && area->gpa + area->size < hv_end, 1);
	expect("policy: pages", (area->gpa | area->size) % PAGE == 0 && area->size, 1);
	dir = (const void *)area->gpa;
	expect("policy: magic", dir->magic, RW_POLICY_MAGIC);
	expect("policy: version", dir->version, RW_POLICY_VERSION);
	expect("policy: size", dir->size, area->size);
	expect("policy: images", dir->count, 1);
	expect("policy: monitor", dir->image[0].kind, RW_POLICY_MONITOR);
	after = (const volatile UINT64 *)(area->gpa + area->size);
	expect("the page before the policy area is hidden", *(const volatile UINT64 *)(area->gpa - 8), -1);
	expect("the page after the policy area is hidden", *after, -1);
	test_writes("policy area", (volatile UINT8 *)area->gpa);
	expect("policy area: a jump there", guest_jump(area->gpa), GUEST_UD);
	expect("status into the policy area", call(RW_HC_STATUS, area->gpa, 0), -RW_EFAULT);
}

static void test_instructions(void)
{
	static const struct {
		const char *name;
		UINT8 modrm;
	} insns[] = {
		{ "vmlaunch", 0xc2 }, { "vmresume", 0xc3 }, { "vmxoff", 0xc4 }, { "vmrun", 0xd8 },
		{ "vmload", 0xda },   { "vmsave", 0xdb },   { "stgi", 0xdc },   { "clgi", 0xdd },
	};
	UINTN i;

	for (i = 0; i < sizeof(insns) / sizeof(insns[0]); i++)
		expect2(insns[i].name, " raises #UD", guest_try_0f01(insns[i].modrm), GUEST_UD);
	expect("the other vendor's hypercall raises #UD", guest_try_0f01(guest_is_amd() ? 0xc1 : 0xd9),
	       GUEST_UD);
}

static void run_with_agent(void)
{
	test_identity();
	test_numbers(outside);
	test_too_early();
	test_answers(outside, 0);
	test_pointers("register", RW_HC_REGISTER, sizeof(struct rw_agent_info));
	test_pointers("status", RW_HC_STATUS, sizeof(struct rw_status));
	test_pointers("stats", RW_HC_STATS, sizeof(struct rw_cpu_stats));
	test_pointers("policy", RW_HC_POLICY, sizeof(struct rw_policy_area));
	test_register();
	test_pointers("read", RW_HC_READ, sizeof(struct rw_read));
	read_tests(outside, scratch, hv, hv_end, 0);
	test_pointers("symbols", RW_HC_SYMBOLS, sizeof(struct rw_symbol_page));
	test_pointers("protect", RW_HC_PROTECT, sizeof(struct rw_protect_list));
	test_pointers("ring", RW_HC_RING, sizeof(struct rw_ring_desc));
	test_protect_bad();
	test_ring();
	test_drain();
	test_protect_good();
	test_symbols();
	test_hypervisor_memory();
	test_policy_area(outside);
	test_locked();
	test_writes("protected page", target);
	test_writes("named object", target + 64);
	test_writes("protected page, across an object's begin", target + 60);
	test_writes("protected page, across its end", target + PAGE - 4);
	test_writes("agent's text", inside);
	test_confused_deputy();
	test_hypervisor_memory();
	test_policy_area(agent);
	test_instructions();
	expect("cpu_index at the end", agent(RW_HC_CPU_INDEX, 0, 0), 0);
}

/* If the configuration says `agent = no`, nobody answers. */
static void run_without_agent(void)
{
	UINT32 r[4];

	guest_cpuid(RW_CPUID_SIGNATURE, r);
	expect("no signature", CompareMem(&r[1], RW_SIGNATURE, 12) != 0, 1);
	expect("vmcall raises #UD", guest_try_0f01(0xc1), GUEST_UD);
	expect("vmmcall raises #UD", guest_try_0f01(0xd9), GUEST_UD);
	test_hypervisor_memory();
	test_instructions();
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	UINT32 r[4];

	InitializeLib(image, table);
	scratch = guest_pages(1, EfiLoaderData);
	inside = guest_pages(1, EfiLoaderCode);
	target = guest_pages(2, EfiLoaderData);
	ring = guest_pages(1 + RW_RING_MIN_PAGES, EfiLoaderData);
	if (!scratch || !inside || !target || !ring || !read_init() || !guest_find_hypervisor(&hv, &hv_end) ||
	    !guest_take_ud()) {
		guest_say("FAIL set-up\n");
		return EFI_OUT_OF_RESOURCES;
	}
	guest_copy_hypercall(inside);
	guest_say("hypervisor at ");
	guest_say_hex(hv);
	guest_say(" to ");
	guest_say_hex(hv_end);
	guest_say("\n");
	guest_cpuid(RW_CPUID_SIGNATURE, r);
	if (CompareMem(&r[1], RW_SIGNATURE, 12) == 0) {
		run_with_agent();
		guest_say("END\n");
		guest_power_off();
	}
	run_without_agent();
	guest_say("END\n");
	guest_triple_fault();
}
