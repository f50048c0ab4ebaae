/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Log records: what the agent puts into a ring and what the store holds. Little endian.
 *
 * Both sides use one layout. In a ring (guest memory, untrusted) the agent fills type, verdict, flags,
 * size and puts the TSC of the event into time_ns; the hypervisor fills all the rest of the header when
 * it takes the record in.
 */
#pragma once

#include "abi/types.h"

#define RW_REC_MAGIC   0x43525752u /* "RWRC" */
#define RW_REC_ALIGN   8u
#define RW_PATH_MAX    4095u /* bytes of one path; longer ones keep their tail and are flagged */
#define RW_COMM_LEN    16u
#define RW_SYMBOL_LEN  64u
#define RW_CODE_BYTES  16u
#define RW_VALUE_BYTES 16u

/* rw_rec_hdr.type; the names in rwlog's output are those of RW_REC_TYPE_NAMES. */
enum rw_rec_type {
	RW_REC_EXEC = 1,
	RW_REC_FORK = 2,
	RW_REC_EXIT = 3,
	RW_REC_FILE_OPEN = 4,
	RW_REC_FILE_UNLINK = 5,
	RW_REC_FILE_RENAME = 6,
	RW_REC_MODULE_LOAD = 7,
	RW_REC_KEXEC = 8,
	RW_REC_AGENT_LAST = 8, /* types up to here may come from the agent's ring */
	RW_REC_VIOLATION = 9,
	RW_REC_PATCH = 10,
	RW_REC_AGENT = 11,
	RW_REC_LOCK = 12,
	RW_REC_UNLOCK = 13,
	RW_REC_DROP = 14,
	RW_REC_TYPE_COUNT
};
/* clang-format off */
#define RW_REC_TYPE_NAMES \
	{ NULL, "exec", "fork", "exit", "file_open", "file_unlink", "file_rename", "module_load", \
	  "kexec", "violation", "patch", "agent", "lock", "unlock", "drop" }
/* clang-format on */

/* rw_rec_hdr.verdict */
enum rw_verdict {
	RW_VERDICT_ALLOW = 0, /* the operation went on */
	RW_VERDICT_DENY = 1,  /* the operation was refused by policy */
	RW_VERDICT_SKIP = 2,  /* the access was discarded, the guest went on behind it */
	RW_VERDICT_FAULT = 3, /* the guest got an exception */
	RW_VERDICT_STOP = 4,  /* the machine was stopped */
	RW_VERDICT_NONE = 5,  /* nothing to decide: a report */
	RW_VERDICT_COUNT
};
/* clang-format off */
#define RW_VERDICT_NAMES { "allow", "deny", "skip", "fault", "stop", "none" }
/* clang-format on */

/* rw_rec_hdr.flags */
#define RW_RECF_PATH_TRUNC 0x0001u /* a path was longer than RW_PATH_MAX: its tail is kept */
#define RW_RECF_TIME_ADJ   0x0002u /* the guest's time stamp was impossible; intake time used */
#define RW_RECF_PROC       0x0004u /* violation, patch: proc.pid, tgid and comm were read from the guest */
#define RW_RECF_SYNC       0x0008u /* handed over before the operation returned */
#define RW_RECF_ALL        0x000fu

struct rw_rec_hdr {
	uint32_t magic;   /* RW_REC_MAGIC */
	uint16_t size;    /* bytes of the whole record, a multiple of RW_REC_ALIGN */
	uint8_t type;     /* enum rw_rec_type */
	uint8_t verdict;  /* enum rw_verdict */
	uint64_t seq;     /* number of the record, from 1, without a hole */
	uint64_t time_ns; /* store: nanoseconds since the hypervisor's start; ring: TSC of the event */
	uint16_t cpu;     /* hypervisor's index of the CPU that handed the record over */
	uint16_t flags;   /* RW_RECF_* */
	uint32_t crc;     /* CRC-32 (IEEE 802.3, as in zlib) of the record with this field 0 */
};
RW_ASSERT_SIZE(struct rw_rec_hdr, 32);
RW_ASSERT_OFFSET(struct rw_rec_hdr, crc, 28);

