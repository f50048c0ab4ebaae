/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One record as a line for people: its fields in order, each as its kind says. */
#define _GNU_SOURCE
#include "line.h"

#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "disasm.h"
#include "names.h"
#include "text.h"
#include "util.h"

/*
 * Flags of open(2), renameat2(2) and mmap(2), and bits of a wait status on x86-64 Linux, not on the host.
 */
#define GUEST_O_ACCMODE  00000003u
#define GUEST_O_CREAT    00000100u
#define GUEST_O_TRUNC    00001000u
#define GUEST_O_APPEND   00002000u
#define GUEST_EXCHANGE   2u
#define GUEST_PROT_READ  1u
#define GUEST_PROT_WRITE 2u
#define GUEST_PROT_EXEC  4u
#define WAIT_SIGNAL      0x7fu
#define WAIT_CORE        0x80u
#define TYPE_WIDTH       11u
#define ROOT_CGROUP      1u /* id of the default hierarchy's root: most tasks without systemd are there */

static void show_number(const struct line *l, const struct rec_field *f)
{
	text_u64(l->out, " ", value_number(f));
}

static void show_offset(const struct line *l, const struct rec_field *f)
{
	fprintf(l->out, "+0x%" PRIx64, value_number(f));
}

static void show_mode(const struct line *l, const struct rec_field *f)
{
	fprintf(l->out, " 0%" PRIo64, value_number(f));
}

static void show_result(const struct line *l, const struct rec_field *f)
{
	int32_t result = (int32_t)value_number(f);
	const char *name = result < 0 && result > -4096 ? strerrorname_np(-result) : NULL;

	if (result >= 0)
		text_u64(l->out, " ", (uint32_t)result);
	else
		fprintf(l->out, " %" PRId32 "%s%s%s", result, name ? " (" : "", name ? name : "",
			name ? ")" : "");
}

static void show_address(const struct line *l, const struct rec_field *f)
{
	const struct symbol *s = NULL;
	uint64_t addr = value_number(f), off;

	fprintf(l->out, " 0x%" PRIx64, addr);
	if (l->symbols)
		s = symbols_find(l->symbols, addr, &off);
	if (!s)
		return;
	fputs(" (", l->out);
	text_show(l->out, s->name, false);
	fprintf(l->out, "+0x%" PRIx64 ")", off);
}

static void show_open_flags(const struct line *l, const struct rec_field *f)
{
	static const char *const mode[] = { "read", "write", "read,write", "no access" };
	uint64_t flags = value_number(f);

	putc_unlocked(' ', l->out);
	fputs_unlocked(mode[flags & GUEST_O_ACCMODE], l->out);
	fputs_unlocked(flags & GUEST_O_CREAT ? ",create" : "", l->out);
	fputs_unlocked(flags & GUEST_O_TRUNC ? ",truncate" : "", l->out);
	fputs_unlocked(flags & GUEST_O_APPEND ? ",append" : "", l->out);
}

/* Bits, @n of which have names; one without a name (NULL) is shown as a number. */
static void show_bits(const struct line *l, uint64_t flags, const char *const *name, size_t n)
{
	char before = ' ';

	for (size_t i = 0; i < n; i++) {
		if (!(flags >> i & 1) || !name[i])
			continue;
		fprintf(l->out, "%c%s", before, name[i]);
		before = ',';
		flags &= ~(UINT64_C(1) << i);
	}
	if (flags)
		fprintf(l->out, "%c0x%" PRIx64, before, flags);
}

static void show_rename_flags(const struct line *l, const struct rec_field *f)
{
	static const char *const name[] = { "noreplace", "exchange", "whiteout" };

	show_bits(l, value_number(f), name, ARRAY_SIZE(name));
}

static void show_exec_flags(const struct line *l, const struct rec_field *f)
{
	static const char *const name[] = RW_EXECF_NAMES;

	_Static_assert(ARRAY_SIZE(name) == RW_EXECF_BITS, "every bit has a name");
	show_bits(l, value_number(f), name, ARRAY_SIZE(name));
}

