// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Decides accesses by their labels, and records what is refused.

#include <linux/bits.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/string.h>

#include "access/check.h"
#include "access/level.h"
#include "event.h"
#include "kernel/mounts.h"

#define NO_RULE RW_ACCESS_NO_RULE

/* What is refused, or would be. */
struct refusal {
	u32 kinds;
	u32 rule; /* NO_RULE: none says so */
	bool audited;
	const char *what;
};

void check_add_rule(struct event *ev, u16 number)
{
	const struct rw_access_rule *rule;

	if (number == NO_RULE)
		return;
	rule = &label_policy.rule[number];
	if (rule->line) /* not one of the policy's own */
		event_u32(ev, RW_F_RULE_LINE, rule->line);
	event_tail(ev, RW_F_RULE, label_policy.text + rule->text, rule->len);
}

void check_add_refusal(struct event *ev, const char *what, const char *asked, size_t len, u16 rule,
		       bool audited)
{
	event_tail(ev, RW_F_OPERATION, what, strlen(what));
	if (asked)
		event_tail(ev, RW_F_ASKED, asked, len);
	check_add_rule(ev, rule);
	event_result(ev, audited ? 0 : -EACCES);
}

void check_add_path(struct event *ev, const struct path *path, struct dentry *dentry)
{
	struct path found;

	if (path) {
		event_path(ev, RW_F_PATH, path);
		return;
	}
	if (!compat_mount_find(dentry, &found))
		event_u32(ev, RW_F_IN_FILE_SYSTEM, true);
	event_path(ev, RW_F_PATH, &found);
	mntput(found.mnt);
}

static int refuse(const struct refusal *r, const struct path *path, struct dentry *dentry)
{
	static const char letter[] = "rwax";
	char asked[RW_RIGHTS];
	unsigned int kind, len = 0;
	struct event ev;

	for (kind = 0; kind < RW_RIGHTS; kind++)
		if (r->kinds & BIT(kind))
			asked[len++] = letter[kind];
	if (event_begin(&ev, RW_REC_ACCESS, r->audited ? RW_VERDICT_ALLOW : RW_VERDICT_DENY)) {
		event_file(&ev, d_backing_inode(dentry));
		check_add_refusal(&ev, r->what, asked, len, r->rule, r->audited);
		check_add_path(&ev, path, dentry);
		event_submit(&ev, PRODUCER_SYNC);
	}
	return r->audited ? 0 : -EACCES;
}

/* Kinds that @sum refuses, as a refusal. */
static struct refusal of(const struct label_sum *sum, const char *what)
{
	return (struct refusal){ .kinds = sum->denied ? sum->denied : sum->audited,
				 .rule = sum->rule,
				 .audited = !sum->denied,
				 .what = what };
}

static int decided(const struct label_sum *sum, const char *what, const struct path *path,
		   struct dentry *dentry)
{
	struct refusal r;

	if (likely(!(sum->denied | sum->audited)))
		return 0;
	r = of(sum, what);
	return refuse(&r, path, dentry);
}

/* nsfs clears SB_NOUSER, so that a namespace can be mounted; such a one has the labels of that place. */
bool check_has_no_paths(const struct super_block *sb)
{
	return sb->s_flags & SB_NOUSER || sb->s_magic == NSFS_MAGIC;
}

/*
 * A file of which no path is known, as one opened by its handle: refused where rules refuse anything on its
 * file system, @sb.
 */
static int unknown(const struct super_block *sb, u32 kinds, const char *what, const struct path *path,
		   struct dentry *dentry)
{
	const struct refusal r = { .kinds = kinds,
				   .rule = NO_RULE,
				   .audited = label_policy.hdr->mode == RW_ACCESS_AUDIT,
				   .what = what };

	if (check_has_no_paths(sb) || !label_is_guarded(sb))
		return 0;
	return refuse(&r, path, dentry);
}

static noinline int learn_and_check(struct inode *inode, const struct path *path, struct dentry *dentry,
				    u32 kinds, const char *what)
{
	const struct label_asker who = label_asker();
	struct label_sum sum;

	if (label_learn(inode, dentry, who.at) == 0 && label_ask(inode, &who, kinds, &sum))
		return decided(&sum, what, path, dentry);
	return unknown(inode->i_sb, kinds, what, path, dentry);
}

static int check(struct inode *inode, const struct path *path, struct dentry *dentry, u32 kinds,
		 const char *what)
{
	struct label_asker who;
	struct label_sum sum;

	if (likely(!label_is_watched(inode->i_sb)))
		return 0;
	who = label_asker();
	if (unlikely(!label_ask(inode, &who, kinds, &sum)))
		return learn_and_check(inode, path, dentry, kinds, what);
	return decided(&sum, what, path, dentry);
}

/*
 * On overlayfs the caller reads and runs the file below. What it writes there does not reach a lower layer;
 * the upper one is opened for it.
 */
static int check_layer(const struct file *file, u32 kinds, const char *what)
{
	struct dentry *dentry = file->f_path.dentry;
	struct inode *real = d_real_inode(dentry);

	kinds &= CHECK_READ | CHECK_EXECUTE;
	if (!kinds || !real || real == file_inode(file))
		return 0;
	return check(real, &file->f_path, dentry, kinds, what);
}

