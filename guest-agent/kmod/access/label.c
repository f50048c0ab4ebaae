// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Labels of inodes: a hash table, written under a lock for each of its parts, read under RCU.

#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "access/label.h"
#include "access/program.h"

#define LOCKS 64u
#define PAGES_BUCKET \
	4u /* pages of memory for each bucket: an inode in the kernel's cache takes a fourth of one */

struct label {
	struct hlist_node hash;
	const struct inode *inode;
	struct place place;
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

static bool is_trivial(const struct place *p)
{
	return p->node == RW_ACCESS_NONE && p->scope == RW_ACCESS_NONE;
}

static bool is_same(const struct place *a, const struct place *b)
{
	return a->node == b->node && a->scope == b->scope;
}

static u32 scope_of(const struct place *p)
{
	return p->node == RW_ACCESS_NONE ? p->scope : label_policy.node[p->node].self;
}

static u32 scope_below(const struct place *p)
{
	return p->node == RW_ACCESS_NONE ? p->scope : label_policy.node[p->node].below;
}

static struct place child_of(const struct place *p, const struct qstr *name)
{
	struct place child = { .node = RW_ACCESS_NONE, .scope = scope_below(p) };

	if (p->node != RW_ACCESS_NONE)
		child.node = access_child(&label_policy, p->node, (const char *)name->name, name->len);
	if (child.node != RW_ACCESS_NONE)
		child.scope = RW_ACCESS_NONE;
	return child;
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

static void add_up(const struct place *p, const struct access_subject *who, u32 kinds, struct label_sum *sum)
{
	u32 scope = scope_of(p);
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

static void ask_place(const struct place *p, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	struct access_subject subject = { .uid = who->uid, .program = program_trusted(who->program) };

	add_up(p, &subject, kinds, sum);
	if (likely(who->other_uid == who->uid))
		return;
	subject.uid = who->other_uid;
	add_up(p, &subject, kinds, sum);
}

u64 label_generation(void)
{
	return atomic64_read(&generation);
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
		ask_place(&l->place, who, kinds, sum);
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
		label_add_level(levels, access_object_label(&label_policy, scope_of(&l->place)));
	}
	rcu_read_unlock();
	return known;
}

/* Return: whether there are so many labels. */
static bool nth_place(const struct inode *inode, unsigned int n, struct place *place)
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
 * The lock is held. Return: the inode's label with that place, or NULL; @generation: of the labels that it
 * has, or unchanged.
 */
static struct label *find(struct hlist_head *head, const struct inode *inode, const struct place *place,
			  u64 *generation_of)
{
	struct label *l, *found = NULL;

	hlist_for_each_entry(l, head, hash)
	{
		if (l->inode != inode)
			continue;
		*generation_of = l->generation;
		if (is_same(&l->place, place))
			found = l;
	}
	return found;
}

/*
 * Adds a label. One that joins others is as old as those; the first one is of generation @age.
 *
 * Return: 1 if it is new, 0 if not, or -ENOMEM.
 */
static int add(const struct inode *inode, const struct place *place, u64 age)
{
	u32 bucket = bucket_of(inode);
	struct label *l = kmalloc(sizeof(*l), GFP_NOFS | __GFP_NOWARN), *old;

	if (!l)
		return -ENOMEM;
	*l = (struct label){ .inode = inode, .place = *place, .generation = age };
	spin_lock(lock_of(bucket));
	old = find(&buckets[bucket], inode, place, &l->generation);
	if (!old)
		hlist_add_head_rcu(&l->hash, &buckets[bucket]);
	spin_unlock(lock_of(bucket));
	if (old)
		kfree(l);
	return !old;
}

/* The inode has all labels that follow from paths of generation @at; 0: it may lack some. */
static void set_age(const struct inode *inode, u64 at)
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

static bool is_fresh(const struct inode *inode, u64 at)
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

/*
 * Gives @inode the labels of a name in @dir, whose labels are known. The first counts once all are there.
 *
 * Return: 1 if it is under rules now under which it was not, 0 if not, or -ENOMEM.
 */
static int inherit(const struct inode *inode, const struct inode *dir, const struct qstr *name)
{
	struct place place;
	unsigned int n;
	int ret, gained = 0;

	for (n = 0; nth_place(dir, n, &place); n++) {
		place = child_of(&place, name);
		ret = add(inode, &place, 0);
		if (ret < 0)
			return ret;
		if (ret > 0 && !is_trivial(&place))
			gained = 1;
	}
	return gained;
}

/* One file, whose directory's labels are known, of generation @at at least. */
static int learn_one(struct inode *inode, struct dentry *dentry, struct dentry *parent, u64 at)
{
	static const struct place nowhere = { .node = RW_ACCESS_NONE, .scope = RW_ACCESS_NONE };
	struct name_snapshot name;
	struct place place;
	int ret;

	if (parent == dentry) { /* the top of a file system, or of a mount, which gave it labels */
		if (dentry != dentry->d_sb->s_root && !nth_place(inode, 0, &place))
			return -ESTALE;
		ret = add(inode, &nowhere, 0);
	} else {
		take_dentry_name_snapshot(&name, dentry);
		ret = inherit(inode, d_inode(parent), &name.name);
		release_dentry_name_snapshot(&name);
	}
	if (ret < 0)
		return ret;
	set_age(inode, at);
	return 0;
}

/*
 * From the highest directory whose labels are not known, downwards. A rename meanwhile may give a file the
 * label of a path that it never had. It does not make the labels found so far too old: @at stays.
 */
static int learn_path(struct dentry *dentry, u64 at)
{
	struct dentry *top, *parent;
	bool last;
	int ret;

	do {
		top = dget(dentry);
		parent = dget_parent(top);
		while (parent != top && !is_fresh(d_inode(parent), at)) {
			dput(top);
			top = parent;
			parent = dget_parent(top);
		}
		last = top == dentry;
		ret = learn_one(d_inode(top), top, parent, at);
		dput(parent);
		dput(top);
	} while (ret == 0 && !last);
	return ret;
}

/* Makes the labels of a name's directory known, and pins it: to be released with dput(). */
static int learn_parent(struct dentry *dentry, u64 at, struct dentry **parent)
{
	int ret = 0;

	*parent = dget_parent(dentry);
	if (!is_fresh(d_inode(*parent), at))
		ret = learn_path(*parent, at);
	if (ret)
		dput(*parent);
	return ret;
}

/* Gives a file the labels of a name of it. Return: as inherit(), or as label_learn(). */
static int add_name(struct inode *inode, struct dentry *dentry, u64 at)
{
	struct name_snapshot name;
	struct dentry *parent;
	int ret = learn_parent(dentry, at, &parent);

	if (ret)
		return ret;
	take_dentry_name_snapshot(&name, dentry);
	ret = inherit(inode, d_inode(parent), &name.name);
	release_dentry_name_snapshot(&name);
	dput(parent);
	return ret;
}

/* Return: the file's name number @n, from 0, in the kernel's cache, to be released with dput(); or NULL. */
static struct dentry *nth_name(struct inode *inode, unsigned int n)
{
	struct dentry *dentry, *found = NULL;

