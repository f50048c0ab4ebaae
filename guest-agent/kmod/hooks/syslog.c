// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records what is sent to the syslog daemon, at the socket: what the daemon does changes nothing.
/*
 * A datagram is recorded from the kernel's own copy, when the kernel asks whether the receiver takes it.
 * Where there is no receiver, the copy is seen when the kernel gives it up. Only what fails before the copy
 * exists, and what goes into a stream, is read from the sender's memory.
 */

#include <linux/cache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/percpu.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/un.h>
#include <net/af_unix.h>
#include <net/scm.h>

#include "event.h"
#include "hooks/hooks.h"
#include "hooks/log_socket.h"
#include "hooks/syslog.h"
#include "kernel/exe.h"
#include "kernel/paths.h"
#include "lib/log_priority.h"

#define EXE_BYTES 3072u /* for the name of the sender's executable, and its NUL */
static_assert(EVENT_HEAD_MAX + RW_MESSAGE_MAX + EXE_BYTES + sizeof(struct sockaddr_un) + 64 <= RW_REC_MAX);

/*
 * Mark of a datagram that has its record: a send that waits for room asks again. UNIX sockets do not use
 * sk_buff.mark.
 */
#define RECORDED 0x52575359u

#define BUFFER (GFP_KERNEL | __GFP_NOWARN)

/* A message to record. */
struct message {
	unsigned int input, delivery;
	const void *text; /* what there is of it: @len bytes */
	u32 len;
	u64 size; /* bytes of the whole */
	const void *address;
	u16 address_len;
	struct sock *receiver;              /* or NULL */
	const struct unix_skb_parms *parms; /* of the datagram, or NULL */
	bool from_file;                     /* the text is the first passed file's */
	gfp_t gfp;
};

/*
 * Sends by name and connects in progress: what the task named. A task has one place, shared with others: an
 * entry that another task replaces is missed, which loses only sends that find no receiver.
 */
#define SENDING_BITS 8
struct sending {
	const struct task_struct *task;
	const struct sock *sk;
	unsigned int input;
	bool connecting; /* not sending */
	u16 len;
	struct sockaddr_un name;
	u64 early; /* hash of a message that was recorded before the kernel's copy; 0: none */
};
static struct sending sendings[1 << SENDING_BITS];
static DEFINE_SPINLOCK(sendings_lock);
static siphash_key_t early_key __ro_after_init;

static DEFINE_PER_CPU(unsigned long, last_sync);

void __init syslog_init(void)
{
	get_random_bytes(&early_key, sizeof(early_key));
}

static struct sending *my_place(void)
{
	return &sendings[hash_ptr(current, SENDING_BITS)];
}

static bool is_mine(const struct sending *s, const struct sock *sk)
{
	return READ_ONCE(s->task) == current && READ_ONCE(s->sk) == sk;
}

/* Return: whether the current task has named a log to this socket; @found: how. */
static bool sending_find(const struct sock *sk, struct sending *found)
{
	struct sending *s = my_place();
	unsigned long flags;
	bool mine;

	if (!is_mine(s, sk))
		return false;
	spin_lock_irqsave(&sendings_lock, flags);
	mine = is_mine(s, sk);
	if (mine)
		*found = *s;
	spin_unlock_irqrestore(&sendings_lock, flags);
	return mine;
}

static void sending_put(const struct sending *new)
{
	unsigned long flags;

	spin_lock_irqsave(&sendings_lock, flags);
	*my_place() = *new;
	spin_unlock_irqrestore(&sendings_lock, flags);
}

/* Notes what the task names; nothing, or no log's name, ends what it named before. */
static unsigned int sending_begin(const struct sock *sk, const void *name, int len, bool connecting)
{
	unsigned int input = name ? log_name_input(name, len) : 0;
	struct sending new;

	if (!input && READ_ONCE(my_place()->task) != current)
		return 0;
	new = (struct sending){ input ? current : NULL, sk, input, connecting, len };
	if (input)
		unsafe_memcpy(&new.name, name, len, log_name_input() has bounded it);
	sending_put(&new);
	return input;
}