/* Whether no rule refuses or records it, which is the usual case. */
static bool is_allowed(const struct inode *inode, u32 kinds)
{
	return !label_is_watched(inode->i_sb) || label_allows(inode, kinds);
}

static noinline int check_file(const struct file *file, u32 kinds, const char *what)
{
	struct dentry *dentry = file->f_path.dentry;
	int ret = check(file_inode(file), &file->f_path, dentry, kinds, what);

	if (ret == 0 && unlikely(dentry->d_flags & DCACHE_OP_REAL))
		ret = check_layer(file, kinds, what);
	return ret || likely(!level_any) ? ret : level_file(file, kinds, what);
}

int check_open_file(const struct file *file, u32 kinds, const char *what)
{
	if (likely(!(file->f_path.dentry->d_flags & DCACHE_OP_REAL)) && is_allowed(file_inode(file), kinds))
		return likely(!level_any) ? 0 : level_file(file, kinds, what);
	return check_file(file, kinds, what);
}

int check_other_file(const struct file *file, u32 kinds, const char *what)
{
	return unknown(file_inode(file)->i_sb, kinds, what, &file->f_path, file->f_path.dentry);
}

int check_dentry(struct dentry *dentry, u32 kinds, const char *what)
{
	int ret = check(d_backing_inode(dentry), NULL, dentry, kinds, what);

	return ret || likely(!level_any) ? ret : level_dentry(dentry, kinds, what);
}

int check_name(struct dentry *dentry, const char *what)
{
	struct label_asker who;
	struct label_sum sum;
	int ret = likely(!level_any) ? 0 : level_name(dentry, what);

	if (ret || !label_is_watched(dentry->d_sb))
		return ret;
	who = label_asker();
	if (label_ask_entry(dentry, &who, CHECK_WRITE, &sum))
		return unknown(dentry->d_sb, CHECK_WRITE, what, NULL, dentry);
	ret = decided(&sum, what, NULL, dentry);
	if (ret || sum.audited || d_is_negative(dentry))
		return ret;
	return check_dentry(dentry, CHECK_WRITE, what);
}

int check_below(struct dentry *dentry, u32 kinds, const char *what)
{
	struct label_asker who;
	struct label_sum sum;

	if (!label_is_watched(dentry->d_sb) || dentry == dentry->d_sb->s_root)
		return 0;
	who = label_asker();
	if (label_ask_below(dentry, &who, kinds, &sum))
		return unknown(dentry->d_sb, kinds, what, NULL, dentry);
	return decided(&sum, what, NULL, dentry);
}

typedef int ask_fn(struct dentry *, const struct label_asker *, u32, struct label_sum *);

static int ask_file(struct dentry *dentry, const struct label_asker *who, u32 kinds, struct label_sum *sum)
{
	struct inode *inode = d_backing_inode(dentry);

	if (label_ask(inode, who, kinds, sum))
		return 0;
	return label_learn(inode, dentry, who->at) || !label_ask(inode, who, kinds, sum) ? -ESTALE : 0;
}

/* Refuses what the current task may not do at the old place, but may at the new one. */
static int keeps(struct dentry *dentry, ask_fn *ask_old, struct dentry *new_name, ask_fn *ask_new,
		 const char *what)
{
	const struct label_asker who = label_asker();
	struct label_sum now, then = { .denied = 0 };

	if (ask_old(dentry, &who, RW_RIGHT_ALL, &now))
		return unknown(dentry->d_sb, RW_RIGHT_ALL, what, NULL, dentry);
	if (likely(!(now.denied | now.audited)))
		return 0;
	if (label_is_watched(new_name->d_sb) && ask_new(new_name, &who, RW_RIGHT_ALL, &then))
		return unknown(new_name->d_sb, RW_RIGHT_ALL, what, NULL, new_name);
	now.denied &= ~then.denied;
	now.audited &= ~(then.denied | then.audited);
	return decided(&now, what, NULL, dentry);
}

int check_keeps(struct dentry *dentry, struct dentry *new_name, const char *what)
{
	int ret = likely(!level_any) ? 0 : level_move(dentry, new_name, what);

	if (ret || !label_is_watched(dentry->d_sb) || d_is_negative(dentry))
		return ret;
	ret = keeps(dentry, ask_file, new_name, label_ask_entry, what);
	if (ret == 0 && d_is_dir(dentry))
		ret = keeps(dentry, label_ask_below, new_name, label_ask_below, what);
	return ret;
}

/* A mount has the labels of its place from the beginning: old ones count as well. */
bool check_writes_all(const struct inode *root)
{
	struct label_asker who = label_asker();
	struct label_sum sum;
	unsigned int n;
	u32 node;

	who.at = 0;
	for (n = 0; label_nth_node(root, n, &node); n++)
		if (node != RW_ACCESS_NONE)
			return false;
	return !level_any && label_ask(root, &who, CHECK_WRITE, &sum) && !(sum.denied | sum.audited);
}

int check_refuse(struct dentry *dentry, const char *what, u16 rule)
{
	const struct refusal r = { .kinds = CHECK_WRITE,
				   .rule = rule,
				   .audited = label_policy.hdr->mode == RW_ACCESS_AUDIT,
				   .what = what };

	return refuse(&r, NULL, dentry);
}
