// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Labels of inodes: a hash table, written under a lock for each of its parts, read under RCU.

#include <linux/atomic.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "access/label.h"
#include "access/program.h"

#define LOCKS 64u
#define PAGES_BUCKET \
	4u /* pages of memory for each bucket: an inode in the kernel's cache takes a fourth of one */

struct label {
	struct hlist_node hash;
	const struct inode *inode;
	struct place place;
	u32 scope;      /* of that place, or RW_ACCESS_NONE */
	u8 refusable;   /* kinds that rules refuse or record for anybody, by any label of the inode */
	u64 generation; /* of the paths that it was made from, or later ones */
	struct rcu_head rcu;
};

struct access label_policy __ro_after_init;

static struct hlist_head *buckets __ro_after_init;
static unsigned int bucket_bits __ro_after_init;
static spinlock_t locks[LOCKS];
static atomic64_t generation = ATOMIC64_INIT(1);

static u32 bucket_of(const struct inode *inode)
{
	return hash_ptr(inode, bucket_bits);
}

static spinlock_t *lock_of(u32 bucket)
{
	return &locks[bucket % LOCKS];
}

static bool is_same(const struct place *a, const struct place *b)
{
	return a->node == b->node && a->scope == b->scope;
}

u64 label_generation(void)
{
	return atomic64_read(&generation);
}

int __init label_init(const struct access *policy)
{
	unsigned int i;

	label_policy = *policy;
	bucket_bits = clamp(ilog2(totalram_pages() / PAGES_BUCKET), 10, 22);
	buckets = kvcalloc(1u << bucket_bits, sizeof(*buckets), GFP_KERNEL);
	if (!buckets || label_rules_init() != 0) {
		label_exit();
		return -ENOMEM;
	}
	for (i = 0; i < LOCKS; i++)
		spin_lock_init(&locks[i]);
	return 0;
}

void __init label_exit(void)
{
	kvfree(buckets);
	label_rules_exit();
}

struct label_asker label_asker(void)
{
	const struct cred *cred = current_cred(), *real = current_real_cred();
	struct label_asker who = { .uid = __kuid_val(cred->fsuid),
				   .program = likely(!program_any) ? NULL : program_current(),
				   .at = label_generation() };

	who.other_uid = likely(cred == real) || current->flags & PF_KTHREAD ? who.uid :
									      __kuid_val(real->fsuid);
	return who;
}

/* Under RCU. @l: the inode's first label; it may have others after it. */
static noinline bool allows_current(const struct label *l, u32 kinds)
{
	const struct label_asker who = label_asker();
	const struct inode *inode = l->inode;
	struct access_subject subject = { .program = program_trusted(who.program) };

	hlist_for_each_entry_from_rcu(l, hash)
	{
		if (l->inode != inode)
			continue;
		subject.uid = who.uid;
		if (access_refused(&label_policy, l->scope, &subject, kinds))
			return false;
		subject.uid = who.other_uid;
		if (who.other_uid != who.uid && access_refused(&label_policy, l->scope, &subject, kinds))
			return false;
	}
	return true;
}

bool label_allows(const struct inode *inode, u32 kinds)
{
	const u64 at = label_generation();
	const struct label *l;
	bool allowed = false;

	rcu_read_lock();
	hlist_for_each_entry_rcu(l, &buckets[bucket_of(inode)], hash)
	{
		if (l->inode != inode)
			continue;
		allowed = READ_ONCE(l->generation) >= at &&
			  (!(READ_ONCE(l->refusable) & kinds) || allows_current(l, kinds));
		break;
	}
	rcu_read_unlock();
	return allowed;
}

static void add_up(const struct place *p, const struct access_subject *who, u32 kinds, struct label_sum *sum)
{
	u32 scope = label_scope_of(p);
	struct access_answer answer;
	u8 refused;

	if (scope == RW_ACCESS_NONE)
		return;
	answer = access_decide_for(&label_policy, scope, who, kinds);
	refused = answer.denied ? answer.denied : answer.audited;
	if (refused && !sum->denied && (answer.denied || !sum->audited))
		sum->rule = answer.rule[__ffs(refused)];
	sum->denied |= answer.denied;
	sum->audited |= answer.audited;
}

void label_ask_place(const struct place *p, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	struct access_subject subject = { .uid = who->uid, .program = program_trusted(who->program) };

	add_up(p, &subject, kinds, sum);
	if (likely(who->other_uid == who->uid))
		return;
	subject.uid = who->other_uid;
	add_up(p, &subject, kinds, sum);
}

bool label_ask(const struct inode *inode, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	const struct label *l;
	bool known = false;

	*sum = (struct label_sum){ .denied = 0 };
	rcu_read_lock();
	hlist_for_each_entry_rcu(l, &buckets[bucket_of(inode)], hash)
	{
		if (l->inode != inode)
			continue;
		known = READ_ONCE(l->generation) >= who->at;
		if (!known)
			break;
		label_ask_place(&l->place, who, kinds, sum);
	}
	rcu_read_unlock();
	return known;
}

