/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of what a monitor.conf lets through, from its text to the decision; and of images that are no
 * images.
 */
#include "tests/unit/lib/conf.h"

#include "lib/monitor.h"
#include "lib/monitor_conf.h"

#define UNSET UINT32_MAX

static struct monitor_conf conf;
static uint64_t image[MONITOR_IMAGE_MAX / 8];
static uint32_t image_size;
static struct monitor m;

static void compile(const char *text)
{
	struct conf_file file = { .report = no_error };

	assert_int_equal(monitor_parse(&conf, text, strlen(text), &file), 0);
	image_size = monitor_build(&conf, image);
	assert_true(image_size <= MONITOR_IMAGE_MAX);
	assert_int_equal(monitor_open(&m, image, image_size), 0);
}

/* An event, as far as rules can see it. */
struct event {
	uint8_t type;
	uint32_t uid, login_uid;
	const char *path, *path2, *exe, *cgroup, *fs;
	uint32_t access, port, device;
	bool foreign; /* names of files are not to be relied on */
};

static void set_text(struct monitor_facts *facts, enum rw_monitor_key key, const char *text)
{
	if (!text)
		return;
	facts->has |= 1u << key;
	*monitor_fact(facts, key) = (struct monitor_text){ text, (uint32_t)strlen(text) };
}

static void set_number(struct monitor_facts *facts, enum rw_monitor_key key, uint32_t number, bool has)
{
	facts->number[key] = number;
	facts->has |= (uint32_t)has << key;
}

static struct monitor_facts facts_of(const struct event *e)
{
	struct monitor_facts facts = { .known = ~0u, .own_names = !e->foreign };

	set_number(&facts, RW_MONITOR_UID, e->uid, true);
	set_number(&facts, RW_MONITOR_LOGIN_UID, e->login_uid, true);
	set_number(&facts, RW_MONITOR_ACCESS, e->access, e->access);
	set_number(&facts, RW_MONITOR_PORT, e->port, e->port);
	set_number(&facts, RW_MONITOR_DEVICE, e->device, e->device);
	set_text(&facts, RW_MONITOR_FS, e->fs);
	set_text(&facts, RW_MONITOR_EXE, e->exe);
	set_text(&facts, RW_MONITOR_CGROUP, e->cgroup);
	set_text(&facts, RW_MONITOR_PATH, e->path);
	facts.paths = !!e->path + !!e->path2;
	if (e->path2)
		facts.more_paths[0] = (struct monitor_text){ e->path2, (uint32_t)strlen(e->path2) };
	return facts;
}

static bool is_recorded(const struct event *e)
{
	struct monitor_facts facts = facts_of(e);
	int ret = monitor_begin(&m, e->type, e->uid, e->login_uid);

	if (ret >= 0)
		ret = monitor_decide(&m, e->type, ret, &facts);
	assert_true(ret == MONITOR_RECORD || ret == MONITOR_DROP);
	return ret == MONITOR_RECORD;
}

