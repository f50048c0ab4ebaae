// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Levels of processes, and what they decide: from fork to fork, over execve.

#include <linux/binfmts.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "access/check.h"
#include "access/level.h"
#include "access/level_hooks.h"
#include "access/program.h"
#include "event.h"
#include "kernel/lsm.h"

#define BUCKET_BITS 10

/* What tasks that share memory have together. */
struct subject {
	refcount_t tasks;
	struct rw_access_label label;
	struct rcu_head rcu;
};

/* A task with a level, or that is about to get one. */
struct member {
	struct hlist_node node;
	const struct task_struct *task;
	struct subject *now; /* NULL: none */
	/* Only the task itself uses these: */
	struct subject *next;        /* once the execve in progress has succeeded */
	const struct dentry *making; /* what it is about to make; only compared */
	struct rcu_head rcu;
};

bool level_any __ro_after_init;

static struct hlist_head buckets[1 << BUCKET_BITS];
static DEFINE_SPINLOCK(lock); /* for changes; readers use RCU */

int __init level_init(void)
{
	int ret;

	if (!(label_policy.hdr->features & RW_ACCESS_LEVELS))
		return 0;
	ret = level_objects_init();
	level_any = ret == 0;
	return ret;
}

void __init level_exit(void)
{
	if (level_any)
		level_objects_exit();
}

static struct hlist_head *bucket_of(const struct task_struct *task)
{
	return &buckets[hash_ptr(task, BUCKET_BITS)];
}

/* Under RCU or the lock; the member of the current task stays. */
static struct member *find(const struct task_struct *task)
{
	struct member *m;

	hlist_for_each_entry_rcu(m, bucket_of(task), node, true)
	{
		if (m->task == task)
			return m;
	}
	return NULL;
}

static struct member *find_own(void)
{
	struct member *m;

	rcu_read_lock();
	m = find(current);
	rcu_read_unlock();
	return m;
}

/* A label is one word: whoever reads it while it changes gets the old or the new one. */
static struct rw_access_label label_of(const struct subject *s)
{
	return s ? READ_ONCE(s->label) : RW_ACCESS_NO_LABEL;
}

struct rw_access_label level_of(const struct task_struct *task)
{
	struct rw_access_label label = RW_ACCESS_NO_LABEL;
	const struct member *m;

	rcu_read_lock();
	m = find(task);
	if (m)
		label = label_of(READ_ONCE(m->now));
	rcu_read_unlock();
	return label;
}

static void put(struct subject *s)
{
	if (s && refcount_dec_and_test(&s->tasks))
		kfree_rcu(s, rcu);
}

static struct subject *new_subject(struct rw_access_label label)
{
	struct subject *s = kmalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	refcount_set(&s->tasks, 1);
	s->label = label;
	return s;
}

static struct member *add_member(const struct task_struct *task, struct subject *now)
{
	struct member *m = kmalloc(sizeof(*m), GFP_KERNEL);
	unsigned long flags;

	if (!m)
		return NULL;
	*m = (struct member){ .task = task, .now = now };
	spin_lock_irqsave(&lock, flags);
	hlist_add_head_rcu(&m->node, bucket_of(task));
	spin_unlock_irqrestore(&lock, flags);
	return m;
}

/* The child has its level before anybody can see it. */
int levels_task_alloc(struct task_struct *task, unsigned long clone_flags)
{
	const struct member *own = find_own();
	struct subject *s;

	if (likely(!own || !own->now))
		return 0;
	if (clone_flags & CLONE_VM) {
		s = own->now;
		refcount_inc(&s->tasks);
	} else {
		s = new_subject(label_of(own->now));
	}
	if (!s)
		return -ENOMEM;
	if (add_member(task, s))
		return 0;
	put(s);
	return -ENOMEM;
}

void levels_task_free(struct task_struct *task)
{
	struct member *m;
	unsigned long flags;

	if (hlist_empty(bucket_of(task)))
		return;
	spin_lock_irqsave(&lock, flags);
	m = find(task);
	if (m)
		hlist_del_rcu(&m->node);
	spin_unlock_irqrestore(&lock, flags);
	if (!m)
		return;
	put(m->now);
	put(m->next);
	kfree_rcu(m, rcu);
}

bool level_is_alone(void)
{
	const struct member *m = find_own();

	return !m || !m->now || refcount_read(&m->now->tasks) == 1;
}

int level_set(struct rw_access_label to)
{
	struct member *m = find_own();
	struct subject *s;

	if (m && m->now) {
		WRITE_ONCE(m->now->label, to);
		return 0;
	}
	s = new_subject(to);
	if (s && m)
		WRITE_ONCE(m->now, s);
	else if (s)
		m = add_member(current, s);
	if (s && m)
		return 0;
	put(s);
	return -ENOMEM;
}

/* Whether there is memory for a level after an execve. */
static bool set_next(struct rw_access_label to)
{
	struct member *m = find_own();

	if (!m && level_is_none(to))
		return true;
	if (!m)
		m = add_member(current, NULL);
	if (!m)
		return false;
	put(m->next);
	m->next = level_is_none(to) ? NULL : new_subject(to);
	return m->next || level_is_none(to);
}

