/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Hypercalls of the guest agent: VMCALL on Intel, VMMCALL on AMD, in 64-bit mode, ring 0.
 *
 * RAX = number, RDI, RSI, RDX = arguments; RAX = result, a negative RW_E* on error; no other register
 * changes. An argument structure is passed by guest-physical address, is 8-byte aligned and does not
 * cross a page. With `agent = no` in the configuration the instructions raise #UD, as on a CPU
 * without virtualization. docs/hypercalls.md has the whole contract.
 */
#pragma once

#include "abi/record.h"

/* CPUID leaves, answered only with `agent = yes`. EBX, ECX, EDX of the first: the signature. */
#define RW_CPUID_SIGNATURE 0x40000000u /* EAX: highest leaf */
#define RW_CPUID_VERSION   0x40000001u /* EAX: RW_ABI_VERSION, EBX: 0 VMCALL, 1 VMMCALL */
#define RW_SIGNATURE       "RingwardRing"
#define RW_ABI_VERSION     2u

#define RW_HELLO_XOR 0x52696e6777617264ull /* "Ringward" */

enum rw_hypercall {
	RW_HC_HELLO = 0,      /* (nonce) -> nonce ^ RW_HELLO_XOR; the result may be any value */
	RW_HC_REGISTER = 1,   /* (gpa of struct rw_agent_info) once, before the lock */
	RW_HC_SYMBOLS = 2,    /* (gpa of struct rw_symbol_page) before the lock, addresses ascending */
	RW_HC_PROTECT = 3,    /* (gpa of struct rw_protect_list) before the lock */
	RW_HC_RING = 4,       /* (gpa of struct rw_ring_desc) before the lock, once per CPU */
	RW_HC_LOCK = 5,       /* () once: protects from here on what was named */
	RW_HC_DRAIN = 6,      /* () moves this CPU's pending records into the store -> number stored */
	RW_HC_DUMP = 7,       /* () the whole store, as frames, on the hypervisor's serial line */
	RW_HC_STATUS = 8,     /* (gpa of struct rw_status) */
	RW_HC_STATS = 9,      /* (gpa of struct rw_cpu_stats, CPU index) */
	RW_HC_CPU_INDEX = 10, /* () -> the hypervisor's index of this CPU */
	/* () another kernel is about to start: unlocks and forgets everything */
	RW_HC_KEXEC = 11,
	RW_HC_POLICY = 12, /* (gpa of struct rw_policy_area) where the policy area is: abi/policy.h */
	RW_HC_READ = 13,   /* (gpa of struct rw_read) copies stored records, ascending -> bytes copied */
	/* (gpa of struct rw_protect_list) approves code of a module that is being loaded, after the lock */
	RW_HC_MODULE = 14,
	/*
	 * (enum rw_beat, number of tracepoints that the agent is attached to no more) this CPU's agent is
	 * alive; does what DRAIN does, too
	 */
	RW_HC_BEAT = 15,
	RW_HC_PATCHING = 16, /* (gpa of struct rw_patching) once, before the lock */
	RW_HC_SITES = 17,    /* (gpa of struct rw_site_page) before the lock, addresses ascending */
	/* (gpa of struct rw_module_file) shows the file of a module -> bytes still missing */
	RW_HC_MODULE_FILE = 18,
	/* (gpa of struct rw_module_check) compares a module with its file -> pages not compared yet */
	RW_HC_MODULE_CHECK = 19,
	RW_HC_COUNT
};

/* First argument of RW_HC_BEAT. */
enum rw_beat {
	RW_BEAT_ALIVE = 0,
	RW_BEAT_PAUSE = 1, /* no more of them before the CPU comes online again, or Linux wakes up */
	RW_BEAT_COUNT
};

/* Errors, as negative values in RAX. */
/* not from ring 0 in 64-bit mode; after the lock: not from the agent's text, or KEXEC is refused */
#define RW_EPERM     1
#define RW_ENOSYS    2 /* no such number */
#define RW_EINVAL    3 /* an argument or a field is out of bounds, unaligned or overflows */
#define RW_EFAULT    4 /* an address is not guest RAM, or belongs to the hypervisor */
#define RW_ELOCKED   5 /* not after the lock, or a second time */
#define RW_ENOSPC    6 /* the hypervisor's room for ranges, symbols or page tables is used up */
#define RW_ENOTREADY 7 /* a call that must come first is missing: register, protect, ring */
#define RW_EXISTS    8 /* already done: registered, ring of this CPU, range */
/* clang-format off */
#define RW_ERROR_NAMES \
	{ "ok", "EPERM", "ENOSYS", "EINVAL", "EFAULT", "ELOCKED", "ENOSPC", "ENOTREADY", "EXISTS" }
