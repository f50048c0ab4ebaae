// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Tells the sockets of a syslog daemon from others, by their paths.

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/path.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
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

/* Addresses of receivers that senders reached by a log's name. Each is held, so that none can be mistaken. */
#define OTHERS 16u
static struct {
	struct unix_address *addr;
	unsigned int input;
} others[OTHERS];
static unsigned int next_other;
static DEFINE_SPINLOCK(others_lock);

static bool component_is(const char *start, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(start, name, len) == 0;
}

/* Whether the folder is "journal", or "journal.NAMESPACE". */
static bool folder_is(const char *start, size_t len, const char *name)
{
	size_t n = strlen(name);

	return component_is(start, len, name) || (name[0] == 'j' && len > n && memcmp(start, name, n) == 0 &&
						  start[n] == '.');
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
 * Return: enum rw_log_input or 0; *@unsure: the last component fits, but not the folder before it, which the
 * name may leave out.
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

static unsigned int other_input(const struct unix_address *addr)
{
	unsigned int i;

	for (i = 0; i < OTHERS; i++)
		if (READ_ONCE(others[i].addr) == addr)
			return READ_ONCE(others[i].input);
	return 0;
}

/*
 * Whether the socket's file has the last component of such a path now: it may have been bound to another one and
 * renamed. The name may change under us: then it is one or the other. Neither it nor the dentry is freed before
 * RCU's readers are done.
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
	if (!input)
		input = other_input(addr);
	if (!input && (unsure || file_may_be_log(u)))
		input = file_input(sk);
	return input;
}

static void release(struct unix_address *addr)
{
	if (addr && refcount_dec_and_test(&addr->refcnt))
		kfree(addr);
}

void log_socket_add(const struct sock *sk, unsigned int input)
{
	struct unix_address *addr = smp_load_acquire(&unix_sk(sk)->addr), *old = NULL;

	/* Without an address, or with an abstract one, no path has led to it. */
	if (!addr || addr->len <= (int)offsetof(struct sockaddr_un, sun_path) || !addr->name->sun_path[0])
		return;
	spin_lock(&others_lock);
	if (!other_input(addr)) {
		refcount_inc(&addr->refcnt);
		old = others[next_other].addr;
		WRITE_ONCE(others[next_other].input, input);
		WRITE_ONCE(others[next_other].addr, addr);
		next_other = (next_other + 1) % OTHERS;
	}
	spin_unlock(&others_lock);
	release(old);
}
