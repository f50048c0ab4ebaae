// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Decides which events are recorded, by the monitor image in the policy area.
#define pr_fmt(fmt) "ringward: " fmt

#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/kdev_t.h>
#include <linux/kernfs.h>
#include <linux/printk.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "event.h"
#include "filter.h"
#include "kernel/exe.h"
#include "policy.h"

#define KNOWS(key) (1u << (RW_MONITOR_##key))

struct monitor filter __ro_after_init;

/* By type, and by enum rw_monitor_access; 0: the event has no such thing, or not yet. */
static struct monitor_outlook outlooks[RW_MONITOR_TYPES][RW_MONITOR_WRITE + 1] __ro_after_init;

/* The pages cannot change, so that what was checked holds. */
int __init filter_init(void)
{
	unsigned int type, access;
	const void *image;
	u32 size;

	image = policy_image(RW_POLICY_MONITOR, &size);
	if (!image || monitor_open(&filter, image, size)) {
		pr_err("the rules of monitor.conf in the policy area are not as this module knows them\n");
		return -EPROTO;
	}
	for (type = 0; type < RW_MONITOR_TYPES; type++)
		for (access = 0; access <= RW_MONITOR_WRITE; access++)
			outlooks[type][access] = monitor_look_out(&filter, type, access);
	return 0;
}

int filter_begin_more(unsigned int type)
{
	return monitor_begin(&filter, type, __kuid_val(current_uid()), filter_login_uid());
}

static void know_number(struct monitor_facts *facts, enum rw_monitor_key key, u32 number)
{
	facts->known |= 1u << key;
	facts->has |= 1u << key;
	facts->number[key] = number;
}

static void know_text(struct monitor_facts *facts, enum rw_monitor_key key, const char *at, u32 len)
{
	facts->known |= 1u << key;
	facts->has |= 1u << key;
	*monitor_fact(facts, key) = (struct monitor_text){ at, len };
}

/* The number that stat(2) shows for a device, as conditions have it. */
static u32 device_of(u64 encoded)
{
	dev_t dev = new_decode_dev((u32)encoded);

	return MAJOR(dev) << RW_MONITOR_MINOR_BITS | MINOR(dev);
}

/* What is known without the tails. @wants: as struct rw_monitor_type has it. */
static void take_head(const struct event *ev, u16 wants, struct monitor_facts *facts)
{
	const struct cred *cred = current_cred();

	facts->known = facts->has = KNOWS(UID) | KNOWS(LOGIN_UID);
	facts->number[RW_MONITOR_UID] = __kuid_val(cred->uid);
	facts->number[RW_MONITOR_LOGIN_UID] = filter_login_uid();
	facts->paths = 0;
	/* Anybody can make a root of his own in a user namespace of his own. */
	facts->own_names = cred->user_ns == &init_user_ns && !ev->other_names;
	if (ev->access)
		know_number(facts, RW_MONITOR_ACCESS, ev->access);
	if (wants & KNOWS(DEVICE) && ev->has_device)
		know_number(facts, RW_MONITOR_DEVICE, device_of(ev->device));
	if (wants & KNOWS(FS) && ev->fs)
		know_text(facts, RW_MONITOR_FS, ev->fs, strlen(ev->fs));
}

static void take_path(struct monitor_facts *facts, const struct producer_tail *tail)
{
	if (facts->paths == 0)
		know_text(facts, RW_MONITOR_PATH, tail->value, tail->len);
	else if (facts->paths < MONITOR_PATHS)
		facts->more_paths[facts->paths - 1] = (struct monitor_text){ tail->value, tail->len };
	facts->paths++;
}

/* The port of an IPv4 or IPv6 address: struct sockaddr_in and sockaddr_in6 have it at the same place. */
static void take_port(struct monitor_facts *facts, const struct producer_tail *tail)
{
	const u8 *address = tail->value;
	u16 family;

	if (tail->len < 4)
		return;
	memcpy(&family, address, sizeof(family));
	if (family == AF_INET || family == AF_INET6)
		know_number(facts, RW_MONITOR_PORT, address[2] << 8 | address[3]);
}

/* A peer chooses its own port: where a record has both addresses, the local one counts. */
static void take_tails(const struct event *ev, struct monitor_facts *facts)
{
	const struct producer_tail *tail = ev->tail, *end = tail + ev->tails;

	for (; tail < end; tail++) {
		if (tail->id == RW_F_PATH || tail->id == RW_F_NEW_PATH)
			take_path(facts, tail);
		else if (tail->id == RW_F_LOCAL_ADDRESS ||
			 (tail->id == RW_F_ADDRESS && !(facts->has & KNOWS(PORT))))
			take_port(facts, tail);
	}
}

