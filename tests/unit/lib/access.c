/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of what a policy.conf decides, from its text to the answer: against a table, against a second
 * evaluator that knows only the rules as text, and of images that are no images.
 */
#include "tests/unit/lib/conf.h"

#include "lib/access.h"
#include "lib/access_conf.h"

static struct access_conf conf;
static uint64_t image[ACCESS_IMAGE_MAX / 8 + 1];
static uint32_t image_size;
static struct access a;

static void compile(const char *text)
{
	struct conf_file file = { .report = no_error };

	assert_int_equal(access_parse(&conf, text, strlen(text), &file, RW_ACCESS_EVERYTHING), 0);
	image_size = access_build(&conf, image);
	assert_in_range(image_size, sizeof(struct rw_access_hdr), ACCESS_IMAGE_MAX);
	assert_int_equal(access_open(&a, image, image_size), 0);
}

/* The scope of a path, as the agent finds it: from node to node, then what holds below the last one. */
static uint32_t scope_of(const char *path)
{
	struct span rest = { path, strlen(path) }, name;
	uint32_t node = 0, child;

	while (access_next_part(&rest, &name)) {
		child = access_child(&a, node, name.at, (uint32_t)name.size);
		if (child == RW_ACCESS_NONE)
			return a.node[node].below;
		node = child;
	}
	return a.node[node].self;
}

/* The line that decides one kind of access, with its sign; 0 if none does. */
static int line_for(const char *path, uint32_t uid, unsigned int kind)
{
	struct access_answer answer = access_decide(&a, scope_of(path), uid, 1u << kind);

	if (!(answer.decided >> kind & 1))
		return 0;
	return (answer.denied | answer.audited) >> kind & 1 ? -(int)a.rule[answer.rule[kind]].line :
							      (int)a.rule[answer.rule[kind]].line;
}

static void test_decisions(void **state)
{
	static const struct {
		const char *path;
		uint32_t uid;
		enum rw_right kind;
		int line;
	} rows[] = {
		{ "/tmp/log", 1000, RW_RIGHT_READ, -1 },
		{ "/tmp/log", 1001, RW_RIGHT_READ, 0 },
		{ "/tmp/log", 0, RW_RIGHT_READ, -2 },
		{ "/tmp/log", 0, RW_RIGHT_WRITE, 3 },
		{ "/tmp/log", 0, RW_RIGHT_APPEND, 3 },
		{ "/tmp/log/x", 0, RW_RIGHT_READ, 0 },
		{ "/tmp", 0, RW_RIGHT_READ, 0 },
		{ "/etc", 0, RW_RIGHT_WRITE, -4 },
		{ "/etc/x/y", 7, RW_RIGHT_WRITE, -4 },
		{ "/etc/x/y", 7, RW_RIGHT_READ, 0 },
		{ "/etc/own/", 5, RW_RIGHT_WRITE, 5 },
		{ "/etc/own/a/b", 5, RW_RIGHT_APPEND, 5 },
		{ "/etc/own/a/b", 6, RW_RIGHT_APPEND, -4 },
		{ "/etcetera", 6, RW_RIGHT_APPEND, 0 },
		{ "/etc/own/a", 5, RW_RIGHT_WRITE, -6 },
		{ "/etc/own/a/b", 5, RW_RIGHT_WRITE, 5 },
		{ "/log", 3, RW_RIGHT_APPEND, 7 },
		{ "/log", 3, RW_RIGHT_WRITE, -8 },
		{ "/bin/a b", 0, RW_RIGHT_EXECUTE, -9 },
		{ "/bin/a", 0, RW_RIGHT_EXECUTE, 0 },
	};

	(void)state;
	compile("-r /tmp/log 1000\n-r /tmp/log 0\n+w /tmp/log 0\n"
		"-w /etc/ *\n+w /etc/own/ 5\n-w /etc/own/a *\n"
		"+a /log *\n-w /log *\n-x \"/bin/a b\" *\n");
	for (size_t i = 0; i < COUNT(rows); i++)
		if (line_for(rows[i].path, rows[i].uid, rows[i].kind) != rows[i].line)
			fail_msg("%s %u %u: line %d instead of %d", rows[i].path, rows[i].uid, rows[i].kind,
				 line_for(rows[i].path, rows[i].uid, rows[i].kind), rows[i].line);
}

