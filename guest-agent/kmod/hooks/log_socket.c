// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Tells the sockets of a syslog daemon from others, by their paths.

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/path.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/un.h>
#include <net/af_unix.h>

#include "hooks/log_socket.h"

#define DELETED " (deleted)" /* what d_path() appends */

/* The ends of paths that count. */
static const struct {
	const char *name;   /* last component */
	const char *folder; /* the one before it, or NULL for any */
	unsigned int input;
} ends[] = {
	{ "log", "dev", RW_LOG_SYSLOG },
	{ "dev-log", NULL, RW_LOG_SYSLOG },
	{ "socket", "journal", RW_LOG_NATIVE },
	{ "stdout", "journal", RW_LOG_STDOUT },
};

/*
 * Sockets that were connected by a log's name to a receiver with another path, by their inode number. A
 * place is overwritten by the next socket that falls on it.
 */
#define SENDERS 1024u
static struct {
	const struct sock *sk;
	unsigned long ino;
	unsigned int input;
} senders[SENDERS];

static bool component_is(const char *start, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(start, name, len) == 0;
}

/* Whether the folder is "journal", or "journal.NAMESPACE". */
static bool folder_is(const char *start, size_t len, const char *name)
{
	size_t n = strlen(name);

	return component_is(start, len, name) ||
	       (name[0] == 'j' && len > n && memcmp(start, name, n) == 0 && start[n] == '.');
}

/* Steps back from @end over a component. Return: its length; *@start: where it begins. */
static size_t component_before(const char *path, const char *end, const char **start)
{
	const char *p;

	while (end > path && end[-1] == '/')
		end--;
	for (p = end; p > path && p[-1] != '/'; p--)
		;
	*start = p;
	return end - p;
}

/*
 * Return: enum rw_log_input or 0; *@unsure: the last component fits, but not the folder before it, which
 * the name may leave out.
 */
static unsigned int path_input(const char *path, size_t len, bool *unsure)
{
	const char *last, *folder;
	size_t n = component_before(path, path + len, &last);
	unsigned int i;

	*unsure = false;
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		if (!component_is(last, n, ends[i].name))
			continue;
		if (!ends[i].folder)
			return ends[i].input;
		n = component_before(path, last, &folder);
		if (folder_is(folder, n, ends[i].folder))
			return ends[i].input;
		*unsure = true;
		return 0;
	}
	return 0;
}

unsigned int log_name_input(const void *name, int len)
{
	const struct sockaddr_un *un = name;
	int room = len - (int)offsetof(struct sockaddr_un, sun_path);
	bool unsure;

	/* A name that begins with NUL is not a path. */
	if (room <= 0 || room > UNIX_PATH_MAX || un->sun_family != AF_UNIX || !un->sun_path[0])
		return 0;
	return path_input(un->sun_path, strnlen(un->sun_path, room), &unsure);
}

/*
 * Whether the socket's file has the last component of such a path now: it may have been bound to another
 * one and renamed. The name may change under us: then it is one or the other. Neither it nor the dentry is
 * freed before RCU's readers are done.
 */
static bool file_may_be_log(const struct unix_sock *u)
{
	const struct dentry *dentry;
	bool found = false;
	unsigned int i;

	rcu_read_lock();
	dentry = READ_ONCE(u->path.dentry);
	for (i = 0; dentry && i < ARRAY_SIZE(ends) && !found; i++)
		found = strcmp((const char *)READ_ONCE(dentry->d_name.name), ends[i].name) == 0;
	rcu_read_unlock();
	return found;
}

static unsigned int file_input(struct sock *sk)
{
	char *buf = __getname(), *name = NULL;
	unsigned int input = 0;
	struct path path;
	bool unsure;

	if (!buf)
		return 0;
	/* The state lock guards the path: a socket that is closed loses it. */
	unix_state_lock(sk);
	path = unix_sk(sk)->path;
	path_get(&path);
	unix_state_unlock(sk);
	if (path.dentry)
		name = d_path(&path, buf, PATH_MAX);
	if (!IS_ERR_OR_NULL(name)) {
		size_t len = strlen(name), end = sizeof(DELETED) - 1;

		if (len > end && strcmp(name + len - end, DELETED) == 0)
			len -= end;
		input = path_input(name, len, &unsure);
	}
	path_put(&path);
	__putname(buf);
	return input;
}

unsigned int log_socket_input(struct sock *sk)
{
	const struct unix_sock *u = unix_sk(sk);
	/* The address never changes once it is there, and with it the path is there. */
	const struct unix_address *addr = smp_load_acquire(&u->addr);
	unsigned int input;
	bool unsure;
	int len;

	if (!addr)
		return 0;
	len = addr->len - (int)offsetof(struct sockaddr_un, sun_path);
	if (len <= 0 || !addr->name->sun_path[0])
		return 0;
	input = path_input(addr->name->sun_path, strnlen(addr->name->sun_path, len), &unsure);
	if (!input && (unsure || file_may_be_log(u)))
		input = file_input(sk);
	return input;
}

static unsigned long inode_number(const struct sock *sk)
{
	return SOCK_INODE(sk->sk_socket)->i_ino;
}

unsigned int log_sender_input(const struct sock *sk)
{
	unsigned long ino = inode_number(sk);
	unsigned int i = ino % SENDERS;

	return READ_ONCE(senders[i].sk) == sk && READ_ONCE(senders[i].ino) == ino ?
		       READ_ONCE(senders[i].input) :
		       0;
}

void log_sender_add(const struct sock *sk, const struct sock *receiver, unsigned int input)
{
	const struct unix_address *addr = smp_load_acquire(&unix_sk(receiver)->addr);
	unsigned long ino = inode_number(sk);
	unsigned int i = ino % SENDERS;

	if (!addr || log_name_input(addr->name, addr->len))
		return;
	WRITE_ONCE(senders[i].ino, 0);
	WRITE_ONCE(senders[i].sk, sk);
	WRITE_ONCE(senders[i].input, input);
	smp_store_release(&senders[i].ino, ino);
}