/* What a task gets of its own; what it shares follows from what it is. */
static void show_clone_flags(const struct line *l, const struct rec_field *f)
{
	static const char *const name[] = {
		[7] = "new_time", [17] = "new_mnt",  [25] = "new_cgroup", [26] = "new_uts",
		[27] = "new_ipc", [28] = "new_user", [29] = "new_pid",    [30] = "new_net",
	};
	uint64_t flags = value_number(f), shown = 0;

	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		if (name[i])
			shown |= UINT64_C(1) << i;
	show_bits(l, flags & shown, name, ARRAY_SIZE(name));
}

static void show_signal(const struct line *l, const struct rec_field *f)
{
	uint32_t signal = (uint32_t)value_number(f);
	const char *name = signal <= INT32_MAX ? sigabbrev_np((int)signal) : NULL;

	fprintf(l->out, name ? " %" PRIu32 " (%s)" : " %" PRIu32, signal, name);
}

/* As /proc/PID/maps has it. */
static void show_prot(const struct line *l, const struct rec_field *f)
{
	uint64_t prot = value_number(f);

	fprintf(l->out, " %c%c%c", prot & GUEST_PROT_READ ? 'r' : '-', prot & GUEST_PROT_WRITE ? 'w' : '-',
		prot & GUEST_PROT_EXEC ? 'x' : '-');
}

static void show_device(const struct line *l, const struct rec_field *f)
{
	uint64_t dev = value_number(f);

	fprintf(l->out, " %u:%u", major(dev), minor(dev));
}

static void show_wait_status(const struct line *l, const struct rec_field *f)
{
	uint64_t status = value_number(f);

	if (status & WAIT_SIGNAL)
		fprintf(l->out, " killed by signal %" PRIu64 "%s", status & WAIT_SIGNAL,
			status & WAIT_CORE ? ", core dumped" : "");
	else
		fprintf(l->out, " code %" PRIu64, status >> 8 & 0xff);
}

static void show_name(const struct line *l, const struct rec_field *f)
{
	const struct field_desc *desc = field_desc(f->id);
	char word[NAME_LEN];

	putc_unlocked(' ', l->out);
	fputs_unlocked(name_of_value(desc->kind, (uint32_t)value_number(f), desc->name, word), l->out);
}

static void show_time(const struct line *l, const struct rec_field *f)
{
	char when[TEXT_TIME_LEN];

	text_time(when, l->epoch, value_number(f));
	fprintf(l->out, " %s", when);
}

static void show_text(const struct line *l, const struct rec_field *f)
{
	putc_unlocked(' ', l->out);
	text_show(l->out, value_text(f), true);
}

static void show_bytes(const struct line *l, const struct rec_field *f)
{
	putc(' ', l->out);
	text_hex(l->out, f->value, f->len);
}

static void show_code(const struct line *l, const struct rec_field *f)
{
	char insn[DISASM_LEN];
	enum disasm_result result;

	show_bytes(l, f);
	result = disasm(f->value, f->len, rec_number(l->r, RW_F_RIP), insn);
	if (result != DISASM_ABSENT)
		fprintf(l->out, " <%s>", result == DISASM_GOOD ? insn : "no instruction");
}

static void show_strings(const struct line *l, const struct rec_field *f)
{
	fputs(" [", l->out);
	text_strings(l->out, value_text(f));
	putc(']', l->out);
}

static void show_ids(const struct line *l, const struct rec_field *f)
{
	fputs(" [", l->out);
	text_ids(l->out, value_text(f));
	putc(']', l->out);
}

static void show_areas(const struct line *l, const struct rec_field *f)
{
	fputs(" [", l->out);
	text_areas(l->out, value_text(f));
	putc(']', l->out);
}

static void show_socket(const struct line *l, const struct rec_field *f)
{
	putc(' ', l->out);
	text_socket(l->out, value_text(f));
}

/* The end of a structure, unknown to this version. */
static void show_more(const struct line *l, const struct rec_field *f, const char *name)
{
	uint16_t known = kind_desc(field_desc(f->id)->kind)->max;

	if (f->len <= known)
		return;
	fprintf(l->out, " %s_more=", name);
	text_hex(l->out, f->value + known, f->len - known);
}

/* A task's name is from the guest: quoted, so that it cannot imitate what follows. */
static void show_comm(const struct line *l, const char *comm, uint32_t pid)
{
	text_show(l->out, rec_comm(comm), true);
	text_u64(l->out, "[", pid);
	putc_unlocked(']', l->out);
}

