// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Levels of sockets: that of their maker, and the same at both ends of a connection inside this machine.

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <net/af_unix.h>
#include <net/sock.h>

#include "access/check.h"
#include "access/level.h"
#include "access/level_hooks.h"
#include "kernel/tcp.h"

/* A socket was without memory for its level: from now on one without a level counts as of an unknown one. */
static bool unsure;

static struct rw_access_label get(const struct sock *sk)
{
	return level_get(level_key(sk));
}

/* Return: the level that the socket has now. */
static struct rw_access_label set(const struct sock *sk, struct rw_access_label label, gfp_t gfp)
{
	struct rw_access_label now = level_put(level_key(sk), label, gfp);

	if (unlikely(level_is_none(now)))
		WRITE_ONCE(unsure, true);
	return now;
}

static int refuse(const char *what, const char *asked, u16 rule)
{
	const struct level_access a = { .what = what, .atomic = true };

	return level_refuse(&a, asked, rule);
}

/* The other end of a connection inside this machine, held; or NULL. */
static struct sock *peer_of(struct sock *sk)
{
	if (sk->sk_family == AF_UNIX)
		return unix_peer_get(sk);
	return sk_is_tcp(sk) && sk_fullsock(sk) ? compat_tcp_peer(sk) : NULL;
}

static void release(struct sock *sk)
{
	if (sk->sk_family == AF_UNIX)
		sock_put(sk);
	else
		sock_gen_put(sk);
}

/* Datagrams have no connection: what is sent to a socket leaves its level as it is. */
static bool is_connected(const struct sock *sk)
{
	return sk->sk_type == SOCK_STREAM || sk->sk_type == SOCK_SEQPACKET;
}

/*
 * A socket that a process without a level has made, as one that systemd passes on, gets the level of who
 * first uses it, and so does the other end of its connection.
 */
static struct rw_access_label settle(struct sock *sk, struct rw_access_label me)
{
	struct rw_access_label label = me;
	struct sock *peer = is_connected(sk) ? peer_of(sk) : NULL;

	if (peer) {
		label = set(peer, me, GFP_ATOMIC);
		release(peer);
	}
	return level_is_none(label) ? label : set(sk, label, GFP_ATOMIC);
}

/* Decides what the current task may do with a socket, and gives it a level if it has none. */
static int use(struct sock *sk, u32 kinds, const char *what)
{
	const struct level_access a = { .kinds = kinds, .what = what, .atomic = true };
	const struct rw_access_label me = level_current();
	struct rw_access_label label;

	if (likely(level_is_none(me)) || !sk)
		return 0;
	label = get(sk);
	if (level_is_none(label))
		label = READ_ONCE(unsure) ? label : settle(sk, me);
	if (level_is_none(label))
		return refuse(what, "its level is not known", RW_ACCESS_NO_RULE);
	return level_check(level_one(label), &a);
}

int level_socket(struct inode *inode, u32 kinds, const char *what)
{
	if (inode->i_sb->s_magic != SOCKFS_MAGIC) /* the name of a UNIX socket */
		return 0;
	if (kinds & CHECK_WRITE)
		kinds = (kinds & ~CHECK_WRITE) | CHECK_APPEND;
	return use(SOCKET_I(inode)->sk, kinds, what);
}

int levels_socket_post_create(struct socket *sock, int family, int type, int protocol, int kern)
{
	return kern || !sock->sk ? 0 : level_make(sock->sk);
}

int levels_socket_sendmsg(struct socket *sock, struct msghdr *msg, int size)
{
	return use(sock->sk, CHECK_APPEND, "send");
}

int levels_socket_recvmsg(struct socket *sock, struct msghdr *msg, int size, int flags)
{
	return use(sock->sk, CHECK_READ, "receive");
}

int levels_socket_listen(struct socket *sock, int backlog)
{
	return use(sock->sk, CHECK_WRITE, "listen");
}

int levels_socket_accept(struct socket *sock, struct socket *newsock)
{
	return use(sock->sk, CHECK_READ, "accept");
}

/* Data flows both ways, and the kernel tells of it: both ends are of one level, or one has none. */
static int check_ends(const struct sock *client, const struct sock *listener, const char *what)
{
	const struct rw_access_label from = get(client), to = get(listener);

	if (level_is_none(from) || level_is_none(to) || level_same(from, to))
		return 0;
	return refuse(what, "the ends have different levels", from.rule);
}

/* Gives both ends of a new connection the level that one of them has. */
static void join(struct sock *client, struct sock *server, struct rw_access_label listener)
{
	const struct rw_access_label from = get(client);
	const struct rw_access_label label = level_is_none(listener) ? from : listener;

	if (level_is_none(label))
		return;
	if (level_is_none(from))
		set(client, label, GFP_ATOMIC);
	set(server, label, GFP_ATOMIC);
}

/* The kernel holds a lock of @other. */
int levels_unix_stream_connect(struct sock *sk, struct sock *other, struct sock *newsk)
{
	int ret = use(sk, CHECK_WRITE, "connect");

	if (ret == 0)
		ret = check_ends(sk, other, "connect");
	if (ret == 0)
		join(sk, newsk, get(other));
	return ret;
}

/* Up only: the receiver's level is that of its maker, so that it reads no datagram of a higher one. */
int levels_unix_may_send(struct socket *sock, struct socket *other)
{
	const struct level_access a = { .kinds = CHECK_APPEND, .what = "send", .atomic = true };

	return level_check(level_one(get(other->sk)), &a);
}

/* The kernel would only drop what inet_conn_request refuses, and the caller would wait. */
int levels_socket_connect(struct socket *sock, struct sockaddr *address, int len)
{
	struct sock *listener;
	int ret = use(sock->sk, CHECK_WRITE, "connect");

	if (ret || !sock->sk || !sk_is_tcp(sock->sk))
		return ret;
	rcu_read_lock();
	listener = compat_tcp_listener(sock->sk, address, len);
	if (listener)
		ret = check_ends(sock->sk, listener, "connect");
	rcu_read_unlock();
	return ret;
}

void levels_sk_clone_security(const struct sock *sk, struct sock *newsk)
{
	const struct rw_access_label label = get(sk);

	if (!level_is_none(label))
		set(newsk, label, GFP_ATOMIC);
}

void levels_sk_free_security(struct sock *sk)
{
	level_drop(level_key(sk));
}

/* A client of this machine asks for a connection. */
int levels_inet_conn_request(const struct sock *sk, struct sk_buff *skb, struct request_sock *req)
{
	struct sock *client = compat_tcp_client(sk, req);
	int ret = client ? check_ends(client, sk, "accept") : 0;

	if (client)
		sock_gen_put(client);
	return ret;
}

/* It has it: the new socket has the level of the listener by now. */
void levels_inet_csk_clone(struct sock *newsk, const struct request_sock *req)
{
	struct sock *client = compat_tcp_client(newsk, req);

	if (!client)
		return;
	join(client, newsk, get(newsk));
	sock_gen_put(client);
}
