// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records sockets: made, bound, listening, connected, accepted, and the addresses that datagrams go to.

#include <linux/atomic.h>
#include <linux/compat.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jhash.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/random.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/un.h>
#include <linux/vm_sockets.h>
#include <net/af_unix.h>
#include <net/af_vsock.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "event.h"
#include "hooks/hooks.h"
#include "hooks/syslog.h"

/* What every record of a socket has. Return: as event_begin(). */
static bool begin(struct event *ev, u8 type, const struct socket *sock, const struct sock *sk, u32 protocol)
{
	if (!event_begin(ev, type, RW_VERDICT_ALLOW))
		return false;
	event_u32(ev, RW_F_FAMILY, sk->sk_family);
	event_u32(ev, RW_F_SOCKET_TYPE, sock->type);
	event_u32(ev, RW_F_PROTOCOL, protocol);
	event_u64(ev, RW_F_SOCKET, SOCK_INODE((struct socket *)sock)->i_ino);
	event_u32(ev, RW_F_NET_NS, sock_net(sk)->ns.inum);
	return true;
}

/* Adds an address as a program gave it, without what its family does not use. */
static void add_address(struct event *ev, const void *address, int len)
{
	const struct sockaddr_un *un = address;
	int room = len - (int)offsetof(struct sockaddr_un, sun_path);

	if (len < (int)sizeof(sa_family_t))
		return;
	len = min_t(int, len, sizeof(struct sockaddr_storage));
	if (un->sun_family == AF_INET)
		len = min_t(int, len, sizeof(struct sockaddr_in));
	else if (un->sun_family == AF_INET6)
		len = min_t(int, len, sizeof(struct sockaddr_in6));
	else if (un->sun_family == AF_UNIX && room > 0 && un->sun_path[0])
		len = (int)offsetof(struct sockaddr_un, sun_path) +
		      (int)strnlen(un->sun_path, min_t(int, room, UNIX_PATH_MAX));
	event_tail(ev, RW_F_ADDRESS, address, len);
}

/*
 * socketpair(2) makes two sockets that are connected to each other and to nothing else. No hook tells
 * before they exist; but the number of the system call does: 53, and for programs of 32 bits 360, or 102
 * with 8.
 */
static bool in_socketpair(void)
{
	const struct pt_regs *regs = task_pt_regs(current);

	if (!in_compat_syscall())
		return regs->orig_ax == 53;
	return regs->orig_ax == 360 || (regs->orig_ax == 102 && regs->bx == 8);
}