static void test_modes(void **state)
{
	struct access_answer answer;

	(void)state;
	compile("-r /a 0 audit\n-w /a *\n");
	answer = access_decide(&a, scope_of("/a"), 0, RW_RIGHT_ALL);
	assert_int_equal(answer.denied, 1u << RW_RIGHT_WRITE | 1u << RW_RIGHT_APPEND);
	assert_int_equal(answer.audited, 1u << RW_RIGHT_READ);
	assert_int_equal(answer.decided, RW_RIGHT_ALL & ~(1u << RW_RIGHT_EXECUTE));
	compile("mode audit\n-r /a 0 audit\n-w /a *\n");
	answer = access_decide(&a, scope_of("/a"), 0, RW_RIGHT_ALL);
	assert_int_equal(answer.denied, 0);
	assert_int_equal(answer.audited, RW_RIGHT_ALL & ~(1u << RW_RIGHT_EXECUTE));
	assert_memory_equal(a.text + a.rule[1].text, "-w /a *", a.rule[1].len);
}

#define HASH_A "sha256:00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define HASH_B "sha256:ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* The node of a path that some line names. */
static uint32_t node_of(const char *path)
{
	struct span rest = { path, strlen(path) }, name;
	uint32_t node = 0;

	while (access_next_part(&rest, &name)) {
		node = access_child(&a, node, name.at, (uint32_t)name.size);
		assert_int_not_equal(node, RW_ACCESS_NONE);
	}
	return node;
}

/* As line_for(), for a program. */
static int line_for_program(const char *path, uint32_t uid, uint32_t program, unsigned int kind)
{
	struct access_subject who = { uid, program };
	struct access_answer answer = access_decide_for(&a, scope_of(path), &who, 1u << kind);
	int line = (int)a.rule[answer.rule[kind]].line;

	if (!(answer.decided >> kind & 1))
		return 0;
	return (answer.denied | answer.audited) >> kind & 1 ? -line : line;
}

/* What is for trusted programs alone comes before all other lines with the same path, wherever they stand. */
static void test_allow_trusted(void **state)
{
	uint32_t ctl, log;

	(void)state;
	compile("+rw /var/log/ 0\n"
		"trust exe /sbin/ctl " HASH_A "\n"
		"trust exe /sbin/log " HASH_A "\n"
		"allow trusted ctl rw /var/log/\n"
		"allow trusted /sbin/log w /var/log/\n"
		"allow trusted log r /var/log/x audit\n"
		"+r /var/log/y *\n");
	assert_int_equal(a.hdr->features, RW_ACCESS_RULES | RW_ACCESS_TRUST);
	ctl = access_file(&a, node_of("/sbin/ctl"));
	log = access_file(&a, node_of("/sbin/log"));
	assert_int_not_equal(ctl, log);
	assert_int_equal(line_for("/var/log/a", 0, RW_RIGHT_WRITE), -4);
	assert_int_equal(line_for("/var/log/a", 1, RW_RIGHT_READ), -4);
	assert_int_equal(line_for("/var/log/a", 0, RW_RIGHT_EXECUTE), 0);
	assert_int_equal(line_for_program("/var/log/a", 7, ctl, RW_RIGHT_APPEND), 4);
	assert_int_equal(line_for_program("/var/log/a", 7, log, RW_RIGHT_APPEND), 5);
	assert_int_equal(line_for_program("/var/log/a", 7, log, RW_RIGHT_READ), -4);
	assert_int_equal(line_for_program("/var/log/x", 7, ctl, RW_RIGHT_READ), -6);
	assert_int_equal(line_for_program("/var/log/x", 7, log, RW_RIGHT_READ), 6);
	assert_int_equal(line_for_program("/var/log/x", 7, ctl, RW_RIGHT_WRITE), 4);
	assert_int_equal(line_for_program("/var/log/y", 7, RW_ACCESS_NONE, RW_RIGHT_READ), 7);
	assert_int_equal(access_decide(&a, scope_of("/var/log/x"), 0, RW_RIGHT_ALL).audited,
			 1u << RW_RIGHT_READ);
}

