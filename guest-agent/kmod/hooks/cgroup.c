// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Records cgroups of the default hierarchy, so that the ids of other records have names.

#include <linux/cgroup.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "event.h"
#include "hooks/hooks.h"

static void record(u32 step, const struct cgroup *cgroup, const char *path)
{
	struct event ev;

	if (!event_begin(&ev, RW_REC_CGROUP, RW_VERDICT_NONE))
		return;
	event_u32(&ev, RW_F_CGROUP_STEP, step);
	event_u64(&ev, RW_F_CGROUP, cgroup_id(cgroup));
	event_tail(&ev, RW_F_PATH, path, strnlen(path, RW_PATH_MAX));
	event_submit(&ev, PRODUCER_BATCH);
}

/* Ids are unique within a hierarchy only; a cgroup of the default one cannot be renamed. */
void probe_cgroup_mkdir(void *unused, struct cgroup *cgroup, const char *path)
{
	if (cgroup->root == &cgrp_dfl_root)
		record(RW_CGROUP_MADE, cgroup, path);
}

void probe_cgroup_rmdir(void *unused, struct cgroup *cgroup, const char *path)
{
	if (cgroup->root == &cgrp_dfl_root)
		record(RW_CGROUP_REMOVED, cgroup, path);
}

void __init hook_cgroups_found(void)
{
	struct cgroup_subsys_state *css;
	char *buf = __getname();

	if (!buf) {
		producer_lost();
		return;
	}
	rcu_read_lock();
	css_for_each_descendant_pre(css, &cgrp_dfl_root.cgrp.self)
	{
		if (cgroup_path(css->cgroup, buf, EVENT_PATH_BYTES) >= 0)
			record(RW_CGROUP_FOUND, css->cgroup, buf);
	}
	rcu_read_unlock();
	__putname(buf);
}
