// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Counts what is read and written through each open file.

#include <linux/cache.h>
#include <linux/errno.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/mman.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <linux/task_work.h>
#include <linux/vmalloc.h>
#include <asm/tsc.h>

#include "openfile.h"
#include "producer.h"
#include "syscalls.h"

#define FILES_BITS 14u /* open files that can be in the table */
#define TASK_BITS  12u /* groups of tasks */
#define TASK_WAYS  4u  /* tasks of a group */

/*
 * An open file in use. Its memory stays an open_file for ever, so that a task may take the lock of one that
 * has just ended; it then finds that its own entry has left.
 */
struct open_file {
	struct hlist_node
		chain; /* of its bucket, or of the free ones; under the bucket's lock or free_lock */
	const struct file *file;
	spinlock_t lock; /* for what follows */
	struct hlist_head users[OPENFILE_WAYS];
	struct openfile_totals totals;
};

/*
 * What a task last read, or last wrote. Only the task itself enters a file, under that file's lock; who ends
 * the file, removes it. So the task may look at @of without a lock: as long as it is using the file, nobody
 * ends it.
 */
struct user {
	struct open_file *of;
	const u64 *count; /* the task's own count of bytes */
	u64 since;        /* its value when the task came to the file */
	struct hlist_node node;
};

/* @task: set and cleared by the task itself. A zero is free. */
struct task_use {
	struct task_struct *task;
	struct user user[OPENFILE_WAYS];
	struct callback_head work; /* after a splice */
	bool work_queued, spliced[OPENFILE_WAYS];
};

static struct open_file *files __ro_after_init;
struct openfile_bucket *openfile_buckets __ro_after_init;
static struct task_use *tasks __ro_after_init;
static struct hlist_head free_files;
static DEFINE_SPINLOCK(free_lock);

/*
 * Which task was looked up last on a CPU: its entry, or its own address and NO_ENTRY, in one word, because
 * the reader may be preempted. An entry with another task is not believed; a task that gets one tells all
 * CPUs.
 */
#define NO_ENTRY 1ul
static DEFINE_PER_CPU(unsigned long, hint);

int __init openfile_init(void)
{
	unsigned int i;

	files = vzalloc(sizeof(*files) << FILES_BITS);
	openfile_buckets = vzalloc(sizeof(*openfile_buckets) << OPENFILE_BUCKET_BITS);
	tasks = vzalloc(sizeof(*tasks) * TASK_WAYS << TASK_BITS);
	if (!files || !openfile_buckets || !tasks) {
		openfile_exit();
		return -ENOMEM;
	}
	for (i = 0; i < 1u << OPENFILE_BUCKET_BITS; i++)
		spin_lock_init(&openfile_buckets[i].lock);
	for (i = 0; i < 1u << FILES_BITS; i++) {
		spin_lock_init(&files[i].lock);
		hlist_add_head(&files[i].chain, &free_files);
	}
	return 0;
}

void openfile_exit(void)
{
	vfree(files);
	vfree(openfile_buckets);
	vfree(tasks);
}

/* Tasks. */

static struct task_use *group_of(const struct task_struct *task)
{
	return tasks + TASK_WAYS * hash_ptr(task, TASK_BITS);
}

static noinline struct task_use *task_look_up(void)
{
	struct task_use *use = group_of(current), *end = use + TASK_WAYS;

	while (use < end && use->task != current)
		use++;
	if (use == end)
		use = NULL;
	this_cpu_write(hint, use ? (unsigned long)use : (unsigned long)current | NO_ENTRY);
	return use;
}

/* Entries stay where they are, so that one of another task, or from another CPU, can be told. */
static inline struct task_use *task_find(void)
{
	unsigned long found = this_cpu_read(hint);
	struct task_use *use = (struct task_use *)found;

	if (found == ((unsigned long)current | NO_ENTRY))
		return NULL;
	return likely(found && !(found & NO_ENTRY) && use->task == current) ? use : task_look_up();
}

/*
 * The current task gets an entry: no CPU may say that it has none. Only the task itself makes such a hint, so
 * there is none after this. That another task's hint is lost at the same moment only costs it a look-up.
 */
static void forget_hints(void)
{
	int cpu;

	for_each_possible_cpu(cpu) if (READ_ONCE(per_cpu(hint, cpu)) == ((unsigned long)current | NO_ENTRY))
		WRITE_ONCE(per_cpu(hint, cpu), 0);
}

/* Return: an entry for the current task, or NULL: there is no room, or it is ending. */
static struct task_use *task_enter(void)
{
	struct task_use *use = group_of(current);
	unsigned int i;