/* Where a task is, if that is not the usual: its cgroup or systemd unit, PID namespace, root directory. */
static void show_place(const struct line *l, const struct rw_task *task)
{
	struct text path, unit;

	if (task->ns_pid)
		fprintf(l->out, " pid_ns %" PRIu32 ":%" PRIu32, task->pid_ns, task->ns_pid);
	if (task->flags & RW_TASKF_OTHER_ROOT)
		fprintf(l->out, " root %u:%u:%" PRIu64, major(task->root_dev), minor(task->root_dev),
			task->root_ino);
	if (task->cgroup <= ROOT_CGROUP)
		return;
	if (!cgroups_find(l->cgroups, task->cgroup, &path)) {
		fprintf(l->out, " cgroup %" PRIu64, task->cgroup);
		return;
	}
	fputs(" in ", l->out);
	text_show(l->out, cgroups_unit(path, &unit) ? unit : path, true);
}

static void show_task(const struct line *l, const struct rec_field *f)
{
	static const char *const flags[] = { "io_worker", "user_worker", "kernel_thread", NULL, "interrupt" };
	struct rw_task task;

	value_structure(f, &task, sizeof(task));
	putc_unlocked(' ', l->out);
	show_comm(l, task.comm, task.pid);
	text_u64(l->out, " uid ", task.uid);
	if (task.euid != task.uid)
		text_u64(l->out, " euid ", task.euid);
	if (task.fsuid != task.euid)
		text_u64(l->out, " fsuid ", task.fsuid);
	if (task.loginuid != RW_TASK_UNSET && task.loginuid != task.uid)
		text_u64(l->out, " login ", task.loginuid);
	if (task.flags & ~RW_TASKF_OTHER_ROOT)
		show_bits(l, task.flags & ~RW_TASKF_OTHER_ROOT, flags, ARRAY_SIZE(flags));
	show_place(l, &task);
	show_more(l, f, "task");
}

static void show_other_task(const struct line *l, const struct rec_field *f)
{
	struct rw_other_task task;

	memcpy(&task, f->value, sizeof(task));
	putc_unlocked(' ', l->out);
	show_comm(l, task.comm, task.pid);
	text_u64(l->out, " uid ", task.uid);
	if (task.euid != task.uid)
		text_u64(l->out, " euid ", task.euid);
	show_more(l, f, "target");
}

static void show_caps(const struct line *l, const struct rec_field *f)
{
	struct rw_caps c;

	memcpy(&c, f->value, sizeof(c));
	fprintf(l->out, " e %" PRIx64 " p %" PRIx64 " i %" PRIx64 " a %" PRIx64, c.effective, c.permitted,
		c.inheritable, c.ambient);
	show_more(l, f, "caps");
}

/* The namespaces that differ from those before; nothing for those before themselves. */
static void show_namespaces(const struct line *l, const struct rec_field *f)
{
	static const char *const name[] = { "mnt", "pid", "net", "ipc", "uts", "cgroup", "time", "user" };
	uint32_t now[ARRAY_SIZE(name)], old[ARRAY_SIZE(name)] = { 0 };
	struct rec_field before;

	_Static_assert(sizeof(now) == sizeof(struct rw_namespaces), "every namespace has a name");
	if (f->id == RW_F_OLD_NAMESPACES)
		return;
	value_structure(f, now, sizeof(now));
	if (rec_field(l->r, RW_F_OLD_NAMESPACES, &before))
		value_structure(&before, old, sizeof(old));
	for (size_t i = 0; i < ARRAY_SIZE(name); i++)
		if (now[i] != old[i])
			fprintf(l->out, " %s %" PRIu32, name[i], now[i]);
	show_more(l, f, "ns");
}

static void show_guest_task(const struct line *l, const struct rec_field *f)
{
	struct rw_guest_task task;

	memcpy(&task, f->value, sizeof(task));
	putc(' ', l->out);
	show_comm(l, task.comm, task.pid);
	show_more(l, f, "task");
}

static void show_file(const struct line *l, const struct rec_field *f)
{
	struct rw_file file;

	memcpy(&file, f->value, sizeof(file));
	text_u64(l->out, " dev ", major(file.dev));
	text_u64(l->out, ":", minor(file.dev));
	text_u64(l->out, " ino ", file.ino);
	show_more(l, f, "file");
}