/* Who did it. */
struct rw_proc {
	uint32_t pid;  /* of the thread, in the initial PID namespace */
	uint32_t tgid; /* of the process */
	uint32_t ppid; /* tgid of the real parent */
	uint32_t uid;  /* IDs in the initial user namespace */
	uint32_t euid;
	uint32_t gid;
	char comm[RW_COMM_LEN]; /* NUL-padded, not necessarily NUL-terminated */
};
RW_ASSERT_SIZE(struct rw_proc, 40);

/*
 * Records of the agent: RW_REC_EXEC to RW_REC_KEXEC.
 *
 * type         path                     path2              arg                      flags
 * exec         file given to execve     interpreter, or "" 0                        file->f_flags
 * fork         ""                       ""                 child pid, child tgid    clone is a thread: 1
 * exit         ""                       ""                 exit code (wait status)  last thread: 1
 * file_open    file                     ""                 0                        file->f_flags
 * file_unlink  file                     ""                 0                        0
 * file_rename  old name                 new name           0                        rename flags
 * module_load  file, "" by init_module  ""                 0                        0
 * kexec        file, "" by kexec_load   ""                 0                        enum rw_kexec_event
 */
struct rw_rec_agent {
	struct rw_rec_hdr hdr;
	struct rw_proc proc;
	uint64_t dev; /* as st_dev of stat(2) shows it */
	uint64_t ino;
	uint32_t generation; /* i_generation */
	uint32_t flags;
	uint32_t arg[2];
	int32_t result;     /* of the hook: 0 or a negative errno */
	uint16_t path_len;  /* bytes in data, no NUL, at most RW_PATH_MAX */
	uint16_t path2_len; /* bytes behind path */
	uint8_t data[];     /* path, path2, then zeros up to size */
};
RW_ASSERT_SIZE(struct rw_rec_agent, 112);
RW_ASSERT_OFFSET(struct rw_rec_agent, data, 112);

/* rw_rec_agent.flags of RW_REC_KEXEC: what was about to happen */
enum rw_kexec_event {
	RW_KEXEC_LOAD = 0,          /* a kernel is loaded, or, by kexec_load, also unloaded */
	RW_KEXEC_INITRAMFS = 1,     /* its initial RAM disk is loaded */
	RW_KEXEC_EARLIER = 2,       /* the lock finds that a kernel was loaded before */
	RW_KEXEC_EARLIER_CRASH = 3, /* the lock finds that a crash kernel was loaded before */
	RW_KEXEC_START = 4,         /* the loaded kernel starts */
	RW_KEXEC_EVENT_COUNT
};
/* clang-format off */
#define RW_KEXEC_EVENT_NAMES { "load", "initramfs", "earlier", "earlier_crash", "start" }
/* clang-format on */

#define RW_REC_MAX ((sizeof(struct rw_rec_agent) + 2 * RW_PATH_MAX + 7) & ~(size_t)7)

/* rw_rec_violation.target and rw_range.kind */
enum rw_target {
	RW_TARGET_KERNEL_TEXT = 1,
	RW_TARGET_KERNEL_RODATA = 2,
	RW_TARGET_LSM_HOOKS = 3,
	RW_TARGET_AGENT_TEXT = 4,
	RW_TARGET_AGENT_RODATA = 5,
	RW_TARGET_IDT = 6,
	RW_TARGET_GUEST_LAST = 6, /* kinds up to here may be named by the agent */
	RW_TARGET_HYPERVISOR = 7,
	RW_TARGET_COUNT
};
/* clang-format off */
#define RW_TARGET_NAMES \
	{ NULL, "kernel_text", "kernel_rodata", "lsm_hooks", "agent_text", "agent_rodata", "idt", "hypervisor" }
/* clang-format on */