static void take_cgroup(struct monitor_facts *facts, char *buf)
{
	struct cgroup *cgroup;
	int len;

	rcu_read_lock();
	cgroup = task_dfl_cgroup(current);
	len = kernfs_path_from_node(cgroup->kn, NULL, buf, EVENT_PATH_BYTES);
	rcu_read_unlock();
	if (len > 0 && len < EVENT_PATH_BYTES)
		know_text(facts, RW_MONITOR_CGROUP, buf, strlen(buf));
}

static void take_exe(struct monitor_facts *facts, char *buf)
{
	struct file *exe = compat_exe_file();
	char *name;

	if (!exe)
		return;
	name = d_path(&exe->f_path, buf, EVENT_PATH_BYTES);
	if (!IS_ERR(name))
		know_text(facts, RW_MONITOR_EXE, name, buf + EVENT_PATH_BYTES - 1 - name);
	fput(exe);
}

/* Names that take memory; an event for which there is none has no such name. */
static char *take_name(struct monitor_facts *facts, void (*take)(struct monitor_facts *facts, char *buf))
{
	char *buf = kmem_cache_alloc(names_cachep, GFP_ATOMIC | __GFP_NOWARN);

	if (buf)
		take(facts, buf);
	return buf;
}

/* Decides with the names of executable and control group, too. */
static int decide_with_names(u8 type, int step, struct monitor_facts *facts)
{
	u16 wants = filter_type(type)->wants;
	char *exe = wants & KNOWS(EXE) ? take_name(facts, take_exe) : NULL;
	char *cgroup = wants & KNOWS(CGROUP) ? take_name(facts, take_cgroup) : NULL;
	int ret;

	facts->known = ~0u;
	ret = monitor_decide(&filter, type, step, facts);
	if (exe)
		__putname(exe);
	if (cgroup)
		__putname(cgroup);
	return ret;
}

/* Decides from the event's step on, which can match. Return: as filter_continue(). */
static noinline int decide(struct event *ev, bool complete)
{
	const struct rw_rec_hdr *hdr = ev->writer.hdr;
	u16 wants = filter_type(hdr->type)->wants;
	struct monitor_facts facts;
	int step;

	take_head(ev, wants, &facts);
	if (complete) {
		if (hdr->flags & RW_RECF_PATH_TRUNC)
			facts.own_names = false;
		if (wants & (KNOWS(PATH) | KNOWS(PORT)))
			take_tails(ev, &facts);
		facts.known = ~(KNOWS(EXE) | KNOWS(CGROUP));
	}
	/* More paths than a record has today: they would not be looked at. */
	if (unlikely(facts.paths > MONITOR_PATHS))
		return MONITOR_RECORD;
	step = monitor_decide(&filter, hdr->type, ev->step, &facts);
	return step >= 0 && complete ? decide_with_names(hdr->type, step, &facts) : step;
}

/* The marks of all paths that the event has by now; all bits: none. */
static inline u32 path_marks(const struct event *ev)
{
	const struct producer_tail *tail = ev->tail, *end = tail + ev->tails;
	u32 marks = 0;

	for (; tail < end; tail++)
		if (tail->id == RW_F_PATH || tail->id == RW_F_NEW_PATH)
			marks |= monitor_mark(tail->value, tail->len);
	return marks ? marks : ~0u;
}

/*
 * Nearly all rules can be told from their steps: passes those, as monitor_decide() does, before anything is
 * collected for it.
 */
static noinline int by_steps(struct event *ev, bool complete)
{
	const struct rw_monitor_type *type = filter_type(ev->writer.hdr->type);
	const struct rw_monitor_step *s = filter.step + ev->step,
				     *end = filter.step + type->first + type->steps;
	u32 path = complete ? path_marks(ev) : ~0u;
	u32 access = ev->access ? 1u << ev->access : ~0u;
	u32 fs = ev->fs ? monitor_mark(ev->fs, 1) : ~0u;

	while (s < end && !(s->path & path && s->fs & fs && s->access & access))
		s++;
	if (s == end)
		return MONITOR_RECORD;
	ev->step = s - filter.step;
	/* Its rule asks for the path. */
	if (!complete && ~s->path)
		return ev->step;
	return decide(ev, complete);
}

int filter_continue(struct event *ev, bool complete)
{
	const struct monitor_outlook *o = &outlooks[ev->writer.hdr->type][ev->access];
	u32 fs = ev->fs ? monitor_mark(ev->fs, 1) : ~0u;

	if (monitor_is_recorded(o, fs, complete ? path_marks(ev) : ~0u))
		return MONITOR_RECORD;
	/* A rule that asks for the path, which comes next. */
	if (!complete && !(o->fs & fs))
		return ev->step;
	return by_steps(ev, complete);
}