static const struct {
	const char *text;
	struct event event;
	bool recorded;
} rows[] = {
#define OPEN .type = RW_REC_FILE_OPEN
#define BOTH .type = RW_REC_FILE_RENAME
	/* Nothing said: recorded. The first rule that matches decides. */
	{ "", { OPEN }, true },
	{ "exclude file_open", { OPEN }, false },
	{ "exclude file_open", { .type = RW_REC_EXEC }, true },
	{ "exclude *", { .type = RW_REC_EXIT }, false },
	{ "exclude class:file", { .type = RW_REC_FILE_CHMOD }, false },
	{ "exclude class:file", { .type = RW_REC_FORK }, true },
	{ "exclude fork,exit", { .type = RW_REC_EXIT }, false },
	{ "include file_open uid=5\nexclude *", { OPEN, .uid = 5 }, true },
	{ "include file_open uid=5\nexclude *", { OPEN, .uid = 6 }, false },
	{ "exclude *\ninclude file_open uid=5", { OPEN, .uid = 5 }, false },
	/* Numbers. */
	{ "exclude file_open uid=0", { OPEN, .uid = 0 }, false },
	{ "exclude file_open uid=0", { OPEN, .uid = 1 }, true },
	{ "exclude file_open uid=0,33,1000-1999", { OPEN, .uid = 1999 }, false },
	{ "exclude file_open uid=0,33,1000-1999", { OPEN, .uid = 2000 }, true },
	{ "exclude file_open uid=1000-", { OPEN, .uid = UNSET }, false },
	{ "exclude file_open uid!=0", { OPEN, .uid = 0 }, true },
	{ "exclude file_open uid!=0", { OPEN, .uid = 7 }, false },
	{ "exclude file_open uid!=0-", { OPEN, .uid = 7 }, true },
	{ "exclude file_open uid!=0-", { OPEN, .uid = UNSET }, true },
	{ "exclude file_open uid=0-", { OPEN, .uid = UNSET }, false },
	{ "exclude file_open uid!=5-", { OPEN, .uid = 4 }, false },
	{ "exclude file_open uid!=5-", { OPEN, .uid = UNSET }, true },
	{ "exclude file_open uid!=5-9", { OPEN, .uid = 4 }, false },
	{ "exclude file_open uid!=5-9", { OPEN, .uid = 5 }, true },
	{ "exclude file_open uid!=5-9", { OPEN, .uid = 9 }, true },
	{ "exclude file_open uid!=5-9", { OPEN, .uid = 10 }, false },
	{ "exclude file_open uid!=5,9", { OPEN, .uid = 9 }, true },
	{ "exclude file_open uid!=5,9", { OPEN, .uid = 8 }, false },
	{ "exclude file_open login_uid=unset", { OPEN, .login_uid = UNSET }, false },
	{ "exclude file_open login_uid=unset", { OPEN, .login_uid = 1000 }, true },
	{ "exclude file_open login_uid=0-", { OPEN, .login_uid = UNSET }, true },
	{ "exclude * login_uid=5 uid=0", { OPEN, .login_uid = 5 }, false },
	{ "exclude * login_uid=5 uid=0", { OPEN, .login_uid = 5, .uid = 5 }, true },
	{ "exclude * login_uid=5 uid=0", { OPEN, .login_uid = 6 }, true },
	{ "exclude * login_uid=5,7 uid=0,3-4", { OPEN, .login_uid = 7, .uid = 4 }, false },
	{ "exclude * login_uid=5,7 uid=0,3-4", { OPEN, .login_uid = 5, .uid = 3 }, false },
	{ "exclude * login_uid=5,7 uid=0,3-4", { OPEN, .login_uid = 6, .uid = 4 }, true },
	{ "exclude * login_uid=5,7 uid=0,3-4", { OPEN, .login_uid = 7, .uid = 5 }, true },
	{ "exclude * login_uid=1,5,7 uid=0,3-4", { OPEN, .login_uid = 7, .uid = 4 }, false },
	{ "exclude * login_uid=1,5,7 uid=0,3-4", { OPEN, .login_uid = 6, .uid = 4 }, true },
	{ "exclude * login_uid!=unset uid!=0", { OPEN, .login_uid = 7, .uid = 4 }, false },
	{ "exclude * login_uid!=unset uid!=0", { OPEN, .login_uid = UNSET, .uid = 4 }, true },
	{ "exclude * login_uid!=0- uid=4", { OPEN, .login_uid = UNSET, .uid = 4 }, false },
	{ "exclude file_open device=8:1", { OPEN, .device = 8u << 20 | 1 }, false },
	{ "exclude file_open device=8:1", { OPEN, .device = 8u << 20 | 2 }, true },
	{ "exclude file_open device=8:*", { OPEN, .device = 8u << 20 | 0xfffff }, false },
	{ "exclude file_open device=8:*", { OPEN, .device = 9u << 20 }, true },
	{ "exclude file_open access=read", { OPEN, .access = RW_MONITOR_READ }, false },
	{ "exclude file_open access=read", { OPEN, .access = RW_MONITOR_WRITE }, true },
	/* Names: whole components. */
	{ "exclude file_open path=/proc", { OPEN, .path = "/proc" }, false },
	{ "exclude file_open path=/proc/", { OPEN, .path = "/proc/1/stat" }, false },
	{ "exclude file_open path=/proc", { OPEN, .path = "/process" }, true },
	{ "exclude file_open path=/proc", { OPEN, .path = "/pro" }, true },
	{ "exclude file_open path=/", { OPEN, .path = "/x" }, false },
	{ "exclude file_open path=/p", { OPEN, .path = "/" }, true },
	{ "exclude file_open path=/p", { OPEN, .path = "/Pq" }, true }, /* the same mark */
	{ "exclude file_open path=/b,/p", { OPEN, .path = "/p/q" }, false },
	{ "exclude file_open path!=/b,/p", { OPEN, .path = "/c" }, false },
	{ "exclude file_open path!=/b,/p", { OPEN, .path = "/p/q" }, true },
	{ "exclude file_open fs!=proc", { OPEN, .fs = "tmpfs" }, false },
	{ "exclude file_open path=/a,\"/b c,d\"", { OPEN, .path = "/b c,d/e" }, false },
	{ "exclude file_open path!=/etc", { OPEN, .path = "/etc/passwd" }, true },
	{ "exclude file_open path!=/etc", { OPEN, .path = "/tmp/x" }, false },
	{ "exclude file_open fs=proc", { OPEN, .fs = "proc" }, false },
	{ "exclude file_open fs=proc", { OPEN, .fs = "procfs" }, true },
	{ "exclude file_open fs=proc", { OPEN, .fs = "pro" }, true },
	{ "exclude fork exe=/usr/bin", { .type = RW_REC_FORK, .exe = "/usr/bin/make" }, false },
	{ "exclude fork exe=/usr/bin", { .type = RW_REC_FORK }, true },
	{ "exclude fork exe!=/usr/bin", { .type = RW_REC_FORK }, true },
	{ "exclude * cgroup=/system.slice", { OPEN, .cgroup = "/system.slice/a.service" }, false },
	{ "exclude * cgroup=/system.slice", { OPEN, .cgroup = "/user.slice" }, true },
	/* Two names: any to include, all to exclude. */
	{ "exclude file_rename path=/tmp", { BOTH, .path = "/tmp/a", .path2 = "/tmp/b" }, false },
	{ "exclude file_rename path=/tmp", { BOTH, .path = "/tmp/a", .path2 = "/etc/b" }, true },
	{ "exclude file_rename path!=/etc", { BOTH, .path = "/etc/a", .path2 = "/tmp/b" }, true },
	{ "exclude file_rename path!=/etc", { BOTH, .path = "/tmp/a", .path2 = "/tmp/b" }, false },
	{ "include file_rename path=/etc\nexclude *", { BOTH, .path = "/etc/a", .path2 = "/b" }, true },
	{ "include file_rename path=/etc\nexclude *", { BOTH, .path = "/a", .path2 = "/etc/b" }, true },
	{ "include file_rename path=/etc\nexclude *", { BOTH, .path = "/a", .path2 = "/b" }, false },
	/* Names that cannot be relied on exclude nothing, but include. */
	{ "exclude file_open path=/proc", { OPEN, .path = "/proc/x", .foreign = true }, true },
	{ "exclude file_open path!=/etc", { OPEN, .path = "/proc/x", .foreign = true }, true },
	{ "exclude fork exe=/bin", { .type = RW_REC_FORK, .exe = "/bin/x", .foreign = true }, true },
	{ "include file_open path=/etc\nexclude *", { OPEN, .path = "/etc/x", .foreign = true }, true },
	/* A condition on what the event does not have does not hold. */
	{ "exclude file_open device!=8:1", { OPEN }, true },
	{ "exclude file_open uid=0 path=/a", { OPEN }, true },
	/* A rule that is passed over early does not stop those after it. */
	{ "include file_open uid=3 path=/a\nexclude file_open uid=4", { OPEN, .uid = 4 }, false },
	{ "include file_open path=/a\nexclude file_open uid=4", { OPEN, .uid = 4, .path = "/b" }, false },
	{ "include file_open path=/a\nexclude file_open uid=4", { OPEN, .uid = 4, .path = "/a" }, true },
};

