// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Describes tasks, and remembers what their last records said.

#include <linux/cgroup.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/hash.h>
#include <linux/kdev_t.h>
#include <linux/pid_namespace.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/task_work.h>
#include <linux/uidgid.h>

#include "event.h"
#include "kernel/namespaces.h"
#include "kernel/workers.h"
#include "task.h"

static_assert(RW_COMM_LEN == TASK_COMM_LEN);

#define BUCKET_BITS 12

static struct bucket {
	spinlock_t lock; /* for changes; readers use RCU */
	struct hlist_head notes;
} buckets[1 << BUCKET_BITS];

void __init task_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		spin_lock_init(&buckets[i].lock);
}

static struct bucket *bucket_of(const struct task_struct *task)
{
	return &buckets[hash_ptr(task, BUCKET_BITS)];
}

/* The value of a kuid_t or kgid_t is the number in the initial user namespace. */
void task_cred(const struct cred *cred, struct task_cred *to)
{
	static_assert(sizeof(kernel_cap_t) == sizeof(to->caps.effective));
	to->ids = (struct rw_cred){
		.uid = __kuid_val(cred->uid),
		.gid = __kgid_val(cred->gid),
		.suid = __kuid_val(cred->suid),
		.sgid = __kgid_val(cred->sgid),
		.euid = __kuid_val(cred->euid),
		.egid = __kgid_val(cred->egid),
		.fsuid = __kuid_val(cred->fsuid),
		.fsgid = __kgid_val(cred->fsgid),
	};
	memcpy(&to->caps.effective, &cred->cap_effective, sizeof(kernel_cap_t));
	memcpy(&to->caps.permitted, &cred->cap_permitted, sizeof(kernel_cap_t));
	memcpy(&to->caps.inheritable, &cred->cap_inheritable, sizeof(kernel_cap_t));
	memcpy(&to->caps.ambient, &cred->cap_ambient, sizeof(kernel_cap_t));
}

/* Changes with each filter, and with the mode. */
static u32 seccomp_state(const struct task_struct *task)
{
	return (u32)task->seccomp.mode << 24 | (u32)atomic_read(&task->seccomp.filter_count);
}

/* What the task has now becomes what its last record said. */
static void note_state(struct task_note *note, struct task_struct *task)
{
	const struct cred *cred = rcu_access_pointer(task->real_cred);

	note->nsproxy = task->nsproxy;
	note->user_ns = cred->user_ns;
	note->seccomp = seccomp_state(task);
	if (task->nsproxy)
		compat_namespaces(task->nsproxy, cred, &note->namespaces);
	task_cred(cred, &note->cred);
	note->next = note->cred;
}

static struct task_note *note_new(struct task_struct *task)
{
	struct task_note *note = kzalloc(sizeof(*note), GFP_ATOMIC | __GFP_NOWARN);
	struct bucket *b = bucket_of(task);
	unsigned long flags;

	if (!note)
		return NULL;
	note->task = task;
	note_state(note, task);
	spin_lock_irqsave(&b->lock, flags);
	hlist_add_head_rcu(&note->node, &b->notes);
	spin_unlock_irqrestore(&b->lock, flags);
	return note;
}

/* Under RCU or the bucket's lock; the note of the current task stays. */
static struct task_note *note_find(const struct bucket *b, const struct task_struct *task)
{
	struct task_note *note;

	hlist_for_each_entry_rcu(note, &b->notes, node, true) if (note->task == task) return note;
	return NULL;
}

struct task_note *task_note(void)
{
	struct task_note *note;

	rcu_read_lock();
	note = note_find(bucket_of(current), current);
	rcu_read_unlock();
	return likely(note) ? note : note_new(current);
}

void task_born(struct task_struct *task)
{
	note_new(task);
}

void task_gone(struct task_struct *task)
{
	struct bucket *b = bucket_of(task);
	struct task_note *note;
	unsigned long flags;

	spin_lock_irqsave(&b->lock, flags);
	note = note_find(b, task);
	if (note)
		hlist_del_rcu(&note->node);
	spin_unlock_irqrestore(&b->lock, flags);
	if (!note)
		return;
	if (note->exec.buf)
		__putname(note->exec.buf);
	kfree_rcu(note, rcu);
}

