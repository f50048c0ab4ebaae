// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Cases: sockets of all families are made, bound, connected, accepted.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "events.h"
#include "sockets.h"

static int opened(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	need(fd >= 0, "socket");
	return fd;
}

static unsigned int port_of(int fd)
{
	struct sockaddr_in6 name;
	socklen_t len = sizeof(name);

	need(getsockname(fd, (void *)&name, &len) == 0, "getsockname");
	return ntohs(name.sin6_port);
}

/* A listening socket, and one that is about to connect to it; *@to becomes the address. */
static int listening(struct sockaddr_storage *to, socklen_t len)
{
	int fd = opened(to->ss_family, SOCK_STREAM, 0);

	need(bind(fd, (void *)to, len) == 0, "bind");
	need(listen(fd, 5) == 0, "listen");
	need(getsockname(fd, (void *)to, &len) == 0, "getsockname");
	fact_socket("listener", fd);
	return fd;
}

/* Accepts the connection of @client, and reports. */
static void accepted(int listener, int client)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	need(fd >= 0, "accept");
	fact_socket("accepted", fd);
	fact_socket("client", client);
}

static void tcp(struct sockaddr_storage *to, socklen_t len)
{
	int listener, client;

	loopback_up();
	listener = listening(to, len);
	client = opened(to->ss_family, SOCK_STREAM, 0);
	need(connect(client, (void *)to, len) == 0, "connect");
	accepted(listener, client);
	fact_number("port", port_of(listener));
	fact_number("client_port", port_of(client));
}

CASE(net_tcp)
{
	struct sockaddr_storage to = { 0 };

	*(struct sockaddr_in *)&to = (struct sockaddr_in){ .sin_family = AF_INET,
							   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	tcp(&to, sizeof(struct sockaddr_in));
}

CASE(net_tcp6)
{
	struct sockaddr_storage to = { 0 };

	*(struct sockaddr_in6 *)&to = (struct sockaddr_in6){ .sin6_family = AF_INET6,
							     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	tcp(&to, sizeof(struct sockaddr_in6));
}

/* sendto(2) with MSG_FASTOPEN connects, without connect(2). */
CASE(net_fastopen)
{
	struct sockaddr_storage to = { 0 };
	int listener, client;

	loopback_up();
	*(struct sockaddr_in *)&to = (struct sockaddr_in){ .sin_family = AF_INET,
							   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	listener = listening(&to, sizeof(struct sockaddr_in));
	client = opened(AF_INET, SOCK_STREAM, 0);
	need(sendto(client, "x", 1, MSG_FASTOPEN, (void *)&to, sizeof(struct sockaddr_in)) == 1, "sendto");
	accepted(listener, client);
	fact_number("port", port_of(listener));
}

CASE(net_ring)
{
	struct sockaddr_storage to = { 0 };
	int listener, client, result;

	loopback_up();
	*(struct sockaddr_in *)&to = (struct sockaddr_in){ .sin_family = AF_INET,
							   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	listener = listening(&to, sizeof(struct sockaddr_in));
	client = opened(AF_INET, SOCK_STREAM, 0);
	result = ring_connect(client, &to, sizeof(struct sockaddr_in));
	fact_number("result", result);
	if (result == 0)
		accepted(listener, client);
	fact_number("port", port_of(listener));
}

/* Two destinations, each more than once. */
CASE(net_udp)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = opened(AF_INET, SOCK_DGRAM, 0);

	loopback_up();
	fact_socket("sender", fd);
	for (int i = 0; i < 6; i++) {
		to.sin_port = htons(i % 2 ? 5001 : 5000);
		memset(to.sin_zero, i, sizeof(to.sin_zero));
		/* Nobody listens: the next call may report that instead of sending. */
		need(sendto(fd, "x", 1, 0, (void *)&to, sizeof(to)) == 1 || errno == ECONNREFUSED, "sendto");
	}
	to.sin_port = htons(5002);
	need(connect(fd, (void *)&to, sizeof(to)) == 0, "connect");
	need(send(fd, "x", 1, 0) == 1, "send");
}

static void over_unix(const char *path)
{
	struct sockaddr_un un;
	socklen_t len = unix_name(&un, path);
	int listener = opened(AF_UNIX, SOCK_STREAM, 0), client;

	need(bind(listener, (void *)&un, len) == 0, "bind");
	need(listen(listener, 3) == 0, "listen");
	client = opened(AF_UNIX, SOCK_STREAM, 0);
	need(connect(client, (void *)&un, len) == 0, "connect");
	accepted(listener, client);
}

CASE(net_unix)
{
	over_unix("/tmp/net-unix");
	unlink("/tmp/net-unix");
}

CASE(net_abstract)
{
	over_unix("@net-abstract");
}

CASE(net_socketpair)
{
	int fd[2];

	need(socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0, "socketpair");
}

CASE(net_netlink)
{
	struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	struct {
		struct nlmsghdr header;
		struct rtgenmsg message;
	} ask = { { sizeof(ask), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { AF_UNSPEC } };
	int fd = opened(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	need(bind(fd, (void *)&name, sizeof(name)) == 0, "bind");
	name.nl_groups = 0;
	for (int i = 0; i < 2; i++)
		need(sendto(fd, &ask, sizeof(ask), 0, (void *)&name, sizeof(name)) > 0 || errno == EBUSY,
		     "sendto");
}

CASE(net_packet)
{
	struct sockaddr_ll name = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_IP),
				    .sll_ifindex = 1 };
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	fact_number("error", fd < 0 ? errno : 0);
	if (fd < 0)
		return;
	need(bind(fd, (void *)&name, sizeof(name)) == 0, "bind");
}

static void load(const char *module)
{
	int fd = open(module, O_RDONLY);

	need(fd >= 0, module);
	need(syscall(__NR_finit_module, fd, "", 0) == 0 || errno == EEXIST, module);
	close(fd);
}

CASE(net_vsock)
{
	struct sockaddr_vm to = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY, .svm_port = 77 };
	int listener, client;

	load("/opt/vsock.ko");
	load("/opt/vmw_vsock_virtio_transport_common.ko");
	load("/opt/vsock_loopback.ko");
	listener = opened(AF_VSOCK, SOCK_STREAM, 0);
	need(bind(listener, (void *)&to, sizeof(to)) == 0, "bind");
	need(listen(listener, 2) == 0, "listen");
	client = opened(AF_VSOCK, SOCK_STREAM, 0);
	to.svm_cid = VMADDR_CID_LOCAL;
	need(connect(client, (void *)&to, sizeof(to)) == 0, "connect");
	accepted(listener, client);
}

/* A bind that fails was asked for all the same. */
CASE(net_refused)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(0xc0000201),
				  .sin_port = htons(80) };

	loopback_up(); /* without any address, the kernel knows none that is another's */
	need(bind(opened(AF_INET, SOCK_DGRAM, 0), (void *)&to, sizeof(to)) < 0, "bind to another's address");
	fact_number("error", errno);
}
