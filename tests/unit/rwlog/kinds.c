/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of rwlog's output for each kind of field and for what this version does not know: text, JSON, CSV.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <jansson.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "members.h"
#include "tests/unit/rwlog/out.h"

#define NEW_EVENT 77u /* a type that no version defines yet */
#define NEW_FIELD 390u

static const struct filter all = FILTER_ALL;

/* A store with one record of NEW_EVENT, to which the test adds fields. */
static struct rec_writer *start(struct build *b)
{
	build_start(b, BUILD_FEW, 1);
	return build_record(b, NEW_EVENT, RW_VERDICT_NONE);
}

/* The text after the type in the line that `rwlog show` prints, and the members of JSON after the verdict. */
static void printed(struct build *b, const char *show, const char *json)
{
	static const char before_show[] = " type 77     ", before_json[] = "\"verdict\":\"none\"";
	char *s, *from;
	json_error_t error;
	json_t *j;

	build_end(b);
	assert_true(build_verify(b->p, b->len));
	s = out_show(b, &all, NULL);
	from = strstr(s, before_show);
	assert_non_null(from);
	from += sizeof(before_show) - 1;
	*strchr(from, '\n') = '\0';
	assert_string_equal(from, show);
	free(s);
	s = out_jsonl(b, &all);
	j = json_loads(s, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	if (!j)
		fail_msg("%s: %s", error.text, s);
	json_decref(j);
	from = strstr(s, before_json);
	assert_non_null(from);
	from += sizeof(before_json) - 1;
	*strchr(from, '\n') = '\0';
	assert_string_equal(from, json);
	free(s);
	build_free(b);
}

static void address(const void *raw, size_t len, const char *show, const char *json)
{
	struct build b;
	char text[256], members[256];

	rec_bytes(start(&b), RW_F_ADDRESS, raw, (uint16_t)len);
	snprintf(text, sizeof(text), "- address %s: none", show);
	snprintf(members, sizeof(members), ",\"address\":{%s}}", json);
	printed(&b, text, members);
}

static void internet(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(22), .sin6_scope_id = 2 };

	(void)state;
	inet_pton(AF_INET, "192.0.2.7", &in.sin_addr);
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	address(&in, sizeof(in), "inet host 192.0.2.7 port 443",
		"\"family\":\"inet\",\"host\":\"192.0.2.7\",\"port\":443");
	address(&in6, sizeof(in6), "inet6 host 2001:db8::1 port 22 scope 2",
		"\"family\":\"inet6\",\"host\":\"2001:db8::1\",\"port\":22,\"scope\":2");
	address(&in6, 24, "inet6 host 2001:db8::1 port 22",
		"\"family\":\"inet6\",\"host\":\"2001:db8::1\",\"port\":22");
	address(&in, 4, "inet data 01bb", "\"family\":\"inet\",\"data\":\"01bb\"");
}

static void local(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX, .sun_path = "/run/a b" };
	struct sockaddr_un hidden = { .sun_family = AF_UNIX, .sun_path = "\0x\0\"" };

	(void)state;
	address(&un, sizeof(un), "unix path \"/run/a b\"", "\"family\":\"unix\",\"path\":\"/run/a b\"");
	address(&un, 2, "unix", "\"family\":\"unix\"");
	address(&hidden, 6, "unix abstract \"x\\u{0}\\\"\"",
		"\"family\":\"unix\",\"abstract\":\"x\\u0000\\\"\"");
}

static void other_families(void **state)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK, .nl_pid = 9, .nl_groups = 5 };
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK, .svm_cid = 3, .svm_port = 1024 };
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_ifindex = 2, .sll_protocol = htons(0x800) };
	static const uint8_t can[] = { 29, 0, 1, 2 };

	(void)state;
	address(&nl, sizeof(nl), "netlink port 9 groups 5", "\"family\":\"netlink\",\"port\":9,\"groups\":5");
	address(&vm, sizeof(vm), "vsock cid 3 port 1024", "\"family\":\"vsock\",\"cid\":3,\"port\":1024");
	address(&ll, sizeof(ll), "packet interface 2 protocol 2048",
		"\"family\":\"packet\",\"interface\":2,\"protocol\":2048");
	address(can, sizeof(can), "family_29 data 0102", "\"family\":\"family_29\",\"data\":\"0102\"");
}