static void show_cred(const struct line *l, const struct rec_field *f)
{
	struct rw_cred c;

	memcpy(&c, f->value, sizeof(c));
	text_u64(l->out, " uid ", c.uid);
	text_u64(l->out, " euid ", c.euid);
	text_u64(l->out, " suid ", c.suid);
	text_u64(l->out, " fsuid ", c.fsuid);
	text_u64(l->out, " gid ", c.gid);
	text_u64(l->out, " egid ", c.egid);
	text_u64(l->out, " sgid ", c.sgid);
	text_u64(l->out, " fsgid ", c.fsgid);
	show_more(l, f, "cred");
}

/* How each kind is shown, and whether a value of 0 is omitted. A boolean has only its label. */
static const struct {
	void (*show)(const struct line *l, const struct rec_field *f);
	bool unless_zero;
} kinds[RW_KIND_COUNT] = {
	[RW_KIND_U32] = { show_number, false },
	[RW_KIND_U64] = { show_number, false },
	[RW_KIND_OFFSET] = { show_offset, false },
	[RW_KIND_BOOL] = { NULL, true },
	[RW_KIND_MODE] = { show_mode, false },
	[RW_KIND_RESULT] = { show_result, true },
	[RW_KIND_ADDRESS64] = { show_address, false },
	[RW_KIND_OPEN_FLAGS] = { show_open_flags, false },
	[RW_KIND_RENAME_FLAGS] = { show_rename_flags, true },
	[RW_KIND_WAIT_STATUS] = { show_wait_status, false },
	[RW_KIND_KEXEC_STEP] = { show_name, false },
	[RW_KIND_FILE_KIND] = { show_name, false },
	[RW_KIND_PROT] = { show_prot, false },
	[RW_KIND_DEVICE] = { show_device, false },
	[RW_KIND_ACCESS] = { show_name, false },
	[RW_KIND_TARGET] = { show_name, false },
	[RW_KIND_DROP] = { show_name, false },
	[RW_KIND_MALFORMED] = { show_name, false },
	[RW_KIND_CLASS] = { show_name, false },
	[RW_KIND_TIME] = { show_time, false },
	[RW_KIND_PATH] = { show_text, false },
	[RW_KIND_TEXT] = { show_text, false },
	[RW_KIND_BYTES] = { show_bytes, false },
	[RW_KIND_CODE] = { show_code, false },
	[RW_KIND_STRINGS] = { show_strings, false },
	[RW_KIND_IDS] = { show_ids, false },
	[RW_KIND_DIGEST] = { show_bytes, false },
	[RW_KIND_AREAS] = { show_areas, false },
	[RW_KIND_ADDRESS] = { show_socket, false },
	[RW_KIND_MESSAGE] = { show_text, false },
	[RW_KIND_FAMILY] = { show_name, false },
	[RW_KIND_SOCKET_TYPE] = { show_name, false },
	[RW_KIND_LOG_INPUT] = { show_name, false },
	[RW_KIND_FACILITY] = { show_name, false },
	[RW_KIND_SEVERITY] = { show_name, false },
	[RW_KIND_DELIVERY] = { show_name, false },
	[RW_KIND_TASK] = { show_task, false },
	[RW_KIND_GUEST_TASK] = { show_guest_task, false },
	[RW_KIND_FILE] = { show_file, false },
	[RW_KIND_CRED] = { show_cred, false },
	[RW_KIND_OTHER_TASK] = { show_other_task, false },
	[RW_KIND_CAPS] = { show_caps, false },
	[RW_KIND_NAMESPACES] = { show_namespaces, false },
	[RW_KIND_CLONE_FLAGS] = { show_clone_flags, false },
	[RW_KIND_EXEC_FLAGS] = { show_exec_flags, true },
	[RW_KIND_CHILD] = { show_name, true },
	[RW_KIND_TRACE] = { show_name, false },
	[RW_KIND_PRCTL] = { show_name, false },
	[RW_KIND_SIGNAL] = { show_signal, false },
	[RW_KIND_CGROUP_STEP] = { show_name, false },
	[RW_KIND_AGENT_STATE] = { show_name, false },
};

