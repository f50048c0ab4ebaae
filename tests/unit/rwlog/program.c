/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog as a program: several files, exit statuses, an output that is the input. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "build.h"

#define STRING(x) #x
#define DIGITS(x) STRING(x)
#define SAMPLES   DIGITS(BUILD_SAMPLES)

static char program[PATH_MAX];
static char completion_file[PATH_MAX];
static char folder[] = "/tmp/rwlog_test.XXXXXX";

/* A folder with sound captures, "cap" and "cap2", and a file without a log, "text". */
static int enter(void **state)
{
	struct build b;
	FILE *f;

	(void)state;
	strcpy(strrchr(folder, '.'), ".XXXXXX");
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	f = fopen("cap", "w");
	assert_non_null(f);
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	build_dump(&b, f, 1);
	build_free(&b);
	assert_int_equal(fclose(f), 0);
	f = fopen("cap2", "w");
	assert_non_null(f);
	build_start(&b, BUILD_FEW, 2);
	build_note(&b, RW_REC_AGENT, "6.1");
	build_dump(&b, f, 1);
	build_free(&b);
	assert_int_equal(fclose(f), 0);
	f = fopen("text", "w");
	assert_non_null(f);
	fputs("nothing of that kind\n", f);
	return fclose(f);
}

static int leave(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

/* Runs a shell command in which $R is rwlog. Return: its exit status; @out receives its output. */
static int run(const char *command, char *out, size_t size)
{
	char line[PATH_MAX + 512];
	size_t n = 0;
	FILE *f;
	int status;

	snprintf(line, sizeof(line), "R='%s'; { %s; } 2>&1", program, command);
	fflush(stdout);
	f = popen(line, "r");
	assert_non_null(f);
	while (n < size - 1 && !feof(f))
		n += fread(out + n, 1, size - 1 - n, f);
	out[n] = '\0';
	status = pclose(f);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void expect(const char *command, int status, const char *text)
{
	char out[32768];
	int got = run(command, out, sizeof(out));

	if (got != status || !strstr(out, text))
		fail_msg("%s: exit status %d, output:\n%s\n--- not %d with \"%s\"", command, got, out, status,
			 text);
}

static void expect_without(const char *command, int status, const char *text)
{
	char out[32768];

	assert_int_equal(run(command, out, sizeof(out)), status);
	assert_null(strstr(out, text));
}

static void a_choice_of_what_is_read(void **state)
{
	(void)state;
	expect("$R --list cap", 0, "boot 01010101010101010101010101010101, 1 dumps in this capture");
	expect("$R verify --boot 0101 cap", 0, "OK: " SAMPLES " records");
	expect("$R verify --boot 02 cap", 7,
	       "no such store or boot in it; rwlog --list FILE shows what is there");
	expect("$R verify --at 0x1000 cap", 2, "no Ringward log found");
	expect("$R --boot 0x cap", 2,
	       "--boot: wrong value \"0x\": it takes a boot's id, or the first of its digits");
	expect("$R --as image cap", 2, "--as: wrong value \"image\": it takes capture or memory");
	expect("$R verify --as memory cap", 2, "no Ringward log found");
	expect("$R verify --as capture cap", 0, "OK: " SAMPLES " records");
}

/* Records are there while the capture is still being written; a file that is rotated is followed, too. */
static void a_capture_that_grows(void **state)
{
	(void)state;
	expect("cat cap | $R --follow -", 0, "-- standard input: " SAMPLES " of " SAMPLES " records shown");
	expect("cat cap cap | $R --follow -", 0,
	       "-- standard input: " SAMPLES " of " SAMPLES " records shown");
	expect("cat cap cap2 | $R --follow --type agent -", 0, "-- boot 02020202020202020202020202020202\n");
	expect("head -c 3000 cap | $R --follow -", 4, "records shown");
	expect("head -c 3000 cap | $R --follow - 2>&1", 4, "rwlog: the dump's END is missing");
	expect("sed 's/ 00000180 ./ 00000180 %/' cap | $R --follow - 2>&1", 1, "rwlog: line ");
	expect("grep -v ' 00000180 ' cap | $R --follow -", 4, "frames are missing before this line");
	expect("echo 'ringward: ALERT hypercall 1 refused, rip 1, by a[1]' | $R --follow -", 0,
	       "-- line 1: ringward: ALERT hypercall 1 refused, rip 1, by a[1]\n");
	/* Of half a capture, records are printed before the rest comes; those of another run must be gone. */
	expect("rm -f seen; "
	       "{ head -c 3000 cap; until grep -q '#1 ' seen; do sleep 0.05; done; tail -c +3001 cap; } | "
	       "timeout 60 $R --follow - >seen; tail -n 1 seen",
	       0, SAMPLES " of " SAMPLES " records shown");
	/* Otherwise timeout sends SIGCONT, too: LeakSanitizer would wait for ever for the SIGSTOP it sent. */
	expect("cp cap live; rm seen; timeout --foreground 60 $R --follow live >seen 2>&1 & "
	       "until grep -q '#" SAMPLES
	       " ' seen; do sleep 0.05; done; mv live live.1; cp cap2 live.2; mv live.2 live; "
	       "until grep -q 'boot 0202' seen; do sleep 0.05; done; : >live; "
	       "until grep -q 'became shorter' seen; do sleep 0.05; done; kill -INT $!; wait $!; cat seen",
	       0, "the file was replaced (rotated)");
	/* Likewise without the option, if the pipe pauses; what is no capture of text is read as a whole. */
	expect("rm seen; "
	       "{ head -c 3000 cap; until grep -q '#1 ' seen; do sleep 0.05; done; tail -c +3001 cap; } | "
	       "timeout 60 $R show - >seen 2>&1; head -n 1 seen",
	       0, "note: it has not ended: records are shown as they come");
	expect("tail -n 1 seen", 0, SAMPLES " of " SAMPLES " records shown");
	expect_without("gzip -c cap >z; { head -c 500 z; sleep 1.5; tail -c +501 z; } | $R show -", 0,
		       "has not ended");
	expect_without("{ head -c 3000 cap; sleep 1.5; tail -c +3001 cap; } | $R show --sort time -", 0,
		       "has not ended");
	expect_without("cat cap | $R show -", 0, "has not ended");
	expect("$R --follow cap cap2", 2, "--follow takes one FILE");
	expect("$R --follow --list cap", 2, "--follow reads a capture as it comes");
	expect("$R verify --follow cap", 2, "verify has no option --follow");
}

/* By the index the same records are found, in each form of a log. */
static void by_an_index(void **state)
{
	(void)state;
	expect("$R extract --output img cap; $R index img && $R show --index --pid 77 img", 0,
	       "by its index: 3 of " SAMPLES " records were read");
	/* A capture, two in turn, line by line, twice the same, broken at 80 columns, stamped. */
	expect("cat cap cap2 >both; paste -d '\\n' cap cap2 >mixed; cat cap cap >twice; "
	       "fold -w 80 cap >folded; sed 's/^/[09:20] /' cap >stamped; "
	       "for f in img cap both mixed twice folded stamped; do $R index $f || exit 8; "
	       "for o in 77 77,4 1,2,3,4,5; do for c in show export; do "
	       "for x in '' --index; do $R $c $x --pid $o $f 2>/dev/null | grep -v '\"input\"' >out$x; done; "
	       "cmp out out--index || exit 9; done; done; done; echo done",
	       0, "done");
	expect("cp cap2 also; $R index cap && $R index also && $R show --index --pid 77 cap also", 0,
	       "-- 2 files: 3 of 22 records shown");
	expect("$R show --index --pid 77 cap2", 2,
	       "cap2.rwindex: No such file or directory; rwlog index makes one");
	expect("$R show --index cap", 2, "it needs --pid, and no --exe");
	expect("$R show --index --pid 1 --exe x missing", 2, "it needs --pid, and no --exe");
	expect("$R show --index --list cap", 2, "--index chooses the store by itself");
	expect("gzip -k cap; $R index cap.gz", 2, "an index is for a file as it is");
	expect("cat cap | $R index -", 2, "an index is for a file as it is");
	expect("$R index text", 2, "no Ringward log found");
}

static void an_index_of_another_file(void **state)
{
	(void)state;
	expect("$R index cap; cp cap.rwindex cap2.rwindex; $R show --index --pid 77 cap2", 2,
	       "cap2.rwindex: it is the index of another file of ");
	expect("$R index cap; echo more >>cap; $R show --index --pid 77 cap", 2,
	       "cap.rwindex: it is older than the file, which has grown since by 5 bytes");
	expect("touch -d yesterday cap; $R index cap; touch cap; $R show --index --pid 77 cap", 2,
	       "cap.rwindex: the file was changed after its index was made, or is a copy of it");
	expect("$R index cap; printf x >>cap.rwindex; $R show --index --pid 77 cap", 2,
	       "it is not an index that this rwlog has written");
	expect("$R index cap; printf '\\377' | dd of=cap.rwindex bs=1 seek=9 conv=notrunc 2>&1; "
	       "$R show --index --pid 77 cap",
	       2, "it is not an index that this rwlog has written");
	/* An entry that leads far beyond the file. */
	expect("$R extract --output img cap; for f in img cap; do $R index $f; "
	       "printf '\\376\\377\\377\\377\\377\\377\\377\\377' | "
	       "dd of=$f.rwindex bs=1 seek=$(($(stat -c %s $f.rwindex) - 16)) conv=notrunc 2>&1; "
	       "$R show --index --pid $(tail -c 24 $f.rwindex | od -An -tu8 -N8 | tr -d ' ') $f 2>&1; "
	       "echo status $?; done | grep -c 'status 2\\|does not name records'",
	       0, "4");
	/* A record that is changed in the file, with the old time of change, is not shown. */
	expect("for f in cap img; do $R extract --output img cap; $R index $f; cp -p $f was; "
	       "dd if=$f bs=1 skip=5000 2>&1 | tr 'a-z' 'A-Z' | "
	       "dd of=$f bs=1 seek=5000 conv=notrunc 2>&1; touch -r was $f; "
	       "$R show --index --pid 1,2,3,4,77 $f || echo status $?; done | grep -c 'status 2\\|not name records'",
	       0, "4");
}

/* Only a terminal is told how far the work is, and only if it is long. */
static void progress_on_a_terminal(void **state)
{
	(void)state;
	expect("{ cat cap; sleep 1.6; echo; sleep 0.1; } | script -qec \"$R verify -\" /dev/null", 0,
	       "\rrwlog: -: reading, 0 MiB");
	expect_without("{ cat cap; sleep 1.6; echo; } | $R verify -", 0, "reading");
}

static void an_unreadable_file_stops_no_other(void **state)
{
	(void)state;
	expect("$R verify cap", 0, "OK: " SAMPLES " records");
	expect("$R verify missing.log cap", 2, "rwlog: missing.log: No such file or directory");
	expect("$R verify missing.log cap", 2, "cap: OK: " SAMPLES " records");
	expect("$R verify cap text missing.log . cap", 2, "rwlog: .: Is a directory");
	expect("$R verify cap text missing.log . cap | grep -c 'cap: OK: " SAMPLES " records'", 0, "2");
	expect("$R verify text cap", 2, "rwlog: text: no Ringward log found");
	expect("$R verify text cap", 2, "cap: OK: " SAMPLES " records");
	expect("$R export missing.log cap", 2, "\"seq\":" SAMPLES "");
	expect("$R capture cap", 2, "rwlog: capture: No such file or directory, and no subcommand either");
	expect("$R capture cap", 2, "-- cap: " SAMPLES " of " SAMPLES " records shown");
	expect_without("$R verify capture cap", 2, "subcommand");
	expect_without("$R shwo cap", 2, "No such file");
	/* A full output stops everything. */
	expect("$R show missing.log cap cap >/dev/full", 2, "rwlog: cannot write the output: No space left");
}

/* A boot that is in several files is one; each boot has a line of its own. */
static void files_together(void **state)
{
	(void)state;
	expect("$R extract --output image cap && $R show cap image | tail -n1", 0,
	       "-- 2 files: " SAMPLES " of " SAMPLES " records shown");
	expect("$R export cap cap2 image | grep -c seq", 0, "22");
	expect("$R export cap cap2 image | grep -c '\"boot\":\"01010101010101010101010101010101\"'", 0,
	       SAMPLES);
	expect("$R show cap2 cap | grep -n 'boot 02020202020202020202020202020202'", 0, ":-- boot 02");
	expect("sed 's/ 00000000 / 00000001 /' cap >bad; $R show cap bad | tail -n1", 0,
	       "-- 2 files: " SAMPLES " of " SAMPLES " records shown");
	expect("$R show cap bad >/dev/null", 1, "bad: warning: ");
	expect("$R verify cap cap2", 0, "cap2: OK: 1 records");
	expect("$R export cap text cap2", 2, "\"boot\":\"02020202020202020202020202020202\"");
}

/* Counters and stores of several boots stand apart; a memory's image has no counters, and needs none. */
static void stats_by_boot(void **state)
{
	(void)state;
	expect("$R stats cap", 4, "rwlog: boot 01010101010101010101010101010101: no complete set of its");
	expect("$R stats cap cap2 2>&1 | grep -c '^store of boot 0[12]0[12]'", 0, "2");
	expect("$R extract --output 1 cap; $R extract --output 2 cap2; $R stats 1 2", 0,
	       "9 blocks of 4096 bytes\n\nstore of boot 02020202020202020202020202020202\n");
	expect("cat cap cap2 | $R stats --format json - | grep -c '^{\"boot\":\"0[12]'", 0, "2");
	expect("$R stats --boot 02 --format json cap2 | wc -l", 0, "1");
}

static void extract_leaves_its_input_alone(void **state)
{
	(void)state;
	expect("cp cap was; ln cap hard; ln -s cap soft; for o in cap ./cap hard soft; do "
	       "$R extract --output $o cap && exit 9; done; cmp cap was && test -L soft && echo same",
	       0, "same");
	expect("$R extract --output cap cap", 2, "rwlog: cap: is also the input; nothing was written");
	expect("$R extract --output cap - <cap", 2, "rwlog: cap: is also the input; nothing was written");
	expect("$R extract --output /dev/stdin - <cap", 2, "is also the input; nothing was written");
	expect("$R extract --output /proc/self/fd/7 cap 7<>cap", 2, "is also the input; nothing was written");
	expect("$R export cap >>cap", 2, "rwlog: cap: is also standard output; nothing was read");
	expect("cmp cap was && echo same", 0, "same");
}

static void extract_replaces_nothing_but_files(void **state)
{
	(void)state;
	expect("$R extract --output /dev/null cap && test -c /dev/null && echo device", 0, "device");
	expect("$R extract --output store cap && $R extract --output - cap | cmp - store && echo same", 0,
	       "same");
	expect("$R extract --output /dev/stdout cap | cmp - store && echo same", 0, "same");
	expect("$R extract --output piped - <cap && cmp piped store && echo same", 0, "same");
	expect("mkfifo p && { cat p >from & } && $R extract --output p cap && wait && test -p p && "
	       "cmp from store && echo same",
	       0, "same");
	expect("echo old >o && chmod 640 o && $R extract --output o cap && cmp o store && stat -c %a o", 0,
	       "640");
	expect("echo old >o && $R extract --output o text", 2, "no Ringward log found");
	expect("cat o", 0, "old");
	expect("ls | grep -c '\\.[A-Za-z0-9]\\{6\\}$'", 1, "0");
}

/* Each kind of fault has its own word and exit status; the most serious one counts. */
static void statuses(void **state)
{
	(void)state;
	expect("head -c 3000 cap >cut; $R verify cut", 4,
	       "BAD: cut off: boot 01010101010101010101010101010101: ");
	expect("sed 's/ 00000000 / 00000001 /' cap >changed; $R verify changed", 1, "BAD: altered: ");
	expect("$R verify cut cap", 4, "cap: OK");
	expect("$R verify changed cut", 1, "cut: BAD: cut off");
	expect("$R verify cut missing", 2, "cut: BAD: cut off");
	expect("A='ringward: ALERT hypercall 6 refused, rip 10, by a[1]'; { cat cap; echo \"$A\"; } >alert; "
	       "$R verify alert",
	       6, ": an alert without a record: ringward: ALERT hypercall 6 refused, rip 10, by a[1]");
	expect("tail -n1 alert >only; $R show only", 6, "boot unknown: \"ringward: ALERT hypercall 6");
	expect("tail -n1 alert >only; $R export only", 6, "\"type\":\"console_alert\",\"line\":1,\"text\":");
	expect("tail -n1 alert >only; $R export --format csv only", 6, "console_alert");
	expect("$R extract --output s1 cap && $R extract --output s2 cap2 && "
	       "{ head -c 4096 /dev/zero; cat s1 s2; } >two && $R verify two",
	       5, "BAD: several candidates: 1 problem in all");
	expect("$R verify --boot 02 two", 0, "OK: 1 records");
	expect("$R --help", 0, "4 cut off ");
}

/* The worst problem is printed first, and all of them if asked for. */
static void the_worst_first(void **state)
{
	(void)state;
	expect("for i in $(seq 60); do echo 'ringward: ALERT hypercall 6 refused, rip 10, by a[1]'; done >bad; "
	       "sed 's/ 00000000 / 00000001 /' cap >>bad; $R verify bad | sed -n 1p",
	       0, ": damaged frame");
	expect("$R verify bad", 1, "more, none of them worse; --all prints them");
	expect_without("$R verify --all bad", 1, "more, none of them worse");
}

/* Other forms of a file, and what has no log in it. */
static void forms(void **state)
{
	(void)state;
	expect("gzip -c cap >cap.gz; $R verify cap.gz", 0, "note: this is a file in the form gzip");
	expect("gzip -c cap | head -c 1200 | $R verify -", 4, "the gzip ends too early: ");
	expect("printf '\\211PNG\\r\\n\\032\\n' >p; $R verify p", 2, "a store: this is a PNG image");
	expect("$R verify text", 2, "a store: this is text\n");
	expect("echo 'ringward: locked: 57 pages' | $R verify -", 2,
	       "lines of Ringward: it ends before the first");
	expect("$R verify --limit 1 /dev/zero", 2, "more than 1 MiB come out of it");
	expect("head -c 3000000 /dev/zero | gzip | $R verify --limit 1 -", 2,
	       "more than 1 MiB come out of it");
	expect("$R verify --capture text cap", 2,
	       "text: no line of the loader in it says where the store is");
	expect("$R verify --limit 0 cap", 2, "--limit: wrong value \"0\": it takes a number of MiB");
}

/* What bash offers for the last of the words. */
static void completion(void **state)
{
	static const char *const cases[][2] = {
		{ "rwlog ver", "verify" },
		{ "rwlog verify --as m", "memory" },
		{ "rwlog export --form", "--format" },
		{ "rwlog export --format = c", "csv" },
		{ "rwlog --type exec,file_o", "exec,file_open" },
		{ "rwlog stats --format \"\"", "text json" },
		{ "rwlog verify --symb", "" },
		{ "rwlog show --symbols ca", "cap cap2" },
		{ "rwlog te", "text" },
	};
	char command[PATH_MAX + 512], text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(
			command, sizeof(command),
			"bash -c '. %s; COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
			"_rwlog rwlog \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"; echo \"(${COMPREPLY[*]})\"'",
			completion_file, cases[i][0]);
		snprintf(text, sizeof(text), "(%s)", cases[i][1]);
		expect(command, 0, text);
	}
}

static void information(void **state)
{
	(void)state;
	expect("for c in '' show verify stats export extract; do $R $c -h || exit 9; done", 0,
	       "Usage: rwlog");
	expect("$R --version", 0, "rwlog ");
	expect("$R --version >/dev/full", 2, "");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(an_unreadable_file_stops_no_other),
		TEST(a_choice_of_what_is_read),
		TEST(a_capture_that_grows),
		TEST(progress_on_a_terminal),
		TEST(by_an_index),
		TEST(an_index_of_another_file),
		TEST(extract_leaves_its_input_alone),
		TEST(extract_replaces_nothing_but_files),
		TEST(forms),
		TEST(statuses),
		TEST(the_worst_first),
		TEST(files_together),
		TEST(stats_by_boot),
		TEST(completion),
		TEST(information),
	};

	if (!realpath(RWLOG_PROGRAM, program) || !realpath("tools/rwlog/rwlog.bash", completion_file)) {
		perror(RWLOG_PROGRAM);
		return 1;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
