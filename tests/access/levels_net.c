// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Ways to read up and to write down by sockets inside one machine.

#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "levels.h"

#define PORT 4242

/* An address of a family, and its length. */
struct address {
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	};
	socklen_t len;
};

static struct address address_of(int family)
{
	struct address a = { .any.sa_family = (sa_family_t)family };

	if (family == AF_UNIX) {
		strcpy(a.un.sun_path + 1, "levels"); /* an abstract name: no file */
		a.len = offsetof(struct sockaddr_un, sun_path) + 7;
	} else if (family == AF_INET) {
		a.in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		a.in.sin_port = htons(PORT);
		a.len = sizeof(a.in);
	} else {
		a.in6.sin6_addr = in6addr_loopback;
		a.in6.sin6_port = htons(PORT);
		a.len = sizeof(a.in6);
	}
	return a;
}

static int bound(int family, int type)
{
	struct address a = address_of(family);
	int sock = socket(family, type, 0), on = 1;

	must(sock >= 0 && setsockopt(sock, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
		     bind(sock, &a.any, a.len) == 0,
	     "bind");
	return sock;
}

static int listening(int family)
{
	int sock = bound(family, SOCK_STREAM);

	must(listen(sock, 4) == 0, "listen");
	return sock;
}

static int connect_to(int family)
{
	struct address a = address_of(family);
	int sock = socket(family, SOCK_STREAM, 0);

	must(sock >= 0, "socket");
	return connect(sock, &a.any, a.len) ? errno : result(send(sock, "text", 4, 0));
}

#define FAMILY(NAME, AF) \
	STEP(listen_##NAME) \
	{ \
		listening(AF); \
		levels_ready(); \
		return 0; \
	} \
	STEP(connect_##NAME) \
	{ \
		return connect_to(AF); \
	} \
	LEVEL_MEETING(level_##NAME##_down, LOW, listen_##NAME, HIGH, connect_##NAME) \
	LEVEL_MEETING(level_##NAME##_up, HIGH, listen_##NAME, LOW, connect_##NAME) \
	LEVEL_MEETING(level_##NAME##_same, HIGH, listen_##NAME, HIGH, connect_##NAME) \
	LEVEL_MEETING(level_##NAME##_root, ROOT_LOW, listen_##NAME, ROOT_HIGH, connect_##NAME) \
	LEVEL_MEETING(level_##NAME##_unlabelled, NOBODY, listen_##NAME, HIGH, connect_##NAME)

FAMILY(unix, AF_UNIX)
FAMILY(tcp, AF_INET)
FAMILY(tcp6, AF_INET6)

STEP(bind_datagram)
{
	bound(AF_UNIX, SOCK_DGRAM);
	levels_ready();
	return 0;
}

STEP(send_datagram)
{
	struct address a = address_of(AF_UNIX);

	return result(sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "text", 4, 0, &a.any, a.len));
}

LEVEL_MEETING(level_datagram_down, LOW, bind_datagram, HIGH, send_datagram)
LEVEL_MEETING(level_datagram_up, HIGH, bind_datagram, LOW, send_datagram)

/* Sockets that somebody without a level has made, and passed on by fork. */
static int ends[2];

STEP(send_first)
{
	return result(send(ends[0], "text", 4, MSG_NOSIGNAL));
}

STEP(receive_other)
{
	char text[4];

	return result(recv(ends[1], text, sizeof(text), MSG_DONTWAIT));
}

STEP(read_other)
{
	char text[4];

	return result(read(ends[1], text, sizeof(text)));
}

static int by_pair(const struct level_step *step)
{
	levels_prepare();
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "socketpair");
	must(levels_as(HIGH, &send_first) == 0, "send");
	return levels_as(LOW, step);
}

CASE(level_socketpair)
{
	return by_pair(&receive_other);
}

CASE(level_socketpair_read)
{
	return by_pair(&read_other);
}

STEP(connect_unix_and_wait)
{
	int ret = connect_to(AF_UNIX);

	levels_ready();
	return ret;
}

STEP(connect_tcp_and_wait)
{
	int ret = connect_to(AF_INET);

	levels_ready();
	return ret;
}

/* A server without a level hands the connection of a high client to a low process. */
static int hand_over(int family, const struct level_step *client)
{
	int listener, ret;

	levels_prepare();
	listener = listening(family);
	levels_peer = levels_start(HIGH, client);
	ends[1] = accept(listener, NULL, NULL);
	must(ends[1] >= 0, "accept");
	ret = levels_as(LOW, &receive_other);
	levels_end(levels_peer);
	return ret;
}

CASE(level_unix_handed_over)
{
	return hand_over(AF_UNIX, &connect_unix_and_wait);
}

CASE(level_tcp_handed_over)
{
	return hand_over(AF_INET, &connect_tcp_and_wait);
}
