/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Log records: what the agent puts into a ring and what the store holds. Little endian.
 *
 * A record is a header and fields, each with its number and its length. abi/events.def lists the fields of
 * each type of record and says what they mean.
 *
 * Both sides use one layout. In a ring (guest memory, untrusted) the agent fills magic, size, type, verdict
 * and flags and puts the TSC of the event into time_ns; the hypervisor fills the rest of the header at
 * intake.
 */
#pragma once

#include "abi/types.h"

#define RW_REC_MAGIC      0x32525752u /* "RWR2" */
#define RW_REC_ALIGN      8u
#define RW_REC_MAX        16384u /* bytes of a record */
#define RW_FIELD_ALIGN    4u
#define RW_PATH_MAX       4095u /* bytes of one path; longer ones keep their tail and are flagged */
#define RW_MESSAGE_MAX    8192u /* bytes of one message; of longer ones the end is missing */
#define RW_COMM_LEN       16u
#define RW_SYMBOL_LEN     64u /* bytes of a symbol's name, its NUL included */
#define RW_CODE_BYTES     16u
#define RW_VALUE_BYTES    16u
#define RW_TYPES          256u /* possible values of rw_rec_hdr.type */
#define RW_TARGETS        256u /* possible values of enum rw_target */
#define RW_REC_AGENT_LAST 191u /* types up to here may come from the agent's ring */

/* rw_rec_hdr.type */
enum rw_rec_type {
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) RW_REC_##NAME = (id),
#include "abi/events.def"
};

/* What competes for room in the store. A reader may meet a class above those that it knows. */
enum rw_class {
#define RW_CLASS(NAME, name, share, keep, doc) RW_CLASS_##NAME,
#include "abi/events.def"
	RW_CLASS_COUNT
};
/* clang-format off */
#define RW_CLASS(NAME, name, share, keep, doc) + (share)
enum { RW_CLASS_SHARES = 0
#include "abi/events.def"
};
/* clang-format on */
_Static_assert(RW_CLASS_SHARES == 100, "the shares of all classes are the whole store");

/* rw_field.id */
enum rw_field_id {
#define RW_FIELD(id, NAME, KIND, name, label, since, doc) RW_F_##NAME = (id),
#include "abi/events.def"
	RW_FIELD_COUNT /* one more than the highest number */
};

/* What a field's value is. Numbers are little endian and as long as their kind says. */
enum rw_field_kind {
	RW_KIND_NONE = 0, /* no such field */
#define RW_KIND(NAME, min, max, grows, RULE, doc) RW_KIND_##NAME,
#include "abi/events.def"
	RW_KIND_COUNT
};