/*
 * A root directory other than that of process 1. Only the pointers of process 1 are compared; our own root's
 * directory and inode are not freed before an RCU grace period, whatever another thread makes the root.
 */
static bool other_root(const struct fs_struct *fs, u64 *dev, u64 *ino)
{
	const struct task_struct *init = READ_ONCE(init_pid_ns.child_reaper);
	const struct fs_struct *usual = init ? READ_ONCE(init->fs) : NULL;
	const struct dentry *root = READ_ONCE(fs->root.dentry);
	const struct inode *inode;

	if (!usual || usual == fs ||
	    (READ_ONCE(usual->root.dentry) == root && READ_ONCE(usual->root.mnt) == READ_ONCE(fs->root.mnt)))
		return false;
	inode = d_inode_rcu(root);
	*dev = inode ? new_encode_dev(inode->i_sb->s_dev) : 0;
	*ino = inode ? inode->i_ino : 0;
	return true;
}

void task_leaves(struct task_note *note)
{
	rcu_read_lock();
	if (current->fs)
		note->other_root = other_root(current->fs, &note->root_dev, &note->root_ino);
	rcu_read_unlock();
}

/* Its place: PID and mount namespace, root directory. A task that exits has already left some of them. */
static void describe_place(const struct task_note *note, struct rw_task *to)
{
	const struct pid *pid = task_pid(current), *tgid = task_tgid(current);
	bool other = false;

	/* A task that has been reaped, and only has to switch away, has neither. */
	if (likely(pid && tgid)) {
		to->pid_ns = pid->numbers[pid->level].ns->ns.inum;
		to->ns_pid = pid->level ? pid->numbers[pid->level].nr : 0;
		to->ns_tgid = pid->level ? tgid->numbers[tgid->level].nr : 0;
	}
	if (likely(current->nsproxy))
		to->mnt_ns = compat_mnt_ns(current->nsproxy);
	else if (note)
		to->mnt_ns = note->namespaces.mnt;
	if (current->flags & PF_KTHREAD)
		return;
	if (likely(current->fs)) {
		other = other_root(current->fs, &to->root_dev, &to->root_ino);
	} else if (note) {
		other = note->other_root;
		to->root_dev = note->root_dev;
		to->root_ino = note->root_ino;
	}
	if (other)
		to->flags |= RW_TASKF_OTHER_ROOT;
}

u16 task_describe(const struct task_note *note, struct rw_task *to)
{
	const struct cred *cred = current_cred();
	const struct task_struct *named = current;

	*to = (struct rw_task){
		.pid = task_pid_nr(current),
		.tgid = task_tgid_nr(current),
		.uid = __kuid_val(cred->uid),
		.euid = __kuid_val(cred->euid),
		.gid = __kgid_val(cred->gid),
		.fsuid = __kuid_val(cred->fsuid),
		.loginuid = __kuid_val(current->loginuid),
		.session = current->sessionid,
		.flags = compat_worker(current->flags),
	};
	/* The name of a worker tells nothing: the process is the one that it works for. */
	if (to->flags & (RW_TASKF_IO_WORKER | RW_TASKF_USER_WORKER))
		named = current->group_leader;
	memcpy(to->comm, named->comm, sizeof(to->comm));
	if (!in_task())
		to->flags |= RW_TASKF_INTERRUPT;
	rcu_read_lock();
	to->ppid = task_tgid_nr(rcu_dereference(current->real_parent));
	to->cgroup = cgroup_id(task_css_set(current)->dfl_cgrp);
	describe_place(note, to);
	rcu_read_unlock();
	return to->ns_pid || to->flags & RW_TASKF_OTHER_ROOT ? sizeof(*to) : RW_TASK_MIN;
}

void task_other(struct task_struct *task, struct rw_other_task *to)
{
	const struct cred *cred;

	*to = (struct rw_other_task){ .pid = task_pid_nr(task), .tgid = task_tgid_nr(task) };
	rcu_read_lock();
	cred = __task_cred(task);
	to->uid = __kuid_val(cred->uid);
	to->euid = __kuid_val(cred->euid);
	rcu_read_unlock();
	memcpy(to->comm, task->comm, sizeof(to->comm));
}

