// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Operations between processes: pipes, context switches, local and TCP sockets.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define MAX_RING 16

static int in, out;   /* of the measuring process */
static int ring_size; /* processes in the ring */
static int children[MAX_RING];

static void get_byte(int fd)
{
	char byte;

	if (check(read(fd, &byte, 1), "read") != 1) {
		errno = EPIPE;
		die("read");
	}
}

static void put_byte(int fd)
{
	check(write(fd, "", 1), "write");
}

/* In a child: forwards each byte until the pipe closes, then ends. */
static void __attribute__((noreturn)) pass_on(int from, int to)
{
	char byte;

	while (check(read(from, &byte, 1), "read") == 1)
		put_byte(to);
	_exit(0);
}

/* A ring of processes, joined by pipes; the measuring process is one of them. */
static void ring_setup(int size, int second_cpu)
{
	int pipes[MAX_RING][2], i, j;

	ring_size = size;
	for (i = 0; i < size; i++)
		check(pipe(pipes[i]), "pipe");
	for (i = 1; i < size; i++) {
		children[i] = (int)check(fork(), "fork");
		if (children[i] != 0)
			continue;
		if (second_cpu)
			pin(1);
		for (j = 0; j < size; j++) {
			if (j != i)
				close(pipes[j][1]);
			if (j != i - 1)
				close(pipes[j][0]);
		}
		pass_on(pipes[i - 1][0], pipes[i][1]);
	}
	for (i = 0; i < size; i++) {
		if (i != 0)
			close(pipes[i][1]);
		if (i != size - 1)
			close(pipes[i][0]);
	}
	out = pipes[0][1];
	in = pipes[size - 1][0];
}

static void ring_teardown(void)
{
	int i;

	close(out);
	for (i = 1; i < ring_size; i++)
		wait_for(children[i]);
	close(in);
}

static void round_trip_run(unsigned int ops)
{
	while (ops--) {
		put_byte(out);
		get_byte(in);
	}
}

/* An operation is one hop: a lap has as many hops as there are processes. */
static void hop_run(unsigned int ops)
{
	round_trip_run(ops / (unsigned int)ring_size);
}

static void self_setup(void)
{
	ring_setup(1, 0);
}

static void pair_setup(void)
{
	ring_setup(2, 0);
}

static void two_cpus_setup(void)
{
	ring_setup(2, 1);
}

static void ring16_setup(void)
{
	ring_setup(16, 0);
}

static void answer(int fd)
{
	ring_size = 2;
	children[1] = (int)check(fork(), "fork");
	if (children[1] == 0) {
		close(out);
		pass_on(fd, fd);
	}
	close(fd);
	in = out;
}

static void unix_setup(void)
{
	int pair[2];

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	out = pair[0];
	answer(pair[1]);
}

static void no_delay(int fd)
{
	int one = 1;

	check(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)), "TCP_NODELAY");
}

static void tcp_setup(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = (int)check(socket(AF_INET, SOCK_STREAM, 0), "socket"), peer;

	check(bind(listener, (struct sockaddr *)&address, sizeof(address)), "bind");
	check(listen(listener, 1), "listen");
	check(getsockname(listener, (struct sockaddr *)&address, &length), "getsockname");
	out = (int)check(socket(AF_INET, SOCK_STREAM, 0), "socket");
	check(connect(out, (struct sockaddr *)&address, sizeof(address)), "connect");
	peer = (int)check(accept(listener, NULL, NULL), "accept");
	close(listener);
	no_delay(out);
	no_delay(peer);
	answer(peer);
}

static void socket_teardown(void)
{
	check(shutdown(out, SHUT_WR), "shutdown");
	wait_for(children[1]);
	close(out);
}

const struct bench_op ipc_ops[] = {
	{ "pipe_self", 100, 120, 1, self_setup, round_trip_run, ring_teardown },
	{ "pipe", 20, 120, 1, pair_setup, round_trip_run, ring_teardown },
	{ "switch_2", 40, 120, 1, pair_setup, hop_run, ring_teardown },
	{ "switch_16", 48, 120, 1, ring16_setup, hop_run, ring_teardown },
	{ "unix", 20, 120, 1, unix_setup, round_trip_run, socket_teardown },
	{ "tcp", 10, 120, 1, tcp_setup, round_trip_run, socket_teardown },
	{ "pipe_2cpus", 20, 120, 2, two_cpus_setup, round_trip_run, ring_teardown },
};
const unsigned int ipc_op_count = COUNT(ipc_ops);
