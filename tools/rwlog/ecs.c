/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Records as documents of the Elastic Common Schema. */
#define _GNU_SOURCE
#include "ecs.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "jsonl.h"
#include "names.h"
#include "socket.h"
#include "text.h"

/* Values of event.category and event.type; only pairs that the schema allows. */
struct ecs_class {
	const char *category, *type;
};

static const struct ecs_class other = { "host", "info" };
static const struct ecs_class classes[RW_TYPES] = {
	[RW_REC_EXEC] = { "process", "start" },
	[RW_REC_FORK] = { "process", "start" },
	[RW_REC_EXIT] = { "process", "end" },
	[RW_REC_FILE_OPEN] = { "file", "access" },
	[RW_REC_FILE_UNLINK] = { "file", "deletion" },
	[RW_REC_FILE_RENAME] = { "file", "change" },
	[RW_REC_MODULE_LOAD] = { "driver", "start" },
	[RW_REC_MODULE_LIVE] = { "driver", "start" },
	[RW_REC_MODULE_FREE] = { "driver", "end" },
	[RW_REC_MODULE_REQUEST] = { "driver", "info" },
	[RW_REC_KEXEC] = { "host", "change" },
	[RW_REC_DIR_MAKE] = { "file", "creation" },
	[RW_REC_DIR_REMOVE] = { "file", "deletion" },
	[RW_REC_FILE_LINK] = { "file", "creation" },
	[RW_REC_FILE_CHMOD] = { "file", "change" },
	[RW_REC_FILE_READ] = { "file", "access" },
	[RW_REC_FILE_WRITE] = { "file", "change" },
	[RW_REC_FILE_CLOSE] = { "file", "info" },
	[RW_REC_MMAP_EXEC] = { "library", "start" },
	[RW_REC_MPROTECT_EXEC] = { "process", "change" },
	[RW_REC_SYMLINK] = { "file", "creation" },
	[RW_REC_MKNOD] = { "file", "creation" },
	[RW_REC_FILE_CHOWN] = { "file", "change" },
	[RW_REC_FILE_TRUNCATE] = { "file", "change" },
	[RW_REC_FILE_TIMES] = { "file", "change" },
	[RW_REC_XATTR_SET] = { "file", "change" },
	[RW_REC_XATTR_REMOVE] = { "file", "change" },
	[RW_REC_MOUNT] = { "configuration", "change" },
	[RW_REC_MOUNT_MOVE] = { "configuration", "change" },
	[RW_REC_UMOUNT] = { "configuration", "change" },
	[RW_REC_PIVOT_ROOT] = { "configuration", "change" },
	[RW_REC_CHROOT] = { "process", "change" },
	[RW_REC_PORT_ACCESS] = { "process", "change" },
	[RW_REC_SETUID] = { "process", "change" },
	[RW_REC_SETGID] = { "process", "change" },
	[RW_REC_SETGROUPS] = { "process", "change" },
	[RW_REC_CAPSET] = { "process", "change" },
	[RW_REC_PRCTL] = { "process", "change" },
	[RW_REC_PTRACE] = { "process", "access" },
	[RW_REC_SIGNAL] = { "process", "change" },
	[RW_REC_SECCOMP] = { "process", "change" },
	[RW_REC_NAMESPACES] = { "process", "change" },
	[RW_REC_CRED_CHANGE] = { "intrusion_detection", "info" },
	[RW_REC_SOCKET] = { "network", "info" },
	[RW_REC_BIND] = { "network", "info" },
	[RW_REC_LISTEN] = { "network", "start" },
	[RW_REC_CONNECT] = { "network", "connection" },
	[RW_REC_ACCEPT] = { "network", "connection" },
	[RW_REC_SENDTO] = { "network", "connection" },
	[RW_REC_KERNEL_SETTING] = { "configuration", "change" },
	[RW_REC_CLOCK_SET] = { "configuration", "change" },
	[RW_REC_KERNEL_LOG] = { "configuration", "change" },
	[RW_REC_ADMIN_CALL] = { "configuration", "change" },
	[RW_REC_ACCESS] = { "intrusion_detection", "denied" },
	[RW_REC_VIOLATION] = { "intrusion_detection", "denied" },
	[RW_REC_DYNAMIC_CODE] = { "intrusion_detection", "info" },
};

