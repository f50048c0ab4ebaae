// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Levels of objects that no line names: a hash table, written under a lock for each part, read under RCU.

#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "access/level.h"

#define LOCKS        64u
#define PAGES_BUCKET 16u /* pages of memory for each bucket */

struct object {
	struct hlist_node hash;
	struct level_key key;
	struct rw_access_label label;
	struct rcu_head rcu;
};

static struct hlist_head *buckets __ro_after_init;
static unsigned int bucket_bits __ro_after_init;
static spinlock_t locks[LOCKS];

int __init level_objects_init(void)
{
	unsigned int i;

	bucket_bits = clamp(ilog2(totalram_pages() / PAGES_BUCKET), 8, 20);
	buckets = kvcalloc(1u << bucket_bits, sizeof(*buckets), GFP_KERNEL);
	for (i = 0; i < LOCKS; i++)
		spin_lock_init(&locks[i]);
	return buckets ? 0 : -ENOMEM;
}

void __init level_objects_exit(void)
{
	kvfree(buckets);
}

static u32 bucket_of(struct level_key key)
{
	return hash_64(key.a ^ key.b * GOLDEN_RATIO_64, bucket_bits);
}

/* Under RCU or the lock. */
static struct object *find(u32 bucket, struct level_key key)
{
	struct object *o;

	hlist_for_each_entry_rcu(o, &buckets[bucket], hash, true)
	{
		if (o->key.a == key.a && o->key.b == key.b)
			return o;
	}
	return NULL;
}

struct rw_access_label level_get(struct level_key key)
{
	struct rw_access_label label = RW_ACCESS_NO_LABEL;
	const struct object *o;

	rcu_read_lock();
	o = find(bucket_of(key), key);
	if (o)
		label = o->label;
	rcu_read_unlock();
	return label;
}

struct rw_access_label level_put(struct level_key key, struct rw_access_label label, gfp_t gfp)
{
	struct object *o = kmalloc(sizeof(*o), gfp | __GFP_NOWARN), *old;
	u32 bucket = bucket_of(key);
	unsigned long flags;

	if (!o)
		return level_get(key);
	*o = (struct object){ .key = key, .label = label };
	spin_lock_irqsave(&locks[bucket % LOCKS], flags);
	old = find(bucket, key);
	if (old)
		label = old->label;
	else
		hlist_add_head_rcu(&o->hash, &buckets[bucket]);
	spin_unlock_irqrestore(&locks[bucket % LOCKS], flags);
	if (old)
		kfree(o);
	return label;
}

int level_make(const void *object)
{
	const struct rw_access_label me = level_current();

	if (level_is_none(me))
		return 0;
	return level_is_none(level_put(level_key(object), me, GFP_KERNEL)) ? -ENOMEM : 0;
}

void level_drop(struct level_key key)
{
	u32 bucket = bucket_of(key);
	unsigned long flags;
	struct object *o;

	if (likely(hlist_empty(&buckets[bucket])))
		return;
	spin_lock_irqsave(&locks[bucket % LOCKS], flags);
	o = find(bucket, key);
	if (o)
		hlist_del_rcu(&o->hash);
	spin_unlock_irqrestore(&locks[bucket % LOCKS], flags);
	if (o)
		kfree_rcu(o, rcu);
}
