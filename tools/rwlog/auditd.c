/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Records as auditd writes them to audit.log. */
#define _GNU_SOURCE
#include "auditd.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "names.h"
#include "socket.h"
#include "text.h"
#include "util.h"

#define NS_PER_S UINT64_C(1000000000)
#define UNSET    UINT32_MAX
#define NODE_LEN 16u /* digits of the boot's id: enough to tell machines apart */

/*
 * The system call that makes such an event; of several, one of them, as the record does not say which.
 * Numbers of Linux on x86-64; plus 1, as read(2) is 0.
 */
#define CALL(n) ((n) + 1)
static const uint16_t calls[RW_TYPES] = {
	[RW_REC_EXEC] = CALL(59),          [RW_REC_FORK] = CALL(56),
	[RW_REC_EXIT] = CALL(231),         [RW_REC_FILE_OPEN] = CALL(257),
	[RW_REC_FILE_UNLINK] = CALL(263),  [RW_REC_FILE_RENAME] = CALL(316),
	[RW_REC_MODULE_LOAD] = CALL(313),  [RW_REC_KEXEC] = CALL(320),
	[RW_REC_DIR_MAKE] = CALL(258),     [RW_REC_DIR_REMOVE] = CALL(84),
	[RW_REC_FILE_LINK] = CALL(265),    [RW_REC_FILE_CHMOD] = CALL(268),
	[RW_REC_FILE_READ] = CALL(0),      [RW_REC_FILE_WRITE] = CALL(1),
	[RW_REC_FILE_CLOSE] = CALL(3),     [RW_REC_MMAP_EXEC] = CALL(9),
	[RW_REC_MPROTECT_EXEC] = CALL(10), [RW_REC_SYMLINK] = CALL(266),
	[RW_REC_MKNOD] = CALL(259),        [RW_REC_FILE_CHOWN] = CALL(260),
	[RW_REC_FILE_TRUNCATE] = CALL(76), [RW_REC_FILE_TIMES] = CALL(280),
	[RW_REC_XATTR_SET] = CALL(188),    [RW_REC_XATTR_REMOVE] = CALL(197),
	[RW_REC_MOUNT] = CALL(165),        [RW_REC_MOUNT_MOVE] = CALL(429),
	[RW_REC_UMOUNT] = CALL(166),       [RW_REC_PIVOT_ROOT] = CALL(155),
	[RW_REC_CHROOT] = CALL(161),       [RW_REC_PORT_ACCESS] = CALL(173),
	[RW_REC_SETUID] = CALL(105),       [RW_REC_SETGID] = CALL(106),
	[RW_REC_SETGROUPS] = CALL(116),    [RW_REC_CAPSET] = CALL(126),
	[RW_REC_PRCTL] = CALL(157),        [RW_REC_PTRACE] = CALL(101),
	[RW_REC_SIGNAL] = CALL(62),        [RW_REC_SECCOMP] = CALL(317),
	[RW_REC_NAMESPACES] = CALL(272),   [RW_REC_SOCKET] = CALL(41),
	[RW_REC_BIND] = CALL(49),          [RW_REC_LISTEN] = CALL(50),
	[RW_REC_CONNECT] = CALL(42),       [RW_REC_ACCEPT] = CALL(288),
	[RW_REC_SENDTO] = CALL(44),        [RW_REC_BPF] = CALL(321),
	[RW_REC_PERF_EVENT] = CALL(298),   [RW_REC_CLOCK_SET] = CALL(227),
	[RW_REC_KERNEL_LOG] = CALL(103),
};

/* One event being written. */
struct event {
	const struct rec *r;
	const struct members_boot *boot;
	struct sink *to;
	struct rw_task task;
	struct text exe; /* the task's program; len 0: not known */
	unsigned int item;
};

/* A line's begin. All lines of an event have the same node, time and number. */
static void begin(const struct event *e, const char *type)
{
	struct sink *to = e->to;
	uint64_t ns = e->r->hdr.time_ns;

	sink_bytes(to, "node=", 5);
	sink_bytes(to, e->boot->name, strnlen(e->boot->name, NODE_LEN));
	sink_bytes(to, " type=", 6);
	sink_text(to, type);
	sink_bytes(to, " msg=audit(", 11);
	sink_u64(to, e->boot->epoch + ns / NS_PER_S);
	sink_char(to, '.');
	sink_digits(to, ns % NS_PER_S / 1000000, 3);
	sink_char(to, ':');
	sink_u64(to, e->r->hdr.seq);
	sink_bytes(to, "):", 2);
}