static void credentials(void **state)
{
	static const struct rw_cred cred = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct build b;

	(void)state;
	rec_bytes(start(&b), RW_F_CRED, &cred, sizeof(cred));
	printed(&b, "- cred uid 1 euid 5 suid 3 fsuid 7 gid 2 egid 6 sgid 4 fsgid 8: none",
		",\"cred_uid\":1,\"cred_gid\":2,\"cred_suid\":3,\"cred_sgid\":4,\"cred_euid\":5,\"cred_egid\":6,"
		"\"cred_fsuid\":7,\"cred_fsgid\":8}");
}

static void lists(void **state)
{
	static const char words[] = "ls\0-l\0\0a b\"", bytes[] = "ok\0\xff";
	static const uint32_t ids[] = { 4, 24, UINT32_MAX };
	static const struct rw_area areas[] = { { 0x1000, 5 }, { 0xfff0, 0x20 } };
	struct build b;

	(void)state;
	rec_bytes(start(&b), RW_F_ARGUMENTS, words, sizeof(words));
	printed(&b, "- arguments [\"ls\" \"-l\" \"\" \"a b\\\"\"]: none",
		",\"arguments\":[\"ls\",\"-l\",\"\",\"a b\\\"\"]}");
	rec_bytes(start(&b), RW_F_ARGUMENTS, bytes, sizeof(bytes));
	printed(&b, "- arguments [\"ok\" \"\\xff\"]: none",
		",\"arguments\":[\"ok\",\"\xef\xbf\xbd\"],\"arguments_hex\":[\"6f6b\",\"ff\"]}");
	rec_bytes(start(&b), RW_F_ARGUMENTS, "", 0);
	printed(&b, "- arguments []: none", ",\"arguments\":[]}");
	rec_bytes(start(&b), RW_F_IDS, ids, sizeof(ids));
	printed(&b, "- ids [4,24,4294967295]: none", ",\"ids\":[4,24,4294967295]}");
	rec_bytes(start(&b), RW_F_AREAS, areas, sizeof(areas));
	printed(&b, "- areas [1000+5 fff0+20]: none",
		",\"areas\":[{\"gpa\":\"0x0000000000001000\",\"bytes\":5},"
		"{\"gpa\":\"0x000000000000fff0\",\"bytes\":32}]}");
}

static void flags_and_status(void **state)
{
	struct build b;
	struct rec_writer *w = start(&b);

	(void)state;
	rec_u32(w, RW_F_RENAME_FLAGS, 2 | 0x100);
	rec_u32(w, RW_F_EXIT_STATUS, 0x80 | 9);
	rec_u32(w, RW_F_RESULT, 0);
	rec_u32(w, RW_F_THREAD, 1);
	printed(&b, "- exchange,0x100 killed by signal 9, core dumped thread: none",
		",\"flags\":258,\"flags_names\":[\"RENAME_EXCHANGE\",\"0x100\"],\"exit_code\":137,\"exit_signal\":9,\"core_dumped\":true,\"result\":0,\"thread\":true}");
	w = start(&b);
	rec_bytes(w, RW_F_NEW_PATH, "/b", 2);
	rec_u32(w, RW_F_RENAME_FLAGS, 2);
	printed(&b, "- exchanged with \"/b\" exchange: none",
		",\"new_path\":\"/b\",\"flags\":2,\"flags_names\":[\"RENAME_EXCHANGE\"]}");
	w = start(&b);
	rec_u32(w, RW_F_OPEN_FLAGS, 0x402);
	rec_u32(w, RW_F_RESULT, (uint32_t)-5000);
	printed(&b, "- read,write,append result -5000: none",
		",\"flags\":1026,\"flags_names\":[\"O_RDWR\",\"O_APPEND\"],\"result\":-5000}");
}