/*
 * A message alone is handed over at once: what is in the log cannot be erased by a break-in that it
 * announces. In a flood only the first in each tick is, and takes along those before it.
 */
static enum producer_mode mode(void)
{
	unsigned long now = jiffies;

	return this_cpu_xchg(last_sync, now) == now ? PRODUCER_BATCH : PRODUCER_SYNC;
}

/* Return: memory to free after the event, or NULL. */
static char *add_exe(struct event *ev, gfp_t gfp)
{
	struct file *exe = compat_exe_file();
	char *buf, *name;
	bool trunc = false;

	if (!exe)
		return NULL;
	buf = kmalloc(EXE_BYTES, gfp);
	if (buf) {
		name = compat_path(&exe->f_path, buf, EXE_BYTES, &trunc);
		if (trunc)
			ev->writer.hdr->flags |= RW_RECF_PATH_TRUNC;
		event_tail(ev, RW_F_EXECUTABLE, name, strlen(name));
	}
	fput(exe);
	return buf;
}

/* Root may send with the credentials of others: the daemon believes them. */
static void add_claims(struct event *ev, const struct unix_skb_parms *parms)
{
	if (!parms->pid)
		return;
	if (pid_nr(parms->pid) != task_tgid_nr(current))
		event_u32(ev, RW_F_CLAIMED_PID, pid_nr(parms->pid));
	if (!uid_eq(parms->uid, current_uid()) && !uid_eq(parms->uid, current_euid()))
		event_u32(ev, RW_F_CLAIMED_UID, __kuid_val(parms->uid));
}

static void add_head(struct event *ev, const struct message *m)
{
	struct log_priority said = log_priority(m->input, m->text, m->len);

	event_u32(ev, RW_F_LOG_INPUT, m->input);
	event_u32(ev, RW_F_DELIVERY, m->delivery);
	if (said.facility >= 0)
		event_u32(ev, RW_F_FACILITY, said.facility);
	if (said.severity >= 0)
		event_u32(ev, RW_F_SEVERITY, said.severity);
	if (m->size > m->len)
		event_u64(ev, RW_F_MISSING, m->size - m->len);
	if (m->receiver)
		event_u64(ev, RW_F_SOCKET, sock_i_ino(m->receiver));
	if (!m->parms)
		return;
	add_claims(ev, m->parms);
	if (m->parms->fp)
		event_u32(ev, RW_F_FILES_PASSED, m->parms->fp->count);
	if (m->from_file)
		event_u64(ev, RW_F_FILE_BYTES, m->size);
}

static void record(const struct message *m)
{
	struct event ev;
	char *exe;

	if (!event_begin(&ev, RW_REC_SYSLOG, RW_VERDICT_ALLOW))
		return;
	add_head(&ev, m);
	event_tail(&ev, RW_F_MESSAGE, m->text, m->len);
	if (m->address_len >= sizeof(sa_family_t))
		event_tail(&ev, RW_F_ADDRESS, m->address, m->address_len);
	exe = add_exe(&ev, m->gfp);
	event_submit(&ev, mode());
	kfree(exe);
}

/* The receiver, and its address: which stays as long as the receiver. */
static void set_receiver(struct message *m, struct sock *sk)
{
	const struct unix_address *addr = smp_load_acquire(&unix_sk(sk)->addr);

	m->receiver = sk;
	if (!addr)
		return;
	m->address = addr->name;
	m->address_len = addr->len;
}

/* What is sent, from the kernel's copy. Its beginning is in one piece: longer than any text of a record. */
static void set_text(struct message *m, const struct sk_buff *skb)
{
	m->text = skb->data;
	m->len = min3(skb->len, skb_headlen(skb), RW_MESSAGE_MAX);
	m->size = skb->len;
}

/*
 * A message in a file: an empty datagram with a memfd or another file of tmpfs, whose content can be read
 * without waiting for anybody.
 *
 * Return: memory to free after the record, or NULL.
 */