/* rw_rec_violation.access */
enum rw_access {
	RW_ACCESS_READ = 1,
	RW_ACCESS_WRITE = 2,
	RW_ACCESS_EXEC = 3,
	RW_ACCESS_WALK = 4,      /* the CPU's own page walk wanted to write (accessed or dirty flag) */
	RW_ACCESS_DELIVERY = 5,  /* the CPU wanted to push an exception frame */
	RW_ACCESS_HYPERCALL = 6, /* a hypercall from where none may come */
	RW_ACCESS_COUNT
};
/* clang-format off */
#define RW_ACCESS_NAMES { NULL, "read", "write", "exec", "walk", "delivery", "hypercall" }
/* clang-format on */

/* RW_REC_VIOLATION and RW_REC_PATCH: made by the hypervisor. */
struct rw_rec_violation {
	struct rw_rec_hdr hdr;
	struct rw_proc proc; /* pid, tgid and comm if RW_RECF_PROC; the rest 0 */
	uint8_t target;      /* enum rw_target */
	uint8_t access;      /* enum rw_access */
	uint8_t cpl;         /* privilege level of the access, 0 to 3 */
	uint8_t nbytes;      /* valid bytes in bytes */
	uint8_t value_len;   /* valid bytes in old_value and new_value; 0: not known or nothing changed */
	uint8_t reserved[3];
	uint32_t repeat; /* further accesses of the same kind that this record stands for */
	uint32_t reserved2;
	uint64_t gpa; /* guest-physical address of the first byte hit */
	uint64_t gva; /* guest-linear address used; 0 if not known */
	uint64_t rip;
	uint64_t cr3;
	uint64_t nr;                       /* RW_ACCESS_HYPERCALL: its number */
	uint64_t sym_off;                  /* bytes from the start of symbol */
	uint8_t bytes[RW_CODE_BYTES];      /* code at rip */
	uint8_t old_value[RW_VALUE_BYTES]; /* bytes at gpa that stand */
	uint8_t new_value[RW_VALUE_BYTES]; /* bytes at gpa that the access would have left, or left (patch) */
	char symbol[RW_SYMBOL_LEN];        /* what lies at gpa; NUL-terminated, "" if not known */
};
RW_ASSERT_SIZE(struct rw_rec_violation, 248);

/* rw_rec_event.code of RW_REC_DROP: what was lost */
enum rw_drop {
	RW_DROP_RING_FULL = 1, /* counted by the agent: no room in its ring */
	RW_DROP_MALFORMED = 2, /* found in a ring and not a record */
	RW_DROP_EVICTED = 3,   /* oldest records, pushed out of the full store */
	RW_DROP_COUNT
};
/* clang-format off */
#define RW_DROP_NAMES { NULL, "ring_full", "malformed", "evicted" }
/* clang-format on */

/* Why a ring's content was refused: rw_rec_event.arg[1] of RW_DROP_MALFORMED (the first in a batch). */
enum rw_malformed {
	RW_BAD_INDEX = 1, /* producer index out of bounds: the whole ring is skipped */
	RW_BAD_SIZE = 2,  /* size too small, too large, unaligned, or behind the producer: rest skipped */
	RW_BAD_MAGIC = 3, /* no magic: rest skipped */
	RW_BAD_TYPE = 4,  /* type not the agent's: this record skipped */
	RW_BAD_FIELD = 5, /* flags, verdict, path lengths or padding: this record skipped */
	RW_BAD_COUNT
};
/* clang-format off */
#define RW_MALFORMED_NAMES { NULL, "index", "size", "magic", "type", "field" }
/* clang-format on */

/* RW_REC_AGENT, RW_REC_LOCK, RW_REC_UNLOCK and RW_REC_DROP: made by the hypervisor. */
struct rw_rec_event {
	struct rw_rec_hdr hdr;
	uint32_t code;     /* drop: enum rw_drop; agent: ABI version; lock, unlock: number of ranges */
	uint32_t text_len; /* bytes in text */
	/* drop: count now, first enum rw_malformed, count in all, CPU; lock, unlock: pages */
	uint64_t arg[4];
	/* for people: kernel release (agent), kinds and sizes (lock), why (unlock); zeros up to size */
	uint8_t text[];
};
RW_ASSERT_SIZE(struct rw_rec_event, 72);