static void files(void **state)
{
	struct build b;
	struct rec_writer *w = start(&b);

	(void)state;
	rec_u32(w, RW_F_DELETED, 1);
	rec_u32(w, RW_F_FILE_KIND, RW_FILE_MEMFD);
	rec_u32(w, RW_F_RDEV, 0x12300807);
	rec_u32(w, RW_F_PROT, 5);
	rec_u32(w, RW_F_OLD_PROT, 3);
	rec_u64(w, RW_F_BYTES_READ, 1ull << 40);
	printed(&b, "- deleted is a memfd device 8:74503 prot r-x was rw- bytes read 1099511627776: none",
		",\"deleted\":true,\"file_kind\":\"memfd\",\"rdev\":305137671,\"rdev_major\":8,\"rdev_minor\":74503,"
		"\"prot\":5,\"prot_names\":[\"PROT_READ\",\"PROT_EXEC\"],"
		"\"old_prot\":3,\"old_prot_names\":[\"PROT_READ\",\"PROT_WRITE\"],"
		"\"bytes_read\":1099511627776}");
	w = start(&b);
	rec_u32(w, RW_F_FILE_KIND, 99);
	printed(&b, "- is a file_kind_99: none", ",\"file_kind\":\"file_kind_99\"}");
}

static void of_processes(void **state)
{
	static const struct rw_caps caps = { 0x2000, 0x3000, 1, 0 };
	static const struct rw_namespaces was = { 1, 2, 3, 4, 5, 6, 7, 8 }, now = { 9, 2, 3, 4, 5, 6, 7, 10 };
	static const struct rw_other_task other = { 7, 6, 1000, 0, "rsyslogd" };
	struct build b;
	struct rec_writer *w = start(&b);

	(void)state;
	rec_bytes(w, RW_F_CAPS, &caps, sizeof(caps));
	rec_bytes(w, RW_F_OLD_CAPS, &caps, sizeof(caps));
	printed(&b, "- caps e 2000 p 3000 i 1 a 0 were e 2000 p 3000 i 1 a 0: none",
		",\"caps_effective\":\"0x0000000000002000\",\"caps_permitted\":\"0x0000000000003000\","
		"\"caps_inheritable\":\"0x0000000000000001\",\"caps_ambient\":\"0x0000000000000000\","
		"\"old_caps_effective\":\"0x0000000000002000\",\"old_caps_permitted\":\"0x0000000000003000\","
		"\"old_caps_inheritable\":\"0x0000000000000001\",\"old_caps_ambient\":\"0x0000000000000000\"}");
	w = start(&b);
	rec_bytes(w, RW_F_NAMESPACES, &now, sizeof(now));
	rec_bytes(w, RW_F_OLD_NAMESPACES, &was, sizeof(was));
	printed(&b, "- mnt 9 user 10: none",
		",\"new_ns_mnt\":9,\"new_ns_pid\":2,\"new_ns_net\":3,\"new_ns_ipc\":4,\"new_ns_uts\":5,\"new_ns_cgroup\":6,"
		"\"new_ns_time\":7,\"new_ns_user\":10,\"old_ns_mnt\":1,\"old_ns_pid\":2,\"old_ns_net\":3,"
		"\"old_ns_ipc\":4,\"old_ns_uts\":5,\"old_ns_cgroup\":6,\"old_ns_time\":7,\"old_ns_user\":8}");
	w = start(&b);
	rec_u32(w, RW_F_SIGNAL, 9);
	rec_bytes(w, RW_F_OTHER_TASK, &other, sizeof(other));
	rec_u32(w, RW_F_TRACE, 3);
	rec_u32(w, RW_F_PRCTL, 0x59616d61);
	rec_u32(w, RW_F_EXEC_FLAGS, RW_EXECF_MEMFD | RW_EXECF_DESCRIPTOR | 0x8000);
	rec_u64(w, RW_F_CLONE_FLAGS, 0x20000111);
	rec_u32(w, RW_F_CHILD, RW_CHILD_IO_WORKER);
	printed(&b,
		"- 9 (KILL) target \"rsyslogd\"[7] uid 1000 euid 0 vm_read set_ptracer memfd,by_descriptor,0x8000 "
		"new_pid as io_worker: none",
		",\"signal\":9,\"signal_name\":\"SIGKILL\",\"target_pid\":7,\"target_tgid\":6,\"target_uid\":1000,\"target_euid\":0,"
		"\"target_comm\":\"rsyslogd\",\"how\":\"vm_read\",\"option\":\"set_ptracer\",\"exec_flags\":32898,\"exec_flags_names\":[\"memfd\",\"by_descriptor\",\"0x8000\"],"
		""
		"\"clone_flags\":536871185,\"clone_flags_names\":[\"SIGCHLD\",\"CLONE_VM\",\"CLONE_NEWPID\"],\"child\":\"io_worker\"}");
}