static void test_decisions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		compile(rows[i].text);
		if (is_recorded(&rows[i].event) != rows[i].recorded)
			fail_msg("row %zu: \"%s\": must %sbe recorded", i, rows[i].text,
				 rows[i].recorded ? "" : "not ");
	}
}

/* What is not known yet leaves the decision open, unless it makes no difference. */
static void test_unknown(void **state)
{
	struct event e = { OPEN, .uid = 1, .path = "/a/x", .fs = "ext4" };
	struct monitor_facts facts = facts_of(&e);
	int step;

	(void)state;
	compile("exclude file_open fs=proc path=/a\nexclude file_open uid=1 path=/a");
	step = monitor_begin(&m, e.type, e.uid, e.login_uid);
	assert_true(step >= 0);
	facts.known &= ~(1u << RW_MONITOR_PATH | 1u << RW_MONITOR_FS);
	assert_int_equal(monitor_decide(&m, e.type, step, &facts), step);
	facts.known |= 1u << RW_MONITOR_FS;
	assert_int_equal(monitor_decide(&m, e.type, step, &facts), step + 1);
	facts.known |= 1u << RW_MONITOR_PATH;
	assert_int_equal(monitor_decide(&m, e.type, step + 1, &facts), MONITOR_DROP);
	assert_int_equal(m.hdr->type[e.type].wants, 1u << RW_MONITOR_PATH | 1u << RW_MONITOR_FS);
}

