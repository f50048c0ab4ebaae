// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Which tasks run programs that the access policy names: from execve to execve, over forks.

#include <linux/atomic.h>
#include <linux/binfmts.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/mm_types.h>
#include <linux/rculist.h>
#include <linux/sched/coredump.h>
#include <linux/seccomp.h>
#include <linux/slab.h>

#include "abi/approved.h"
#include "access/check.h"
#include "access/hooks.h"
#include "access/isolate.h"
#include "access/label.h"
#include "access/measure.h"
#include "access/program.h"
#include "access/trust.h"
#include "event.h"
#include "kernel/lsm.h"

#define BUCKET_BITS 10

/* A file that a program may have mapped. */
struct program_use {
	struct program_use *next;
	struct measured *of;
};

/* A task of a program, or that is about to become one. */
struct member {
	struct hlist_node node;
	const struct task_struct *task;
	struct program *now;  /* NULL: none */
	struct program *next; /* once the execve in progress has succeeded; only the task itself uses it */
	struct rcu_head rcu;
};

bool program_any __ro_after_init;

static struct hlist_head buckets[1 << BUCKET_BITS];
static DEFINE_SPINLOCK(lock); /* for changes; readers use RCU */
static atomic_t filtered;

int __init program_init(void)
{
	int ret = 0;

	if (label_policy.hdr->features & RW_ACCESS_TRUST)
		ret = measure_init();
	if (ret == 0)
		program_any = label_policy.hdr->features & (RW_ACCESS_ISOLATE | RW_ACCESS_TRUST);
	return ret;
}

void __init program_exit(void)
{
	if (label_policy.hdr->features & RW_ACCESS_TRUST)
		measure_exit();
}

static struct hlist_head *bucket_of(const struct task_struct *task)
{
	return &buckets[hash_ptr(task, BUCKET_BITS)];
}

/* Under RCU or the lock; the member of the current task stays. */
static struct member *find(const struct task_struct *task)
{
	struct member *m;

	hlist_for_each_entry_rcu(m, bucket_of(task), node, true) if (m->task == task) return m;
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

const struct program *program_of(const struct task_struct *task)
{
	const struct member *m;
	const struct program *p;

	rcu_read_lock();
	m = find(task);
	p = m ? READ_ONCE(m->now) : NULL;
	rcu_read_unlock();
	return p;
}

struct program *program_current(void)
{
	return in_task() ? (struct program *)program_of(current) : NULL;
}

bool program_filtered(void)
{
	return atomic_read(&filtered);
}

/* Context: any. */
static void put(struct program *p)
{
	struct program_use *use, *next;

	if (!p || !refcount_dec_and_test(&p->tasks))
		return;
	for (use = p->uses; use; use = next) {
		next = use->next;
		measure_release(use->of);
		kfree(use);
	}
	if (p->filtered)
		atomic_dec(&filtered);
	kfree_rcu(p, rcu);
}

bool program_has_use(struct program *p, const struct inode *inode)
{
	const struct program_use *use;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	for (use = p->uses; use && !measure_is_of(use->of, inode); use = use->next)
		;
	spin_unlock_irqrestore(&p->lock, flags);
	return use;
}

int program_add_use(struct program *p, struct measured *of)
{
	struct program_use *use = kmalloc(sizeof(*use), GFP_KERNEL), *old;
	unsigned long flags;

	if (!use) {
		measure_release(of);
		return -ENOMEM;
	}
	use->of = of;
	spin_lock_irqsave(&p->lock, flags);
	for (old = p->uses; old && old->of != of; old = old->next)
		;
	if (!old) {
		use->next = p->uses;
		p->uses = use;
	}
	spin_unlock_irqrestore(&p->lock, flags);
	if (old) {
		measure_release(of);
		kfree(use);
	}
	return 0;
}

static struct member *add_member(const struct task_struct *task, struct program *now)
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

/* The child is of its parent's program before anybody can see it. */
int guard_task_alloc(struct task_struct *task, unsigned long clone_flags)
{
	struct program *p = program_any ? program_current() : NULL;

	if (likely(!p))
		return 0;
	if (!add_member(task, p))
		return -ENOMEM;
	refcount_inc(&p->tasks);
	return 0;
}

void guard_task_free(struct task_struct *task)
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

u32 program_file(struct inode *inode, struct dentry *dentry,
		 bool (*wanted)(const struct rw_access_file *of, void *ctx), void *ctx)
{
	const struct label_asker who = { .at = label_generation() };
	struct label_sum sum;
	unsigned int n;
	u32 node, f;

	if (!label_is_watched(inode->i_sb))
		return RW_ACCESS_NONE;
	if (!label_ask(inode, &who, 0, &sum) && label_learn(inode, dentry, who.at))
		return RW_ACCESS_NONE;
	for (n = 0; label_nth_node(inode, n, &node); n++) {
		f = access_file(&label_policy, node);
		if (f != RW_ACCESS_NONE && wanted(&label_policy.file[f], ctx))
			return f;
	}
	return RW_ACCESS_NONE;
}

/* What the current task becomes if its execve succeeds; made if missing. Return: NULL without memory. */
static struct program *next_program(void)
{
	struct member *m = find_own();
	struct program *p;