/* One document being written. */
struct doc {
	const struct rec *r;
	const struct members_boot *boot;
	struct json *j;
	struct rw_task task;
	int known; /* as rec_task() says */
	struct text exe;
};

static bool has(const struct doc *d, enum rw_field_id id, struct rec_field *f)
{
	return rec_field(d->r, id, f);
}

static void text_member(const struct doc *d, const char *name, enum rw_field_id id)
{
	struct rec_field f;

	if (has(d, id, &f))
		json_text_only(d->j, name, value_text(&f));
}

static void one_word(struct json *j, const char *name, const char *word)
{
	json_open(j, name, '[');
	json_str(j, NULL, word);
	json_close(j, ']');
}

static bool refused(const struct rec *r)
{
	return r->hdr.verdict >= RW_VERDICT_DENY && r->hdr.verdict <= RW_VERDICT_STOP;
}

static const char *outcome(const struct rec *r)
{
	struct rec_field f;

	if (refused(r) || (int32_t)rec_number(r, RW_F_RESULT) < 0)
		return "failure";
	return r->hdr.verdict == RW_VERDICT_ALLOW || rec_field(r, RW_F_RESULT, &f) ? "success" : "unknown";
}

static bool is_alert(const struct rec *r)
{
	return r->hdr.type == RW_REC_VIOLATION || r->hdr.type == RW_REC_CRED_CHANGE ||
	       (r->hdr.type == RW_REC_ACCESS && refused(r));
}

static const char *event_type(const struct rec *r, const struct ecs_class *c)
{
	if (strcmp(c->type, "denied") == 0 && !refused(r))
		return "allowed";
	if (r->hdr.type == RW_REC_FILE_OPEN && rec_number(r, RW_F_CREATED))
		return "creation";
	return c->type;
}

static void put_event(const struct doc *d)
{
	const struct ecs_class *c = classes[d->r->hdr.type].type ? &classes[d->r->hdr.type] : &other;
	char type[NAME_LEN], id[TEXT_BOOT_LEN + 32];
	struct json *j = d->j;

	json_open(j, "event", '{');
	json_str(j, "kind", is_alert(d->r) ? "alert" : "event");
	one_word(j, "category", c->category);
	one_word(j, "type", event_type(d->r, c));
	json_str(j, "action", name_of_type(d->r->hdr.type, type));
	json_str(j, "outcome", outcome(d->r));
	json_u64(j, "sequence", d->r->hdr.seq);
	/* The same record has the same identity, however often it is loaded. */
	snprintf(id, sizeof(id), "%s-%llu", d->boot->name, (unsigned long long)d->r->hdr.seq);
	json_str(j, "id", id);
	json_str(j, "module", "ringward");
	json_str(j, "dataset", "ringward.log");
	json_str(j, "provider", d->r->hdr.type <= RW_REC_AGENT_LAST ? "agent" : "hypervisor");
	json_close(j, '}');
}

static void id_object(struct json *j, const char *name, uint32_t id)
{
	json_open(j, name, '{');
	json_number_str(j, "id", id);
	json_close(j, '}');
}

static void strings(const struct doc *d, const char *name, enum rw_field_id id)
{
	struct text_list list;
	struct rec_field f;
	struct text one;

	if (!has(d, id, &f))
		return;
	list = (struct text_list){ f.value, f.len };
	json_open(d->j, name, '[');
	while (text_list_next(&list, &one))
		json_text_item(d->j, one);
	json_close(d->j, ']');
}