static void test_trust(void **state)
{
	uint8_t hash[32];
	uint32_t ctl, lib;

	(void)state;
	compile("trust exe /sbin/ctl " HASH_A "\ntrust lib /lib/c.so " HASH_A "\n"
		"trust exe /sbin/ctl " HASH_B "\nisolate exe /sbin/ctl\nisolate exe /sbin/other audit\n");
	for (unsigned int i = 0; i < 32; i++)
		hash[i] = (uint8_t)(i % 16 * 0x11);
	ctl = access_file(&a, node_of("/sbin/ctl"));
	lib = access_file(&a, node_of("/lib/c.so"));
	assert_int_equal(access_file(&a, node_of("/sbin")), RW_ACCESS_NONE);
	assert_int_equal(access_file(&a, RW_ACCESS_NONE), RW_ACCESS_NONE);
	assert_int_equal(access_trusts(&a, ctl, RW_ACCESS_EXE, hash), 0);
	assert_int_equal(access_trusts(&a, ctl, RW_ACCESS_LIB, hash), RW_ACCESS_NO_RULE);
	assert_int_equal(access_trusts(&a, lib, RW_ACCESS_LIB, hash), 1);
	hash[0] = 0xff;
	assert_int_equal(access_trusts(&a, ctl, RW_ACCESS_EXE, hash), 2);
	assert_int_equal(access_trusts(&a, lib, RW_ACCESS_LIB, hash), RW_ACCESS_NO_RULE);
	assert_int_equal(a.file[ctl].isolate, 3);
	assert_int_equal(a.file[ctl].isolate_audit, 0);
	assert_int_equal(a.file[lib].isolate, RW_ACCESS_NO_RULE);
	assert_int_equal(a.file[access_file(&a, node_of("/sbin/other"))].isolate_audit, 1);
	assert_int_equal(a.file[ctl].node, node_of("/sbin/ctl"));
}

static void test_doors(void **state)
{
	(void)state;
	compile("door kexec open\ndoor bpf audit\n");
	assert_int_equal(access_door(&a, RW_DOOR_KEXEC), RW_DOOR_OPEN);
	assert_int_equal(a.hdr->door[RW_DOOR_KEXEC].rule, 0);
	assert_int_equal(access_door(&a, RW_DOOR_BPF), RW_DOOR_AUDIT);
	assert_int_equal(access_door(&a, RW_DOOR_MSR), RW_DOOR_SHUT);
	assert_int_equal(a.hdr->door[RW_DOOR_MSR].rule, RW_ACCESS_NO_RULE);
	assert_int_equal(a.hdr->features, RW_ACCESS_DOOR(RW_DOOR_KEXEC) | RW_ACCESS_DOOR(RW_DOOR_BPF));
	compile("mode audit\ndoor kexec open\n");
	assert_int_equal(access_door(&a, RW_DOOR_KEXEC), RW_DOOR_OPEN);
	assert_int_equal(access_door(&a, RW_DOOR_MSR), RW_DOOR_AUDIT);
}

/* A door that the agent cannot keep shut is not said to be shut. */
static void test_unsupported_doors_are_open(void **state)
{
	struct conf_file file = { .report = no_error };

	(void)state;
	assert_int_equal(access_parse(&conf, "", 0, &file, RW_ACCESS_DOOR(RW_DOOR_MSR)), 0);
	assert_int_equal(access_open(&a, image, access_build(&conf, image)), 0);
	for (unsigned int i = 0; i < RW_DOORS; i++)
		assert_int_equal(access_door(&a, i), i == RW_DOOR_MSR ? RW_DOOR_SHUT : RW_DOOR_OPEN);
}

static void compile_protected(const char *text)
{
	struct conf_file file = { .report = say };

	said[0] = '\0';
	assert_int_equal(access_parse(&conf, text, strlen(text), &file, RW_ACCESS_EVERYTHING), 0);
	assert_int_equal(access_protect_results(&conf), 0);
	assert_int_equal(access_open(&a, image, access_build(&conf, image)), 0);
}