int hook_socket_post_create(struct socket *sock, int family, int type, int protocol, int kern)
{
	struct event ev;

	if (kern || !sock->sk || (family == AF_UNIX && in_socketpair()))
		return 0;
	if (!begin(&ev, RW_REC_SOCKET, sock, sock->sk, protocol))
		return 0;
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

int hook_socket_bind(struct socket *sock, struct sockaddr *address, int len)
{
	struct event ev;

	if (!begin(&ev, RW_REC_BIND, sock, sock->sk, sock->sk->sk_protocol))
		return 0;
	add_address(&ev, address, len);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

int hook_socket_connect(struct socket *sock, struct sockaddr *address, int len)
{
	struct event ev;

	/* Another look at a connection in progress, as io_uring takes it: the address is not used. */
	if (sock->state == SS_CONNECTING && sock->type == SOCK_STREAM && address->sa_family != AF_UNSPEC)
		return 0;
	if (sock->sk->sk_family == AF_UNIX)
		syslog_connecting(sock, address, len);
	if (!begin(&ev, RW_REC_CONNECT, sock, sock->sk, sock->sk->sk_protocol))
		return 0;
	add_address(&ev, address, len);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/* A socket's own address or its peer's, as the kernel has it. */
union address {
	struct sockaddr_storage any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_vm vm;
};

static u16 inet_address(const struct sock *sk, bool peer, struct sockaddr_in *in)
{
	*in = (struct sockaddr_in){ .sin_family = AF_INET };
	in->sin_addr.s_addr = peer ? sk->sk_daddr : sk->sk_rcv_saddr;
	in->sin_port = peer ? sk->sk_dport : htons(sk->sk_num);
	return sizeof(*in);
}

static u16 inet6_address(const struct sock *sk, bool peer, struct sockaddr_in6 *in6)
{
	*in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
	in6->sin6_addr = peer ? sk->sk_v6_daddr : sk->sk_v6_rcv_saddr;
	in6->sin6_port = peer ? sk->sk_dport : htons(sk->sk_num);
	if ((in6->sin6_addr.s6_addr16[0] & htons(0xffc0)) == htons(0xfe80)) /* link-local */
		in6->sin6_scope_id = READ_ONCE(sk->sk_bound_dev_if);
	return sizeof(*in6);
}

/*
 * Adds the address that a socket has, or that its peer has; nothing if it has none. An address of a UNIX
 * socket stays as long as the socket.
 */
static void add_socket_address(struct event *ev, u16 id, struct sock *sk, bool peer, union address *buf)
{
	const struct unix_address *addr;
	u16 len = 0;

	switch (sk->sk_family) {
	case AF_INET:
		len = inet_address(sk, peer, &buf->in);
		break;
	case AF_INET6:
		len = inet6_address(sk, peer, &buf->in6);
		break;
	case AF_VSOCK:
		buf->vm = peer ? vsock_sk(sk)->remote_addr : vsock_sk(sk)->local_addr;
		len = sizeof(buf->vm);
		break;
	case AF_UNIX:
		if (peer)
			sk = unix_peer(sk);
		addr = sk ? smp_load_acquire(&unix_sk(sk)->addr) : NULL;
		if (addr && addr->len >= (int)sizeof(sa_family_t))
			event_tail(ev, id, addr->name, addr->len);
		return;
	}
	if (len)
		event_tail(ev, id, buf, len);
}

int hook_socket_listen(struct socket *sock, int backlog)
{
	union address local;
	struct event ev;

	if (!begin(&ev, RW_REC_LISTEN, sock, sock->sk, sock->sk->sk_protocol))
		return 0;
	event_u32(&ev, RW_F_BACKLOG, backlog);
	add_socket_address(&ev, RW_F_LOCAL_ADDRESS, sock->sk, false, &local);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}

/*
 * The hook for accept(2) comes before a connection is there. This one comes when the new socket gets it, in
 * the task that accepts, with locks held.
 */
void hook_sock_graft(struct sock *sk, struct socket *parent)
{
	union address local, peer;
	struct event ev;

	if (!begin(&ev, RW_REC_ACCEPT, parent, sk, sk->sk_protocol))
		return;
	add_socket_address(&ev, RW_F_ADDRESS, sk, true, &peer);
	add_socket_address(&ev, RW_F_LOCAL_ADDRESS, sk, false, &local);
	if (sk->sk_family == AF_UNIX && sk->sk_peer_pid && sk->sk_peer_cred) {
		event_u32(&ev, RW_F_PEER_PID, pid_nr(sk->sk_peer_pid));
		event_u32(&ev, RW_F_PEER_UID, __kuid_val(sk->sk_peer_cred->euid));
	}
	event_submit(&ev, PRODUCER_BATCH);
}

/*
 * Where sockets have sent to: inode number of the socket, and hash of the address. A place is overwritten
 * by the next that falls on it: then a destination makes a further record.
 */
#define SENT_PLACES 1024u
static u64 sent[SENT_PLACES];
static u32 sent_seed __read_mostly;

static bool first_use(const struct socket *sock, const void *address, int len)
{
	const struct sockaddr *any = address;
	u64 key;

	if (any->sa_family == AF_INET)
		len = min_t(int, len, offsetof(struct sockaddr_in, sin_zero));
	if (unlikely(!sent_seed))
		sent_seed = get_random_u32() | 1;
	key = SOCK_INODE((struct socket *)sock)->i_ino << 32;
	key |= jhash(address, len, sent_seed ^ (u32)(key >> 32));
	return xchg(&sent[key % SENT_PLACES], key) != key;
}

int hook_socket_sendmsg(struct socket *sock, struct msghdr *msg, int size)
{
	int len = min_t(int, msg->msg_namelen, sizeof(struct sockaddr_storage));
	struct event ev;

	if (sock->sk->sk_family == AF_UNIX && syslog_sending(sock, msg, size))
		return 0;
	if (!msg->msg_name || len < (int)sizeof(sa_family_t))
		return 0;
	/* A stream takes an address only where sending connects it. */
	if (sock->type == SOCK_STREAM && !(msg->msg_flags & MSG_FASTOPEN))
		return 0;
	if (!first_use(sock, msg->msg_name, len))
		return 0;
	if (!begin(&ev, RW_REC_SENDTO, sock, sock->sk, sock->sk->sk_protocol))
		return 0;
	add_address(&ev, msg->msg_name, len);
	event_submit(&ev, PRODUCER_BATCH);
	return 0;
}