	if (current->flags & PF_EXITING)
		return NULL;
	for (i = 0; i < TASK_WAYS; i++, use++) {
		if (READ_ONCE(use->task) || cmpxchg(&use->task, NULL, current))
			continue;
		forget_hints();
		use->user[OPENFILE_READ].count = &current->ioac.rchar;
		use->user[OPENFILE_WRITE].count = &current->ioac.wchar;
		return use;
	}
	return NULL;
}

static enum openfile_way way_of(const struct user *user, const struct task_use *use)
{
	return user - use->user;
}

/* The file's lock is held. */
static void settle(struct open_file *of, struct user *user, enum openfile_way way)
{
	of->totals.bytes[way] += READ_ONCE(*user->count) - user->since;
	hlist_del(&user->node);
	WRITE_ONCE(user->of, NULL);
}

/* The current task turns away from its file. */
static void leave(struct task_use *use, enum openfile_way way)
{
	struct user *user = &use->user[way];
	struct open_file *of = READ_ONCE(user->of);

	if (!of)
		return;
	spin_lock(&of->lock);
	if (user->of == of)
		settle(of, user, way_of(user, use));
	spin_unlock(&of->lock);
}

static void join(struct task_use *use, enum openfile_way way, struct open_file *of)
{
	struct user *user = &use->user[way];

	user->since = *user->count;
	hlist_add_head(&user->node, &of->users[way]);
	WRITE_ONCE(user->of, of);
}

void openfile_task_exit(void)
{
	struct task_use *use = task_find();

	if (!use)
		return;
	leave(use, OPENFILE_READ);
	leave(use, OPENFILE_WRITE);
	/* A queued work still comes, and releases the entry itself. */
	if (!use->work_queued)
		smp_store_release(&use->task, NULL);
}

/* Open files. */

static struct open_file *find(const struct openfile_bucket *bucket, const struct file *file)
{
	struct open_file *of;

	hlist_for_each_entry(of, &bucket->chain, chain) if (of->file == file) return of;
	return NULL;
}

static struct open_file *take_free(void)
{
	struct open_file *of = NULL;

	spin_lock(&free_lock);
	if (!hlist_empty(&free_files)) {
		of = hlist_entry(free_files.first, struct open_file, chain);
		hlist_del(&of->chain);
	}
	spin_unlock(&free_lock);
	return of;
}

static void give_back(struct open_file *of)
{
	spin_lock(&free_lock);
	hlist_add_head(&of->chain, &free_files);
	spin_unlock(&free_lock);
}

/* The bucket's lock is held. */
static struct open_file *enter(struct openfile_bucket *bucket, struct file *file)
{
	struct open_file *of = take_free();

	if (!of)
		return NULL;
	of->file = file;
	of->totals = (struct openfile_totals){ .path = file->f_path,
					       .root = compat_root(),
					       .user = task_tgid_nr(current) };
	path_get(&of->totals.path);
	hlist_add_head(&of->chain, &bucket->chain);
	return of;
}

/* The caller uses the file, so that the entry stays. Return: NULL, which is counted: the table is full. */
static struct open_file *find_or_enter(struct file *file)
{
	struct openfile_bucket *bucket = openfile_bucket(file);
	struct open_file *of;

	spin_lock(&bucket->lock);
	of = find(bucket, file);
	if (!of)
		of = enter(bucket, file);
	spin_unlock(&bucket->lock);
	if (!of)
		producer_lost();
	return of;
}

/* Devices that hold nothing: null, zero, full, random, urandom. */
#define EMPTY_MINORS (1u << 3 | 1u << 5 | 1u << 7 | 1u << 8 | 1u << 9)

static inline bool is_empty_device(dev_t dev)
{
	u32 minor = dev - MKDEV(MEM_MAJOR, 0);

	return minor < 32 && EMPTY_MINORS >> minor & 1;
}

static inline bool is_counted(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	umode_t type = inode->i_mode & S_IFMT;

	return type == S_IFREG || type == S_IFBLK || (type == S_IFCHR && !is_empty_device(inode->i_rdev));
}

/* The current task's splice(2) has moved this many bytes, as its result says. */
static void splice_moved(struct user *user, enum openfile_way way, long moved)
{
	struct open_file *of = READ_ONCE(user->of);

	if (!of || moved <= 0)
		return;
	spin_lock(&of->lock);
	if (user->of == of)
		of->totals.bytes[way] += moved;
	spin_unlock(&of->lock);
}

