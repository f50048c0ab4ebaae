/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog's output files: what is replaced, what is written to, what is refused. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outfile.h"

static char folder[] = "/tmp/rwlog_test.XXXXXX";
static char why[256];

static int enter(void **state)
{
	(void)state;
	strcpy(strrchr(folder, '.'), ".XXXXXX");
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void make(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static void expect_text(const char *name, const char *text)
{
	char got[64] = "";
	FILE *f = fopen(name, "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, text);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(lstat(name, &st), 0);
	return st.st_mode;
}

static struct stat status_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st;
}

static void expect_entries(size_t n)
{
	DIR *dir = opendir(".");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	assert_int_equal(count, n + 2);
}

/* Writes "new" to an output. Return: of outfile_open() or outfile_close(). */
static int output(const char *name, const struct stat *input, bool good)
{
	struct outfile o;

	why[0] = '\0';
	if (outfile_open(&o, name, input, why, sizeof(why)))
		return -1;
	assert_int_equal(write(o.fd, "new", 3), 3);
	return outfile_close(&o, good);
}

static void expect_refused(const char *name, const struct stat *input, const char *text)
{
	assert_int_equal(output(name, input, true), -1);
	assert_string_equal(why, text);
}

static void new_file(void **state)
{
	(void)state;
	assert_int_equal(output("a", NULL, true), 0);
	expect_text("a", "new");
	assert_int_equal(mode_of("a"), S_IFREG | 0600);
	assert_int_equal(output("b", NULL, false), 0);
	expect_entries(1);
	expect_refused("no/such", NULL, "No such file or directory");
	expect_refused("a/b", NULL, "Not a directory");
}

static void replaced_file(void **state)
{
	struct stat st;

	(void)state;
	make("a", "old", 04751);
	if (geteuid() == 0)
		assert_int_equal(chown("a", 1234, 4321) || chmod("a", 04751), 0);
	st = status_of("a");
	assert_int_equal(link("a", "other"), 0);
	assert_int_equal(output("a", NULL, false), 0);
	expect_text("a", "old");
	assert_int_equal(output("a", NULL, true), 0);
	expect_text("a", "new");
	assert_int_equal(mode_of("a"), S_IFREG | 04751);
	assert_int_equal(status_of("a").st_uid, st.st_uid);
	assert_int_equal(status_of("a").st_gid, st.st_gid);
	expect_text("other", "old");
	expect_entries(2);
}

static void links(void **state)
{
	(void)state;
	make("a", "old", 0644);
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(symlink("../a", "d/one"), 0);
	assert_int_equal(symlink("d/one", "two"), 0);
	assert_int_equal(output("two", NULL, true), 0);
	expect_text("a", "new");
	assert_true(S_ISLNK(mode_of("two")) && S_ISLNK(mode_of("d/one")) && S_ISREG(mode_of("a")));
	/* To a file that does not exist yet. */
	assert_int_equal(symlink("../b", "d/three"), 0);
	assert_int_equal(output("d/three", NULL, true), 0);
	expect_text("b", "new");
	assert_true(S_ISLNK(mode_of("d/three")));
	assert_int_equal(symlink("loop", "loop"), 0);
	expect_refused("loop", NULL, "Too many levels of symbolic links");
}

static void pipes_and_devices(void **state)
{
	char got[8] = "";
	int fd;

	(void)state;
	assert_int_equal(mkfifo("p", 0600), 0);
	fd = open("p", O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(output("p", NULL, true), 0);
	assert_int_equal(read(fd, got, sizeof(got) - 1), 3);
	assert_string_equal(got, "new");
	close(fd);
	assert_true(S_ISFIFO(mode_of("p")));
	assert_int_equal(output("/dev/null", NULL, true), 0);
	assert_true(S_ISCHR(mode_of("/dev/null")));
	assert_int_equal(symlink("/dev/null", "n"), 0);
	assert_int_equal(output("n", NULL, true), 0);
	assert_true(S_ISLNK(mode_of("n")));
	expect_entries(2);
}

/* Descriptors passed to the program: written at their offset, whatever they are. */
static void descriptors(void **state)
{
	int fd, pipe_fd[2], out = dup(STDOUT_FILENO);
	char name[64], got[8] = "";

	(void)state;
	make("log", "old", 0644);
	fd = open("log", O_WRONLY | O_APPEND);
	snprintf(name, sizeof(name), "/dev/fd/%d", fd);
	assert_int_equal(output(name, NULL, true), 0);
	expect_text("log", "oldnew");
	snprintf(name, sizeof(name), "/proc/%d/fd/%d", getpid(), fd);
	assert_int_equal(symlink(name, "link"), 0);
	assert_int_equal(output("link", NULL, true), 0);
	expect_text("log", "oldnewnew");
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	assert_int_equal(output("-", NULL, true), 0);
	assert_int_equal(output("/dev/stdout", NULL, true), 0);
	dup2(out, STDOUT_FILENO);
	expect_text("log", "oldnewnewnewnew");
	close(fd);
	assert_int_equal(pipe(pipe_fd), 0);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", pipe_fd[1]);
	assert_int_equal(output(name, NULL, true), 0);
	assert_int_equal(read(pipe_fd[0], got, 3), 3);
	assert_string_equal(got, "new");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", pipe_fd[0]);
	expect_refused(name, NULL, "this descriptor is open for reading only");
	close(pipe_fd[0]);
	close(pipe_fd[1]);
	close(out);
	expect_refused("/proc/self/fd/999", NULL, "Bad file descriptor");
	expect_refused("/proc/self/fd/x", NULL, "No such file or directory");
}

static void the_input(void **state)
{
	const char *const names[] = { "a", "./a", "hard", "soft", "/dev/stdin", "/proc/self/fd/0" };
	int in = dup(STDIN_FILENO), fd;
	struct stat st;

	(void)state;
	make("a", "precious", 0644);
	st = status_of("a");
	assert_int_equal(link("a", "hard"), 0);
	assert_int_equal(symlink("a", "soft"), 0);
	fd = open("a", O_RDWR);
	dup2(fd, STDIN_FILENO);
	close(fd);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		expect_refused(names[i], &st, "is also the input; nothing was written");
	dup2(in, STDIN_FILENO);
	close(in);
	expect_text("a", "precious");
	expect_entries(3);
	assert_int_equal(mkfifo("p", 0600), 0);
	st = status_of("p");
	expect_refused("p", &st, "is also the input; nothing was written");
	/* A device is not "the" input: two may use it. */
	st = status_of("/dev/null");
	assert_int_equal(output("/dev/null", &st, true), 0);
}

static void refused(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "s" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof(address)), 0);
	expect_refused("s", NULL, "is neither a file, a pipe nor a character device");
	close(s);
	expect_refused(".", NULL, "is a directory");
	expect_refused("/", NULL, "is a directory");
	if (geteuid() == 0 && mknod("disk", S_IFBLK | 0600, 0) == 0) {
		expect_refused("disk", NULL, "is a block device; nothing was written");
		unlink("disk");
	}
	expect_entries(1);
}

/* The results for an unprivileged user: in a child that drops its privileges. */
static void without_rights(void **state)
{
	int status;
	pid_t child;

	(void)state;
	if (geteuid() != 0)
		skip();
	make("not mine", "old", 0666);
	make("read-only", "old", 0444);
	assert_int_equal(chown("read-only", 65534, 65534), 0);
	assert_int_equal(chmod(".", 0777), 0);
	child = fork();
	if (child == 0) {
		bool good = setgid(65534) == 0 && setuid(65534) == 0 &&
			    output("not mine", NULL, true) == -1 &&
			    strcmp(why, "its owner and mode could not be kept: Operation not permitted") == 0;

		good = good && output("read-only", NULL, true) == -1 && strcmp(why, "Permission denied") == 0;
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	expect_text("not mine", "old");
	expect_text("read-only", "old");
	expect_entries(2);
}

static void abandoned(void **state)
{
	struct outfile o;

	(void)state;
	make("a", "old", 0644);
	assert_int_equal(outfile_open(&o, "a", NULL, why, sizeof(why)), 0);
	expect_entries(2);
	outfile_abandon();
	expect_entries(1);
	expect_text("a", "old");
	assert_int_equal(outfile_close(&o, true), -ENOENT);
	outfile_abandon();
	expect_text("a", "old");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)
	const struct CMUnitTest tests[] = {
		TEST(new_file),          TEST(replaced_file),  TEST(links),
		TEST(pipes_and_devices), TEST(descriptors),    TEST(the_input),
		TEST(refused),           TEST(without_rights), TEST(abandoned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