/* Lines of the file come before the policy's own, which have the number 0. */
static void test_own_files_are_protected(void **state)
{
	const uint32_t both = 1u << RW_RIGHT_WRITE | 1u << RW_RIGHT_APPEND;
	struct access_answer answer;

	(void)state;
	compile_protected("+w /usr/sbin/rwctl 7\n-r /var/ *\n");
	answer = access_decide(&a, scope_of("/var/lib/ringward/new"), 0, RW_RIGHT_ALL);
	assert_int_equal(answer.denied, both | 1u << RW_RIGHT_READ);
	assert_int_equal(a.rule[answer.rule[RW_RIGHT_WRITE]].line, 0);
	assert_memory_equal(a.text + a.rule[answer.rule[RW_RIGHT_WRITE]].text, "-w /var/lib/ringward/ *", 23);
	assert_int_equal(a.rule[answer.rule[RW_RIGHT_WRITE]].len, 23);
	assert_int_equal(access_decide(&a, scope_of("/usr/sbin/rwctl"), 7, both).denied, 0);
	assert_int_equal(access_decide(&a, scope_of("/usr/sbin/rwctl"), 8, both).denied, both);
	assert_int_equal(access_decide(&a, scope_of("/boot/efi/EFI/ringward/policy.conf"), 0, both).denied,
			 both);
	compile_protected("door results audit\n");
	answer = access_decide(&a, scope_of("/var/lib/ringward/"), 0, both);
	assert_int_equal(answer.denied, 0);
	assert_int_equal(answer.audited, both);
	compile_protected("door results open\n");
	assert_int_equal(a.hdr->rules, 1);
}

/* No line of the file is called dead for them, and none of them. */
static void test_own_lines_make_no_warning(void **state)
{
	(void)state;
	compile_protected("-w /usr/sbin/rwctl *\n-w /var/lib/ringward/ *\n");
	assert_string_equal(said, "");
}

static uint16_t level_of(const char *path)
{
	return access_object_label(&a, scope_of(path)).level;
}

static void test_levels(void **state)
{
	(void)state;
	compile("level low 1\nlevel high 65534\nlevels highwater\n"
		"subject uid 7 level high\nsubject uid 5 level low\nsubject exe /bin/x level low\n"
		"object /srv/ level low\nobject /srv/a level high\nobject /srv/a/b/ level high\n"
		"-r /srv/c/d 0\n");
	assert_int_equal(a.hdr->flags, RW_ACCESS_HIGH_WATER);
	assert_int_equal(access_user_label(&a, 5).level, 1);
	assert_int_equal(access_user_label(&a, 7).level, 65534);
	assert_int_equal(access_user_label(&a, 7).rule, 0);
	assert_int_equal(access_user_label(&a, 6).level, RW_ACCESS_NO_LEVEL);
	assert_int_equal(access_user_label(&a, 8).level, RW_ACCESS_NO_LEVEL);
	assert_int_equal(a.file[access_file(&a, node_of("/bin/x"))].label.level, 1);
	assert_int_equal(level_of("/"), RW_ACCESS_NO_LEVEL);
	assert_int_equal(level_of("/srv"), 1);
	assert_int_equal(level_of("/srv/a"), 65534);
	assert_int_equal(level_of("/srv/a/x"), 1);
	assert_int_equal(level_of("/srv/a/b/x"), 65534);
	assert_int_equal(level_of("/srv/c/d"), 1);
	assert_int_equal(level_of("/srv/x/y"), 1);
	assert_int_equal(level_of("/bin/x"), RW_ACCESS_NO_LEVEL);
	assert_int_equal(a.rule[access_object_label(&a, scope_of("/srv/c/d")).rule].line, 7);
	assert_int_equal(line_for("/srv/c/d", 0, RW_RIGHT_READ), -10);
}

/* Reading up, writing down, appending up: for each pair of levels, and a file that has two. */
static void test_level_decisions(void **state)
{
	const uint32_t r = 1u << RW_RIGHT_READ, w = 1u << RW_RIGHT_WRITE, ap = 1u << RW_RIGHT_APPEND,
		       x = 1u << RW_RIGHT_EXECUTE;
	static const uint16_t none = RW_ACCESS_NO_LEVEL;

	(void)state;
	assert_int_equal(access_level_refuses(2, 2, 2, RW_RIGHT_ALL), 0);
	assert_int_equal(access_level_refuses(1, 2, 2, RW_RIGHT_ALL), r | w | x);
	assert_int_equal(access_level_refuses(3, 2, 2, RW_RIGHT_ALL), w | ap);
	assert_int_equal(access_level_refuses(2, 1, 3, RW_RIGHT_ALL), RW_RIGHT_ALL);
	assert_int_equal(access_level_refuses(3, 1, 3, RW_RIGHT_ALL), w | ap);
	assert_int_equal(access_level_refuses(0, 65534, 65534, ap), 0);
	assert_int_equal(access_level_refuses(none, 0, 65534, RW_RIGHT_ALL), 0);
	assert_int_equal(access_level_refuses(0, none, none, RW_RIGHT_ALL), 0);
	assert_int_equal(access_level_refuses(3, 2, 2, r), 0);
}