static void number(const struct event *e, const char *name, uint64_t v)
{
	sink_char(e->to, ' ');
	sink_text(e->to, name);
	sink_char(e->to, '=');
	sink_u64(e->to, v);
}

static void hex_number(const struct event *e, const char *name, uint64_t v)
{
	char text[32];

	snprintf(text, sizeof(text), " %s=%llx", name, (unsigned long long)v);
	sink_text(e->to, text);
}

/* Text from the guest. A single quote would end the message that it may stand in. */
static void untrusted(const struct event *e, const char *name, struct text t)
{
	bool plain = true;

	sink_char(e->to, ' ');
	sink_text(e->to, name);
	sink_char(e->to, '=');
	for (size_t i = 0; i < t.len; i++)
		plain &= t.p[i] > ' ' && t.p[i] < 0x7f && t.p[i] != '"' && t.p[i] != '\'';
	if (!plain) {
		for (size_t i = 0; i < t.len; i++) {
			static const char digits[] = "0123456789ABCDEF";

			sink_char(e->to, digits[t.p[i] >> 4]);
			sink_char(e->to, digits[t.p[i] & 15]);
		}
		return;
	}
	sink_char(e->to, '"');
	sink_bytes(e->to, t.p, t.len);
	sink_char(e->to, '"');
}

static void exe(const struct event *e)
{
	if (e->exe.len)
		untrusted(e, "exe", e->exe);
	else
		sink_text(e->to, " exe=(null)");
}

static bool failed(const struct rec *r)
{
	return (int32_t)rec_number(r, RW_F_RESULT) < 0 ||
	       (r->hdr.verdict >= RW_VERDICT_DENY && r->hdr.verdict <= RW_VERDICT_STOP);
}

/* What the call returned, as far as the record has it; exit_group(2) does not return. */
static int32_t result(const struct rec *r)
{
	return (int32_t)rec_number(r, RW_F_RESULT);
}

static void arguments_of_call(const struct event *e)
{
	const struct rec *r = e->r;
	uint64_t a[4] = { 0 };

	a[0] = r->hdr.type == RW_REC_EXIT   ? rec_number(r, RW_F_EXIT_STATUS) >> 8 & 0xff :
	       r->hdr.type == RW_REC_FORK   ? rec_number(r, RW_F_CLONE_FLAGS) :
	       r->hdr.type == RW_REC_SOCKET ? rec_number(r, RW_F_FAMILY) :
					      0;
	a[1] = r->hdr.type == RW_REC_SOCKET ? rec_number(r, RW_F_SOCKET_TYPE) :
	       r->hdr.type == RW_REC_SIGNAL ? rec_number(r, RW_F_SIGNAL) :
					      0;
	a[2] = r->hdr.type == RW_REC_FILE_OPEN  ? rec_number(r, RW_F_OPEN_FLAGS) :
	       r->hdr.type == RW_REC_MMAP_EXEC  ? rec_number(r, RW_F_PROT) :
	       r->hdr.type == RW_REC_SOCKET     ? rec_number(r, RW_F_PROTOCOL) :
	       r->hdr.type == RW_REC_FILE_CHMOD ? rec_number(r, RW_F_MODE) :
						  0;
	hex_number(e, "a0", a[0]);
	hex_number(e, "a1", a[1]);
	hex_number(e, "a2", a[2]);
	hex_number(e, "a3", a[3]);
}

static bool has(const struct event *e, enum rw_field_id id, struct rec_field *f)
{
	return rec_field(e->r, id, f);
}

static unsigned int items(const struct event *e)
{
	struct rec_field f;

	return (has(e, RW_F_PATH, &f) ? 1u : 0u) + (has(e, RW_F_NEW_PATH, &f) ? 1u : 0u);
}