/* What differs from the usual place: login, PID namespace, root directory, cgroup, and the cgroup's name. */
static void places(void **state)
{
	static const char path[] = "/system.slice/ssh.service/sub";
	struct rw_task task = { .pid = 5,
				.comm = "sh",
				.loginuid = 1000,
				.session = 3,
				.cgroup = 77,
				.flags = RW_TASKF_OTHER_ROOT | RW_TASKF_IO_WORKER,
				.pid_ns = 12,
				.mnt_ns = 13,
				.ns_pid = 2,
				.ns_tgid = 1,
				.root_dev = 0x801,
				.root_ino = 99 };
	struct build b;
	char *s;

	(void)state;
	rec_bytes(start(&b), RW_F_TASK, &task, sizeof(task));
	build_end(&b);
	build_record(&b, RW_REC_CGROUP, RW_VERDICT_NONE);
	rec_bytes(&b.w, RW_F_TASK, &task, RW_TASK_MIN);
	rec_u32(&b.w, RW_F_CGROUP_STEP, RW_CGROUP_MADE);
	rec_u64(&b.w, RW_F_CGROUP, 77);
	rec_bytes(&b.w, RW_F_PATH, path, sizeof(path) - 1);
	build_end(&b);
	s = out_show(&b, &all, NULL);
	assert_non_null(strstr(s, " \"sh\"[5] uid 0 login 1000 io_worker pid_ns 12:2 root 8:1:99 in "
				  "\"ssh.service\": none\n"));
	free(s);
	s = out_jsonl(&b, &all);
	assert_non_null(strstr(
		s,
		"\"io_worker\":true,\"other_root\":true,\"cgroup\":77,\"pid_ns\":12,"
		"\"mnt_ns\":13,\"ns_pid\":2,\"ns_tgid\":1,\"root_dev\":2049,\"root_dev_major\":8,\"root_dev_minor\":1,\"root_ino\":99,"));
	assert_non_null(
		strstr(s, ",\"cgroup_path\":\"/system.slice/ssh.service/sub\",\"unit\":\"ssh.service\"}"));
	free(s);
	build_free(&b);
}

/* Anything unknown to this version is shown with its number. */
static void unknown(void **state)
{
	static const uint8_t value[] = { 1, 2, 0xff };
	struct build b;
	struct rec_writer *w = start(&b);

	(void)state;
	rec_bytes(w, NEW_FIELD, value, sizeof(value));
	rec_bytes(w, 0xffff, value, 0);
	printed(&b, "- field 390=0102ff field 65535=: none",
		",\"field_390\":\"0102ff\",\"field_65535\":\"\"}");
	w = start(&b);
	rec_u32(w, RW_F_TARGET, 99);
	rec_u32(w, RW_F_ACCESS, 200);
	rec_u32(w, RW_F_KEXEC_STEP, 5);
	printed(&b, "- target_99 access_200 event_5: none",
		",\"target\":\"target_99\",\"access\":\"access_200\",\"event\":\"event_5\"}");
}