static void put_exit(const struct doc *d)
{
	uint64_t status = rec_number(d->r, RW_F_EXIT_STATUS);

	/* As a shell counts: 128 and the signal, if one ended the program. */
	if (d->r->hdr.type == RW_REC_EXIT)
		json_u64(d->j, "exit_code", status & 0x7f ? 128 + (status & 0x7f) : status >> 8 & 0xff);
}

static void put_process(const struct doc *d)
{
	const struct rw_task *t = &d->task;
	struct json *j = d->j;
	struct rec_field f;

	if (!d->known)
		return;
	json_open(j, "process", '{');
	json_u64(j, "pid", t->tgid);
	json_text_only(j, "name", rec_comm(t->comm));
	json_open(j, "thread", '{');
	json_u64(j, "id", t->pid);
	json_close(j, '}');
	if (d->exe.len)
		json_text_only(j, "executable", d->exe);
	if (d->known == 2) {
		json_open(j, "parent", '{');
		json_u64(j, "pid", t->ppid);
		json_close(j, '}');
		id_object(j, "real_user", t->uid);
		id_object(j, "user", t->euid);
		id_object(j, "real_group", t->gid);
	}
	strings(d, "args", RW_F_ARGUMENTS);
	if (has(d, RW_F_ARGC, &f))
		json_u64(j, "args_count", value_number(&f));
	strings(d, "env_vars", RW_F_ENVIRONMENT);
	text_member(d, "working_directory", RW_F_CWD);
	put_exit(d);
	json_close(j, '}');
}

static void put_user(const struct doc *d)
{
	struct json *j = d->j;
	struct rw_cred cred;
	struct rec_field f;

	if (d->known < 2)
		return;
	json_open(j, "user", '{');
	json_number_str(j, "id", d->task.uid);
	id_object(j, "effective", d->task.euid);
	if ((d->r->hdr.type == RW_REC_SETUID || d->r->hdr.type == RW_REC_CRED_CHANGE) &&
	    has(d, RW_F_CRED, &f)) {
		value_structure(&f, &cred, sizeof(cred));
		id_object(j, "changes", cred.euid);
	}
	json_close(j, '}');
}

/* The last part of a path. */
static struct text base_of(struct text path)
{
	const uint8_t *slash = path.len ? memrchr(path.p, '/', path.len) : NULL;

	return slash ? (struct text){ slash + 1, (size_t)(path.p + path.len - slash - 1) } : path;
}

static void put_path(struct json *j, struct text path)
{
	struct text base = base_of(path);
	size_t parent = path.len - base.len;

	json_text_only(j, "path", path);
	json_text_only(j, "name", base);
	if (parent)
		json_text_only(j, "directory", (struct text){ path.p, parent > 1 ? parent - 1 : 1 });
}

/* A time that the record has as nanoseconds since 1970. */
static void put_file_time(const struct doc *d, const char *name, enum rw_field_id id)
{
	struct rec_field f;
	uint64_t ns;

	if (!has(d, id, &f))
		return;
	ns = value_number(&f);
	if (sink_has_time(ns / 1000000000u, 0))
		json_time(d->j, name, ns / 1000000000u, ns % 1000000000u);
}

static void put_number_str(const struct doc *d, const char *name, enum rw_field_id id)
{
	struct rec_field f;

	if (has(d, id, &f))
		json_number_str(d->j, name, value_number(&f));
}

static void put_identity(const struct doc *d, const struct rec_field *f)
{
	struct rw_file file;
	char device[32];

	value_structure(f, &file, sizeof(file));
	json_number_str(d->j, "inode", file.ino);
	snprintf(device, sizeof(device), "%u:%u", major(file.dev), minor(file.dev));
	json_str(d->j, "device", device);
}

