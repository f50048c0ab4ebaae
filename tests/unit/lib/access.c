/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of what a policy.conf decides, from its text to the answer: against a table, against a second
 * evaluator that knows only the rules as text, and of images that are no images.
 */
#include "tests/unit/lib/access_image.h"

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
		{ "/", 0, RW_RIGHT_READ, 10 },
		{ "/", 1, RW_RIGHT_READ, -11 },
		{ "/", 0, RW_RIGHT_WRITE, 0 },
		{ "/x", 0, RW_RIGHT_READ, 0 },
	};

	(void)state;
	compile("-r /tmp/log 1000\n-r /tmp/log 0\n+w /tmp/log 0\n"
		"-w /etc/ *\n+w /etc/own/ 5\n-w /etc/own/a *\n"
		"+a /log *\n-w /log *\n-x \"/bin/a b\" *\n"
		"+r /. 0\n-r /. *\n");
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

#define ORACLE_PROGRAMS 2u

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

/* What costs less says the same. */
static void assert_same_refusals(const char *path, uint32_t uid, uint32_t program)
{
	const struct access_subject who = { uid, program };
	const uint32_t kinds = any(RW_RIGHT_ALL + 1);
	const struct access_answer answer = access_decide_for(&a, scope_of(path), &who, kinds);

	assert_int_equal(access_refused(&a, scope_of(path), &who, kinds), answer.denied | answer.audited);
}

/* Each policy is asked twice. */
static void test_against_the_oracle(void **state)
{
	static struct oracle_rule rules[24];
	char text[4096], path[64];

	(void)state;
	seed = 7;
	for (unsigned long i = 0, n = policies(); i < n; i++) {
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
			assert_same_refusals(path, uid, file_of_program(program));
			if (line != expected)
				fail_msg("policy\n%s%s, uid %u, program %u, kind %u: line %d instead of %d",
					 text, path, uid, program, kind, line, expected);
		}
	}
}

/* Looks at all that an image has. */
static void use(void)
{
	static const char *const paths[] = { "/", "/a", "/a/b", "/log", "/x y/ab/log/q" };

	for (size_t i = 0; i < COUNT(paths); i++)
		for (uint32_t uid = 0; uid < 5; uid++)
			assert_same_refusals(paths[i], uid, any(a.hdr->files + 1));
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
		"level x 3\nsubject uid 3 level x\nsubject exe /a level x\nobject /a/ level x\n"
		"door pci open\n";
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