	if (!m)
		m = add_member(current, NULL);
	if (!m || m->next)
		return m ? m->next : NULL;
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return NULL;
	refcount_set(&p->tasks, 1);
	spin_lock_init(&p->lock);
	p->isolated = p->trusted = RW_ACCESS_NONE;
	if (current->seccomp.mode == SECCOMP_MODE_FILTER) {
		p->filtered = true;
		atomic_inc(&filtered);
	}
	m->next = p;
	return p;
}

/* What an execve that failed has left. */
static void forget_next(void)
{
	struct member *m = find_own();

	if (!m)
		return;
	put(m->next);
	m->next = NULL;
}

static struct program *announced(void)
{
	struct member *m = find_own();

	return m ? m->next : NULL;
}

/* Whether no line is about the program any more. */
static bool is_nothing(const struct program *p)
{
	return p->isolated == RW_ACCESS_NONE && p->trusted == RW_ACCESS_NONE;
}

/* Whether what concerns the program is refused, not only recorded. */
static bool is_enforced(const struct program *p)
{
	if (label_policy.hdr->mode == RW_ACCESS_AUDIT)
		return false;
	return p->trusted != RW_ACCESS_NONE || !label_policy.file[p->isolated].isolate_audit;
}

/*
 * Called for the file that is passed to execve, and again for each interpreter. Variables that make the
 * dynamic linker load other code have no effect on such programs.
 */
int guard_bprm_check_security(struct linux_binprm *bprm)
{
	const bool first = bprm->interp == bprm->filename;
	struct exec_finding found = { .isolated = RW_ACCESS_NONE, .trusted = RW_ACCESS_NONE };
	struct program *p;
	int ret;

	if (likely(!program_any))
		return 0;
	if (first)
		forget_next();
	p = announced();
	ret = isolate_exec(bprm, &found);
	if (ret == 0)
		ret = first ? trust_exec(bprm, &found) : trust_interpreter(bprm, p);
	if (p && is_nothing(p))
		forget_next();
	if (ret || (found.isolated == RW_ACCESS_NONE && found.trusted == RW_ACCESS_NONE))
		goto out;
	p = next_program();
	if (!p) {
		ret = -ENOMEM;
		goto out;
	}
	if (p->isolated == RW_ACCESS_NONE)
		p->isolated = found.isolated;
	if (found.trusted != RW_ACCESS_NONE) {
		ret = program_add_use(p, found.contents);
		found.contents = NULL;
		p->trusted = found.trusted;
		p->trusted_by = found.rule;
	}
	if (is_enforced(p))
		bprm->secureexec = 1;
out:
	if (found.contents)
		measure_release(found.contents);
	return ret;
}

/* No core dump, and no perf event that was made before: what dumpable says decides both. */
static void make_undumpable(void)
{
	unsigned long *flags = &current->mm->flags, old = READ_ONCE(*flags);

	while (!try_cmpxchg(flags, &old, old & ~(unsigned long)MMF_DUMPABLE_MASK))
		;
}

/* Nobody can look at the task's new memory or attach to the task before it is of its new program. */
void guard_bprm_committing_creds(lsm_committed_bprm *bprm)
{
	struct member *m = program_any ? find_own() : NULL;
	struct program *old;

	if (likely(!m))
		return;
	old = m->now;
	WRITE_ONCE(m->now, m->next);
	m->next = NULL;
	put(old);
	if (m->now && is_enforced(m->now))
		make_undumpable();
}

/* The kernel may have set it anew with the credentials. */
void guard_bprm_committed_creds(lsm_committed_bprm *bprm)
{
	const struct program *p = program_any ? program_current() : NULL;

	if (unlikely(p && is_enforced(p)))
		make_undumpable();
}

static void add_fields(struct event *ev, const struct program_refusal *r, bool audited)
{
	struct rw_other_task other;

	check_add_refusal(ev, r->what, NULL, 0, r->rule, audited);
	if (r->other) {
		task_other(r->other, &other);
		event_bytes(ev, RW_F_OTHER_TASK, &other, sizeof(other));
	}
	if (r->sha256)
		event_bytes(ev, RW_F_SHA256, r->sha256, RW_SHA256_LEN);
	if (r->file) {
		event_file(ev, file_inode(r->file));
		event_path(ev, RW_F_PATH, &r->file->f_path);
	}
}

int program_refuse(const struct program_refusal *r)
{
	const bool audited = r->audited || label_policy.hdr->mode == RW_ACCESS_AUDIT;
	const u8 verdict = audited ? RW_VERDICT_ALLOW : RW_VERDICT_DENY;
	struct event ev;

	if (r->file ? event_begin(&ev, RW_REC_ACCESS, verdict) :
		      event_begin_anywhere(&ev, RW_REC_ACCESS, verdict)) {
		add_fields(&ev, r, audited);
		event_submit(&ev, PRODUCER_SYNC);
	}
	return audited ? 0 : -EACCES;
}