/* clang-format on */

/* Argument of RW_HC_REGISTER: what the hypervisor needs to know about this kernel. */
struct rw_agent_info {
	uint32_t abi_version; /* RW_ABI_VERSION */
	uint32_t cpus;        /* possible CPUs */
	uint64_t poking_cr3;  /* physical address of poking_mm's page global directory; 0: none */
	/* offset of current_task from the CPU's GS base; not known: 0, as are those below */
	uint64_t current_off;
	uint32_t task_pid; /* offsets in struct task_struct */
	uint32_t task_tgid;
	uint32_t task_comm;
	/* offset from RW_SYMBOL_BASE of the area for modules and other new code, up to RW_CODE_AREA_END; 0:
	 * not known
	 */
	uint32_t code_area;
	char release[64]; /* uname -r, NUL-terminated */
};
RW_ASSERT_SIZE(struct rw_agent_info, 104);

/*
 * Argument of RW_HC_SYMBOLS: names for addresses in protected memory, ascending over all calls. Packed
 * entries: uint32_t offset of the address from RW_SYMBOL_BASE (little endian), uint8_t length, name.
 */
#define RW_SYMBOL_BASE       0xffffffff80000000ull
#define RW_CODE_AREA_END     0xffffffffff000000ull
#define RW_SYMBOL_PAGE_BYTES (RW_PAGE_SIZE - 8u)
struct rw_symbol_page {
	uint32_t count; /* entries */
	uint32_t bytes; /* of data in use */
	uint8_t data[RW_SYMBOL_PAGE_BYTES];
};
RW_ASSERT_SIZE(struct rw_symbol_page, RW_PAGE_SIZE);

#define RW_READ_PAGES 4u
#define RW_READ_BYTES (RW_READ_PAGES * RW_PAGE_SIZE)

/*
 * Argument and answer of RW_HC_READ: whole records as the store has them, back to back. Numbers that are
 * skipped have been evicted.
 */
struct rw_read {
	uint64_t seq;                 /* in: lowest number wanted; out: lowest that was not copied yet */
	uint64_t next_seq;            /* out: number that the next record will get */
	uint64_t boot_epoch;          /* out: as the store's header has it: records' times count from there */
	uint64_t page[RW_READ_PAGES]; /* in: guest-physical addresses of the pages to fill, page-aligned */
};
RW_ASSERT_SIZE(struct rw_read, 24 + 8 * RW_READ_PAGES);
_Static_assert(RW_REC_MAX <= RW_READ_BYTES, "a record of any size fits");

/* What may stand at a site: a place in kernel text that the kernel itself patches. */
enum rw_site_kind {
	RW_SITE_JUMP = 1,   /* jump label: a NOP, or a jump to @target */
	RW_SITE_CALL = 2,   /* static call: a call of a function, or what stands for one that does nothing */
	RW_SITE_TAIL = 3,   /* static call at a function's end, or its trampoline: a jump, a return */
	RW_SITE_TRACE = 4,  /* where a traced function calls: a NOP, or a call of a tracing entry */
	RW_SITE_TRACER = 5, /* where a tracing entry calls: a call of a function */
	RW_SITE_LOCK = 6,   /* a LOCK prefix, or the DS prefix in its place while one CPU runs */
	RW_SITE_FROZEN = 7, /* what stands there at the lock */
	RW_SITE_KINDS
};

/* Bytes of the longest site: a conditional jump. */
#define RW_SITE_LEN_MAX 6u

struct rw_site {
	uint32_t off;      /* of its address from RW_SYMBOL_BASE */
	uint32_t target;   /* RW_SITE_JUMP: of the jump's target, likewise; else 0 */
	uint8_t kind;      /* enum rw_site_kind */
	uint8_t len;       /* bytes: 2 or 5 (JUMP), 5 or 6 (TAIL), 1 (LOCK), 1 to 6 (FROZEN), else 5 */
	uint16_t reserved; /* 0 */
};
RW_ASSERT_SIZE(struct rw_site, 12);

/* Argument of RW_HC_SITES: sites in protected kernel text, ascending over all calls and disjoint. */
#define RW_SITES_PER_PAGE 340u
struct rw_site_page {
	uint32_t count;
	uint32_t reserved[3]; /* 0 */
	struct rw_site site[RW_SITES_PER_PAGE];
};
RW_ASSERT_SIZE(struct rw_site_page, RW_PAGE_SIZE);

/*
 * Code that the kernel copies to make a tracing entry of its own for one user of the tracer: linear addresses
 * in kernel text.
 */
