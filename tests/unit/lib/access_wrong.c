/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the parser of policy.conf: a table of wrong files, each with all of its errors. */
#include "tests/unit/lib/conf.h"

#include "lib/access_conf.h"

#define FIRST    "+ or -, allow, door, isolate, level, levels, mode, object, subject or trust"
#define KINDS    "r (read), w (write), a (append), x (execute)"
#define USER     "a number below 4294967295, or * for all"
#define DOTS     "a path in a rule has no . or ..: write where it leads to"
#define RELATIVE "is not an absolute path: it does not begin with /"
#define DOORS \
	"devmem, ports, msr, pci, kexec, hibernation, modules, blockdev, bpf, kprobes, helpers or results"
#define RULE    "[+|-][rwax] PATH UID [audit]"
#define MODE    "mode enforce|audit"
#define DOOR    "door NAME open|audit|shut"
#define ISOLATE "isolate exe PATH [audit]"
#define TRUST   "trust exe|lib PATH sha256:HEX"
#define ALLOW   "allow trusted NAME [rwax] PATH [audit]"
#define SUBJECT "subject uid|exe UID|PATH level NAME"
#define HASH    "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct row rows[] = {
	{ "x", "1:1: x begins no line: " FIRST },
	{ "rw /etc 0", "1:1: rw begins no line: " FIRST },
	{ "Mode audit", "1:1: Mode begins no line: " FIRST },
	{ "MODE audit\n-r /a 0", "1:1: MODE begins no line: " FIRST },
	{ "allowed trusted x r /a", "1:1: allowed begins no line: " FIRST },
	{ "deny /a 0", "1:1: deny begins no line: " FIRST },
	{ "include *", "1:1: include begins no line: " FIRST },
	{ "store_mib = 16", "1:1: store_mib begins no line: " FIRST },
	{ "-r /a 0\nfoo\n-r /b 0\nbar # comment\n", "2:1: foo begins no line: " FIRST "\n"
						    "4:1: bar begins no line: " FIRST },
	{ "\t\tfoo", "1:3: foo begins no line: " FIRST },
	{ "\"-r\" /a 0", "1:1: \"-r\" begins no line: " FIRST },
	{ "[policy]", "1:1: [policy] begins no line: " FIRST },
	{ "{}", "1:1: {} begins no line: " FIRST },
	{ "*r /a 0", "1:1: *r begins no line: " FIRST },
	{ "\xff\xfe", "1:1: \xff\xfe begins no line: " FIRST },
	{ "+", "1:1: + without an access: " KINDS "\n"
	       "1:2: no path: " RULE },
	{ "-", "1:1: - without an access: " KINDS "\n"
	       "1:2: no path: " RULE },
	{ "+ rw /a 0", "1:1: + without an access: " KINDS "\n"
		       "1:3: rw " RELATIVE "\n"
		       "1:6: /a is not a user: " USER "\n"
		       "1:9: 0: only audit can stand here" },
	{ "+R /a 0", "1:2: R is not an access: " KINDS },
	{ "-rW /a 0", "1:3: W is not an access: " KINDS },
	{ "-rr /a 0", "1:3: r stands twice" },
	{ "-rwxrwx /a 0", "1:5: r stands twice\n"
			  "1:6: w stands twice\n"
			  "1:7: x stands twice" },
	{ "-rwe /a 0", "1:4: e is not an access: " KINDS },
	{ "--r /a 0", "1:2: - is not an access: " KINDS },
	{ "-+r /a 0", "1:2: + is not an access: " KINDS },
	{ "+r,w /a 0", "1:3: , is not an access: " KINDS },
	{ "-r", "1:3: no path: " RULE },
	{ "-r # /a 0", "1:4: no path: " RULE },
	{ "-r a 0", "1:4: a " RELATIVE },
	{ "-r ./a 0", "1:4: ./a " RELATIVE },
	{ "-r ~/a 0", "1:4: ~/a " RELATIVE },
	{ "-r \"\" 0", "1:5:  " RELATIVE },
	{ "-r '/a' 0", "1:4: '/a' " RELATIVE },
	{ "-r /a/./b 0", "1:7: " DOTS },
	{ "-r /./ 0", "1:5: " DOTS },
	{ "-r \"/.\" 0", "1:6: " DOTS },
	{ "isolate exe /.", "1:14: " DOTS },
	{ "-r /a/.. 0", "1:7: " DOTS },
	{ "-r /../a 0", "1:5: " DOTS },
	{ "-r /a/../../b/. 0", "1:7: " DOTS "\n"
			       "1:10: " DOTS "\n"
			       "1:15: " DOTS },
	{ "-r \"/a 0", "1:4: a double quote is not closed at the path's end\n"
		       "1:9: no user: " RULE },
	{ "-r /a\" 0", "1:6: a path cannot have a double quote here\n"
		       "1:9: no user: " RULE },
	{ "-r \"/a\"b 0", "1:4: a double quote is not closed at the path's end" },
	{ "-r \"/a b\"\" 0", "1:4: a double quote is not closed at the path's end\n"
			     "1:13: no user: " RULE },
	{ "-r /a\\ b 0", "1:8: b is not a user: " USER "\n"
			 "1:10: 0: only audit can stand here" },
	{ "-r C:\\a 0", "1:4: C:\\a " RELATIVE },
	{ "-r /a", "1:6: no user: " RULE },
	{ "-r /a # 0", "1:7: no user: " RULE },
	{ "-r /a root", "1:7: root is not a user: " USER },
	{ "-r /a -1", "1:7: -1 is not a user: " USER },
	{ "-r /a 0x10", "1:7: 0x10 is not a user: " USER },
	{ "-r /a 4294967295", "1:7: 4294967295 is not a user: " USER },
	{ "-r /a 99999999999", "1:7: 99999999999 is not a user: " USER },
	{ "-r /a **", "1:7: ** is not a user: " USER },
	{ "-r /a 0,1", "1:7: 0,1 is not a user: " USER },
	{ "-r /a 0-9", "1:7: 0-9 is not a user: " USER },
	{ "-r /a @wheel", "1:7: @wheel is not a user: " USER },
	{ "-r /a \"0\"", "1:7: \"0\" is not a user: " USER },
	{ "-r /a +0", "1:7: +0 is not a user: " USER },
	{ "-r /a 0 log", "1:9: log: only audit can stand here" },
	{ "-r /a 0 audit audit", "1:15: audit: nothing can stand here" },
	{ "-r /a 0 Audit", "1:9: Audit: only audit can stand here" },
	{ "+r /a 0 audit", "1:9: audit is for rules that refuse: this one allows" },
	{ "+r /a 0 audited", "1:9: audited: only audit can stand here" },
	{ "-r /a 0 1", "1:9: 1: only audit can stand here" },
	{ "-r /a b 0", "1:7: b is not a user: " USER "\n"
		       "1:9: 0: only audit can stand here" },
	{ "-r /a 0; -w /a 0", "1:7: 0; is not a user: " USER "\n"
			      "1:10: -w: only audit can stand here" },
	{ "mode", "1:5: the line ends too early: " MODE },
	{ "mode on", "1:6: on is wrong here: " MODE },
	{ "mode Enforce", "1:6: Enforce is wrong here: " MODE },
	{ "mode enforce audit", "1:14: audit: nothing can stand here" },
	{ "mode audit\nmode enforce", "2:1: line 1 has already set the mode" },
	{ "mode # audit", "1:6: the line ends too early: " MODE },
	{ "mode = audit", "1:6: = is wrong here: " MODE "\n"
			  "1:8: audit: nothing can stand here" },
	{ "mode audit\nmode\nmode audit", "2:1: line 1 has already set the mode\n"
					  "3:1: line 1 has already set the mode" },
	{ "door", "1:5: no name: " DOOR },
	{ "door kexec", "1:11: the line ends too early: " DOOR },
	{ "door kexec closed", "1:12: closed is wrong here: " DOOR },
	{ "door window shut", "1:6: window is not " DOORS },
	{ "door devmem shut now", "1:18: now: nothing can stand here" },
	{ "door bpf open\ndoor bpf shut", "2:6: line 1 is about this door" },
	{ "door bpf,msr shut", "1:6: bpf,msr is not " DOORS },
	{ "door Kexec shut\ndoor kexec\ndoor kexec open", "1:6: Kexec is not " DOORS "\n"
							  "2:11: the line ends too early: " DOOR "\n"
							  "3:6: line 2 is about this door" },
	{ "door window", "1:6: window is not " DOORS "\n"
			 "1:12: the line ends too early: " DOOR },
	{ "door * open", "1:6: * is not " DOORS },
	{ "isolate", "1:8: the line ends too early: " ISOLATE },
	{ "isolate exe", "1:12: no path: " ISOLATE },
	{ "isolate /bin/a", "1:9: /bin/a is wrong here: " ISOLATE },
	{ "isolate exe bin/a", "1:13: bin/a " RELATIVE },
	{ "isolate exe /bin/", "1:17: the path ends with /: a file is wanted, not a directory" },
	{ "isolate exe /bin/a log", "1:20: log: only audit can stand here" },
	{ "isolate lib /lib/a", "1:9: lib is wrong here: " ISOLATE },
	{ "isolate exe / audit", "1:13: the path ends with /: a file is wanted, not a directory" },
	{ "trust", "1:6: the line ends too early: " TRUST },
	{ "trust exe", "1:10: no path: " TRUST },
	{ "trust exe /a", "1:13: no hash: " TRUST },
	{ "trust exe /a md5:00", "1:14: md5:00 is not sha256: and 64 hexadecimal digits" },
	{ "trust exe /a sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde",
	  "1:21: 63 hexadecimal digits; SHA-256 has 64" },
	{ "trust exe /a " HASH "0", "1:21: 65 hexadecimal digits; SHA-256 has 64" },
	{ "trust exe /a sha256:", "1:21: 0 hexadecimal digits; SHA-256 has 64" },
	{ "trust exe /a sha256:xyz", "1:21: x is not a hexadecimal digit" },
	{ "trust exe /a SHA256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
	  "1:14: SHA256:0123456789abcdef0123456789abcdef012345678... is not sha256: and 64 hexadecimal digits" },
	{ "trust exe /a " HASH " audit", "1:86: audit: nothing can stand here" },
	{ "trust /a " HASH, "1:7: /a is wrong here: " TRUST },
	{ "trust exe a/b 1234", "1:11: a/b " RELATIVE "\n"
				"1:15: 1234 is not sha256: and 64 hexadecimal digits" },
	{ "trust library /a " HASH, "1:7: library is wrong here: " TRUST },
	{ "allow", "1:6: the line ends too early: " ALLOW },
	{ "allow trusted", "1:14: no name: " ALLOW },
	{ "allow trusted a", "1:15: a: no line above trusts a program of this name\n"
			     "1:16: no access: " ALLOW },
	{ "allow trusted a rw /b", "1:15: a: no line above trusts a program of this name" },
	{ "allow a rw /b", "1:7: a is wrong here: " ALLOW },
	{ "trust exe /x/a " HASH "\nallow trusted a rz b", "2:18: z is not an access: " KINDS "\n"
							   "2:20: b " RELATIVE },
	{ "trust exe /x/a " HASH "\nallow trusted a rw", "2:19: no path: " ALLOW },
	{ "trust exe /x/a " HASH "\ntrust exe /y/a " HASH "\nallow trusted a r /b\nallow trusted /x/a r /b",
	  "3:15: a: lines 1 and 2 trust programs of this name: write the path" },
	{ "allow trusted a r /b\ntrust exe /x/a " HASH,
	  "1:15: a: no line above trusts a program of this name" },
	{ "trust lib /x/a " HASH "\nallow trusted a r /b",
	  "2:15: a: no line above trusts a program of this name" },
	{ "trust exe /x/a " HASH "\nallow trusted /x/b r /b",
	  "2:15: /x/b: no line above trusts a program of this name" },
	{ "trust exe /x/a " HASH "\nallow trusted \"a r /b",
	  "2:15: a double quote is not closed at the path's end\n"
	  "2:22: no access: " ALLOW },
	{ "trust exe /x/a " HASH "\nallow trusted a /b r", "2:17: / is not an access: " KINDS "\n"
							   "2:18: b is not an access: " KINDS "\n"
							   "2:20: r " RELATIVE },
	{ "level", "1:6: no name: level NAME N" },
	{ "level a", "1:8: no number: level NAME N" },
	{ "level a x", "1:9: x is not a number up to 65534" },
	{ "level a 65535", "1:9: 65535 is not a number up to 65534" },
	{ "level a -1", "1:9: -1 is not a number up to 65534" },
	{ "level a 1 2", "1:11: 2: nothing can stand here" },
	{ "level a 1\nlevel a 2", "2:7: line 1 has already said what a is" },
	{ "level a/b 1", "1:7: a/b is not a name: letters, digits, - _ and ." },
	{ "level \"a\" 1", "1:7: \"a\" is not a name: letters, digits, - _ and ." },
	{ "levels", "1:7: the line ends too early: levels strict|highwater" },
	{ "levels none", "1:8: none is wrong here: levels strict|highwater" },
	{ "levels strict\nlevels highwater", "2:1: line 1 has already set the levels" },
	{ "level *", "1:7: * is not a name: letters, digits, - _ and .\n"
		     "1:8: no number: level NAME N" },
	{ "subject", "1:8: the line ends too early: " SUBJECT },
	{ "subject uid", "1:12: no user: " SUBJECT },
	{ "subject uid 1", "1:14: the line ends too early: " SUBJECT },
	{ "subject uid 1 level", "1:20: no level: " SUBJECT },
	{ "subject uid 1 level a", "1:21: a: no line above says what level this is" },
	{ "level a 1\nsubject uid * level a", "2:13: one user is wanted here, not all" },
	{ "level a 1\nsubject gid 1 level a", "2:9: gid is wrong here: " SUBJECT },
	{ "level a 1\nsubject uid root level a", "2:13: root is not a user: " USER },
	{ "level a 1\nsubject exe /bin/ level a",
	  "2:17: the path ends with /: a file is wanted, not a directory" },
	{ "level a 1\nsubject uid 1 a", "2:15: a is wrong here: " SUBJECT },
	{ "subject exe bin level a b", "1:13: bin " RELATIVE "\n"
				       "1:23: a: no line above says what level this is\n"
				       "1:25: b: nothing can stand here" },
	{ "object", "1:7: no path: object PATH level NAME" },
	{ "object /a", "1:10: the line ends too early: object PATH level NAME" },
	{ "object a level b", "1:8: a " RELATIVE "\n"
			      "1:16: b: no line above says what level this is" },
	{ "level b 1\nobject /a level b c", "2:19: c: nothing can stand here" },
	{ "level b 1\nobject /a lvl b", "2:11: lvl is wrong here: object PATH level NAME" },
	{ "object /a level b\nlevel b 1", "1:17: b: no line above says what level this is" },
	{ "-r a b\nmode x\ndoor y z\n+q /a/.. 0 audit\n",
	  "1:4: a " RELATIVE "\n"
	  "1:6: b is not a user: " USER "\n"
	  "2:6: x is wrong here: " MODE "\n"
	  "3:6: y is not " DOORS "\n"
	  "3:8: z is wrong here: " DOOR "\n"
	  "4:2: q is not an access: " KINDS "\n"
	  "4:7: " DOTS "\n"
	  "4:12: audit is for rules that refuse: this one allows" },
	{ "-r /a 0\r\n-z /a 0\r\nmode x\r\n", "2:2: z is not an access: " KINDS "\n"
					      "3:6: x is wrong here: " MODE },
	{ "\n\n\n-q\n\n-r /b 0\nq", "4:2: q is not an access: " KINDS "\n"
				    "4:3: no path: " RULE "\n"
				    "7:1: q begins no line: " FIRST },
	{ "# -q\n -r /a x # y\n\t-r b 0\n", "2:8: x is not a user: " USER "\n"
					    "3:5: b " RELATIVE },
	{ "-r /a 0 \n-r /a 0 audit x y\n+ /a\n-r /..  *\n", "2:15: x: nothing can stand here\n"
							    "3:1: + without an access: " KINDS "\n"
							    "3:5: no user: " RULE "\n"
							    "4:5: " DOTS },
};

static struct access_conf conf;

static int parse(const char *text, size_t size, struct conf_file *file)
{
	int ret = access_parse(&conf, text, size, file, RW_ACCESS_EVERYTHING);

	assert_int_equal(ret, -1);
	return ret;
}

static void test_every_error_has_its_place(void **state)
{
	(void)state;
	assert_in_range(COUNT(rows), 100, 1000);
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_row(parse, &rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_error_has_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
