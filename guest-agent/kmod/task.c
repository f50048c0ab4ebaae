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

	hlist_for_each_entry_rcu(note, &b->notes, node, true)
	{
		if (note->task == task)
			return note;
	}
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

/* Whether the root directory is not that of process 1: only the pointers of process 1 are compared. */
static __always_inline bool other_root(const struct fs_struct *fs)
{
	const struct task_struct *init = READ_ONCE(init_pid_ns.child_reaper);
	const struct fs_struct *usual = init ? READ_ONCE(init->fs) : NULL;

	return usual && usual != fs &&
	       (READ_ONCE(usual->root.dentry) != READ_ONCE(fs->root.dentry) ||
		READ_ONCE(usual->root.mnt) != READ_ONCE(fs->root.mnt));
}

/*
 * Which root directory it is. Our own root's directory and inode are not freed before an RCU grace period,
 * whatever another thread makes the root.
 */
static void identify_root(const struct fs_struct *fs, u64 *dev, u64 *ino)
{
	const struct inode *inode = d_inode_rcu(READ_ONCE(fs->root.dentry));

	*dev = inode ? new_encode_dev(inode->i_sb->s_dev) : 0;
	*ino = inode ? inode->i_ino : 0;
}

void task_leaves(struct task_note *note)
{
	rcu_read_lock();
	if (current->fs) {
		note->other_root = other_root(current->fs);
		if (note->other_root)
			identify_root(current->fs, &note->root_dev, &note->root_ino);
	}
	rcu_read_unlock();
}

static u64 load(const void *from, unsigned int index)
{
	u64 value;

	memcpy(&value, (const u8 *)from + index * sizeof(value), sizeof(value));
	return value;
}

/* IDs and the capabilities that count, against @known; the kernel keeps the IDs in this order. */
static __always_inline bool same_cred(const struct cred *cred, const struct task_cred *known)
{
	static_assert(offsetof(struct cred, fsgid) - offsetof(struct cred, uid) == 7 * sizeof(u32));
	static_assert(sizeof(known->ids) == 8 * sizeof(u32));
	return !((load(&cred->uid, 0) ^ load(&known->ids, 0)) | (load(&cred->uid, 1) ^ load(&known->ids, 1)) |
		 (load(&cred->uid, 2) ^ load(&known->ids, 2)) | (load(&cred->uid, 3) ^ load(&known->ids, 3)) |
		 (load(&cred->cap_effective, 0) ^ known->caps.effective) |
		 (load(&cred->cap_permitted, 0) ^ known->caps.permitted));
}

/* Whether namespaces are others than the last record said; an exiting task has none. */
static inline bool other_namespaces(const struct task_note *note, const struct task_struct *me)
{
	const struct nsproxy *ns = me->nsproxy;

	return ns && (ns != note->nsproxy || rcu_access_pointer(me->real_cred)->user_ns != note->user_ns);
}

static __always_inline bool changed(const struct task_note *note, const struct task_struct *me)
{
	return !same_cred(rcu_access_pointer(me->real_cred), &note->cred) || other_namespaces(note, me) ||
	       seccomp_state(me) != note->seccomp;
}

/* For a task without a note (NULL), or one that has changed. Return: its note, or NULL without memory. */
static noinline struct task_note *catch_up(struct task_note *note)
{
	if (!note)
		return note_new(current);
	task_check(note);
	return note;
}

/* The name of a worker tells nothing: the process is the one that it works for. */
static inline void describe_ids(const struct task_struct *me, struct rw_task *to)
{
	const struct task_struct *named = unlikely(to->flags & (RW_TASKF_IO_WORKER | RW_TASKF_USER_WORKER)) ?
						  me->group_leader :
						  me;
	const struct cred *cred = rcu_access_pointer(me->cred);

	to->pid = me->pid;
	to->tgid = me->tgid;
	to->uid = __kuid_val(cred->uid);
	to->euid = __kuid_val(cred->euid);
	to->gid = __kgid_val(cred->gid);
	to->fsuid = __kuid_val(cred->fsuid);
	to->loginuid = __kuid_val(me->loginuid);
	to->session = me->sessionid;
	memcpy(to->comm, named->comm, sizeof(to->comm));
}

/* A task that exits has left its namespaces; the note has them still. Return: whether @to has own pids. */
static inline bool describe_namespaces(const struct task_note *note, struct task_struct *me,
				       struct rw_task *to)
{
	const struct pid *pid = task_pid(me), *tgid = task_tgid(me);
	const struct nsproxy *ns = me->nsproxy;

	if (likely(ns))
		to->mnt_ns = compat_mnt_ns(ns);
	else
		to->mnt_ns = note ? note->namespaces.mnt : 0;
	/* A task that has been reaped, and only has to switch away, has neither. */
	if (unlikely(!pid || !tgid)) {
		to->pid_ns = 0;
		return false;
	}
	to->pid_ns = pid->numbers[pid->level].ns->ns.inum;
	if (likely(!pid->level))
		return false;
	to->ns_pid = pid->numbers[pid->level].nr;
	to->ns_tgid = tgid->numbers[tgid->level].nr;
	return to->ns_pid;
}

