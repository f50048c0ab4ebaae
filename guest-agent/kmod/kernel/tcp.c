// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Finds the other end of TCP connections inside a network namespace, in the kernel's own tables.

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/netdevice.h>
#include <net/addrconf.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "kernel/tcp.h"

/* Two ends: ports in network order. */
struct ends {
	int family;
	__be32 v4, own_v4;
	struct in6_addr v6, own_v6;
	__be16 port, own_port;
};

/* Such connections go through the loopback device, whatever their addresses are. */
static int loopback(const struct net *net)
{
	return net->loopback_dev->ifindex;
}

/* The socket whose own end is @e->own_*. */
static struct sock *find(const struct sock *sk, const struct ends *e)
{
	struct net *net = sock_net(sk);
	struct inet_hashinfo *table = tcp_or_dccp_get_hashinfo(sk);

#if IS_ENABLED(CONFIG_IPV6)
	if (e->family == AF_INET6)
		return __inet6_lookup_established(net, table, &e->v6, e->port, &e->own_v6, ntohs(e->own_port),
						  loopback(net), 0);
#endif
	return __inet_lookup_established(net, table, e->v4, e->port, e->own_v4, ntohs(e->own_port),
					 loopback(net), 0);
}

static bool is_v6(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr);
}

struct sock *compat_tcp_peer(const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct ends e = { .family = is_v6(sk) ? AF_INET6 : AF_INET,
			  .v4 = inet->inet_rcv_saddr,
			  .own_v4 = inet->inet_daddr,
			  .port = inet->inet_sport,
			  .own_port = inet->inet_dport };

#if IS_ENABLED(CONFIG_IPV6)
	e.v6 = sk->sk_v6_rcv_saddr;
	e.own_v6 = sk->sk_v6_daddr;
#endif
	return find(sk, &e);
}

struct sock *compat_tcp_client(const struct sock *sk, const struct request_sock *req)
{
	const struct inet_request_sock *r = inet_rsk(req);
	struct ends e = { .family = r->req.__req_common.skc_family,
			  .v4 = r->ir_loc_addr,
			  .own_v4 = r->ir_rmt_addr,
			  .port = htons(r->ir_num),
			  .own_port = r->ir_rmt_port };

#if IS_ENABLED(CONFIG_IPV6)
	e.v6 = r->ir_v6_loc_addr;
	e.own_v6 = r->ir_v6_rmt_addr;
#endif
	return find(sk, &e);
}

static struct sock *listener_v4(const struct sock *sk, __be32 to, __be16 port)
{
	struct net *net = sock_net(sk);

	if (to == htonl(INADDR_ANY))
		to = htonl(INADDR_LOOPBACK);
	if (inet_addr_type(net, to) != RTN_LOCAL)
		return NULL;
	return __inet_lookup_listener(net, tcp_or_dccp_get_hashinfo(sk), NULL, 0, to, 0, to, ntohs(port),
				      loopback(net), 0);
}

#if IS_ENABLED(CONFIG_IPV6)
static struct sock *listener_v6(const struct sock *sk, const struct sockaddr_in6 *to)
{
	struct net *net = sock_net(sk);
	const struct in6_addr *addr = ipv6_addr_any(&to->sin6_addr) ? &in6addr_loopback : &to->sin6_addr;

	if (ipv6_addr_v4mapped(addr))
		return listener_v4(sk, addr->s6_addr32[3], to->sin6_port);
	if (!ipv6_addr_loopback(addr) && !ipv6_chk_addr(net, addr, NULL, 0))
		return NULL;
	return inet6_lookup_listener(net, tcp_or_dccp_get_hashinfo(sk), NULL, 0, addr, 0, addr,
				     ntohs(to->sin6_port), loopback(net), 0);
}
#endif

struct sock *compat_tcp_listener(const struct sock *sk, const struct sockaddr *address, int len)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;

	if (len >= (int)sizeof(*in) && address->sa_family == AF_INET)
		return listener_v4(sk, in->sin_addr.s_addr, in->sin_port);
#if IS_ENABLED(CONFIG_IPV6)
	if (len >= SIN6_LEN_RFC2133 && address->sa_family == AF_INET6)
		return listener_v6(sk, (const struct sockaddr_in6 *)address);
#endif
	return NULL;
}
