// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Makes many events of one kind, as fast as it can: flood open|syslog|fork|order COUNT ...
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <x86intrin.h>

#define USER     1000
#define FOLDER   "/tmp/flood"
#define NAME_LEN 199 /* of each folder of the long path */
#define FOLDERS  19
#define MESSAGE  1000 /* bytes */
#define LOG      "/dev/log"

static void give_up_root(void)
{
	if (setgid(USER) || setuid(USER))
		err(1, "setuid");
}

/* Makes a path of almost 4,000 bytes, makes its last folder the current one, and prints it. */
static void make_long_path(void)
{
	char name[NAME_LEN + 1];
	char path[4096];

	memset(name, 'x', NAME_LEN);
	name[NAME_LEN] = '\0';
	for (int i = 0; i < FOLDERS; i++)
		if (mkdir(name, 0755) || chdir(name))
			err(1, "mkdir");
	if (!getcwd(path, sizeof(path)))
		err(1, "getcwd");
	printf("RWTEST: path %s/victim\n", path);
	fflush(stdout);
}

/* An unprivileged user opens a file with a long name, over and over. */
static void flood_open(long count)
{
	if (mkdir(FOLDER, 0777) || chown(FOLDER, USER, USER) || chdir(FOLDER))
		err(1, FOLDER);
	give_up_root();
	make_long_path();
	for (long i = 0; i < count; i++) {
		int fd = open("victim", O_CREAT | O_RDONLY, 0600);

		if (fd < 0)
			err(1, "victim");
		close(fd);
	}
}

/* A user's process sends to the log; a daemon of root's reads what it can. */
static void flood_syslog(long count)
{
	const struct sockaddr_un log = { .sun_family = AF_UNIX, .sun_path = LOG };
	int daemon = socket(AF_UNIX, SOCK_DGRAM, 0);
	int sender = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[MESSAGE];

	unlink(LOG);
	if (bind(daemon, (const struct sockaddr *)&log, sizeof(log)) || chmod(LOG, 0666))
		err(1, LOG);
	give_up_root();
	if (connect(sender, (const struct sockaddr *)&log, sizeof(log)))
		err(1, LOG);
	memset(text, 'm', sizeof(text));
	for (long i = 0; i < count; i++) {
		int n = snprintf(text, sizeof(text), "<13>flood %ld", i);

		text[n] = ' ';
		if (send(sender, text, sizeof(text), 0) != sizeof(text) ||
		    recv(daemon, text, sizeof(text), 0) != sizeof(text))
			err(1, "message %ld", i);
	}
}

/* A user's process makes children, eight at a time, which end at once. */
static void flood_fork(long count)
{
	const long at_once = 8;

	give_up_root();
	for (long i = 0; i < count; i++) {
		int pid = fork();

		if (pid < 0)
			err(1, "fork %ld", i);
		if (!pid)
			_exit(0);
		if (i >= at_once)
			wait(NULL);
	}
	while (wait(NULL) > 0)
		;
}

/*
 * On each CPU a process makes and removes files whose names tell its CPU, their number, and the time just
 * before: so each record says itself where it belongs.
 */
static void flood_order(long count)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (mkdir(FOLDER, 0777) || chdir(FOLDER))
		err(1, FOLDER);
	for (long cpu = 0; cpu < cpus; cpu++) {
		cpu_set_t one;
		char name[64];

		if (fork())
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (sched_setaffinity(0, sizeof(one), &one))
			err(1, "CPU %ld", cpu);
		for (long i = 0; i < count; i++) {
			snprintf(name, sizeof(name), "%ld.%ld.%llu", cpu, i, __rdtsc());
			int fd = open(name, O_CREAT | O_WRONLY, 0600);

			if (fd < 0 || close(fd) || unlink(name))
				err(1, "%s", name);
		}
		_exit(0);
	}
	for (int status; wait(&status) > 0;)
		if (status)
			errx(1, "a process ended with %#x", status);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(long count);
	} kinds[] = {
		{ "open", flood_open },
		{ "syslog", flood_syslog },
		{ "fork", flood_fork },
		{ "order", flood_order },
	};

	for (size_t i = 0; argc == 3 && i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(argv[1], kinds[i].name) == 0) {
			kinds[i].run(strtol(argv[2], NULL, 10));
			return 0;
		}
	}
	errx(2, "usage: flood open|syslog|fork|order COUNT");
}
