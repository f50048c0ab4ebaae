// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Processes at levels: users, and root as programs that have one.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "levels.h"

#define PEER_IS "LEVELS_PEER"

extern const struct level_step __start_level_steps[], __stop_level_steps[];

pid_t levels_peer;

static const uid_t uids[] = { [LOW] = 2001, [MIDDLE] = 2002, [HIGH] = 2003 };

/* In the new process. */
static int become(enum actor actor, const struct level_step *step)
{
	const char *program = actor == ROOT_LOW ? AS_LOW : AS_HIGH;
	char peer[16];

	if (actor == NOBODY)
		return step->run();
	if (actor < ROOT_LOW) {
		must(setresgid(uids[actor], uids[actor], uids[actor]) == 0 &&
			     setresuid(uids[actor], uids[actor], uids[actor]) == 0,
		     "become another user");
		return step->run();
	}
	snprintf(peer, sizeof(peer), "%d", levels_peer);
	setenv(PEER_IS, peer, 1);
	execl(program, program, step->name, NULL);
	must(false, "execute a program with a level");
	return FAILED;
}

static int status_of(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) != FAILED, "step");
	return WEXITSTATUS(status);
}

int levels_as(enum actor actor, const struct level_step *step)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(become(actor, step));
	return status_of(pid);
}

/* The ends of the pipes to and from the process that levels_start() has started. */
static int hold = -1, ready = -1;

pid_t levels_start(enum actor actor, const struct level_step *step)
{
	int in[2], out[2];
	char byte;
	pid_t pid;

	must(pipe(in) == 0 && pipe(out) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(in[1]);
		close(out[0]);
		_exit(become(actor, step));
	}
	close(in[0]);
	close(out[1]);
	hold = in[1];
	ready = out[0];
	must(read(ready, &byte, 1) == 1, "start of a step");
	return pid;
}

void levels_ready(void)
{
	char byte = 0;

	must(write(STDERR_FILENO, &byte, 1) == 1, "ready");
	while (read(STDIN_FILENO, &byte, 1) == 1)
		;
}

int levels_end(pid_t pid)
{
	close(hold);
	close(ready);
	return status_of(pid);
}

int levels_main(char **argv)
{
	const char *peer = getenv(PEER_IS);

	levels_peer = peer ? atoi(peer) : 0;
	for (const struct level_step *s = __start_level_steps; s < __stop_level_steps; s++)
		if (argv[1] && strcmp(argv[1], s->name) == 0)
			return s->run();
	return FAILED;
}

static void make_file(const char *path, uid_t owner)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);

	must(fd >= 0 && write(fd, "text", 4) == 4, path);
	must(fchmod(fd, 0666) == 0 && fchown(fd, owner, owner) == 0, path);
	close(fd);
}

static void make_directory(const char *path)
{
	must(mkdir(path, 0777) == 0 || errno == EEXIST, path);
	must(chmod(path, 0777) == 0, path);
}

void levels_prepare(void)
{
	static const char *const made[] = { LEVELS "/new",     LEVELS "/link",
					    LEVELS "/socket",  LEVELS "/fifo",
					    LEVELS "/moved",   LEVELS "/high/new",
					    LEVELS "/low/new", PLAIN };
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int sock = socket(AF_INET, SOCK_DGRAM, 0);

	umask(0);
	make_directory(LEVELS);
	make_directory(LEVELS "/low");
	make_directory(LEVELS "/high");
	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
		remove(made[i]);
	make_file(LOW_FILE, uids[LOW]);
	make_file(HIGH_FILE, uids[HIGH]);
	make_file(DROP, uids[HIGH]);
	make_file(PLAIN, 0);
	must(sock >= 0 && ioctl(sock, SIOCSIFFLAGS, &up) == 0, "loopback network");
	close(sock);
}