static void *file_text(struct message *m)
{
	const struct scm_fp_list *fp = m->parms->fp;
	struct file *file = fp && fp->count > 0 ? fp->fp[0] : NULL;
	struct iov_iter to;
	struct kiocb kiocb;
	struct kvec vec;
	ssize_t got;

	if (m->size || m->input != RW_LOG_NATIVE || !file || !S_ISREG(file_inode(file)->i_mode))
		return NULL;
	m->size = i_size_read(file_inode(file));
	m->from_file = true;
	if (file_inode(file)->i_sb->s_magic != TMPFS_MAGIC || !(file->f_mode & FMODE_READ) ||
	    !file->f_op->read_iter)
		return NULL;
	vec.iov_len = min_t(u64, m->size, RW_MESSAGE_MAX);
	vec.iov_base = kmalloc(vec.iov_len, BUFFER);
	if (!vec.iov_base)
		return NULL;
	iov_iter_kvec(&to, READ, &vec, 1, vec.iov_len);
	init_sync_kiocb(&kiocb, file);
	got = file->f_op->read_iter(&kiocb, &to);
	if (got > 0) {
		m->text = vec.iov_base;
		m->len = got;
	}
	return vec.iov_base;
}

/* Whether the message was recorded before the kernel's copy was made, and is still the same. */
static bool recorded_early(struct sending *s, const struct message *m)
{
	u64 early = s->early;

	if (!early)
		return false;
	s->early = 0;
	sending_put(s);
	return early == siphash(m->text, m->len, &early_key);
}

static unsigned int delivery_to(const struct sock *sk)
{
	if (sock_flag(sk, SOCK_DEAD) || READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN)
		return RW_DELIVERY_CLOSED;
	if (skb_queue_len_lockless(&sk->sk_receive_queue) > READ_ONCE(sk->sk_max_ack_backlog))
		return RW_DELIVERY_QUEUE_FULL;
	return RW_DELIVERY_QUEUED;
}

static noinline void datagram(struct sock *sk, struct sk_buff *skb)
{
	struct message m = { .gfp = BUFFER };
	struct sending s;
	bool sending = sending_find(skb->sk, &s);
	void *buf;

	m.input = log_socket_input(sk);
	if (!m.input)
		m.input = log_sender_input(skb->sk);
	if (!m.input && sending)
		m.input = s.input;
	if (!m.input)
		return;
	skb->mark = RECORDED;
	m.delivery = delivery_to(sk);
	m.parms = &UNIXCB(skb);
	set_receiver(&m, sk);
	set_text(&m, skb);
	if (sending && recorded_early(&s, &m))
		return;
	buf = file_text(&m);
	record(&m);
	kfree(buf);
}

/*
 * For UNIX sockets: in the sender's context, without locks, before the kernel looks whether the receiver is
 * still there and has room. For others: a packet arrives, in a softirq.
 */
int hook_socket_sock_rcv_skb(struct sock *sk, struct sk_buff *skb)
{
	if (sk->sk_family == AF_UNIX && skb->mark != RECORDED)
		datagram(sk, skb);
	return 0;
}

static noinline void given_up(struct sk_buff *skb)
{
	struct message m = { .delivery = RW_DELIVERY_NO_RECEIVER, .gfp = GFP_ATOMIC | __GFP_NOWARN };
	struct sending s;

	if (!sending_find(skb->sk, &s) || !s.input || s.connecting)
		return;
	skb->mark = RECORDED;
	m.input = s.input;
	m.parms = &UNIXCB(skb);
	m.address = &s.name;
	m.address_len = s.len;
	set_text(&m, skb);
	if (!recorded_early(&s, &m))
		record(&m);
}

/*
 * The kernel gives a packet up. If it is a datagram that the current task has sent to a log's name, and no
 * receiver was asked, there is none. What stands for the socket of other packets may be no pointer: it is
 * only compared.
 */
void probe_kfree_skb(void *unused, struct sk_buff *skb, void *location)
{
	if (unlikely(is_mine(my_place(), skb->sk)) && skb->mark != RECORDED)
		given_up(skb);
}

/*
 * Records what is about to be sent, from the sender's memory; @m says to whom. Return: the text's hash, or
 * 0.
 */