/* A small random generator with a fixed start: a failure repeats. */
static uint64_t seed;

static uint32_t any(uint32_t limit)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % limit;
}

/* The second evaluator: it knows the rules as they were written, and the sentence in the documentation. */
struct oracle_rule {
	char path[64]; /* with its trailing slash, if it has one */
	char sign;     /* 't': allow trusted */
	uint32_t uid, kinds;
	uint32_t program; /* of an allow trusted */
};

#define ORACLE_PROGRAMS 2u

static bool oracle_covers(const struct oracle_rule *rule, const char *path)
{
	size_t len = strlen(rule->path);

	if (rule->path[len - 1] != '/')
		return strcmp(path, rule->path) == 0;
	return strncmp(path, rule->path, len) == 0 ||
	       (strncmp(path, rule->path, len - 1) == 0 && path[len - 1] == '\0');
}

/* A path without a slash at its end is more specific than the same one with it. */
static size_t oracle_rank(const struct oracle_rule *rule)
{
	size_t len = strlen(rule->path);

	return rule->path[len - 1] == '/' ? 2 * (len - 1) : 2 * len + 1;
}

/* Among lines with the same path: what is for the program, what is for other programs, all others. */
static unsigned int oracle_order(const struct oracle_rule *rule, uint32_t program)
{
	return rule->sign != 't' ? 0 : rule->program == program ? 2 : 1;
}

static bool oracle_before(const struct oracle_rule *x, const struct oracle_rule *y, uint32_t program)
{
	if (oracle_rank(x) != oracle_rank(y))
		return oracle_rank(x) > oracle_rank(y);
	return oracle_order(x, program) > oracle_order(y, program);
}

/* Return: the number of the rule that decides, from 1, with its sign. @program: ORACLE_PROGRAMS: none */
static int oracle(const struct oracle_rule *rules, uint32_t count, const char *path, uint32_t uid,
		  uint32_t program, uint32_t kind)
{
	int best = -1;

	for (uint32_t i = 0; i < count; i++) {
		const struct oracle_rule *r = &rules[i];

		if (!(r->kinds >> kind & 1) || (r->uid != uid && r->uid != ACCESS_UID_ANY) ||
		    !oracle_covers(r, path))
			continue;
		if (best < 0 || oracle_before(r, &rules[best], program))
			best = (int)i;
	}
	if (best < 0)
		return 0;
	if (rules[best].sign == '-' || (rules[best].sign == 't' && rules[best].program != program))
		return -(best + 1);
	return best + 1;
}

static void make_path(char path[64], bool slash)
{
	static const char *const names[] = { "a", "b", "ab", "log", "x y" };
	uint32_t parts = any(5);
	size_t len = 0;

	path[0] = '\0';
	for (uint32_t i = 0; i < parts; i++)
		len += (size_t)sprintf(path + len, "/%s", names[any(COUNT(names))]);
	if (slash || !len)
		strcat(path, "/");
}

/* Writes a random policy: its text to @text, its rules to @rules. Return: how many. */
static uint32_t make_policy(char *text, struct oracle_rule rules[24])
{
	uint32_t count = any(24) + 1;

	for (uint32_t i = 0; i < ORACLE_PROGRAMS; i++)
		text += sprintf(text, "trust exe /t/p%u " HASH_A "\n", i);
	for (uint32_t i = 0; i < count; i++) {
		struct oracle_rule *r = &rules[i];
		char letters[5];
		size_t n = 0;

		r->kinds = any(RW_RIGHT_ALL) + 1;
		r->sign = "+-+-+-t"[any(7)];
		r->uid = any(4) && r->sign != 't' ? any(4) : ACCESS_UID_ANY;
		r->program = any(ORACLE_PROGRAMS);
		make_path(r->path, any(2));
		for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
			if (r->kinds >> kind & 1)
				letters[n++] = "rwax"[kind];
		letters[n] = '\0';
		if (r->kinds >> RW_RIGHT_WRITE & 1)
			r->kinds |= 1u << RW_RIGHT_APPEND;
		if (r->sign == 't') {
			text += sprintf(text, "allow trusted p%u %s \"%s\"\n", r->program, letters, r->path);
			continue;
		}
		text += sprintf(text, "%c%s \"%s\" ", r->sign, letters, r->path);
		text += r->uid == ACCESS_UID_ANY ? sprintf(text, "*\n") : sprintf(text, "%u\n", r->uid);
	}
	return count;
}