static void line_of_call(const struct event *e, unsigned int call)
{
	const struct rw_task *t = &e->task;
	int32_t ret = result(e->r);
	struct rec_field tty;

	begin(e, "SYSCALL");
	sink_text(e->to, " arch=c000003e");
	number(e, "syscall", call);
	sink_text(e->to, failed(e->r) ? " success=no exit=" : " success=yes exit=");
	if (ret < 0)
		sink_char(e->to, '-');
	sink_u64(e->to, ret < 0 ? -(uint64_t)ret : (uint64_t)ret);
	arguments_of_call(e);
	number(e, "items", items(e));
	number(e, "ppid", t->ppid);
	number(e, "pid", t->tgid);
	number(e, "auid", t->loginuid);
	number(e, "uid", t->uid);
	number(e, "gid", t->gid);
	number(e, "euid", t->euid);
	/* The record has neither of these: they are given as "unset". */
	number(e, "suid", UNSET);
	number(e, "fsuid", t->fsuid);
	number(e, "egid", UNSET);
	number(e, "sgid", UNSET);
	number(e, "fsgid", UNSET);
	if (has(e, RW_F_TTY, &tty))
		untrusted(e, "tty", value_text(&tty));
	else
		sink_text(e->to, " tty=(none)");
	number(e, "ses", t->session);
	untrusted(e, "comm", rec_comm(t->comm));
	exe(e);
	/* The key tells what ausearch -k finds: the event's name in Ringward. */
	sink_text(e->to, " key=\"");
	sink_text(e->to, event_desc(e->r->hdr.type)->name);
	sink_text(e->to, "\"\n");
}

static void line_of_arguments(const struct event *e)
{
	struct text_list list;
	struct rec_field f;
	struct text one;
	unsigned int n = 0;

	if (!has(e, RW_F_ARGUMENTS, &f))
		return;
	list = (struct text_list){ f.value, f.len };
	while (text_list_next(&list, &one))
		n++;
	begin(e, "EXECVE");
	number(e, "argc", n);
	list = (struct text_list){ f.value, f.len };
	for (unsigned int i = 0; text_list_next(&list, &one); i++) {
		char name[16];

		snprintf(name, sizeof(name), "a%u", i);
		untrusted(e, name, one);
	}
	sink_char(e->to, '\n');
}

static void line_of_cwd(const struct event *e)
{
	struct rec_field f;

	if (!has(e, RW_F_CWD, &f))
		return;
	begin(e, "CWD");
	untrusted(e, "cwd", value_text(&f));
	sink_char(e->to, '\n');
}

/* What becomes of a name. */
static const char *name_type(const struct rec *r, bool is_new)
{
	switch (r->hdr.type) {
	case RW_REC_FILE_UNLINK:
	case RW_REC_DIR_REMOVE:
		return "DELETE";
	case RW_REC_FILE_RENAME:
		return is_new ? "CREATE" : "DELETE";
	case RW_REC_DIR_MAKE:
	case RW_REC_MKNOD:
	case RW_REC_SYMLINK:
		return "CREATE";
	case RW_REC_FILE_OPEN:
		return rec_number(r, RW_F_CREATED) ? "CREATE" : "NORMAL";
	default:
		return is_new ? "CREATE" : "NORMAL";
	}
}

static void device(const struct event *e, const char *name, uint64_t dev)
{
	char text[64];

	snprintf(text, sizeof(text), " %s=%02x:%02x", name, major(dev), minor(dev));
	sink_text(e->to, text);
}

static void line_of_path(struct event *e, enum rw_field_id id)
{
	struct rec_field path, f;
	struct rw_file file;
	char mode[32];

	if (!has(e, id, &path))
		return;
	begin(e, "PATH");
	number(e, "item", e->item++);
	untrusted(e, "name", value_text(&path));
	if (has(e, RW_F_FILE, &f)) {
		value_structure(&f, &file, sizeof(file));
		number(e, "inode", file.ino);
		device(e, "dev", file.dev);
	}
	if (has(e, RW_F_MODE, &f)) {
		snprintf(mode, sizeof(mode), " mode=0%o", (unsigned int)value_number(&f));
		sink_text(e->to, mode);
	}
	if (has(e, RW_F_OWNER, &f))
		number(e, "ouid", value_number(&f));
	if (has(e, RW_F_OWNER_GROUP, &f))
		number(e, "ogid", value_number(&f));
	if (has(e, RW_F_RDEV, &f))
		device(e, "rdev", value_number(&f));
	sink_text(e->to, " nametype=");
	sink_text(e->to, name_type(e->r, id == RW_F_NEW_PATH));
	sink_char(e->to, '\n');
}