/* A structure extended by a newer version: the known part is shown, the rest as bytes. */
static void grown(void **state)
{
	struct {
		struct rw_guest_task task;
		uint8_t more[3];
	} task = { { 7, 8, "sh" }, { 1, 2, 3 } };
	struct {
		struct rw_file file;
		uint8_t more[2];
	} __attribute__((packed)) file = { { 0x801, 5, 6 }, { 0xaa, 0xbb } };
	struct build b;
	struct rec_writer *w = start(&b);
	char *s;

	(void)state;
	rec_bytes(w, RW_F_FILE, &file, sizeof(file));
	printed(&b, "- dev 8:1 ino 5 file_more=aabb: none",
		",\"dev\":2049,\"dev_major\":8,\"dev_minor\":1,\"ino\":5,\"generation\":6,\"file_more\":\"aabb\"}");
	w = start(&b);
	rec_bytes(w, RW_F_GUEST_TASK, &task, sizeof(task.task) + sizeof(task.more));
	build_end(&b);
	s = out_jsonl(&b, &all);
	assert_non_null(strstr(
		s, "\"type\":\"type_77\",\"pid\":7,\"tgid\":8,\"comm\":\"sh\",\"task_more\":\"010203\","
		   "\"verdict\":\"none\"}\n"));
	free(s);
	build_free(&b);
}

/* Two fields with a member of the same name: the later one is shown by its number. */
static void one_name_once(void **state)
{
	struct build b;
	struct rec_writer *w = start(&b);

	(void)state;
	rec_u32(w, RW_F_RENAME_FLAGS, 1);
	rec_u32(w, RW_F_OPEN_FLAGS, 2);
	printed(&b, "- noreplace read,write: none",
		",\"flags\":1,\"flags_names\":[\"RENAME_NOREPLACE\"],\"field_14\":\"02000000\"}");
}

/* A name of a task, or a path, that looks like other parts of a line. */
static void forged(void **state)
{
	struct rw_task task = { .pid = 5, .comm = "a\"[1] uid 0" };
	struct build b;
	char *s;

	(void)state;
	rec_bytes(start(&b), RW_F_TASK, &task, sizeof(task));
	build_end(&b);
	s = out_show(&b, &all, NULL);
	assert_non_null(strstr(s, " \"a\\\"[1] uid 0\"[5] uid 0: none\n"));
	free(s);
	build_free(&b);
}

/* A structure with all its members, anything else as short as it may be. */
static uint16_t sample_len(enum rw_field_kind kind)
{
	const struct kind_desc *desc = kind_desc(kind);

	return desc->grows ? desc->max : desc->min;
}

/* Every field of the table, in a record of its own and all together in one. */
static void whole_table(void **state)
{
	static const uint8_t value[128] = { 1 };
	static struct build b;

	(void)state;
	build_start(&b, 60, 1);
	for (unsigned int id = 1; id < RW_FIELD_COUNT; id++) {
		const struct field_desc *desc = field_desc(id);

		if (!desc || desc->kind == RW_KIND_RESULT)
			continue;
		rec_bytes(build_record(&b, NEW_EVENT, RW_VERDICT_NONE), (uint16_t)id, value,
			  sample_len(desc->kind));
		build_end(&b);
	}
	build_record(&b, NEW_EVENT, RW_VERDICT_NONE);
	for (unsigned int id = 1; id < RW_FIELD_COUNT; id++) {
		const struct field_desc *desc = field_desc(id);

		if (desc && desc->kind != RW_KIND_RESULT)
			rec_bytes(&b.w, (uint16_t)id, value, sample_len(desc->kind));
	}
	build_end(&b);
	assert_true(build_verify(b.p, b.len));
	for (char *s = out_jsonl(&b, &all), *p = s, *end; p; p = end) {
		json_t *j;

		end = strchr(p, '\n');
		j = end ? json_loadb(p, (size_t)(end++ - p), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL) :
			  NULL;
		if (!end)
			free(s);
		else if (!j)
			fail_msg("no JSON: %.100s", p);
		json_decref(j);
	}
	free(out_show(&b, &all, NULL));
	free(out_csv(&b, &all));
	build_free(&b);
}

/* Takes a cell of CSV (RFC 4180) at *p. Return: its text; @last: whether the line ends with it. */
static char *cell(const char **p, bool *last)
{
	char *s = malloc(strlen(*p) + 1);
	size_t n = 0;
	bool quoted = **p == '"';

	for (*p += quoted; quoted ? (*p)[0] != '"' || (*p)[1] == '"' : **p != ',' && **p != '\r'; (*p)++) {
		assert_true(**p != '\0');
		assert_true(quoted || **p != '"');
		if (quoted && **p == '"')
			(*p)++;
		s[n++] = **p;
	}
	s[n] = '\0';
	*p += quoted;
	*last = **p == '\r';
	assert_true(*last ? (*p)[1] == '\n' : **p == ',');
	*p += *last ? 2 : 1;
	return s;
}