/* The word before a field. Of a rename that exchanges two files, both stay. */
static const char *label_of(const struct line *l, const struct rec_field *f, const struct field_desc *desc)
{
	if (f->id == RW_F_NEW_PATH && rec_number(l->r, RW_F_RENAME_FLAGS) & GUEST_EXCHANGE)
		return "exchanged with";
	return desc->label;
}

static void show_field(const struct line *l, const struct rec_field *f)
{
	const struct field_desc *desc = field_desc(f->id);

	if (!desc) {
		fprintf(l->out, " field %u=", f->id);
		text_hex(l->out, f->value, f->len);
		return;
	}
	if (kinds[desc->kind].unless_zero && !value_number(f))
		return;
	if (desc->label[0]) {
		putc_unlocked(' ', l->out);
		fputs_unlocked(label_of(l, f, desc), l->out);
	}
	if (kinds[desc->kind].show)
		kinds[desc->kind].show(l, f);
}

/* Who did it comes first, "-" if unknown. */
static void show_fields(const struct line *l)
{
	struct rec_field f;
	bool who = false;

	for (uint32_t pos = 0; rec_walk(l->r, &pos, &f);)
		if (rec_is_task(&f)) {
			show_field(l, &f);
			who = true;
		}
	if (!who)
		fputs(" -", l->out);
	for (uint32_t pos = 0; rec_walk(l->r, &pos, &f);)
		if (!rec_is_task(&f))
			show_field(l, &f);
}

#define DIM    "2"
#define ALARM  "1;31"
#define NORMAL "0"

static void color(const struct line *l, const char *code)
{
	if (l->color)
		fprintf(l->out, "\033[%sm", code);
}

/* The colour of an event, by its class. */
static const char *color_of_type(unsigned int type)
{
	static const char *const colors[RW_CLASS_COUNT] = {
		[RW_CLASS_GUARD] = "1;35",  [RW_CLASS_PATCH] = "35",  [RW_CLASS_EXEC] = "1;32",
		[RW_CLASS_TASK] = "32",     [RW_CLASS_FILE] = "36",   [RW_CLASS_NET] = "34",
		[RW_CLASS_SYSLOG] = NORMAL, [RW_CLASS_KERNEL] = "33", [RW_CLASS_LOSS] = "31",
		[RW_CLASS_CODE] = "1;33",   [RW_CLASS_ACCESS] = "31",
	};
	const struct event_desc *event = event_desc(type);

	if (type == RW_REC_VIOLATION)
		return ALARM;
	return event && colors[event->class] ? colors[event->class] : NORMAL;
}

/* An unknown type has two words, so that its number stands apart. */
static void show_type(const struct line *l)
{
	const struct event_desc *event = event_desc(l->r->hdr.type);
	size_t n = event ? strlen(event->name) : 0;

	if (!event) {
		fprintf(l->out, " type %-6u", l->r->hdr.type);
		return;
	}
	putc_unlocked(' ', l->out);
	fwrite_unlocked(event->name, 1, n, l->out);
	for (; n < TYPE_WIDTH; n++)
		putc_unlocked(' ', l->out);
}

static bool is_refusal(unsigned int verdict)
{
	return verdict != RW_VERDICT_ALLOW && verdict != RW_VERDICT_NONE;
}

void line_show(const struct line *l)
{
	const struct rec *r = l->r;
	FILE *out = l->out;
	char when[TEXT_TIME_LEN];

	text_time(when, l->epoch, r->hdr.time_ns);
	color(l, DIM);
	fputs_unlocked(when, out);
	text_u64(out, r->hdr.flags & RW_RECF_TIME_ADJ ? "~ #" : " #", r->hdr.seq);
	text_u64(out, " cpu", r->hdr.cpu);
	color(l, NORMAL);
	color(l, color_of_type(r->hdr.type));
	show_type(l);
	color(l, NORMAL);
	show_fields(l);
	fputs_unlocked(": ", out);
	color(l, is_refusal(r->hdr.verdict) ? ALARM : NORMAL);
	fputs_unlocked(name_of_verdict(r->hdr.verdict), out);
	color(l, NORMAL);
	fputs_unlocked(r->hdr.flags & RW_RECF_PATH_TRUNC ? " [start of path truncated]\n" : "\n", out);
}