struct rw_tracer {
	uint64_t start, end; /* what is copied; 0: there is none */
	uint64_t op;         /* MOV of the user's address: the copy has another displacement */
	uint64_t call;       /* CALL of the tracing function: the copy has another target */
	uint64_t jump;       /* a short jump that is a NOP in the copy; 0: none */
};

#define RW_TRACERS        2u
#define RW_TRACER_MAX     512u /* bytes from start to end */
#define RW_PATCHING_ENDBR 1u   /* flags: functions that static calls lead to begin with ENDBR64 */

/* Argument of RW_HC_PATCHING: what all sites have in common. */
struct rw_patching {
	uint32_t flags;        /* RW_PATCHING_* */
	uint32_t reserved;     /* 0 */
	uint64_t return_thunk; /* linear address that replaces returns; 0: none */
	struct rw_tracer tracer[RW_TRACERS];
};
RW_ASSERT_SIZE(struct rw_patching, 16 + 40 * RW_TRACERS);

/* Argument of RW_HC_MODULE_FILE, with modules = approved: before RW_HC_MODULE for the same module. */
enum rw_module_file_step {
	RW_MODULE_FILE_BEGIN = 0, /* name, size; forgets the file before it */
	RW_MODULE_FILE_PAGES = 1, /* the next pages */
	RW_MODULE_FILE_END = 2    /* forgets the file */
};
#define RW_MODULE_NAME     32u         /* as rw_range.name */
#define RW_MODULE_PAGES    32u         /* in one call, which so takes less than a millisecond */
#define RW_MODULE_FILE_MAX (64u << 20) /* bytes */
struct rw_module_file {
	uint32_t step;                  /* enum rw_module_file_step */
	uint32_t count;                 /* of page */
	uint64_t size;                  /* bytes of the file, uncompressed */
	char name[RW_MODULE_NAME];      /* of the module, shortened; zeros after it */
	uint64_t page[RW_MODULE_PAGES]; /* guest-physical, page-aligned; all but the file's last are full */
};
RW_ASSERT_SIZE(struct rw_module_file, 16 + RW_MODULE_NAME + 8 * RW_MODULE_PAGES);

/* Argument of RW_HC_MODULE_CHECK. */
enum rw_module_check_step {
	/* before the lock: tables of exported symbols (struct kernel_symbol): address, entries, ... */
	RW_MODULE_CHECK_EXPORTS = 0,
	/* after the lock, once the file is shown: where its sections lie, by number; 0: nowhere */
	RW_MODULE_CHECK_PLACES = 1,
	/* once RW_HC_MODULE has named the module's pages: compares some; after the last one approves all */
	RW_MODULE_CHECK_COMPARE = 2
};
#define RW_MODULE_CHECK_VALUES 256u
struct rw_module_check {
	uint32_t step;                          /* enum rw_module_check_step */
	uint32_t count;                         /* of value; COMPARE: 0 */
	uint64_t value[RW_MODULE_CHECK_VALUES]; /* linear addresses; EXPORTS: and numbers */
};
RW_ASSERT_SIZE(struct rw_module_check, 8 + 8 * RW_MODULE_CHECK_VALUES);

/* rw_range.flags */
#define RW_RANGE_OBJECT   1u /* names a part of other ranges, in bytes; protects nothing by itself */
#define RW_RANGE_WRITABLE 2u /* stays writable: firmware code only, where code and data share pages */
/*
 * stays writable, but is compared with what it was at the lock: up to 256 bytes, of no kind, in a call
 * without other ranges
 */
#define RW_RANGE_WATCHED 4u

/* A physically contiguous range of guest memory that becomes read-only at the lock. */
struct rw_range {
	uint64_t gpa;   /* page-aligned unless RW_RANGE_OBJECT */
	uint64_t gva;   /* the kernel's address of it: for names only */
	uint64_t len;   /* bytes, not 0; page-aligned unless RW_RANGE_OBJECT */
	uint32_t kind;  /* enum rw_target, up to RW_TARGET_GUEST_LAST */
	uint32_t flags; /* RW_RANGE_* */
	char name[32];  /* NUL-terminated: the fallback for a symbol */
};
RW_ASSERT_SIZE(struct rw_range, 64);

#define RW_PROTECT_MAX 63u /* ranges in one call */
struct rw_protect_list {
	uint32_t count;
	uint32_t reserved[15]; /* 0 */
	struct rw_range range[RW_PROTECT_MAX];
};
RW_ASSERT_SIZE(struct rw_protect_list, RW_PAGE_SIZE);