static void test_settings(void **state)
{
	const struct rw_monitor_type *t;

	(void)state;
	compile("sync file_open\nbatch *\nfold file_open within=500ms\nfold class:file within=2s\n"
		"fold exec within=off\nlimit file_open rate=100\n");
	t = &m.hdr->type[RW_REC_FILE_OPEN];
	assert_int_equal(t->mode, RW_MONITOR_MODE_SYNC);
	assert_int_equal(t->fold_ms, 500);
	assert_int_equal(t->limit, 100);
	t = &m.hdr->type[RW_REC_FILE_LINK];
	assert_int_equal(t->mode, RW_MONITOR_MODE_BATCH);
	assert_int_equal(t->fold_ms, 2000);
	assert_int_equal(t->limit, 0);
	compile("");
	assert_int_equal(m.hdr->type[RW_REC_EXEC].mode, RW_MONITOR_MODE_OWN);
}

/* What the built-in configuration must never leave out. */
/* What the rules can do with an event, whatever the event is. */
static void test_outcomes(void **state)
{
	static const struct {
		const char *text;
		unsigned int fork, open;
	} rows[] = {
		{ "", MONITOR_MAY_RECORD, MONITOR_MAY_RECORD },
		{ "exclude fork", MONITOR_MAY_DROP, MONITOR_MAY_RECORD },
		{ "exclude *", MONITOR_MAY_DROP, MONITOR_MAY_DROP },
		{ "include fork\nexclude *", MONITOR_MAY_RECORD, MONITOR_MAY_DROP },
		{ "exclude file_open path=/a", MONITOR_MAY_RECORD, MONITOR_MAY_RECORD | MONITOR_MAY_DROP },
		{ "exclude fork uid=5", MONITOR_MAY_RECORD | MONITOR_MAY_DROP, MONITOR_MAY_RECORD },
		{ "include file_open path=/a\nexclude *", MONITOR_MAY_DROP,
		  MONITOR_MAY_RECORD | MONITOR_MAY_DROP },
		{ "include * uid=0\ninclude *\nexclude *", MONITOR_MAY_RECORD, MONITOR_MAY_RECORD },
		{ "exclude * uid=0\nexclude *", MONITOR_MAY_DROP, MONITOR_MAY_DROP },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		compile(rows[i].text);
		assert_int_equal(monitor_outcomes(&m, RW_REC_FORK), rows[i].fork);
		assert_int_equal(monitor_outcomes(&m, RW_REC_FILE_OPEN), rows[i].open);
		assert_int_equal(monitor_outcomes(&m, RW_REC_CGROUP), MONITOR_MAY_RECORD);
	}
}