static u64 record_from_sender(struct message *m, const struct msghdr *msg, size_t size)
{
	u32 len = min_t(size_t, size, RW_MESSAGE_MAX);
	struct iov_iter from = msg->msg_iter;
	void *buf = kmalloc(len, BUFFER);
	u64 hash = 0;

	if (!buf) {
		producer_lost();
		return 0;
	}
	m->text = buf;
	m->len = _copy_from_iter(buf, len, &from);
	m->size = size;
	/* What cannot be read cannot be sent either. */
	if (m->len == len) {
		record(m);
		hash = siphash(buf, len, &early_key);
	}
	kfree(buf);
	return hash;
}

/* A datagram of which there will be no copy, or not before there is room for it. */
static void send_early(struct sock *sk, const struct msghdr *msg, size_t size, struct message *m)
{
	struct sending s = { .task = current, .sk = sk };
	struct sock *peer = NULL;

	m->gfp = BUFFER;
	if (m->input) {
		m->address = msg->msg_name;
		m->address_len = msg->msg_namelen;
		unsafe_memcpy(&s.name, m->address, m->address_len, log_name_input() has bounded it);
		s.len = m->address_len;
		s.input = m->input;
	} else {
		peer = unix_peer_get(sk);
		if (!peer)
			return;
		m->input = log_socket_input(peer);
		if (!m->input)
			m->input = log_sender_input(sk);
		set_receiver(m, peer);
	}
	if (m->input)
		s.early = record_from_sender(m, msg, size);
	if (s.early && m->delivery == RW_DELIVERY_QUEUE_FULL)
		sending_put(&s);
	if (peer)
		sock_put(peer);
}

/* A stream's other end stays as long as this one. */
static void send_stream(struct sock *sk, const struct msghdr *msg, size_t size)
{
	struct sock *peer = READ_ONCE(unix_peer(sk));
	struct message m = { .gfp = BUFFER };

	if (!peer || !size)
		return;
	m.input = log_socket_input(peer);
	if (!m.input)
		m.input = log_sender_input(sk);
	if (!m.input)
		return;
	m.delivery = delivery_to(peer) == RW_DELIVERY_CLOSED ? RW_DELIVERY_CLOSED : RW_DELIVERY_QUEUED;
	if (m.delivery == RW_DELIVERY_QUEUED && sk_wmem_alloc_get(sk) >= READ_ONCE(sk->sk_sndbuf))
		m.delivery = RW_DELIVERY_QUEUE_FULL;
	set_receiver(&m, peer);
	record_from_sender(&m, msg, size);
}

bool syslog_sending(struct socket *sock, struct msghdr *msg, size_t size)
{
	struct sock *sk = sock->sk;
	struct message m = { 0 };
	int room = READ_ONCE(sk->sk_sndbuf);

	if (sock->type == SOCK_STREAM) {
		send_stream(sk, msg, size);
		return false;
	}
	m.input = sending_begin(sk, msg->msg_name, msg->msg_namelen, false);
	/* As unix_dgram_sendmsg() and sock_alloc_send_pskb() check before they copy. */
	if (unlikely((ssize_t)size > room - 32))
		m.delivery = RW_DELIVERY_TOO_LONG;
	else if (unlikely(sk_wmem_alloc_get(sk) >= room))
		m.delivery = RW_DELIVERY_QUEUE_FULL;
	else
		return m.input != 0;
	send_early(sk, msg, size, &m);
	return true;
}

void syslog_connecting(struct socket *sock, const struct sockaddr *address, int len)
{
	sending_begin(sock->sk, address, len, true);
}

/* The kernel has found the socket that the current task wants to connect to. */
static void found_receiver(const struct sock *sk, const struct sock *receiver)
{
	struct sending s;

	if (sending_find(sk, &s) && s.input && s.connecting)
		log_sender_add(sk, receiver, s.input);
}

int hook_unix_may_send(struct socket *sock, struct socket *other)
{
	found_receiver(sock->sk, other->sk);
	return 0;
}

int hook_unix_stream_connect(struct sock *sock, struct sock *other, struct sock *newsk)
{
	found_receiver(sock, other);
	return 0;
}