/* Adds RW_TASKF_OTHER_ROOT, and which root it is; or that which an exiting task had. */
static noinline void describe_root(const struct task_note *note, const struct task_struct *me,
				   struct rw_task *to)
{
	const struct fs_struct *fs = me->fs;

	if (me->flags & PF_KTHREAD)
		return;
	if (fs) {
		identify_root(fs, &to->root_dev, &to->root_ino);
	} else {
		to->root_dev = note->root_dev;
		to->root_ino = note->root_ino;
	}
	to->flags |= RW_TASKF_OTHER_ROOT;
}

/* What @to has beyond RW_TASK_MIN. Return: bytes of @to that matter. */
static noinline u16 describe_rest(const struct task_note *note, const struct task_struct *me,
				  struct rw_task *to, bool other_pids, bool other)
{
	if (!other_pids)
		to->ns_pid = to->ns_tgid = 0;
	to->root_dev = to->root_ino = 0;
	if (other)
		describe_root(note, me, to);
	return other_pids || to->flags & RW_TASKF_OTHER_ROOT ? sizeof(*to) : RW_TASK_MIN;
}

u16 task_describe(struct rw_task *to, bool look)
{
	struct task_struct *me = current;
	const struct fs_struct *fs = me->fs;
	struct task_note *note = NULL;
	bool interrupt = !in_task(), other_pids, other;
	u16 size = RW_TASK_MIN;

	rcu_read_lock();
	/* What an interrupt does has nothing to do with what the task has become. */
	if (likely(look && !interrupt)) {
		note = note_find(bucket_of(me), me);
		if (unlikely(!note || changed(note, me))) {
			rcu_read_unlock();
			note = catch_up(note);
			rcu_read_lock();
		}
	}
	to->flags = compat_worker(me->flags) | (unlikely(interrupt) ? RW_TASKF_INTERRUPT : 0);
	describe_ids(me, to);
	to->ppid = task_tgid_nr(rcu_dereference(me->real_parent));
	to->cgroup = cgroup_id(task_css_set(me)->dfl_cgrp);
	other_pids = describe_namespaces(note, me, to);
	other = likely(fs) ? other_root(fs) : note && note->other_root;
	if (unlikely(other_pids || other))
		size = describe_rest(note, me, to, other_pids, other);
	rcu_read_unlock();
	return size;
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

static void check_now(struct callback_head *work)
{
	struct task_note *note = container_of(work, struct task_note, work);

	note->queued = false;
	note->asked = false;
	task_check(note);
	note->next = note->cred;
}

/* Return: whether check_now() will run; not if the task is ending. Its note lives longer than its work. */
static bool check_later(struct task_note *note)
{
	if (note->queued)
		return true;
	init_task_work(&note->work, check_now);
	note->queued = task_work_add(current, &note->work, TWA_RESUME) == 0;
	return note->queued;
}

void task_announce(const struct cred *next)
{
	struct task_note *note = task_note();

	if (!note)
		return;
	task_cred(next, &note->next);
	/* Else an exploit that makes the task again what it was would look like a call that failed. */
	if (!check_later(note))
		note->next = note->cred;
}

void task_settle(struct task_note *note)
{
	task_cred(current_real_cred(), &note->cred);
	note->next = note->cred;
}

static void report_cred(struct task_note *note)
{
	struct task_cred old = note->cred;
	struct event ev;

	task_settle(note);
	if (!event_begin(&ev, RW_REC_CRED_CHANGE, RW_VERDICT_NONE))
		return;
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
	if (!event_begin(&ev, RW_REC_NAMESPACES, RW_VERDICT_NONE))
		return;
	event_bytes(&ev, RW_F_NAMESPACES, &note->namespaces, sizeof(note->namespaces));
	event_bytes(&ev, RW_F_OLD_NAMESPACES, &old, sizeof(old));
	event_submit(&ev, PRODUCER_SYNC);
}

static void report_seccomp(struct task_note *note)
{
	struct event ev;

	note->seccomp = seccomp_state(current);
	if (!event_begin(&ev, RW_REC_SECCOMP, RW_VERDICT_NONE))
		return;
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
		if (cred->user_ns != note->user_ns || same_cred(cred, &note->next) ||
		    current->flags & PF_KTHREAD)
			task_settle(note);
		else
			report_cred(note);
	}
	if (unlikely(other_namespaces(note, current)))
		report_namespaces(note, cred);
	if (unlikely(seccomp_state(current) != note->seccomp))
		report_seccomp(note);
}

void task_check_later(void)
{
	struct task_note *note = task_note();

	if (note)
		check_later(note);
}

bool task_first_time(void)
{
	struct task_note *note = task_note();

	if (!note)
		return true;
	if (note->asked)
		return false;
	note->asked = check_later(note);
	return true;
}