static void splice_returns(struct callback_head *work)
{
	struct task_use *use = container_of(work, struct task_use, work);
	unsigned int way;

	for (way = 0; way < OPENFILE_WAYS; way++) {
		if (use->spliced[way])
			splice_moved(&use->user[way], way, task_pt_regs(current)->ax);
		use->spliced[way] = false;
	}
	use->work_queued = false;
	if (current->flags & PF_EXITING)
		smp_store_release(&use->task, NULL);
}

/* Return: whether splice_returns() will run. */
static bool await_splice(struct task_use *use, enum openfile_way way)
{
	if (!use->work_queued) {
		init_task_work(&use->work, splice_returns);
		if (task_work_add(current, &use->work, TWA_RESUME) != 0)
			return false;
		use->work_queued = true;
	}
	use->spliced[way] = true;
	return true;
}

/* An access whose bytes the task's counts leave out. */
static void expect_return(struct task_use *use, struct open_file *of, enum openfile_way way)
{
	enum syscall_kind kind = syscall_kind();

	if (kind == SYSCALL_SPLICE && use && await_splice(use, way))
		return;
	if (kind == SYSCALL_SPLICE || kind == SYSCALL_AIO || kind == SYSCALL_IOCTL)
		of->totals.uncounted = true;
}

/* Return: whether it is the first access. */
static bool turn_to(struct task_use *use, struct file *file, enum openfile_way way)
{
	struct open_file *of = find_or_enter(file);
	bool first;

	if (!of)
		return false;
	if (!use)
		use = task_enter();
	spin_lock(&of->lock);
	first = !of->totals.first[way];
	if (first)
		of->totals.first[way] = rdtsc_ordered();
	if (use && !use->user[way].of)
		join(use, way, of);
	if (!use)
		of->totals.uncounted = true;
	spin_unlock(&of->lock);
	expect_return(use, of, way);
	return first;
}

static noinline bool access_other(struct task_use *use, struct file *file, enum openfile_way way)
{
	const struct open_file *of = use ? READ_ONCE(use->user[way].of) : NULL;

	if (!is_counted(file)) {
		if (of)
			leave(use, way);
		return false;
	}
	/* An inner file of a stacked file system: the outer one is counted. */
	if (file->f_mode & FMODE_NOACCOUNT || syscall_is_inner())
		return false;
	if (of && of->file != file)
		leave(use, way);
	return turn_to(use, file, way);
}

bool openfile_access(struct file *file, enum openfile_way way)
{
	struct task_use *use = task_find();

	if (likely(use)) {
		const struct open_file *of = READ_ONCE(use->user[way].of);

		if (likely(of && of->file == file && !syscall_moves_unseen()))
			return false;
		if (!of && !is_counted(file))
			return false;
	} else if (!is_counted(file)) {
		return false;
	}
	return access_other(use, file, way);
}

void openfile_map(struct file *file, u32 prot)
{
	struct open_file *of;

	if (file->f_mode & FMODE_NOACCOUNT || !is_counted(file))
		return;
	of = find_or_enter(file);
	if (!of)
		return;
	spin_lock(&of->lock);
	of->totals.mapped |= prot;
	spin_unlock(&of->lock);
}

void openfile_add(const struct file *file, enum openfile_way way, u64 bytes)
{
	struct openfile_bucket *bucket = openfile_bucket(file);
	struct open_file *of;

	spin_lock(&bucket->lock);
	of = find(bucket, file);
	if (of) {
		spin_lock(&of->lock);
		of->totals.bytes[way] += bytes;
		spin_unlock(&of->lock);
	}
	spin_unlock(&bucket->lock);
}

bool openfile_end(const struct file *file, struct openfile_totals *totals)
{
	struct openfile_bucket *bucket = openfile_bucket(file);
	struct open_file *of;
	unsigned int way;

	spin_lock(&bucket->lock);
	of = find(bucket, file);
	if (of)
		hlist_del(&of->chain);
	spin_unlock(&bucket->lock);
	if (!of)
		return false;
	spin_lock(&of->lock);
	for (way = 0; way < OPENFILE_WAYS; way++) {
		struct hlist_node *node, *next;

		hlist_for_each_safe(node, next, &of->users[way])
			settle(of, hlist_entry(node, struct user, node), way);
	}
	*totals = of->totals;
	of->file = NULL;
	spin_unlock(&of->lock);
	give_back(of);
	return true;
}

void openfile_release(struct openfile_totals *totals)
{
	path_put(&totals->path);
}