void label_add_level(struct label_levels *levels, struct rw_access_label level)
{
	if (level.level == RW_ACCESS_NO_LEVEL)
		return;
	if (levels->lowest.level == RW_ACCESS_NO_LEVEL || level.level < levels->lowest.level)
		levels->lowest = level;
	if (levels->highest.level == RW_ACCESS_NO_LEVEL || level.level > levels->highest.level)
		levels->highest = level;
}

bool label_ask_levels(const struct inode *inode, u64 at, struct label_levels *levels)
{
	const struct label *l;
	bool known = false;

	*levels = LABEL_NO_LEVELS;
	rcu_read_lock();
	hlist_for_each_entry_rcu(l, &buckets[bucket_of(inode)], hash)
	{
		if (l->inode != inode)
			continue;
		known = READ_ONCE(l->generation) >= at;
		if (!known)
			break;
		label_add_level(levels, access_object_label(&label_policy, label_scope_of(&l->place)));
	}
	rcu_read_unlock();
	return known;
}

/* Return: whether there are so many labels. */
bool label_nth_place(const struct inode *inode, unsigned int n, struct place *place)
{
	const struct label *l;
	bool found = false;

	rcu_read_lock();
	hlist_for_each_entry_rcu(l, &buckets[bucket_of(inode)], hash)
	{
		if (l->inode != inode || n-- > 0)
			continue;
		*place = l->place;
		found = true;
		break;
	}
	rcu_read_unlock();
	return found;
}

/*
 * The lock is held. Return: the inode's label with @new's place, or NULL: then @new is as old as the labels
 * that the inode has, and they all know what @new refuses.
 */
static struct label *find_or_join(struct hlist_head *head, struct label *new)
{
	struct label *l;

	hlist_for_each_entry(l, head, hash)
	{
		if (l->inode != new->inode)
			continue;
		if (is_same(&l->place, &new->place))
			return l;
		new->generation = l->generation;
		new->refusable |= l->refusable;
	}
	hlist_for_each_entry(l, head, hash)
	{
		if (l->inode == new->inode)
			WRITE_ONCE(l->refusable, new->refusable);
	}
	return NULL;
}

/*
 * Adds a label. One that joins others is as old as those; the first one is of generation @age.
 *
 * Return: 1 if it is new, 0 if not, or -ENOMEM.
 */
int label_add(const struct inode *inode, const struct place *place, u64 age)
{
	u32 bucket = bucket_of(inode), scope = label_scope_of(place);
	struct label *l = kmalloc(sizeof(*l), GFP_NOFS | __GFP_NOWARN), *old;

	if (!l)
		return -ENOMEM;
	*l = (struct label){ .inode = inode,
			     .place = *place,
			     .scope = scope,
			     .refusable = label_scope_refusable(scope),
			     .generation = age };
	spin_lock(lock_of(bucket));
	old = find_or_join(&buckets[bucket], l);
	if (!old)
		hlist_add_head_rcu(&l->hash, &buckets[bucket]);
	spin_unlock(lock_of(bucket));
	if (old)
		kfree(l);
	return !old;
}

/* The inode has all labels that follow from paths of generation @at; 0: it may lack some. */
void label_set_age(const struct inode *inode, u64 at)
{
	u32 bucket = bucket_of(inode);
	struct label *l;

	spin_lock(lock_of(bucket));
	hlist_for_each_entry(l, &buckets[bucket], hash)
	{
		if (l->inode == inode && (!at || l->generation < at))
			WRITE_ONCE(l->generation, at);
	}
	spin_unlock(lock_of(bucket));
}

bool label_is_fresh(const struct inode *inode, u64 at)
{
	const struct label *l;
	bool fresh = false;

	rcu_read_lock();
	hlist_for_each_entry_rcu(l, &buckets[bucket_of(inode)], hash)
	{
		if (l->inode != inode)
			continue;
		fresh = READ_ONCE(l->generation) >= at;
		break;
	}
	rcu_read_unlock();
	return fresh;
}

void label_outdate(void)
{
	atomic64_inc(&generation);
}

/* Drops the labels of a bucket that are of @inode; NULL: of all inodes outside of @kept. */
static void drop(u32 bucket, const struct inode *inode, const struct super_block *kept)
{
	struct hlist_node *next;
	struct label *l;

	if (hlist_empty(&buckets[bucket]))
		return;
	spin_lock(lock_of(bucket));
	hlist_for_each_entry_safe(l, next, &buckets[bucket],
				  hash) if (inode ? l->inode == inode : l->inode->i_sb != kept)
	{
		hlist_del_rcu(&l->hash);
		kfree_rcu(l, rcu);
	}
	spin_unlock(lock_of(bucket));
}

void label_drop(const struct inode *inode)
{
	drop(bucket_of(inode), inode, NULL);
}

void label_forget_outside(const struct super_block *kept)
{
	u32 bucket;

	for (bucket = 0; bucket < 1u << bucket_bits; bucket++)
		drop(bucket, NULL, kept);
	label_outdate();
}
