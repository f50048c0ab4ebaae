// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Fills records with the identity of tasks and files.

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/kdev_t.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>
#include <asm/tsc.h>

#include "event.h"
#include "kernel/paths.h"

void event_init(struct rw_rec_agent *rec, u8 type, u8 verdict)
{
	const struct cred *cred = current_cred();
	struct rw_proc *proc = &rec->proc;

	memset(rec, 0, sizeof(*rec));
	rec->hdr.type = type;
	rec->hdr.verdict = verdict;
	rec->hdr.time_ns = rdtsc_ordered();
	proc->pid = task_pid_nr(current);
	proc->tgid = task_tgid_nr(current);
	rcu_read_lock();
	proc->ppid = task_tgid_nr(rcu_dereference(current->real_parent));
	rcu_read_unlock();
	proc->uid = from_kuid(&init_user_ns, cred->uid);
	proc->euid = from_kuid(&init_user_ns, cred->euid);
	proc->gid = from_kgid(&init_user_ns, cred->gid);
	strncpy(proc->comm, current->comm, sizeof(proc->comm));
}

void event_inode(struct rw_rec_agent *rec, const struct inode *inode)
{
	rec->dev = new_encode_dev(inode->i_sb->s_dev);
	rec->ino = inode->i_ino;
	rec->generation = inode->i_generation;
}

const char *event_path(struct rw_rec_agent *rec, const struct path *path, char *buf, u16 *len)
{
	bool trunc = false;
	const char *name = compat_path(path, buf, EVENT_PATH_BYTES, &trunc);

	if (trunc)
		rec->hdr.flags |= RW_RECF_PATH_TRUNC;
	*len = strlen(name);
	return name;
}

const char *event_path_at(struct rw_rec_agent *rec, const struct path *dir, struct dentry *dentry, char *buf,
			  u16 *len)
{
	struct name_snapshot last;
	bool trunc = false;
	char *name, *end;
	u32 room;

	take_dentry_name_snapshot(&last, dentry);
	room = EVENT_PATH_BYTES - 1 - last.name.len;
	name = compat_path(dir, buf, room, &trunc);
	if (trunc)
		rec->hdr.flags |= RW_RECF_PATH_TRUNC;
	end = name + strlen(name);
	if (end == name || end[-1] != '/')
		*end++ = '/';
	memcpy(end, last.name.name, last.name.len);
	*len = end + last.name.len - name;
	release_dentry_name_snapshot(&last);
	return name;
}
