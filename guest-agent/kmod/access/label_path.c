// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// How labels follow from paths: a file's from its directory's and its name, a mount's from what it covers.

#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/minmax.h>

#include "access/label.h"

static bool is_trivial(const struct place *p)
{
	return p->node == RW_ACCESS_NONE && p->scope == RW_ACCESS_NONE;
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

	for (n = 0; label_nth_place(dir, n, &place); n++) {
		place = child_of(&place, name);
		ret = label_add(inode, &place, 0);
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
		if (dentry != dentry->d_sb->s_root && !label_nth_place(inode, 0, &place))
			return -ESTALE;
		ret = label_add(inode, &nowhere, 0);
	} else {
		take_dentry_name_snapshot(&name, dentry);
		ret = inherit(inode, d_inode(parent), &name.name);
		release_dentry_name_snapshot(&name);
	}
	if (ret < 0)
		return ret;
	label_set_age(inode, at);
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
		while (parent != top && !label_is_fresh(d_inode(parent), at)) {
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
	if (!label_is_fresh(d_inode(*parent), at))
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

/* Calls @fn for each place of a name; @below: of what lies below it. Return: as learn_parent(). */
static int at_name(struct dentry *dentry, bool below, u64 at, void (*fn)(const struct place *, void *),
		   void *ctx)
{
	struct name_snapshot name;
	struct dentry *parent;
	struct place place;
	unsigned int n;
	int ret = learn_parent(dentry, at, &parent);

	if (ret)
		return ret;
	take_dentry_name_snapshot(&name, dentry);
	for (n = 0; label_nth_place(d_inode(parent), n, &place); n++) {
		place = child_of(&place, &name.name);
		if (below)
			place = (struct place){ .node = RW_ACCESS_NONE, .scope = scope_below(&place) };
		fn(&place, ctx);
	}
	release_dentry_name_snapshot(&name);
	dput(parent);
	return 0;
}

struct asking {
	const struct label_asker *who;
	u32 kinds;
	struct label_sum *sum;
};

static void ask_at(const struct place *p, void *ctx)
{
	const struct asking *a = ctx;

	label_ask_place(p, a->who, a->kinds, a->sum);
}

int label_ask_entry(struct dentry *dentry, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	struct asking a = { who, kinds, sum };

	*sum = (struct label_sum){ .denied = 0 };
	return at_name(dentry, false, who->at, ask_at, &a);
}

int label_ask_below(struct dentry *dentry, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	struct asking a = { who, kinds, sum };

	*sum = (struct label_sum){ .denied = 0 };
	return at_name(dentry, true, who->at, ask_at, &a);
}

static void add_level_at(const struct place *p, void *ctx)
{
	label_add_level(ctx, access_object_label(&label_policy, label_scope_of(p)));
}

int label_levels_at(struct dentry *dentry, bool below, struct label_levels *levels)
{
	*levels = LABEL_NO_LEVELS;
	return at_name(dentry, below, label_generation(), add_level_at, levels);
}

/* A label that is missing for lack of memory is looked for again when somebody uses the file. */
int label_add_entry(struct inode *inode, struct dentry *dentry)
{
	const u64 at = label_generation();
	struct place place;
	const bool is_new = !label_nth_place(inode, 0, &place);
	int ret = add_name(inode, dentry, at);

	if (ret == -ENOMEM)
		label_set_age(inode, 0);
	else if (ret >= 0 && is_new)
		label_set_age(inode, at);
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
	if (label_add(inode, place, 0) > 0)
		label_outdate();
}

void label_inherit(struct inode *root, struct inode *covered)
{
	struct place place;
	unsigned int n;

	for (n = 0; label_nth_place(covered, n, &place); n++)
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

	if (!label_nth_place(inode, n, &place))
		return false;
	*node = place.node;
	return true;
}

bool label_nth_entry_node(struct dentry *dentry, unsigned int n, u32 *node)
{
	struct dentry *parent = dget_parent(dentry);
	struct name_snapshot name;
	struct place place;
	bool found = label_nth_place(d_inode(parent), n, &place);

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

	for (n = 0; label_nth_place(dir, n, &place); n++)
		if (label_guards_node(place.node, rule) || label_scope_refuses(place.scope, rule))
			return true;
	return false;
}