/* The cell in line @row (0: the names) and the column named @name. */
static void csv_has(const char *csv, unsigned int row, const char *name, const char *value)
{
	unsigned int column = 0;
	bool last = false;

	while (strcmp(members_column(column), name) != 0)
		column++;
	for (unsigned int r = 0; r <= row; r++)
		for (unsigned int c = 0; c < members_columns(); c++) {
			char *s = cell(&csv, &last);

			if (last != (c == members_columns() - 1))
				fail_msg("line %u has a wrong number of cells", r);
			if (r == row && c == column)
				assert_string_equal(s, value);
			free(s);
		}
}

static void csv_lines(void **state)
{
	static const char path[] = "/a,\"b\"\n\xff", words[] = "ls\0-l";
	static const struct sockaddr_in in = { .sin_family = AF_INET };
	struct rec_writer *w;
	struct build b;
	char *s;

	(void)state;
	build_start(&b, BUILD_FEW, 0xa5);
	build_samples(&b);
	w = build_record(&b, NEW_EVENT, RW_VERDICT_DENY);
	rec_bytes(w, RW_F_ARGUMENTS, words, sizeof(words));
	rec_bytes(w, NEW_FIELD, "\1", 1);
	rec_bytes(w, RW_F_PATH, path, sizeof(path) - 1);
	rec_bytes(w, RW_F_ADDRESS, &in, sizeof(in));
	rec_bytes(w, NEW_FIELD + 1, "\2", 1);
	build_end(&b);
	s = out_csv(&b, &all);
	for (unsigned int i = 0; i < members_columns(); i++)
		csv_has(s, 0, members_column(i), members_column(i));
	csv_has(s, 1, "boot", "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
	csv_has(s, 1, "release", "6.1.0-56-cloud-amd64");
	csv_has(s, 3, "type", "exec");
	csv_has(s, 3, "comm", "sixteen-letters!");
	csv_has(s, 3, "ino", "18446744073709551614");
	csv_has(s, 3, "result", "-13");
	csv_has(s, 3, "sync", "true");
	csv_has(s, 3, "other", "");
	csv_has(s, 5, "thread", "false");
	csv_has(s, 5, "path", "");
	csv_has(s, 10, "rip", "0xffffffffc0001010");
	csv_has(s, 10, "insn", "mov qword ptr [rbx], rax");
	csv_has(s, 22, "type", "type_77");
	csv_has(s, 22, "path", "/a,\"b\"\\u{a}\\xff");
	csv_has(s, 22, "arguments", "\"ls\" \"-l\"");
	csv_has(s, 22, "address", "inet host 0.0.0.0 port 0");
	csv_has(s, 22, "other", "field_390=01 field_391=02");
	csv_has(s, 22, "time_adjusted", "");
	free(s);
	build_free(&b);
}

/* Column names are unique. */
static void columns(void **state)
{
	(void)state;
	assert_string_equal(members_column(MEMBERS_BOOT), "boot");
	assert_string_equal(members_column(members_columns() - 1), "other");
	for (unsigned int i = 0; i < members_columns(); i++) {
		assert_true(members_column(i)[0] != '\0');
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(members_column(i), members_column(k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(internet),       cmocka_unit_test(local),
		cmocka_unit_test(other_families), cmocka_unit_test(credentials),
		cmocka_unit_test(lists),          cmocka_unit_test(flags_and_status),
		cmocka_unit_test(of_processes),   cmocka_unit_test(places),
		cmocka_unit_test(files),          cmocka_unit_test(unknown),
		cmocka_unit_test(grown),          cmocka_unit_test(one_name_once),
		cmocka_unit_test(forged),         cmocka_unit_test(whole_table),
		cmocka_unit_test(csv_lines),      cmocka_unit_test(columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