static uint32_t file_of_program(uint32_t program)
{
	static const char *const paths[ORACLE_PROGRAMS] = { "/t/p0", "/t/p1" };

	return program < ORACLE_PROGRAMS ? access_file(&a, node_of(paths[program])) : RW_ACCESS_NONE;
}

#define POLICIES 1000000u

/* ACCESS_POLICIES gives another number of policies: each one is asked twice. */
static void test_against_the_oracle(void **state)
{
	const char *given = getenv("ACCESS_POLICIES");
	unsigned long policies = given ? strtoul(given, NULL, 10) : POLICIES / 50;
	static struct oracle_rule rules[24];
	char text[4096], path[64];

	(void)state;
	seed = 7;
	for (unsigned long i = 0; i < policies; i++) {
		uint32_t count = make_policy(text, rules);

		compile(text);
		for (unsigned int j = 0; j < 2; j++) {
			uint32_t uid = any(5), kind = any(RW_RIGHTS), program = any(ORACLE_PROGRAMS + 1);
			int expected, line;

			make_path(path, false);
			expected = oracle(rules, count, path, uid, program, kind);
			expected += (expected > 0) * (int)ORACLE_PROGRAMS -
				    (expected < 0) * (int)ORACLE_PROGRAMS;
			line = line_for_program(path, uid, file_of_program(program), kind);
			if (line != expected)
				fail_msg("policy\n%s%s, uid %u, program %u, kind %u: line %d instead of %d",
					 text, path, uid, program, kind, line, expected);
		}
	}
}

/* The most specific line about the level of @path, of @count; -1 if there is none. */
static int oracle_object(const struct oracle_rule *objects, uint32_t count, const char *path)
{
	int best = -1;

	for (uint32_t i = 0; i < count; i++)
		if (oracle_covers(&objects[i], path) &&
		    (best < 0 || oracle_rank(&objects[i]) > oracle_rank(&objects[best])))
			best = (int)i;
	return best;
}

/* What the two sentences of Bell and LaPadula say of one kind of access. */
static bool oracle_refuses(int subject, int object, uint32_t kind)
{
	const bool reads = kind == RW_RIGHT_READ || kind == RW_RIGHT_EXECUTE || kind == RW_RIGHT_WRITE;
	const bool writes = kind == RW_RIGHT_WRITE || kind == RW_RIGHT_APPEND;

	if (subject < 0 || object < 0)
		return false;
	return (reads && object > subject) || (writes && object < subject);
}

/* Writes a policy with lines about levels, in any order among lines of other kinds. Return: its objects. */
static uint32_t make_levels(char *text, struct oracle_rule objects[12], int subjects[4])
{
	static struct oracle_rule others[24];
	uint32_t count = any(12) + 1;

	text += sprintf(text, "level l0 0\nlevel l1 7\nlevel l2 8\nlevel l3 65534\n");
	for (unsigned int i = 0; i < 4; i++) {
		subjects[i] = (int)any(5) - 1;
		if (subjects[i] >= 0)
			text += sprintf(text, "subject uid %u level l%d\n", i, subjects[i]);
	}
	if (any(2)) {
		make_policy(text, others);
		text += strlen(text);
	}
	for (uint32_t i = 0; i < count; i++) {
		make_path(objects[i].path, any(2));
		objects[i].uid = any(4); /* the level */
		text += sprintf(text, "object \"%s\" level l%u\n", objects[i].path, objects[i].uid);
	}
	return count;
}

/* Levels by a naive second evaluator: lines as written, numbers of levels from 0. */
static void test_levels_against_the_oracle(void **state)
{
	static struct oracle_rule objects[12];
	const char *given = getenv("ACCESS_POLICIES");
	unsigned long policies = given ? strtoul(given, NULL, 10) : POLICIES / 50;
	char text[8192], path[64];
	int subjects[4];

	(void)state;
	seed = 13;
	for (unsigned long i = 0; i < policies; i++) {
		uint32_t count = make_levels(text, objects, subjects);

		compile(text);
		for (unsigned int j = 0; j < 4; j++) {
			uint32_t uid = any(4), kind = any(RW_RIGHTS);
			struct rw_access_label label;
			bool refused;
			int best;

			make_path(path, false);
			best = oracle_object(objects, count, path);
			label = access_object_label(&a, scope_of(path));
			refused = access_level_refuses(access_user_label(&a, uid).level, label.level,
						       label.level, 1u << kind);
			if (refused !=
			    oracle_refuses(subjects[uid], best < 0 ? -1 : (int)objects[best].uid, kind))
				fail_msg("policy\n%s%s, uid %u, kind %u: %d", text, path, uid, kind, refused);
		}
	}
}