	spin_lock(&inode->i_lock);
	hlist_for_each_entry(dentry, &inode->i_dentry, d_u.d_alias)
	{
		spin_lock(&dentry->d_lock);
		if (!__lockref_is_dead(&dentry->d_lockref) && n-- == 0)
			found = dget_dlock(dentry);
		spin_unlock(&dentry->d_lock);
		if (found)
			break;
	}
	spin_unlock(&inode->i_lock);
	return found;
}

/* A file with several names needs the labels of all that are known before the first one counts. */
static int learn_names(struct inode *inode, u64 at)
{
	struct dentry *dentry;
	unsigned int n;
	int ret = 0;

	for (n = 0; ret >= 0 && (dentry = nth_name(inode, n)); n++) {
		if (!d_unlinked(dentry))
			ret = add_name(inode, dentry, at);
		dput(dentry);
	}
	return min(ret, 0);
}

int label_learn(struct inode *inode, struct dentry *dentry, u64 at)
{
	int ret = -ESTALE;

	if (unlikely(inode->i_nlink > 1) && !S_ISDIR(inode->i_mode) && learn_names(inode, at) == -ENOMEM)
		return -ENOMEM;
	if (dentry && d_inode(dentry) == inode)
		return learn_path(dentry, at);
	dentry = d_find_any_alias(inode);
	if (dentry)
		ret = learn_path(dentry, at);
	dput(dentry);
	return ret;
}

static int ask_name(struct dentry *dentry, bool below, const struct label_asker *who, u32 kinds,
		    struct label_sum *sum)
{
	struct name_snapshot name;
	struct dentry *parent;
	struct place place;
	unsigned int n;
	int ret = learn_parent(dentry, who->at, &parent);