/* rw_rec_hdr.verdict */
enum rw_verdict {
	RW_VERDICT_ALLOW = 0, /* the operation was let through */
	RW_VERDICT_DENY = 1,  /* the operation was refused by policy */
	RW_VERDICT_SKIP = 2,  /* the access was discarded, the guest resumed after the instruction */
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
#define RW_RECF_SYNC       0x0008u /* handed over before the operation returned */
#define RW_RECF_ALL        0x000bu

struct rw_rec_hdr {
	uint32_t magic;   /* RW_REC_MAGIC */
	uint16_t size;    /* bytes of the whole record, a multiple of RW_REC_ALIGN */
	uint8_t type;     /* enum rw_rec_type */
	uint8_t verdict;  /* enum rw_verdict */
	uint64_t seq;     /* number of the record, from 1: the order in which the store took it */
	uint64_t time_ns; /* of the event. Store: nanoseconds since the hypervisor's start; ring: TSC */
	uint16_t cpu;     /* hypervisor's index of the CPU that handed the record over */
	uint16_t flags;   /* RW_RECF_* */
	uint32_t crc;     /* CRC-32C of the record with this field 0 */
};
RW_ASSERT_SIZE(struct rw_rec_hdr, 32);
RW_ASSERT_OFFSET(struct rw_rec_hdr, crc, 28);

/*
 * A field: this header, then @len bytes of value, then zeros up to a multiple of RW_FIELD_ALIGN. Fields
 * follow the record's header back to back, in any order, each number at most once; zeros fill the record up
 * to its size.
 */
struct rw_field {
	uint16_t id; /* enum rw_field_id, not 0 */
	uint16_t len;
};
RW_ASSERT_SIZE(struct rw_field, 4);

/*
 * A field's structure may grow at its end: a reader takes the members it knows, and zeros for missing ones.
 */

/*
 * Who did it: RW_KIND_TASK. Members from @ns_pid on are present only if one of them is not 0; RW_TASK_MIN
 * bytes always are.
 */
struct rw_task {
	uint32_t pid;  /* of the thread, in the initial PID namespace */
	uint32_t tgid; /* of the process */
	uint32_t ppid; /* tgid of the real parent */
	uint32_t uid;  /* IDs in the initial user namespace */
	uint32_t euid;
	uint32_t gid;
	char comm[RW_COMM_LEN]; /* NUL-padded, maybe not terminated; a worker has its process' */
	uint32_t fsuid;
	uint32_t loginuid; /* who logged in, as the audit subsystem keeps it; RW_TASK_UNSET: nobody */
	uint32_t session;  /* the login's number; RW_TASK_UNSET: none */
	uint32_t flags;    /* RW_TASKF_* */
	uint64_t cgroup;   /* id in the default (v2) hierarchy */
	uint32_t pid_ns;   /* inode numbers of its namespaces; 0: it has left them, and they are not known */
	uint32_t mnt_ns;
	uint32_t ns_pid; /* as its own PID namespace counts; 0: that is the initial one */
	uint32_t ns_tgid;
	uint64_t root_dev; /* its root directory, with RW_TASKF_OTHER_ROOT; the file system's own device */
	uint64_t root_ino;
} __attribute__((packed, aligned(RW_FIELD_ALIGN)));
RW_ASSERT_SIZE(struct rw_task, 96);
RW_ASSERT_OFFSET(struct rw_task, ns_pid, 72);
#define RW_TASK_MIN   72u
#define RW_TASK_UNSET UINT32_MAX

/* rw_task.flags */
#define RW_TASKF_IO_WORKER     0x01u /* a thread that the kernel made for io_uring of this process */
#define RW_TASKF_USER_WORKER   0x02u /* one that it made for something else, such as vhost */
#define RW_TASKF_KERNEL_THREAD 0x04u
#define RW_TASKF_OTHER_ROOT    0x08u /* its root directory is not that of process 1 */
#define RW_TASKF_INTERRUPT     0x10u /* an interrupt did it, which came while this task ran */

/* What an exit can read of the current task: RW_KIND_GUEST_TASK. */
struct rw_guest_task {
	uint32_t pid;
	uint32_t tgid;
	char comm[RW_COMM_LEN];
};
RW_ASSERT_SIZE(struct rw_guest_task, 24);

/* Which file: RW_KIND_FILE. */
struct rw_file {
	uint64_t dev; /* as st_dev of stat(2) shows it */
	uint64_t ino;
	uint32_t generation; /* i_generation */
} __attribute__((packed));
RW_ASSERT_SIZE(struct rw_file, 20);

/* Credentials: RW_KIND_CRED. IDs in the initial user namespace. */
struct rw_cred {
	uint32_t uid, gid, suid, sgid, euid, egid, fsuid, fsgid;
};
RW_ASSERT_SIZE(struct rw_cred, 32);

/* Another task, that something is done to: RW_KIND_OTHER_TASK. */
struct rw_other_task {
	uint32_t pid;
	uint32_t tgid;
	uint32_t uid;
	uint32_t euid;
	char comm[RW_COMM_LEN];
};
RW_ASSERT_SIZE(struct rw_other_task, 32);

/* Capabilities, a bit each: RW_KIND_CAPS. */
struct rw_caps {
	uint64_t effective, permitted, inheritable, ambient;
} __attribute__((packed));
RW_ASSERT_SIZE(struct rw_caps, 32);

/* Inode numbers of namespaces: RW_KIND_NAMESPACES. */
struct rw_namespaces {
	uint32_t mnt, pid, net, ipc, uts, cgroup, time, user; /* pid, time: those of its next children */
};
RW_ASSERT_SIZE(struct rw_namespaces, 32);

/* Bits of a RW_KIND_EXEC_FLAGS field: what is special about a program's file, or how it was started. */
#define RW_EXECF_DELETED    0x001u /* no name is left */
#define RW_EXECF_MEMFD      0x002u /* made by memfd_create(2): in memory only, never had a name */
#define RW_EXECF_NOEXEC     0x004u /* on a mount with noexec */
#define RW_EXECF_NOSUID     0x008u /* on a mount with nosuid */
#define RW_EXECF_OVERLAY    0x010u /* on an overlay */
#define RW_EXECF_SETUID     0x020u /* mode bits of the file */
#define RW_EXECF_SETGID     0x040u
#define RW_EXECF_DESCRIPTOR 0x080u /* named by a descriptor: fexecve(3), execveat(2) */
#define RW_EXECF_SECURE     0x100u /* the program gains privileges (AT_SECURE) */
#define RW_EXECF_BITS       9u
/* clang-format off */
#define RW_EXECF_NAMES \
	{ "deleted", "memfd", "noexec", "nosuid", "overlay", "setuid", "setgid", "by_descriptor", "secure" }
/* clang-format on */

/* Value of a RW_KIND_CHILD field: what a new task is. */
enum rw_child {
	RW_CHILD_PROCESS = 0,
	RW_CHILD_VFORK = 1, /* a process that borrows its parent's memory while the parent waits */
	RW_CHILD_THREAD = 2,
	RW_CHILD_IO_WORKER = 3,   /* thread made by the kernel for io_uring */
	RW_CHILD_USER_WORKER = 4, /* thread made by the kernel for a process */
	RW_CHILD_KERNEL_THREAD = 5,
	RW_CHILD_COUNT
};
/* clang-format off */
#define RW_CHILD_NAMES { "process", "vfork", "thread", "io_worker", "user_worker", "kernel_thread" }
/* clang-format on */

/* Value of a RW_KIND_TRACE field: how a task reaches into another one. */
enum rw_trace {
	RW_TRACE_OTHER = 0,  /* a check by another system call, or by the kernel itself */
	RW_TRACE_ATTACH = 1, /* ptrace(2): attach or seize */
	RW_TRACE_TRACEME =
		2, /* ptrace(2): the task that did it will be traced by the other one, its parent */
	RW_TRACE_VM_READ = 3,  /* process_vm_readv(2) */
	RW_TRACE_VM_WRITE = 4, /* process_vm_writev(2) */
	RW_TRACE_OPEN = 5,     /* opens a file of /proc that gives access, such as mem */
	RW_TRACE_GET_FD = 6,   /* pidfd_getfd(2) */
	RW_TRACE_COUNT
};
/* clang-format off */
#define RW_TRACE_NAMES { "other", "attach", "traceme", "vm_read", "vm_write", "open", "get_fd" }
/* clang-format on */

/* Value of a RW_KIND_CGROUP_STEP field. */
enum rw_cgroup_step {
	RW_CGROUP_FOUND = 0, /* was there when the agent started */
	RW_CGROUP_MADE = 1,
	RW_CGROUP_REMOVED = 2,
	RW_CGROUP_STEP_COUNT
};
/* clang-format off */
#define RW_CGROUP_STEP_NAMES { "found", "made", "removed" }
/* clang-format on */

/* Value of a RW_KIND_AGENT_STATE field: what the hypervisor hears from the agent on a CPU. */
enum rw_agent_state {
	RW_AGENT_HEARD = 1,  /* it is there: for the first time since the lock, or once more */
	RW_AGENT_PAUSED = 2, /* it says that it pauses: the CPU goes offline, or Linux suspends */
	RW_AGENT_SILENT = 3, /* it has not been heard for too long, and did not say that it pauses */
	RW_AGENT_DEAF = 4,   /* it is there, but attached to less than it was */
	RW_AGENT_STATE_COUNT
};
/* clang-format off */
#define RW_AGENT_STATE_NAMES { NULL, "heard", "paused", "silent", "deaf" }
/* clang-format on */

/* A part of memory: a RW_KIND_AREAS field is a list of them. */
struct rw_area {
	uint64_t gpa, bytes;
};
#define RW_AREA_BYTES 16u
RW_ASSERT_SIZE(struct rw_area, RW_AREA_BYTES);

/* Value of a RW_KIND_KEXEC_STEP field: what was about to happen. */
enum rw_kexec_step {
	RW_KEXEC_LOAD = 0,          /* a kernel is loaded, or, by kexec_load, also unloaded */
	RW_KEXEC_INITRAMFS = 1,     /* its initial RAM disk is loaded */
	RW_KEXEC_EARLIER = 2,       /* the lock finds that a kernel was loaded before */
	RW_KEXEC_EARLIER_CRASH = 3, /* the lock finds that a crash kernel was loaded before */
	RW_KEXEC_START = 4,         /* the loaded kernel starts */
	RW_KEXEC_STEP_COUNT
};
/* clang-format off */
#define RW_KEXEC_STEP_NAMES { "load", "initramfs", "earlier", "earlier_crash", "start" }
/* clang-format on */

/* Value of a RW_KIND_LOG_INPUT field: the way that a message takes to the syslog daemon. */
enum rw_log_input {
	RW_LOG_SYSLOG = 1, /* a socket for syslog(3), as /dev/log: one datagram, one message */
	RW_LOG_NATIVE = 2, /* the journal's own socket: fields of a message, in a datagram or in a file */
	RW_LOG_STDOUT =
		3, /* the journal's socket for standard output: parts of a stream, as they are written */
	RW_LOG_INPUT_COUNT
};
/* clang-format off */
#define RW_LOG_INPUT_NAMES { NULL, "syslog", "native", "stdout" }
/* clang-format on */

/* Value of a RW_KIND_DELIVERY field: what the kernel is about to do with the message. */
enum rw_delivery {
	RW_DELIVERY_QUEUED = 1,      /* it goes into the receiver's queue */
	RW_DELIVERY_QUEUE_FULL = 2,  /* the queue is full: the sender waits or gets EAGAIN */
	RW_DELIVERY_CLOSED = 3,      /* the receiver has been closed, or receives no more */
	RW_DELIVERY_NO_RECEIVER = 4, /* nothing is bound to the address */
	RW_DELIVERY_TOO_LONG = 5,    /* longer than the sender's socket can send */
	RW_DELIVERY_COUNT
};
/* clang-format off */
#define RW_DELIVERY_NAMES { NULL, "queued", "queue_full", "closed", "no_receiver", "too_long" }
/* clang-format on */

/* Values of RW_KIND_FAMILY, RW_KIND_SOCKET_TYPE, RW_KIND_FACILITY and RW_KIND_SEVERITY fields. */
/* clang-format off */
#define RW_FAMILY_NAMES \
	{ [0] = "unspec", [1] = "unix", [2] = "inet", [3] = "ax25", [10] = "inet6", [15] = "key", [16] = "netlink", \
	  [17] = "packet", [21] = "rds", [29] = "can", [30] = "tipc", [31] = "bluetooth", [33] = "rxrpc", \
	  [38] = "alg", [39] = "nfc", [40] = "vsock", [41] = "kcm", [42] = "qipcrtr", [43] = "smc", [44] = "xdp" }
#define RW_SOCKET_TYPE_NAMES \
	{ NULL, "stream", "dgram", "raw", "rdm", "seqpacket", "dccp", [10] = "packet" }
#define RW_FACILITY_NAMES \
	{ "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", \
	  [16] = "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7" }
#define RW_SEVERITY_NAMES { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" }
/* clang-format on */

/* Value of a RW_KIND_FILE_KIND field: a file whose "path" is no path, but a name that it was given. */
enum rw_file_kind {
	RW_FILE_PATH = 0, /* not in a record: the path is a path */
	RW_FILE_MEMFD = 1,
	RW_FILE_SHMEM = 2, /* System V shared memory, shared anonymous memory */
	RW_FILE_PIPE = 3,
	RW_FILE_SOCKET = 4,
	RW_FILE_ANON_INODE = 5, /* eventfd, epoll, ...: the name says which */
	RW_FILE_NAMESPACE = 6,
	RW_FILE_OTHER = 7,
	RW_FILE_KIND_COUNT
};
/* clang-format off */
#define RW_FILE_KIND_NAMES \
	{ NULL, "memfd", "shmem", "pipe", "socket", "anon_inode", "namespace", "other" }
/* clang-format on */

/*
 * Value of a RW_KIND_TARGET field, and rw_range.kind. The agent may name 1 to 191; the rest are the
 * hypervisor's.
 */
enum rw_target {
	RW_TARGET_KERNEL_TEXT = 1,
	RW_TARGET_KERNEL_RODATA = 2,
	RW_TARGET_LSM_HOOKS = 3,
	RW_TARGET_AGENT_TEXT = 4,
	RW_TARGET_AGENT_RODATA = 5,
	RW_TARGET_IDT = 6,
	RW_TARGET_MODULE_TEXT = 7,
	RW_TARGET_DYNAMIC_CODE = 8, /* code that the kernel makes at run time: trampolines, probes, BPF */
	RW_TARGET_FIRMWARE_CODE = 9,
	RW_TARGET_TRAMPOLINE = 10, /* where the kernel starts CPUs, in real mode */
	RW_TARGET_VDSO = 11,       /* in the kernel's read-only data, executed in user mode only */
	RW_TARGET_MODULE_RODATA = 12,
	RW_TARGET_MODULE_FILE =
		13, /* the agent's copy of a module's file, while the module is compared with it */
	RW_TARGET_GUEST_LAST = 13, /* the highest the agent may name today */
	RW_TARGET_HYPERVISOR = 192,
	RW_TARGET_POLICY = 193,     /* the policy area, which the guest may read */
	RW_TARGET_CONTROL = 194,    /* a register of the CPU that is pinned at the lock */
	RW_TARGET_UNAPPROVED = 200, /* any other page, executed in kernel mode */
	RW_TARGET_COUNT
};
/* clang-format off */
#define RW_TARGET_NAMES \
	{ [RW_TARGET_KERNEL_TEXT] = "kernel_text", [RW_TARGET_KERNEL_RODATA] = "kernel_rodata", \
	  [RW_TARGET_LSM_HOOKS] = "lsm_hooks", [RW_TARGET_AGENT_TEXT] = "agent_text", \
	  [RW_TARGET_AGENT_RODATA] = "agent_rodata", [RW_TARGET_IDT] = "idt", \
	  [RW_TARGET_MODULE_TEXT] = "module_text", [RW_TARGET_DYNAMIC_CODE] = "dynamic_code", \
	  [RW_TARGET_FIRMWARE_CODE] = "firmware_code", [RW_TARGET_TRAMPOLINE] = "trampoline", \
	  [RW_TARGET_VDSO] = "vdso", [RW_TARGET_MODULE_RODATA] = "module_rodata", \
	  [RW_TARGET_MODULE_FILE] = "module_file", [RW_TARGET_UNAPPROVED] = "unapproved", \
	  [RW_TARGET_HYPERVISOR] = "hypervisor", [RW_TARGET_POLICY] = "policy", \
	  [RW_TARGET_CONTROL] = "control_state" }
/* clang-format on */

/* Value of a RW_KIND_ACCESS field. */
enum rw_access {
	RW_ACCESS_READ = 1,
	RW_ACCESS_WRITE = 2,
	RW_ACCESS_EXEC = 3,
	RW_ACCESS_WALK = 4,      /* the CPU's own page walk wanted to write (accessed or dirty flag) */
	RW_ACCESS_DELIVERY = 5,  /* the CPU wanted to push an exception frame */
	RW_ACCESS_HYPERCALL = 6, /* a hypercall from code that may not make one */
	RW_ACCESS_MSR = 7,       /* a write to an MSR that the guest may not write */
	RW_ACCESS_COUNT
};
/* clang-format off */
#define RW_ACCESS_NAMES { NULL, "read", "write", "exec", "walk", "delivery", "hypercall", "msr" }
/* clang-format on */

/* Value of a RW_KIND_DROP field: what was lost. */
enum rw_drop {
	RW_DROP_RING_FULL = 1, /* counted by the agent: no room in its ring */
	RW_DROP_MALFORMED = 2, /* found in a ring, but not a valid record */
	RW_DROP_EVICTED = 3,   /* oldest records of a class, evicted from the full store */
	RW_DROP_COUNT
};
/* clang-format off */
#define RW_DROP_NAMES { NULL, "ring_full", "malformed", "evicted" }
/* clang-format on */

/* Value of a RW_KIND_MALFORMED field: why a ring's content was refused (the first in a batch). */
enum rw_malformed {
	RW_BAD_INDEX = 1, /* producer index out of bounds: the whole ring is skipped */
	RW_BAD_SIZE = 2,  /* size too small, too large, unaligned, or past the producer: rest skipped */
	RW_BAD_MAGIC = 3, /* no magic: rest skipped */
	RW_BAD_TYPE = 4,  /* type unknown or not the agent's: this record skipped */
	RW_BAD_FIELD = 5, /* flags, verdict or fields not as abi/events.def has them: this record skipped */
	RW_BAD_COUNT
};
/* clang-format off */
#define RW_MALFORMED_NAMES { NULL, "index", "size", "magic", "type", "field" }
/* clang-format on */