/* Looks at all that an image has. */
static void use(void)
{
	static const char *const paths[] = { "/", "/a", "/a/b", "/log", "/x y/ab/log/q" };

	for (size_t i = 0; i < COUNT(paths); i++)
		for (uint32_t uid = 0; uid < 5; uid++)
			access_decide_for(&a, scope_of(paths[i]),
					  &(struct access_subject){ uid, any(a.hdr->files + 1) },
					  RW_RIGHT_ALL);
	for (uint32_t i = 0; i < a.hdr->files; i++)
		access_trusts(&a, i, RW_ACCESS_LIB, (const uint8_t *)HASH_A);
	for (uint32_t i = 0; i < a.hdr->scopes; i++)
		access_level_refuses(7, access_object_label(&a, i).level, RW_ACCESS_LEVEL_MAX, RW_RIGHT_ALL);
	for (uint32_t uid = 0; uid < 5; uid++)
		access_user_label(&a, uid);
	for (unsigned int i = 0; i < RW_DOORS; i++)
		assert_in_range(access_door(&a, i), 0, RW_DOOR_STATES - 1);
	for (uint32_t i = 0; i < a.hdr->rules; i++)
		for (uint32_t j = 0; j < a.rule[i].len; j++)
			assert_true(a.text[a.rule[i].text + j] == a.text[a.rule[i].text + j]);
}

static void test_damaged_images(void **state)
{
	static const char more_lines[] =
		"trust exe /a " HASH_A "\ntrust lib /a " HASH_B
		"\nallow trusted a rw /log\nisolate exe /a/b\n"
		"level x 3\nsubject uid 3 level x\nsubject exe /a level x\nobject /a/ level x\ndoor pci open\n";
	static struct oracle_rule rules[24];
	uint32_t refused = 0, passed = 0;
	char text[4096];

	(void)state;
	seed = 11;
	for (unsigned int round = 0; round < 200; round++) {
		uint8_t *block;

		make_policy(text, rules);
		strcat(text, round % 2 ? more_lines : "");
		compile(text);
		block = malloc(image_size);
		assert_non_null(block);
		for (unsigned int i = 0; i < 200; i++) {
			uint32_t size = any(8) ? image_size : any(image_size) & ~7u;

			memcpy(block, image, image_size);
			block[any(image_size)] ^= (uint8_t)(1u << any(8));
			if (any(2))
				block[any(image_size)] = (uint8_t)(any(2) ? 0xff : any(256));
			if (access_open(&a, block, size))
				refused++;
			else {
				passed++;
				use();
			}
		}
		free(block);
	}
	assert_true(refused > 10000 && passed > 1000);
}

/* However many rules there are, a decision takes the same steps. */
static void test_ten_thousand_rules(void **state)
{
	char *text = malloc(10000 * 48), *at = text;

	(void)state;
	assert_non_null(text);
	for (unsigned int i = 0; i < 10000; i++)
		at += sprintf(at, "-r /srv/%u/data %u\n", i % 5000, i / 5000 * 1000);
	compile(text);
	assert_int_equal(line_for("/srv/77/data", 0, RW_RIGHT_READ), -78);
	assert_int_equal(line_for("/srv/77/data", 1000, RW_RIGHT_READ), -5078);
	assert_int_equal(line_for("/srv/77/data", 1, RW_RIGHT_READ), 0);
	assert_int_equal(line_for("/srv/77/date", 1000, RW_RIGHT_READ), 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decisions),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_against_the_oracle),
		cmocka_unit_test(test_damaged_images),
		cmocka_unit_test(test_ten_thousand_rules),
		cmocka_unit_test(test_allow_trusted),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_doors),
		cmocka_unit_test(test_unsupported_doors_are_open),
		cmocka_unit_test(test_own_files_are_protected),
		cmocka_unit_test(test_own_lines_make_no_warning),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_level_decisions),
		cmocka_unit_test(test_levels_against_the_oracle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