static void put_file(const struct doc *d)
{
	struct rec_field path, file, f;
	bool have_path = has(d, RW_F_PATH, &path), have_file = has(d, RW_F_FILE, &file);
	struct json *j = d->j;
	char mode[32];

	if (!have_path && !have_file)
		return;
	json_open(j, "file", '{');
	if (have_path)
		put_path(j, value_text(&path));
	if (have_file)
		put_identity(d, &file);
	if (has(d, RW_F_MODE, &f)) {
		snprintf(mode, sizeof(mode), "%04o", (unsigned int)value_number(&f) & 07777u);
		json_str(j, "mode", mode);
	}
	put_number_str(d, "uid", RW_F_OWNER);
	put_number_str(d, "gid", RW_F_OWNER_GROUP);
	if (has(d, RW_F_SIZE, &f) || has(d, RW_F_LENGTH, &f))
		json_u64(j, "size", value_number(&f));
	text_member(d, "target_path", RW_F_LINK_TEXT);
	put_file_time(d, "accessed", RW_F_ATIME);
	put_file_time(d, "mtime", RW_F_MTIME);
	if (has(d, RW_F_SHA256, &f)) {
		json_open(j, "hash", '{');
		json_hex(j, "sha256", f.value, f.len);
		json_close(j, '}');
	}
	json_close(j, '}');
}

/* An end of a connection. */
static void put_end(const struct doc *d, const char *name, enum rw_field_id id)
{
	struct member part[SOCKET_PARTS];
	char text[SOCKET_TEXT_LEN];
	struct json *j = d->j;
	struct rec_field f;
	unsigned int n;

	if (!has(d, id, &f))
		return;
	n = socket_parts(value_text(&f), part, text);
	json_open(j, name, '{');
	for (unsigned int i = 1; i < n; i++) {
		if (part[i].form == MEMBER_WORD) { /* "host": an internet address */
			json_str(j, "address", part[i].word);
			json_str(j, "ip", part[i].word);
		} else if (part[i].form == MEMBER_TEXT) {
			json_text_only(j, "address", part[i].text);
		} else if (part[i].form == MEMBER_U64 && part[1].form == MEMBER_WORD &&
			   strcmp(part[i].name, "port") == 0) {
			json_u64(j, "port", part[i].u);
		}
	}
	json_close(j, '}');
}

static void put_network(const struct doc *d)
{
	uint64_t family = rec_number(d->r, RW_F_FAMILY), protocol = rec_number(d->r, RW_F_PROTOCOL);
	uint64_t type = rec_number(d->r, RW_F_SOCKET_TYPE);
	struct json *j = d->j;
	struct rec_field f;

	if (!has(d, RW_F_FAMILY, &f))
		return;
	json_open(j, "network", '{');
	if (family == 2 || family == 10) {
		json_str(j, "type", family == 2 ? "ipv4" : "ipv6");
		if (protocol == IPPROTO_TCP || (!protocol && type == 1))
			json_str(j, "transport", "tcp");
		else if (protocol == IPPROTO_UDP || (!protocol && type == 2))
			json_str(j, "transport", "udp");
	}
	if (d->r->hdr.type == RW_REC_CONNECT || d->r->hdr.type == RW_REC_SENDTO)
		json_str(j, "direction", "egress");
	if (d->r->hdr.type == RW_REC_ACCEPT)
		json_str(j, "direction", "ingress");
	json_close(j, '}');
	switch (d->r->hdr.type) {
	case RW_REC_CONNECT:
	case RW_REC_SENDTO:
		put_end(d, "destination", RW_F_ADDRESS);
		break;
	case RW_REC_ACCEPT:
		put_end(d, "source", RW_F_ADDRESS);
		put_end(d, "destination", RW_F_LOCAL_ADDRESS);
		break;
	case RW_REC_BIND:
		put_end(d, "server", RW_F_ADDRESS);
		break;
	case RW_REC_LISTEN:
		put_end(d, "server", RW_F_LOCAL_ADDRESS);
	}
}