	*sum = (struct label_sum){ .denied = 0 };
	if (ret)
		return ret;
	take_dentry_name_snapshot(&name, dentry);
	for (n = 0; nth_place(d_inode(parent), n, &place); n++) {
		place = child_of(&place, &name.name);
		if (below)
			place = (struct place){ .node = RW_ACCESS_NONE, .scope = scope_below(&place) };
		ask_place(&place, who, kinds, sum);
	}
	release_dentry_name_snapshot(&name);
	dput(parent);
	return 0;
}

int label_ask_entry(struct dentry *dentry, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	return ask_name(dentry, false, who, kinds, sum);
}

int label_ask_below(struct dentry *dentry, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	return ask_name(dentry, true, who, kinds, sum);
}

int label_levels_at(struct dentry *dentry, bool below, struct label_levels *levels)
{
	struct name_snapshot name;
	struct dentry *parent;
	struct place place;
	unsigned int n;
	int ret = learn_parent(dentry, label_generation(), &parent);

	*levels = LABEL_NO_LEVELS;
	if (ret)
		return ret;
	take_dentry_name_snapshot(&name, dentry);
	for (n = 0; nth_place(d_inode(parent), n, &place); n++) {
		place = child_of(&place, &name.name);
		label_add_level(levels, access_object_label(&label_policy,
							    below ? scope_below(&place) : scope_of(&place)));
	}
	release_dentry_name_snapshot(&name);
	dput(parent);
	return 0;
}

/* A label that is missing for lack of memory is looked for again when somebody uses the file. */
int label_add_entry(struct inode *inode, struct dentry *dentry)
{
	const u64 at = label_generation();
	struct place place;
	const bool is_new = !nth_place(inode, 0, &place);
	int ret = add_name(inode, dentry, at);

	if (ret == -ENOMEM)
		set_age(inode, 0);
	else if (ret >= 0 && is_new)
		set_age(inode, at);
	return ret;
}

/*
 * Labels that come by a mount: the file's own path adds others when somebody asks. Files below may have been
 * looked up before.
 */
static void add_mounted(struct inode *inode, const struct place *place)
{
	u16 rule;

	if (is_trivial(place))
		return;
	label_mark(inode->i_sb,
		   label_guards_node(place->node, &rule) || label_scope_refuses(place->scope, &rule));
	if (add(inode, place, 0) > 0)
		label_outdate();
}

void label_inherit(struct inode *root, struct inode *covered)
{
	struct place place;
	unsigned int n;

	for (n = 0; nth_place(covered, n, &place); n++)
		add_mounted(root, &place);
}

void label_set_root(struct inode *root)
{
	static const struct place top = { .node = 0, .scope = RW_ACCESS_NONE };

	add_mounted(root, &top);
}

bool label_nth_node(const struct inode *inode, unsigned int n, u32 *node)
{
	struct place place;

	if (!nth_place(inode, n, &place))
		return false;
	*node = place.node;
	return true;
}

bool label_nth_entry_node(struct dentry *dentry, unsigned int n, u32 *node)
{
	struct dentry *parent = dget_parent(dentry);
	struct name_snapshot name;
	struct place place;
	bool found = nth_place(d_inode(parent), n, &place);

	if (found) {
		take_dentry_name_snapshot(&name, dentry);
		*node = child_of(&place, &name.name).node;
		release_dentry_name_snapshot(&name);
	}
	dput(parent);
	return found;
}

bool label_guards_below(const struct inode *dir, u16 *rule)
{
	struct place place;
	unsigned int n;

	for (n = 0; nth_place(dir, n, &place); n++)
		if (label_guards_node(place.node, rule) || label_scope_refuses(place.scope, rule))
			return true;
	return false;
}

void label_outdate(void)
{
	atomic64_inc(&generation);
}

/* Drops the labels of a bucket that are of @inode; NULL: of all inodes. */
static void drop(u32 bucket, const struct inode *inode)
{
	struct hlist_node *next;
	struct label *l;

	if (hlist_empty(&buckets[bucket]))
		return;
	spin_lock(lock_of(bucket));
	hlist_for_each_entry_safe(l, next, &buckets[bucket], hash) if (!inode || l->inode == inode)
	{
		hlist_del_rcu(&l->hash);
		kfree_rcu(l, rcu);
	}
	spin_unlock(lock_of(bucket));
}

void label_drop(const struct inode *inode)
{
	drop(bucket_of(inode), inode);
}

void label_forget(void)
{
	u32 bucket;

	for (bucket = 0; bucket < 1u << bucket_bits; bucket++)
		drop(bucket, NULL);
	label_outdate();
}