void task_announce(const struct cred *next)
{
	struct task_note *note = task_note();

	if (note)
		task_cred(next, &note->next);
}

void task_settle(struct task_note *note)
{
	task_cred(current_real_cred(), &note->cred);
	note->next = note->cred;
}

/* IDs and the capabilities that count, against @known; the kernel keeps the IDs in this order. */
static bool same_cred(const struct cred *cred, const struct task_cred *known)
{
	u64 now[sizeof(known->ids) / sizeof(u64)], want[ARRAY_SIZE(now)], caps[2], differ;
	unsigned int i;

	static_assert(offsetof(struct cred, fsgid) - offsetof(struct cred, uid) == sizeof(now) - sizeof(u32));
	memcpy(now, &cred->uid, sizeof(now));
	memcpy(want, &known->ids, sizeof(want));
	memcpy(&caps[0], &cred->cap_effective, sizeof(caps[0]));
	memcpy(&caps[1], &cred->cap_permitted, sizeof(caps[1]));
	differ = (caps[0] ^ known->caps.effective) | (caps[1] ^ known->caps.permitted);
	for (i = 0; i < ARRAY_SIZE(now); i++)
		differ |= now[i] ^ want[i];
	return !differ;
}

static void report_cred(struct task_note *note)
{
	struct task_cred old = note->cred;
	struct event ev;

	task_settle(note);
	event_begin(&ev, RW_REC_CRED_CHANGE, RW_VERDICT_NONE);
	event_cred(&ev, &note->cred, &old);
	event_caps(&ev, &note->cred, &old);
	event_submit(&ev, PRODUCER_SYNC);
}

static void report_namespaces(struct task_note *note, const struct cred *cred)
{
	struct rw_namespaces old = note->namespaces;
	struct event ev;

	note->nsproxy = current->nsproxy;
	note->user_ns = cred->user_ns;
	compat_namespaces(current->nsproxy, cred, &note->namespaces);
	if (memcmp(&old, &note->namespaces, sizeof(old)) == 0)
		return;
	event_begin(&ev, RW_REC_NAMESPACES, RW_VERDICT_NONE);
	rec_bytes(&ev.writer, RW_F_NAMESPACES, &note->namespaces, sizeof(note->namespaces));
	rec_bytes(&ev.writer, RW_F_OLD_NAMESPACES, &old, sizeof(old));
	event_submit(&ev, PRODUCER_SYNC);
}

static void report_seccomp(struct task_note *note)
{
	struct event ev;

	note->seccomp = seccomp_state(current);
	event_begin(&ev, RW_REC_SECCOMP, RW_VERDICT_NONE);
	event_u32(&ev, RW_F_SECCOMP_MODE, current->seccomp.mode);
	event_u32(&ev, RW_F_SECCOMP_FILTERS, atomic_read(&current->seccomp.filter_count));
	event_u32(&ev, RW_F_NO_NEW_PRIVILEGES, task_no_new_privs(current));
	event_submit(&ev, PRODUCER_BATCH);
}

/* Each step first notes what it reports: the record that it makes comes here again, and finds nothing. */
void task_check(struct task_note *note)
{
	const struct cred *cred = current_real_cred();

	if (unlikely(!same_cred(cred, &note->cred))) {
		/* A new user namespace gives capabilities; that is recorded below. */
		if (cred->user_ns != note->user_ns || same_cred(cred, &note->next))
			task_settle(note);
		else if (!(current->flags & PF_KTHREAD))
			report_cred(note);
	}
	if (unlikely(current->nsproxy &&
		     (current->nsproxy != note->nsproxy || cred->user_ns != note->user_ns)))
		report_namespaces(note, cred);
	if (unlikely(seccomp_state(current) != note->seccomp))
		report_seccomp(note);
}

static void check_now(struct callback_head *work)
{
	struct task_note *note = task_note();

	kfree(work);
	if (note)
		task_check(note);
}

void task_check_later(void)
{
	struct callback_head *work = kmalloc(sizeof(*work), GFP_ATOMIC | __GFP_NOWARN);

	if (!work)
		return;
	init_task_work(work, check_now);
	if (task_work_add(current, work, TWA_RESUME))
		kfree(work);
}