static void test_default(void **state)
{
	static const struct event kept[] = {
		{ .type = RW_REC_EXEC, .path = "/usr/bin/true" },
		{ .type = RW_REC_MODULE_LOAD, .path = "/lib/modules/x.ko" },
		{ OPEN, .path = "/etc/shadow", .access = RW_MONITOR_READ, .fs = "ext4" },
		{ OPEN, .path = "/home/a/.ssh/id_rsa", .access = RW_MONITOR_READ, .fs = "ext4" },
		{ OPEN, .path = "/usr/bin/true", .access = RW_MONITOR_WRITE, .fs = "ext4" },
		{ OPEN, .path = "/proc/kcore", .access = RW_MONITOR_READ, .fs = "proc" },
		{ OPEN, .path = "/usr/lib/x", .access = RW_MONITOR_READ, .fs = "ext4", .foreign = true },
		{ .type = RW_REC_FILE_UNLINK, .path = "/usr/bin/true" },
	};
	static const struct event left_out[] = {
		{ OPEN, .path = "/proc/1/stat", .access = RW_MONITOR_READ, .fs = "proc" },
		{ OPEN, .path = "/usr/lib/libc.so.6", .access = RW_MONITOR_READ, .fs = "ext4" },
	};

	(void)state;
	compile(monitor_default);
	for (size_t i = 0; i < COUNT(kept); i++)
		if (!is_recorded(&kept[i]))
			fail_msg("event %zu (%s) is left out", i, kept[i].path);
	for (size_t i = 0; i < COUNT(left_out); i++)
		if (is_recorded(&left_out[i]))
			fail_msg("event %zu (%s) is recorded", i, left_out[i].path);
}

/* Decides about events with an image that may hold anything: the sanitizer sees a read past its end. */
static void exercise(const void *bytes, uint32_t size)
{
	struct event e = { OPEN,           .path = "/a/b", .path2 = "/c", .fs = "proc",      .exe = "/bin/x",
			   .cgroup = "/s", .access = 1,    .port = 22,    .device = 8u << 20 };
	uint64_t *copy = malloc(size);
	struct monitor_facts facts = facts_of(&e);

	assert_non_null(copy);
	memcpy(copy, bytes, size);
	if (!monitor_open(&m, copy, size))
		for (unsigned int type = 0; type < RW_MONITOR_TYPES; type++) {
			int ret = monitor_begin(&m, type, type % 3, UNSET);

			if (ret >= 0)
				monitor_decide(&m, type, ret, &facts);
		}
	free(copy);
}

static void test_bad_images(void **state)
{
	static uint8_t bad[MONITOR_IMAGE_MAX];

	(void)state;
	compile("exclude file_open path=/a,/c fs=proc uid=0-1\ninclude * exe=/bin port=22\n"
		"exclude file_open cgroup=/s device=8:* access=read\n");
	for (uint32_t size = 1; size <= image_size; size++)
		exercise(image, size);
	for (uint32_t i = 0; i < image_size; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			memcpy(bad, image, image_size);
			bad[i] ^= (uint8_t)(1u << bit);
			exercise(bad, image_size);
		}
	for (uint32_t i = 0; i + 4 <= image_size; i += 4) {
		memcpy(bad, image, image_size);
		memset(bad + i, 0xff, 4);
		exercise(bad, image_size);
	}
}

static void test_refused_images(void **state)
{
	struct rw_monitor_hdr *hdr = (struct rw_monitor_hdr *)image;

	(void)state;
#define REFUSED(change) \
	do { \
		compile("exclude file_open path=/a uid=0"); \
		change; \
		assert_int_equal(monitor_open(&m, image, image_size), -1); \
	} while (0)
	REFUSED(hdr->magic++);
	REFUSED(hdr->version++);
	REFUSED(hdr->size -= 8);
	REFUSED(hdr->rules++);
	REFUSED(hdr->text = UINT32_MAX);
	REFUSED(hdr->type[RW_REC_FILE_OPEN].steps++);
	REFUSED(hdr->type[RW_REC_FILE_OPEN].first = UINT32_MAX);
	REFUSED(hdr->type[3].mode = RW_MONITOR_MODE_COUNT);
	REFUSED(hdr->type[RW_MONITOR_FIXED_FIRST].limit = 1);
	REFUSED(((struct rw_monitor_rule *)(hdr + 1))->action = 0);
	REFUSED(((struct rw_monitor_rule *)(hdr + 1))->early = 0);
	REFUSED(((struct rw_monitor_rule *)(hdr + 1))->conds = 3);
#undef REFUSED
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decisions),      cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_settings),       cmocka_unit_test(test_default),
		cmocka_unit_test(test_outcomes),       cmocka_unit_test(test_bad_images),
		cmocka_unit_test(test_refused_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