static bool has_level(const struct rw_access_file *of, void *unused)
{
	return !level_is_none(of->label);
}

static struct rw_access_label higher(struct rw_access_label a, struct rw_access_label b)
{
	if (level_is_none(a) || level_is_none(b))
		return level_is_none(a) ? b : a;
	return a.level < b.level ? b : a;
}

/* Called for the file that is passed to execve, and again for each interpreter. */
int levels_bprm_check_security(struct linux_binprm *bprm)
{
	const u32 f = program_file(file_inode(bprm->file), bprm->file->f_path.dentry, has_level, NULL);
	const struct rw_access_label me = level_current();
	const bool first = bprm->interp == bprm->filename;
	const struct level_access a = { .what = "exec",
					.path = &bprm->file->f_path,
					.dentry = bprm->file->f_path.dentry };
	const struct member *m = first ? NULL : find_own();
	const char *bound = NULL;
	struct rw_access_label to = first ? me : label_of(m ? m->next : NULL);

	to = higher(to, access_user_label(&label_policy, __kuid_val(current_uid())));
	if (f != RW_ACCESS_NONE)
		to = higher(to, label_policy.file[f].label);
	if (!set_next(to))
		return -ENOMEM;
	if (level_same(to, me))
		return 0;
	if (bprm->unsafe & LSM_UNSAFE_PTRACE)
		bound = "the tracer would follow";
	else if (!level_is_none(me))
		bound = level_bound(to, true);
	return bound ? level_refuse(&a, bound, to.rule) : 0;
}

/* The new memory is of the new level before anybody can look at it. */
void levels_bprm_committing_creds(lsm_committed_bprm *bprm)
{
	struct member *m = find_own();
	struct subject *old;

	if (likely(!m))
		return;
	old = m->now;
	WRITE_ONCE(m->now, m->next);
	m->next = NULL;
	m->making = NULL;
	put(old);
}

void level_note_name(const struct dentry *dentry)
{
	struct member *m = find_own();

	if (m)
		m->making = dentry;
}

bool level_makes(const struct dentry *dentry)
{
	struct member *m = find_own();

	if (!m || m->making != dentry)
		return false;
	m->making = NULL;
	return true;
}

static void add_file(struct event *ev, const struct level_access *a)
{
	if (a->atomic || !a->dentry)
		return;
	event_file(ev, d_backing_inode(a->dentry));
	check_add_path(ev, a->path, a->dentry);
}

int level_refuse(const struct level_access *a, const char *asked, u16 rule)
{
	const bool audited = label_policy.hdr->mode == RW_ACCESS_AUDIT;
	const u8 verdict = audited ? RW_VERDICT_ALLOW : RW_VERDICT_DENY;
	struct rw_other_task other;
	struct event ev;

	if (a->quiet && !audited)
		return -EACCES;
	if (a->atomic ? event_begin_anywhere(&ev, RW_REC_ACCESS, verdict) :
			event_begin(&ev, RW_REC_ACCESS, verdict)) {
		check_add_refusal(&ev, a->what, asked, strlen(asked), rule, audited);
		if (a->other) {
			task_other(a->other, &other);
			event_bytes(&ev, RW_F_OTHER_TASK, &other, sizeof(other));
		}
		add_file(&ev, a);
		event_submit(&ev, PRODUCER_SYNC);
	}
	return audited ? 0 : -EACCES;
}

#define ASKED_BYTES 48 /* "write down: level 65534, object 65534" */

static int refuse(struct rw_access_label me, struct label_levels of, u32 refused,
		  const struct level_access *a)
{
	const bool up = me.level < of.highest.level;
	const struct rw_access_label object = up ? of.highest : of.lowest;
	char asked[ASKED_BYTES];

	snprintf(asked, sizeof(asked), "%s %s: level %u, object %u",
		 refused & (CHECK_READ | CHECK_EXECUTE) ? "read" : "write", up ? "up" : "down", me.level,
		 object.level);
	return level_refuse(a, asked, object.rule);
}

/* Whether the task may get the object's level, and what it asks for is possible then. */
static bool follows(struct rw_access_label me, struct label_levels of, const struct level_access *a)
{
	if (!(label_policy.hdr->flags & RW_ACCESS_HIGH_WATER) || a->other)
		return false;
	return a->kinds & (CHECK_READ | CHECK_EXECUTE) && me.level < of.highest.level &&
	       !access_level_refuses(of.highest.level, of.lowest.level, of.highest.level, a->kinds);
}

int level_check(struct label_levels of, const struct level_access *a)
{
	const struct rw_access_label me = level_current();
	const u32 refused = access_level_refuses(me.level, of.lowest.level, of.highest.level, a->kinds);

	if (likely(!refused))
		return 0;
	if (follows(me, of, a) && level_float(of.highest))
		return 0;
	return refuse(me, of, refused, a);
}
