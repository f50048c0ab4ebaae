/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the loader's configuration parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/bootinfo.h"
#include "config.h"

#define NEXT "next = \\EFI\\debian\\grubx64.efi\n"

static struct config config;
static struct message why;

/* Parses from a heap block of exactly @size bytes, so that the sanitizer sees a read past its end. */
static int parse_bytes(const char *text, size_t size)
{
	char *block = malloc(size ? size : 1);
	int ret;

	assert_non_null(block);
	memcpy(block, text, size);
	memset(&why, 0, sizeof(why));
	ret = config_parse(&config, block, size, &why);
	free(block);
	assert_int_equal(ret, why.text[0] ? -1 : 0);
	return ret;
}

static int parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void expect_error(const char *text, const char *message)
{
	assert_int_equal(parse(text), -1);
	assert_string_equal(why.text, message);
}

/* A file, and the error message for it. */
struct mistake {
	const char *text, *message;
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void expect_errors(const struct mistake *m, size_t count)
{
	for (size_t i = 0; i < count; i++)
		expect_error(m[i].text, m[i].message);
}

static void expect_ok(const char *text)
{
	if (parse(text))
		fail_msg("%s: %s", text, why.text);
}

/* Compares every member of the last configuration read. */
static void expect_config(const struct config *want)
{
	assert_string_equal(config.next, want->next);
	assert_int_equal(config.next_other, want->next_other);
	assert_string_equal(config.next_options, want->next_options);
	assert_int_equal(config.store_mib, want->store_mib);
	assert_int_equal(config.serial_port, want->serial_port);
	assert_int_equal(config.serial_baud, want->serial_baud);
	assert_int_equal(config.agent, want->agent);
	assert_int_equal(config.settings.on_violation, want->settings.on_violation);
	assert_int_equal(config.settings.kexec, want->settings.kexec);
	assert_int_equal(config.settings.control_state, want->settings.control_state);
	assert_int_equal(config.settings.kernel_code, want->settings.kernel_code);
	assert_int_equal(config.settings.exec_fallback, want->settings.exec_fallback);
	assert_int_equal(config.settings.modules, want->settings.modules);
	assert_int_equal(config.settings.dynamic_code, want->settings.dynamic_code);
	assert_int_equal(config.settings.bpf_jit, want->settings.bpf_jit);
	assert_int_equal(config.settings.on_agent_loss, want->settings.on_agent_loss);
	assert_int_equal(config.settings.patches, want->settings.patches);
	assert_int_equal(config.settings.kprobes, want->settings.kprobes);
	assert_int_equal(config.settings.page_tables, want->settings.page_tables);
	assert_int_equal(config.boot_on_error, want->boot_on_error);
	assert_int_equal(config.exit_port, want->exit_port);
	assert_int_equal(config.watch_resets, want->watch_resets);
}

static void test_defaults(void **state)
{
	static const struct config defaults = {
		.next = "\\EFI\\debian\\grubx64.efi",
		.store_mib = 16,
		.serial_port = 0x2f8,
		.serial_baud = 115200,
		.agent = true,
		.settings.on_violation = RW_ON_VIOLATION_SKIP,
		.settings.kexec = RW_KEXEC_REFUSE,
		.settings.control_state = RW_CONTROL_ENFORCE,
		.settings.kernel_code = RW_KERNEL_CODE_ENFORCE,
		.settings.exec_fallback = RW_EXEC_FALLBACK_OFF,
		.settings.modules = RW_MODULES_ANY,
		.settings.dynamic_code = RW_DYNAMIC_CODE_AUDIT,
		.settings.bpf_jit = RW_BPF_JIT_DENY,
		.settings.patches = RW_PATCHES_VERIFY,
		.settings.kprobes = RW_KPROBES_DENY,
		.settings.page_tables = RW_PAGE_TABLES_ENFORCE,
	};

	(void)state;
	expect_ok(NEXT);
	expect_config(&defaults);
}

static void test_all_keys(void **state)
{
	static const struct config all = {
		.next = "\\EFI\\a b.efi",
		.next_other = true,
		.next_options = "  root=/dev/sda1 quiet ",
		.store_mib = 1024,
		.serial_port = 0x3e0,
		.serial_baud = 9600,
		.agent = false,
		.settings.on_violation = RW_ON_VIOLATION_FAULT,
		.settings.kexec = RW_KEXEC_ALLOW,
		.settings.control_state = RW_CONTROL_AUDIT,
		.settings.kernel_code = RW_KERNEL_CODE_AUDIT,
		.settings.exec_fallback = RW_EXEC_FALLBACK_STRICT,
		.settings.modules = RW_MODULES_NONE,
		.settings.dynamic_code = RW_DYNAMIC_CODE_DENY,
		.settings.bpf_jit = RW_BPF_JIT_APPROVE_AT_LOCK,
		.settings.on_agent_loss = RW_ON_AGENT_LOSS_STOP,
		.settings.patches = RW_PATCHES_RECORD,
		.settings.kprobes = RW_KPROBES_ALLOW,
		.settings.page_tables = RW_PAGE_TABLES_AUDIT,
		.boot_on_error = true,
		.exit_port = 0xf4,
		.watch_resets = true,
	};

	(void)state;
	expect_ok(
		"\xef\xbb\xbf# a comment\r\n; another\r\n\r\n\t[ringward]\r\n"
		"  next=other:\\EFI\\a b.efi  \r\nnext_options =\t\"  root=/dev/sda1 quiet \"\r\n"
		"store_mib = 1024\r\nserial = 0x3e0 , 9600\r\nagent = no\r\non_violation = \"fault\"\r\n"
		"kexec = allow\r\non_agent_loss = stop\r\non_error = boot\nexit_port = 0xF4\nwatch_resets = start\n"
		"control_state = audit\nkernel_code = audit\nexec_fallback = strict\nmodules = none\n"
		"dynamic_code = deny\nbpf_jit = approve_at_lock\n"
		"patches = record\nkprobes = allow\npage_tables = audit");
	expect_config(&all);
}

static void test_values(void **state)
{
	static const struct {
		const char *text;
		uint16_t port;
		uint32_t baud;
	} serial[] = {
		{ "com1", 0x3f8, 115200 },    { "com2", 0x2f8, 115200 },         { "com3", 0x3e8, 115200 },
		{ "com4,1200", 0x2e8, 1200 }, { "0xFFF8,57600", 0xfff8, 57600 }, { "none", 0, 115200 },
	};
	char text[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(serial) / sizeof(serial[0]); i++) {
		snprintf(text, sizeof(text), NEXT "serial = %s\n", serial[i].text);
		expect_ok(text);
		assert_int_equal(config.serial_port, serial[i].port);
		assert_int_equal(config.serial_baud, serial[i].baud);
	}
	expect_ok(
		NEXT
		"on_violation = stop\nkexec = refuse\non_error = stop\nagent = yes\nstore_mib = 1\nnext_options =\n");
	assert_int_equal(config.settings.kexec, RW_KEXEC_REFUSE);
	assert_int_equal(config.settings.on_violation, RW_ON_VIOLATION_STOP);
	assert_int_equal(config.store_mib, 1);
	expect_ok(NEXT "control_state = off\n");
	assert_int_equal(config.settings.control_state, RW_CONTROL_OFF);
	expect_ok(NEXT "page_tables = off\n");
	assert_int_equal(config.settings.page_tables, RW_PAGE_TABLES_OFF);
	expect_ok(NEXT "exit_port = none\nwatch_resets = lock\n");
	assert_int_equal(config.exit_port, 0);
	assert_false(config.watch_resets);
	expect_ok(NEXT "exit_port = 0xfffc\n");
	assert_int_equal(config.exit_port, 0xfffc);
	expect_ok(NEXT "next_options = a=\"b c\" d=e # not a comment\n");
	assert_string_equal(config.next_options, "a=\"b c\" d=e # not a comment");
	expect_ok("next = \\EFI\\\xc3\xa4.efi\n");
	assert_string_equal(config.next, "\\EFI\\\xc3\xa4.efi");
}

static void test_bad_values(void **state)
{
	static const struct mistake mistakes[] = {
		{ NEXT "\n\n\n\n\nstore_mib = 0\n", "ringward.conf:7:13: store_mib: 0 is not in 1..1024" },
		{ NEXT "store_mib = 1025", "ringward.conf:2:13: store_mib: 1025 is not in 1..1024" },
		{ NEXT "store_mib = -1", "ringward.conf:2:13: store_mib: -1 is not in 1..1024" },
		{ NEXT "store_mib = 16 # MiB", "ringward.conf:2:13: store_mib: 16 # MiB is not in 1..1024" },
		{ NEXT "store_mib = 99999999999999999999",
		  "ringward.conf:2:13: store_mib: 99999999999999999999 is not in 1..1024" },
		{ NEXT "store_mib = 0x10", "ringward.conf:2:13: store_mib: 0x10 is not in 1..1024" },
		{ NEXT "store_mib =", "ringward.conf:2:12: store_mib has no value" },
		{ NEXT "store_mib = \"\"", "ringward.conf:2:14: store_mib has no value" },
		{ NEXT "agent = maybe", "ringward.conf:2:9: agent: maybe is not yes or no" },
		{ NEXT "agent = yesyes", "ringward.conf:2:9: agent: yesyes is not yes or no" },
		{ NEXT "agent = ye", "ringward.conf:2:9: agent: ye is not yes or no" },
		{ NEXT "on_violation = die",
		  "ringward.conf:2:16: on_violation: die is not skip, fault or stop" },
		{ NEXT "exit_port = f4",
		  "ringward.conf:2:13: exit_port: f4 is not none or an I/O port 0x1..0xfffc" },
		{ NEXT "exit_port = 0x0",
		  "ringward.conf:2:13: exit_port: 0x0 is not none or an I/O port 0x1..0xfffc" },
		{ NEXT "exit_port = 0x",
		  "ringward.conf:2:13: exit_port: 0x is not none or an I/O port 0x1..0xfffc" },
		{ NEXT "exit_port = 0xfffd",
		  "ringward.conf:2:13: exit_port: 0xfffd is not none or an I/O port 0x1..0xfffc" },
		{ NEXT "control_state = on",
		  "ringward.conf:2:17: control_state: on is not enforce, audit or off" },
		{ NEXT "on_agent_loss = halt",
		  "ringward.conf:2:17: on_agent_loss: halt is not record or stop" },
		{ NEXT "patches = allow", "ringward.conf:2:11: patches: allow is not verify or record" },
		{ NEXT "kprobes = yes", "ringward.conf:2:11: kprobes: yes is not deny or allow" },
		{ NEXT "page_tables = on",
		  "ringward.conf:2:15: page_tables: on is not enforce, audit or off" },
		{ NEXT "watch_resets = yes", "ringward.conf:2:16: watch_resets: yes is not lock or start" },
		{ NEXT "kernel_code = on",
		  "ringward.conf:2:15: kernel_code: on is not enforce, audit or off" },
		{ NEXT "exec_fallback = sample",
		  "ringward.conf:2:17: exec_fallback: sample is not strict, smep or off" },
		{ NEXT "modules = some", "ringward.conf:2:11: modules: some is not any, approved or none" },
		{ NEXT "dynamic_code = allow",
		  "ringward.conf:2:16: dynamic_code: allow is not audit or deny" },
		{ NEXT "bpf_jit = allow",
		  "ringward.conf:2:11: bpf_jit: allow is not deny or approve_at_lock" },
		{ NEXT "kexec = allowed", "ringward.conf:2:9: kexec: allowed is not refuse or allow" },
		{ NEXT "on_error = Boot", "ringward.conf:2:12: on_error: Boot is not stop or boot" },
		{ NEXT "agent = \"yes",
		  "ringward.conf:2:9: agent: a quoted value must end at its second double quote" },
		{ NEXT "agent = \"",
		  "ringward.conf:2:9: agent: a quoted value must end at its second double quote" },
		{ NEXT "next_options = \"a\" \"b\"",
		  "ringward.conf:2:17: next_options: a quoted value must end at its second double quote" },
		{ NEXT "agent = 0123456789012345678901234567890123456789012345678901234567890123456789",
		  "ringward.conf:2:9: agent: 012345678901234567890123456789012345678901234567... is not yes or no" },
	};

	(void)state;
	expect_errors(mistakes, COUNT(mistakes));
}

#define BAD_PORT " is not com1..com4, none or an I/O port 0x100..0xfff8 (a multiple of 8)"

static void test_bad_serial(void **state)
{
	static const struct mistake mistakes[] = {
		{ NEXT "serial = com5", "ringward.conf:2:10: serial: com5" BAD_PORT },
		{ NEXT "serial = com", "ringward.conf:2:10: serial: com" BAD_PORT },
		{ NEXT "serial = 0x3f9", "ringward.conf:2:10: serial: 0x3f9" BAD_PORT },
		{ NEXT "serial = 0x60", "ringward.conf:2:10: serial: 0x60" BAD_PORT },
		{ NEXT "serial = 0x10000", "ringward.conf:2:10: serial: 0x10000" BAD_PORT },
		{ NEXT "serial = 0x", "ringward.conf:2:10: serial: 0x" BAD_PORT },
		{ NEXT "serial = 760", "ringward.conf:2:10: serial: 760" BAD_PORT },
		{ NEXT "serial = none,9600", "ringward.conf:2:10: serial: none" BAD_PORT },
		{ NEXT "serial = com1,", "ringward.conf:2:10: serial:  is not a speed that divides 115200" },
		{ NEXT "serial = com1,0",
		  "ringward.conf:2:10: serial: 0 is not a speed that divides 115200" },
		{ NEXT "serial = com1,1",
		  "ringward.conf:2:10: serial: 1 is not a speed that divides 115200" },
		{ NEXT "serial = com1,9601",
		  "ringward.conf:2:10: serial: 9601 is not a speed that divides 115200" },
		{ NEXT "serial = com1,9600,8n1",
		  "ringward.conf:2:10: serial: 9600,8n1 is not a speed that divides 115200" },
	};

	(void)state;
	expect_errors(mistakes, COUNT(mistakes));
}

static void test_bad_next(void **state)
{
	char text[400] = "next = \\";

	(void)state;
	expect_error("next = EFI\\a.efi", "ringward.conf:1:8: next: the path does not begin with \\");
	expect_error("next = other:", "ringward.conf:1:8: next: names no file");
	expect_error("next = \\", "ringward.conf:1:8: next: the path ends with \\ and names no file");
	expect_error("next = \\EFI/a",
		     "ringward.conf:1:8: next: the path contains /, which no file name can contain");
	expect_error("next = \\EFI\\*.efi",
		     "ringward.conf:1:8: next: the path contains *, which no file name can contain");
	memset(text + strlen(text), 'a', CONFIG_PATH_MAX - 1);
	expect_ok(text);
	assert_int_equal(strlen(config.next), CONFIG_PATH_MAX);
	strcat(text, "a");
	expect_error(text, "ringward.conf:1:8: next: the path is longer than 255 bytes");
#define MISSING "next is missing: it names the program to boot, for example next = \\EFI\\debian\\grubx64.efi"
	expect_error("", "ringward.conf: " MISSING);
	expect_error("# nothing\n", "ringward.conf: " MISSING);
}

static void test_bad_lines(void **state)
{
	static const struct mistake mistakes[] = {
		{ NEXT "nxet = 1", "ringward.conf:2:1: nxet is not a known key" },
		{ NEXT "Agent = yes", "ringward.conf:2:1: Agent is not a known key" },
		{ NEXT "= yes", "ringward.conf:2:1:  is not a known key" },
		{ NEXT "agent", "ringward.conf:2:1: agent: = is missing; a line is: key = value" },
		{ NEXT "agent = yes\nagent = yes", "ringward.conf:3:1: agent occurs a second time" },
		{ "[other]\n" NEXT, "ringward.conf:1:1: [other] is not a known section" },
		{ "[ringward\n" NEXT, "ringward.conf:1:1: a section header does not end with ]" },
		{ "[\n" NEXT, "ringward.conf:1:1: a section header does not end with ]" },
		{ "[]\n" NEXT, "ringward.conf:1:1: [] is not a known section" },
		{ "[ringward]\n[ringward]\n" NEXT, "ringward.conf:2:1: [ringward] occurs a second time" },
		{ NEXT "[ringward]\n", "ringward.conf:2:1: [ringward] must precede the first key" },
	};

	(void)state;
	expect_errors(mistakes, COUNT(mistakes));
}

static void test_bad_bytes(void **state)
{
	static const char nul[] = NEXT "agent = y\0es\n";
	static const char utf16[] = "\xff\xfen\0e\0x\0t\0";

	(void)state;
	assert_int_equal(parse_bytes(nul, sizeof(nul) - 1), -1);
	assert_string_equal(why.text, "ringward.conf:2:10: byte 10 (0x00) is a control character");
	assert_int_equal(parse_bytes(utf16, sizeof(utf16) - 1), -1);
	assert_string_equal(
		why.text,
		"ringward.conf:1:1: byte 1 (0xff) is not UTF-8 text of the Basic Multilingual Plane");
	expect_error(NEXT "agent\r = yes", "ringward.conf:2:6: byte 6 (0x0d) is a control character");
	expect_error(NEXT "agent = yes\r", "ringward.conf:2:12: byte 12 (0x0d) is a control character");
	expect_error(NEXT "agent = \x1b[1myes", "ringward.conf:2:9: byte 9 (0x1b) is a control character");
	expect_error(NEXT "agent = \xc2\x80", "ringward.conf:2:9: byte 9 (0xc2) is a control character");
	expect_error(NEXT "# \xf0\x9f\x92\xa9",
		     "ringward.conf:2:3: byte 3 (0xf0) is not UTF-8 text of the Basic Multilingual Plane");
	expect_error(NEXT "# \xc3",
		     "ringward.conf:2:3: byte 3 (0xc3) is not UTF-8 text of the Basic Multilingual Plane");
}

static void test_limits(void **state)
{
	char *text = malloc(CONFIG_FILE_MAX + 2);
	size_t at = strlen(NEXT "next_options = ");

	(void)state;
	assert_non_null(text);
	strcpy(text, NEXT "next_options = ");
	memset(text + at, 'x', CONFIG_OPTIONS_MAX);
	assert_int_equal(parse_bytes(text, at + CONFIG_OPTIONS_MAX), 0);
	assert_int_equal(strlen(config.next_options), CONFIG_OPTIONS_MAX);
	memset(text + at, 'x', CONFIG_OPTIONS_MAX + 1);
	assert_int_equal(parse_bytes(text, at + CONFIG_OPTIONS_MAX + 1), -1);
	assert_string_equal(why.text, "ringward.conf:2:16: next_options: is longer than 4000 bytes");
	at = strlen(NEXT);
	text[at] = '#';
	memset(text + at + 1, 'x', CONFIG_LINE_MAX);
	assert_int_equal(parse_bytes(text, at + CONFIG_LINE_MAX), 0);
	assert_int_equal(parse_bytes(text, at + CONFIG_LINE_MAX + 1), -1);
	assert_string_equal(why.text, "ringward.conf:2:4097: the line is longer than 4096 bytes");
	memset(text + at, '\n', CONFIG_FILE_MAX + 1 - at);
	assert_int_equal(parse_bytes(text, CONFIG_FILE_MAX), 0);
	assert_int_equal(parse_bytes(text, CONFIG_FILE_MAX + 1), -1);
	assert_string_equal(why.text, "ringward.conf: the file has 65537 bytes; the limit is 65536");
	free(text);
}

static void test_goes_on_after_error(void **state)
{
	(void)state;
	expect_error("store_mib = 0\nbogus\n" NEXT "on_error = boot\nagent = no\n",
		     "ringward.conf:1:13: store_mib: 0 is not in 1..1024");
	assert_string_equal(config.next, "\\EFI\\debian\\grubx64.efi");
	assert_int_equal(config.store_mib, 16);
	assert_true(config.boot_on_error);
	assert_false(config.agent);
	/* In doubt about on_error: stop. */
	expect_error(NEXT "on_error = boot\non_error = boot\n",
		     "ringward.conf:3:1: on_error occurs a second time");
	assert_false(config.boot_on_error);
	expect_error(NEXT "on_error = stop\non_error = boot\n",
		     "ringward.conf:3:1: on_error occurs a second time");
	assert_false(config.boot_on_error);
	expect_error("next = bad\non_error = boot\n",
		     "ringward.conf:1:8: next: the path does not begin with \\");
	assert_string_equal(config.next, "");
	assert_true(config.boot_on_error);
}

/* Truncated and bit-flipped versions of a good file: no crash, and an error is always reported. */
static void test_mutations(void **state)
{
	static const char good[] = "[ringward]\n" NEXT
				   "next_options = \"a b\"\nserial = com1,9600\nstore_mib=7\n"
				   "agent = no # \xc3\xa4\non_violation = stop\non_error = boot\r\n";
	char text[sizeof(good)];
	size_t i;
	int bit;

	(void)state;
	for (i = 0; i < sizeof(good); i++)
		parse_bytes(good, i);
	for (i = 0; i < sizeof(good) - 1; i++) {
		for (bit = 0; bit < 8; bit++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)(text[i] ^ 1 << bit);
			parse_bytes(text, sizeof(good) - 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),   cmocka_unit_test(test_all_keys),
		cmocka_unit_test(test_values),     cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_bad_serial), cmocka_unit_test(test_bad_next),
		cmocka_unit_test(test_bad_lines),  cmocka_unit_test(test_bad_bytes),
		cmocka_unit_test(test_limits),     cmocka_unit_test(test_goes_on_after_error),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
