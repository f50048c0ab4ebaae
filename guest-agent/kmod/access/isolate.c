// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Keeps everybody outside from reaching into programs that the policy isolates.

#include <linux/binfmts.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/ioctl.h>
#include <linux/kernel.h>
#include <linux/perf_event.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/seccomp.h>
#include <linux/security.h>
#include <linux/string.h>

#include "access/hooks.h"
#include "access/isolate.h"
#include "access/label.h"
#include "access/program.h"

/* The rule that keeps others out of a program, and whether it only records. */
static void deciding_rule(const struct program *p, struct program_refusal *r)
{
	const struct rw_access_file *file;

	r->rule = p->trusted_by;
	r->audited = false;
	if (p->isolated == RW_ACCESS_NONE)
		return;
	file = &label_policy.file[p->isolated];
	r->rule = file->isolate;
	r->audited = file->isolate_audit;
}

/* Whether who runs @me is not of the same program as @p. */
static bool is_outside(const struct program *me, const struct program *p)
{
	if (me == p)
		return false;
	return !me || me->isolated != p->isolated ||
	       (p->trusted != RW_ACCESS_NONE && me->trusted != p->trusted);
}

/*
 * Whether the current task is outside of what @task runs; then @r has the rule. What the kernel does in an
 * interrupt, or in a thread of its own, is nobody's. @only_isolated: not for the sake of trust.
 */
static bool keeps_out(const struct task_struct *task, struct program_refusal *r, bool only_isolated)
{
	const struct program *p;
	bool out;

	if (likely(!program_any) || !in_task() || current->flags & PF_KTHREAD)
		return false;
	rcu_read_lock();
	p = program_of(task);
	out = p && (!only_isolated || p->isolated != RW_ACCESS_NONE) && is_outside(program_current(), p);
	if (out)
		deciding_rule(p, r);
	rcu_read_unlock();
	return out;
}

static int refuse(struct task_struct *task, const char *what)
{
	struct program_refusal r = { .what = what, .other = task };

	return keeps_out(task, &r, false) ? program_refuse(&r) : 0;
}

/* The same for what is only refused for the sake of "isolate", not of trust. */
static int refuse_isolated(struct task_struct *task, const char *what)
{
	struct program_refusal r = { .what = what, .other = task };

	return keeps_out(task, &r, true) ? program_refuse(&r) : 0;
}

/*
 * With the task locked. Tracing, its memory and registers, and all of /proc/PID that shows what is inside.
 * Who only lists processes (ps) is told no without a record.
 */
int guard_ptrace_access_check(struct task_struct *child, unsigned int mode)
{
	struct program_refusal r = { .what = mode & PTRACE_MODE_ATTACH ? "trace" : "look", .other = child };

	if (likely(!keeps_out(child, &r, false)))
		return 0;
	if (mode & PTRACE_MODE_NOAUDIT && !r.audited && label_policy.hdr->mode == RW_ACCESS_ENFORCE)
		return -EACCES;
	return program_refuse(&r);
}

/* What a program allows its parent would last when the parent is another program. */
int guard_ptrace_traceme(struct task_struct *parent)
{
	struct program_refusal r = { .what = "traceme", .other = parent };
	const struct program *me = program_any ? program_current() : NULL;
	bool out;

	if (likely(!me))
		return 0;
	rcu_read_lock();
	out = is_outside(program_of(parent), me);
	rcu_read_unlock();
	if (!out)
		return 0;
	deciding_rule(me, &r);
	return program_refuse(&r);
}

/*
 * Two signals from outside are let through: SIGCONT of the session's leader, as a shell's bg and fg send it;
 * and what process 1 needs to end a service.
 */
static bool is_let_through(struct task_struct *to, int sig)
{
	bool own_leader;

	if (sig == 0)
		return true;
	if (is_global_init(current))
		return sig == SIGTERM || sig == SIGKILL || sig == SIGCONT;
	rcu_read_lock();
	own_leader = current->signal->leader && task_session(to) == task_session(current);
	rcu_read_unlock();
	return sig == SIGCONT && own_leader;
}

/* Only signals that a process sends come here. */
int guard_task_kill(struct task_struct *to, struct kernel_siginfo *info, int sig, const struct cred *cred)
{
	if (likely(!program_any) || is_let_through(to, sig))
		return 0;
	return refuse_isolated(to, "signal");
}

/*
 * SIGIO and the signal that F_SETSIG names: the owner of a file's signals may be any process, and the kernel
 * does not keep who said so.
 */
