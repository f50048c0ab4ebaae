// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// When a process gets a higher level: by becoming another user, and by reading up where the policy says so.

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <linux/uidgid.h>

#include "access/level.h"
#include "access/level_hooks.h"

/* Whether who traces the current task may follow it. */
static bool tracer_follows(struct rw_access_label to)
{
	struct rw_access_label tracer = RW_ACCESS_NO_LABEL;

	rcu_read_lock();
	if (unlikely(current->ptrace))
		tracer = level_of(rcu_dereference(current->parent));
	rcu_read_unlock();
	return level_is_none(tracer) || level_same(tracer, to);
}

/* Memory that others see as it is written. */
static bool is_shared(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

/*
 * Whether all memory that the process shares may be written at level @to. Who has had a level shares it with
 * others of that level; @first: it has had none, and gives what it brings along the new one.
 */
static bool memory_follows(struct rw_access_label to, bool first)
{
	struct mm_struct *mm = current->mm;
	const struct vm_area_struct *vma;
	bool ok = true;

	VMA_ITERATOR(area, mm, 0);

	/* mmap_read_trylock() could be traced, by patching this text. It fails while an mprotect asks. */
	if (!down_read_trylock(&mm->mmap_lock))
		return false;
	while (ok && (vma = vma_next(&area)))
		if (is_shared(vma))
			ok = first && vma->vm_file && level_share(file_inode(vma->vm_file), to);
	up_read(&mm->mmap_lock);
	return ok;
}

/* Whether something else may still write for the process what it reads from now on: threads, and requests. */
static bool works_alone(void)
{
#ifdef CONFIG_AIO
	if (rcu_access_pointer(current->mm->ioctx_table))
		return false;
#endif
	return thread_group_empty(current) && level_is_alone() && !current->io_uring;
}

struct holding {
	struct rw_access_label to;
	bool over_exec;
};

/* With the lock of the descriptors. Some uses of what has no name come by no hook. */
static int leads_back(const void *of, struct file *file, unsigned int fd)
{
	const struct holding *h = of;
	struct rw_access_label label;

	if (file_inode(file)->i_mode & S_IFMT)
		return 0;
	if (h->over_exec && test_bit(fd, files_fdtable(current->files)->close_on_exec))
		return 0;
	label = level_get(level_key(file));
	return !level_is_none(label) && !level_same(label, h->to);
}

/* Who listens to a filter sees the arguments of calls, and who shares a umask sees it. */
const char *level_bound(struct rw_access_label to, bool over_exec)
{
	const struct holding h = { .to = to, .over_exec = over_exec };

	if (atomic_read(&current->files->count) > 1 || READ_ONCE(current->fs->users) > 1)
		return "descriptors or directories are shared";
	if (current->seccomp.mode == SECCOMP_MODE_FILTER)
		return "under seccomp filters";
	return iterate_fd(current->files, 0, leads_back, &h) ? "a descriptor leads back" : NULL;
}

bool level_float(struct rw_access_label to)
{
	if (current->flags & PF_KTHREAD || !current->mm || !works_alone() || level_bound(to, false) ||
	    !tracer_follows(to) || !memory_follows(to, false))
		return false;
	return level_set(to) == 0; /* it has one, so that this needs no memory */
}

/*
 * By the real user: a server takes other users' rights for a moment as its effective or file system user, and
 * stays what it is.
 */
int levels_task_fix_setuid(struct cred *new, const struct cred *old, int flags)
{
	const struct rw_access_label to = access_user_label(&label_policy, __kuid_val(new->uid));
	const struct level_access a = { .what = "setuid" };
	const struct rw_access_label me = level_current();
	const bool first = level_is_none(me);
	const char *bound;

	if (level_is_none(to) || (!first && me.level >= to.level) || !current->mm)
		return 0;
	if (!first && !works_alone())
		return level_refuse(&a, "threads or requests of the lower level", to.rule);
	bound = first ? NULL : level_bound(to, false);
	if (bound)
		return level_refuse(&a, bound, to.rule);
	if (!tracer_follows(to))
		return level_refuse(&a, "the tracer would follow", to.rule);
	if (!memory_follows(to, first))
		return level_refuse(&a, "memory is shared with another level", to.rule);
	return level_set(to);
}