static void line_of_address(const struct event *e)
{
	struct rec_field f;

	if (!has(e, RW_F_ADDRESS, &f))
		return;
	begin(e, "SOCKADDR");
	sink_text(e->to, " saddr=");
	for (size_t i = 0; i < f.len; i++) {
		static const char digits[] = "0123456789ABCDEF";

		sink_char(e->to, digits[f.value[i] >> 4]);
		sink_char(e->to, digits[f.value[i] & 15]);
	}
	sink_char(e->to, '\n');
}

static void line_of_module(const struct event *e)
{
	struct rec_field f;
	const uint8_t *slash;
	struct text name;

	if (e->r->hdr.type != RW_REC_MODULE_LOAD || !has(e, RW_F_PATH, &f))
		return;
	name = value_text(&f);
	slash = memrchr(name.p, '/', name.len);
	if (slash)
		name = (struct text){ slash + 1, (size_t)(name.p + name.len - slash - 1) };
	begin(e, "KERN_MODULE");
	untrusted(e, "name", name);
	sink_char(e->to, '\n');
}

static void end(const struct event *e)
{
	begin(e, "EOE");
	sink_bytes(e->to, " \n", 2);
}

/* A member within the quotes of a message that is no system call's. */
static void message_member(void *ctx, const struct member *m)
{
	const struct event *e = ctx;
	char text[SOCKET_TEXT_LEN + 64];

	switch (m->form) {
	case MEMBER_U64:
	case MEMBER_BOOL:
		number(e, m->name, m->u);
		break;
	case MEMBER_I64:
		snprintf(text, sizeof(text), " %s=%lld", m->name, (long long)m->i);
		sink_text(e->to, text);
		break;
	case MEMBER_ADDRESS:
		snprintf(text, sizeof(text), " %s=0x%llx", m->name, (unsigned long long)m->u);
		sink_text(e->to, text);
		break;
	case MEMBER_WORD:
		untrusted(e, m->name, (struct text){ (const uint8_t *)m->word, strlen(m->word) });
		break;
	case MEMBER_FLAGS: /* the number is a member of its own */
	case MEMBER_TIME:
		break;
	case MEMBER_TEXT:
		untrusted(e, m->name, m->text);
		break;
	default:
		sink_char(e->to, ' ');
		sink_text(e->to, m->name);
		sink_char(e->to, '=');
		sink_hex(e->to, m->text.p, m->text.len);
	}
}

/* Members that the line has already. */
static void own_member(void *ctx, const struct member *m)
{
	static const char *const known[] = { "boot", "seq",  "time_ns",  "type",    "pid",     "tgid",
					     "uid",  "comm", "loginuid", "session", "verdict", "exe" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strcmp(m->name, known[i]) == 0)
			return;
	message_member(ctx, m);
}

/* What is no system call: as a message of a program, in the way of auditd's own. */
static void message(struct event *e)
{
	const struct rec *r = e->r;
	char name[NAME_LEN];

	begin(e, "USER");
	number(e, "pid", e->task.tgid);
	number(e, "uid", e->task.uid);
	number(e, "auid", e->task.loginuid);
	number(e, "ses", e->task.session);
	sink_text(e->to, " msg='op=");
	sink_text(e->to, name_of_type(r->hdr.type, name));
	sink_text(e->to, " verdict=");
	sink_text(e->to, name_of_verdict(r->hdr.verdict));
	members_of_record(r, e->boot, own_member, e);
	untrusted(e, "comm", rec_comm(e->task.comm));
	exe(e);
	sink_text(e->to, failed(r) ? " hostname=? addr=? terminal=? res=failed'\n" :
				     " hostname=? addr=? terminal=? res=success'\n");
}

void auditd_record(const struct rec *r, const struct members_boot *boot, const struct procs *procs,
		   struct sink *to)
{
	struct event e = { .r = r, .boot = boot, .to = to };
	const struct proc *proc;
	int known = rec_task(r, &e.task);

	if (known < 2)
		e.task.uid = e.task.loginuid = e.task.session = UNSET;
	proc = procs_find(procs, e.task.tgid);
	if (proc)
		e.exe = proc->path;
	if (known < 2 || !calls[r->hdr.type]) {
		message(&e);
		return;
	}
	line_of_call(&e, calls[r->hdr.type] - 1u);
	line_of_arguments(&e);
	line_of_module(&e);
	line_of_cwd(&e);
	line_of_address(&e);
	line_of_path(&e, RW_F_PATH);
	line_of_path(&e, RW_F_NEW_PATH);
	end(&e);
}