int guard_file_send_sigiotask(struct task_struct *to, struct fown_struct *fown, int sig)
{
	struct program_refusal r = { .what = "sigio", .other = to };
	const struct program *p;

	if (likely(!program_any))
		return 0;
	rcu_read_lock();
	p = program_of(to);
	if (p && p->isolated != RW_ACCESS_NONE)
		deciding_rule(p, &r);
	else
		p = NULL;
	rcu_read_unlock();
	return p ? program_refuse(&r) : 0;
}

int guard_task_setnice(struct task_struct *task, int nice)
{
	return refuse_isolated(task, "setnice");
}

int guard_task_setioprio(struct task_struct *task, int ioprio)
{
	return refuse_isolated(task, "setioprio");
}

int guard_task_setscheduler(struct task_struct *task)
{
	return refuse_isolated(task, "setscheduler");
}

int guard_task_movememory(struct task_struct *task)
{
	return refuse_isolated(task, "movememory");
}

int guard_task_setrlimit(struct task_struct *task, unsigned int resource, struct rlimit *limit)
{
	return refuse_isolated(task, "setrlimit");
}

static bool has_isolate(const struct rw_access_file *of, void *unused)
{
	return of->isolate != RW_ACCESS_NO_RULE;
}

/* Who traces a task would trace its new program, too. */
int isolate_exec(const struct linux_binprm *bprm, struct exec_finding *found)
{
	struct program_refusal r = { .what = "exec traced", .file = bprm->file };
	const struct rw_access_file *file;

	if (!(label_policy.hdr->features & RW_ACCESS_ISOLATE))
		return 0;
	found->isolated = program_file(file_inode(bprm->file), bprm->file->f_path.dentry, has_isolate, NULL);
	if (found->isolated == RW_ACCESS_NONE || !(bprm->unsafe & LSM_UNSAFE_PTRACE))
		return 0;
	file = &label_policy.file[found->isolated];
	r.rule = file->isolate;
	r.audited = file->isolate_audit;
	return program_refuse(&r);
}

struct task_struct *isolate_proc_task(const struct file *file)
{
	struct dentry *root = file_inode(file)->i_sb->s_root, *at = file->f_path.dentry, *parent;
	int nr;

	for (; (parent = READ_ONCE(at->d_parent)) != root; at = parent)
		if (parent == at)
			return NULL;
	/* Entries of /proc keep their names. */
	if (kstrtoint((const char *)at->d_name.name, 10, &nr))
		return NULL;
	return pid_task(find_pid_ns(nr, proc_pid_ns(root->d_sb)), PIDTYPE_PID);
}

int isolate_proc(const struct file *file)
{
	struct task_struct *task;
	int ret;

	rcu_read_lock();
	task = isolate_proc_task(file);
	ret = task ? refuse_isolated(task, "write to /proc") : 0;
	rcu_read_unlock();
	return ret;
}

/* The first line that isolates a program, for what concerns all of them. */
static bool any_rule(struct program_refusal *r)
{
	u32 i;

	for (i = 0; i < label_policy.hdr->files; i++) {
		if (label_policy.file[i].isolate == RW_ACCESS_NO_RULE)
			continue;
		r->rule = label_policy.file[i].isolate;
		r->audited = label_policy.file[i].isolate_audit;
		return true;
	}
	return false;
}

/*
 * An event of a CPU samples whoever runs there: with the stack or the registers in user mode, that is memory
 * of other processes. Whoever has CAP_PERFMON is not asked about the task of an event.
 */
int guard_perf_event_alloc(struct perf_event *event)
{
	struct program_refusal r = { .what = "perf" };

	if (likely(!program_any))
		return 0;
	if (event->hw.target)
		return refuse(event->hw.target, r.what);
	if (!(event->attr.sample_type & (PERF_SAMPLE_STACK_USER | PERF_SAMPLE_REGS_USER)))
		return 0;
	return any_rule(&r) ? program_refuse(&r) : 0;
}

static bool is_answer(unsigned int cmd)
{
	return _IOC_TYPE(cmd) == SECCOMP_IOC_MAGIC && (_IOC_NR(cmd) == _IOC_NR(SECCOMP_IOCTL_NOTIF_SEND) ||
						       _IOC_NR(cmd) == _IOC_NR(SECCOMP_IOCTL_NOTIF_ADDFD));
}

/*
 * Who listens to a filter answers for its processes, and can put files into them. Which processes these are
 * the kernel does not tell: while an isolated program runs under a filter that it was started with, nobody
 * outside answers.
 */
int isolate_ioctl(const struct file *file, unsigned int cmd)
{
	struct program_refusal r = { .what = "seccomp answer" };

	if (likely(!program_any) || !is_answer(cmd) || !program_filtered() || program_current() ||
	    strcmp((const char *)file->f_path.dentry->d_name.name, "seccomp notify") != 0)
		return 0;
	return any_rule(&r) ? program_refuse(&r) : 0;
}
