// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Runs the cases, one after another, and prints a line of JSON for each: its name, process, end and facts.

#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "events.h"

#define FACTS_BYTES  65536u
#define CASE_SECONDS 120u /* a case that hangs is ended */

extern const struct events_case __start_events_cases[], __stop_events_cases[];

/* Members of a JSON object, shared by all processes of a case. */
static struct {
	atomic_flag busy;
	unsigned int used;
	char text[FACTS_BYTES];
} * facts;

static void add(const char *format, ...)
{
	unsigned int left = FACTS_BYTES - facts->used;
	va_list args;

	va_start(args, format);
	int n = vsnprintf(facts->text + facts->used, left, format, args);

	va_end(args);
	if (n < 0 || (unsigned int)n >= left) {
		fprintf(stderr, "events: too many facts\n");
		_exit(99);
	}
	facts->used += (unsigned int)n;
}

/* Adds a JSON string; a byte above 0x7f becomes the character with that number. */
static void add_string(const char *s)
{
	add("\"");
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		add(c < ' ' || c > '~' || c == '"' || c == '\\' ? "\\u%04x" : "%c", c);
	}
	add("\"");
}

/* Two processes of a case may report at the same time. */
static void begin(void)
{
	while (atomic_flag_test_and_set(&facts->busy))
		sched_yield();
}

static void end(void)
{
	atomic_flag_clear(&facts->busy);
}

void fact(const char *name, const char *value)
{
	begin();
	add(", \"%s\": ", name);
	add_string(value);
	end();
}

void fact_number(const char *name, long long value)
{
	begin();
	add(", \"%s\": %lld", name, value);
	end();
}

void fact_file(const char *name, int fd)
{
	struct stat st;

	need(fstat(fd, &st) == 0, "fstat");
	begin();
	add(", \"%s_dev\": %llu, \"%s_ino\": %llu", name, (unsigned long long)st.st_dev, name,
	    (unsigned long long)st.st_ino);
	end();
}

void need(bool ok, const char *what)
{
	if (ok)
		return;

	const char *error = strerror(errno);

	begin();
	add(", \"failed\": ");
	add_string(what);
	add(", \"error\": ");
	add_string(error);
	end();
	_exit(1);
}

long long namespace_of(int pid, const char *kind)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, kind);
	need(stat(path, &st) == 0, path);
	return (long long)st.st_ino;
}

int await_child(int pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static void run_case(const struct events_case *c)
{
	facts->used = 0;
	atomic_flag_clear(&facts->busy); /* a process of the case before may have been killed with it set */
	fflush(stdout);

	int pid = fork();

	if (pid == 0) {
		alarm(CASE_SECONDS);
		c->run();
		_exit(0);
	}

	int status = await_child(pid);

	/* One write, and out before the next case: a message of the kernel must not come into the line. */
	printf("RWTEST: case {\"case\": \"%s\", \"pid\": %d, \"status\": %d%.*s}\n", c->name, pid, status,
	       (int)facts->used, facts->text);
	fflush(stdout);
	tcdrain(STDOUT_FILENO);
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(name, argv[i]))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	static char out[FACTS_BYTES + 256];

	facts = mmap(NULL, sizeof(*facts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (facts == MAP_FAILED || setvbuf(stdout, out, _IOFBF, sizeof(out))) {
		perror("events");
		return 1;
	}
	for (const struct events_case *c = __start_events_cases; c < __stop_events_cases; c++)
		if (wanted(c->name, argc, argv))
			run_case(c);
	puts("RWTEST: cases done");
	return 0;
}