/* A number and its name, as the protocol of syslog has them. */
static void put_code(const struct doc *d, const char *name, enum rw_field_id id)
{
	const struct field_desc *desc = field_desc(id);
	struct rec_field f;
	char word[NAME_LEN];

	if (!has(d, id, &f))
		return;
	json_open(d->j, name, '{');
	json_u64(d->j, "code", value_number(&f));
	json_str(d->j, "name", name_of_value(desc->kind, (uint32_t)value_number(&f), desc->name, word));
	json_close(d->j, '}');
}

static void put_syslog(const struct doc *d)
{
	if (d->r->hdr.type != RW_REC_SYSLOG)
		return;
	json_open(d->j, "log", '{');
	json_open(d->j, "syslog", '{');
	put_code(d, "facility", RW_F_FACILITY);
	put_code(d, "severity", RW_F_SEVERITY);
	json_close(d->j, '}');
	json_close(d->j, '}');
}

static void put_rule(const struct doc *d)
{
	struct rec_field f;

	if (!has(d, RW_F_RULE_LINE, &f))
		return;
	json_open(d->j, "rule", '{');
	json_str(d->j, "ruleset", "policy.conf");
	json_number_str(d->j, "id", value_number(&f));
	text_member(d, "name", RW_F_RULE);
	json_close(d->j, '}');
}

static void put_error(const struct doc *d)
{
	int32_t result = (int32_t)rec_number(d->r, RW_F_RESULT);
	const char *name = result < 0 && result > -4096 ? strerrorname_np(-result) : NULL;

	if (!name)
		return;
	json_open(d->j, "error", '{');
	json_str(d->j, "code", name);
	json_close(d->j, '}');
}

/* What every document has. */
static void put_base(struct json *j)
{
	json_open(j, "ecs", '{');
	json_str(j, "version", ECS_VERSION);
	json_close(j, '}');
	json_open(j, "observer", '{');
	json_str(j, "product", "Ringward");
	json_str(j, "type", "hypervisor");
	json_close(j, '}');
}

/* Without a clock a record's time is that since the hypervisor's start, as if that was in 1970. */
static void put_time(const struct doc *d)
{
	bool known = sink_has_time(d->boot->epoch, d->r->hdr.time_ns);

	json_time(d->j, "@timestamp", known ? d->boot->epoch : 0, d->r->hdr.time_ns);
	if (!known)
		one_word(d->j, "tags", "clock_unknown");
}

void ecs_record(const struct rec *r, const struct members_boot *boot, const struct procs *procs,
		struct sink *to)
{
	struct json j = { .to = to };
	struct doc d = { .r = r, .boot = boot, .j = &j };
	const struct proc *proc;

	d.known = rec_task(r, &d.task);
	proc = d.known ? procs_find(procs, d.task.tgid) : NULL;
	if (proc)
		d.exe = proc->path;
	json_open(&j, NULL, '{');
	put_time(&d);
	put_base(&j);
	put_event(&d);
	put_process(&d);
	put_user(&d);
	put_file(&d);
	put_network(&d);
	text_member(&d, "message", RW_F_MESSAGE);
	put_syslog(&d);
	put_rule(&d);
	put_error(&d);
	json_open(&j, "ringward", '{');
	jsonl_members(r, boot, &j);
	json_close(&j, '}');
	json_close(&j, '}');
	sink_char(to, '\n');
}

void ecs_begin(struct json *j, const char *kind, const char *category, const char *action, uint64_t seconds)
{
	json_open(j, NULL, '{');
	json_time(j, "@timestamp", sink_has_time(seconds, 0) ? seconds : 0, 0);
	put_base(j);
	json_open(j, "event", '{');
	json_str(j, "kind", kind);
	one_word(j, "category", category);
	one_word(j, "type", "info");
	json_str(j, "action", action);
	json_str(j, "module", "ringward");
	json_str(j, "dataset", "ringward.log");
	json_close(j, '}');
}
