// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Decides which programs are trusted, and keeps code that was not measured out of them.

#include <linux/binfmts.h>
#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/path.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/security.h>
#include <linux/string.h>

#include "access/isolate.h"
#include "access/label.h"
#include "access/measure.h"
#include "access/program.h"
#include "access/trust.h"
#include "kernel/mounts.h"

static bool measures(void)
{
	return label_policy.hdr->features & RW_ACCESS_TRUST;
}

/* A search for the line that trusts a file. */
struct search {
	struct file *file;
	enum rw_access_use use;
	struct measured *of; /* measured when a line first needs it, and held then */
	u16 rule;            /* that trusts it, */
	u16 listed;          /* or one about it that does not */
	int error;           /* why it could not be measured */
};

static u16 listed(const struct rw_access_file *of, enum rw_access_use use)
{
	u32 i;

	for (i = 0; i < of->hashes; i++)
		if (label_policy.hash[of->hash + i].use == use)
			return label_policy.hash[of->hash + i].rule;
	return RW_ACCESS_NO_RULE;
}

static bool trusts(const struct rw_access_file *of, void *ctx)
{
	struct search *s = ctx;
	u16 rule = listed(of, s->use);

	if (rule == RW_ACCESS_NO_RULE || s->error)
		return false;
	s->listed = rule;
	if (!s->of)
		s->error = measure_hold(s->file, &s->of);
	if (!s->error)
		s->rule = access_trusts(&label_policy, of - label_policy.file, s->use, measure_digest(s->of));
	return s->rule != RW_ACCESS_NO_RULE;
}

/* Records why a file that lines are about is not trusted. */
static void distrust(const char *why, const struct search *s)
{
	const struct program_refusal r = { .what = why,
					   .rule = s->rule != RW_ACCESS_NO_RULE ? s->rule : s->listed,
					   .audited = true,
					   .file = s->file,
					   .sha256 = s->of ? measure_digest(s->of) : NULL };

	program_refuse(&r);
}

/* Return: the number of the trusted file, held; or RW_ACCESS_NONE. */
static u32 find_trusted(struct search *s)
{
	u32 f = program_file(file_inode(s->file), s->file->f_path.dentry, trusts, s);

	if (f != RW_ACCESS_NONE)
		return f;
	if (s->error)
		distrust("trust: cannot be measured", s);
	else if (s->of)
		distrust("trust: other contents", s);
	if (s->of)
		measure_release(s->of);
	s->of = NULL;
	return RW_ACCESS_NONE;
}

static struct search search_for(struct file *file, enum rw_access_use use)
{
	return (struct search){
		.file = file, .use = use, .rule = RW_ACCESS_NO_RULE, .listed = RW_ACCESS_NO_RULE
	};
}

/* Why the way in which a program is started gives others power over it; NULL: it does not. */
static const char *unsafe_start(const struct linux_binprm *bprm)
{
	if (bprm->unsafe & LSM_UNSAFE_PTRACE)
		return "trust: traced";
	if (bprm->unsafe & LSM_UNSAFE_SHARE)
		return "trust: shares its directories";
	if (current->seccomp.mode == SECCOMP_MODE_FILTER)
		return "trust: under seccomp filters";
	return NULL;
}

int trust_exec(const struct linux_binprm *bprm, struct exec_finding *found)
{
	struct search s = search_for(bprm->file, RW_ACCESS_EXE);
	const char *unsafe;
	u32 f;

	if (!measures())
		return 0;
	f = find_trusted(&s);
	if (f == RW_ACCESS_NONE)
		return 0;
	unsafe = unsafe_start(bprm);
	if (unsafe) {
		distrust(unsafe, &s);
		measure_release(s.of);
		return 0;
	}
	found->trusted = f;
	found->rule = s.rule;
	found->contents = s.of;
	return 0;
}

u32 trust_node_at(const char *name)
{
	u32 at = *name == '/' ? 0 : RW_ACCESS_NONE;

	while (*name && at != RW_ACCESS_NONE) {
		size_t len;

		name += strspn(name, "/");
		len = strcspn(name, "/");
		if (len)
			at = access_child(&label_policy, at, name, len);
		name += len;
	}
	return at;
}

/* Whether the policy lets nobody change the file: no user, not only some. */
static bool is_fixed(u32 node)
{
	const u32 scope = label_policy.node[node].self;
	const struct access_subject nobody = { .uid = UINT_MAX, .program = RW_ACCESS_NONE };

	return scope != RW_ACCESS_NONE &&
	       access_decide_for(&label_policy, scope, &nobody, 1u << RW_RIGHT_WRITE).denied;
}

static bool has_root_of_init(void)
{
	struct path own, usual;
	bool ret;

	get_fs_root(current->fs, &own);
	compat_init_root(&usual);
	ret = path_equal(&own, &usual);
	path_put(&own);
	path_put(&usual);
	return ret;
}

/*
 * The interpreter opens the script again, by its name: the name has to lead to what was measured, whatever
 * others do meanwhile.
 */
static bool opens_what_was_measured(const struct linux_binprm *bprm, u32 script)
{
	const u32 node = label_policy.file[script].node;

	return trust_node_at(bprm->filename) == node && is_fixed(node) && has_root_of_init();
}

int trust_interpreter(const struct linux_binprm *bprm, struct program *next)
{
	struct search s = search_for(bprm->file, RW_ACCESS_LIB);

	if (!next || next->trusted == RW_ACCESS_NONE)
		return 0;
	s.listed = next->trusted_by;
	if (!opens_what_was_measured(bprm, next->trusted)) {
		distrust("trust: the script can be replaced", &s);
	} else if (find_trusted(&s) != RW_ACCESS_NONE) {
		return program_add_use(next, s.of);
	} else if (s.listed == next->trusted_by) {
		distrust("trust: the interpreter is not trusted", &s);
	}
	next->trusted = RW_ACCESS_NONE;
	return 0;
}

static int refuse(const struct program *p, const char *what, const struct file *file)
{
	const struct program_refusal r = { .what = what, .rule = p->trusted_by, .file = file };

	return program_refuse(&r);
}

/* Whether the program has the file's contents measured, or gets them so now. */
static bool is_measured(struct program *p, struct file *file)
{
	struct search s = search_for(file, RW_ACCESS_LIB);

	if (program_has_use(p, file_inode(file)))
		return true;
	return find_trusted(&s) != RW_ACCESS_NONE && program_add_use(p, s.of) == 0;
}

static struct program *trusted_program(void)
{
	struct program *p = program_any ? program_current() : NULL;

	return p && p->trusted != RW_ACCESS_NONE ? p : NULL;
}

/* Whether the program's stack can be executed. */
static bool has_executable_stack(void)
{
	struct mm_struct *mm = current->mm;
	const struct vm_area_struct *vma;
	bool ret;

	down_read(&mm->mmap_lock); /* mmap_read_lock() could be traced, by patching this text */
	vma = find_vma(mm, mm->start_stack);
	ret = vma && vma->vm_start <= mm->start_stack && vma->vm_flags & VM_EXEC;
	up_read(&mm->mmap_lock);
	return ret;
}

/*
 * The dynamic linker maps parts of a library to write to them: what it takes from there it believes, so that
 * such a part has to be measured as well.
 */
static bool is_written_part(const struct file *file, unsigned long prot, bool shared)
{
	return file && prot & PROT_WRITE && !shared && S_ISREG(file_inode(file)->i_mode);
}

int trust_mmap(struct file *file, unsigned long prot, unsigned long flags)
{
	struct program *p = trusted_program();
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (likely(!p))
		return 0;
	if (prot & PROT_EXEC) {
		if (!file)
			return refuse(p, "mmap: executable memory without a file", NULL);
		if (prot & PROT_WRITE || current->personality & READ_IMPLIES_EXEC)
			return refuse(p, "mmap: writable and executable", file);
		if (current->in_execve && has_executable_stack())
			return refuse(p, "mmap: executable stack", file);
		return is_measured(p, file) ? 0 : refuse(p, "mmap: not measured", file);
	}
	if (is_written_part(file, prot, shared) && !is_measured(p, file))
		return refuse(p, "mmap: not measured", file);
	return 0;
}

/* With mmap_lock: a file that is not measured yet stays so. */
int trust_mprotect(const struct vm_area_struct *vma, unsigned long prot)
{
	struct program *p = trusted_program();
	struct file *file = vma->vm_file;
	bool measured;

	if (likely(!p) || !(prot & (PROT_EXEC | PROT_WRITE)))
		return 0;
	measured = file && program_has_use(p, file_inode(file));
	if (prot & PROT_EXEC) {
		if (prot & PROT_WRITE)
			return refuse(p, "mprotect: writable and executable", file);
		/* Pages that were written to are the program's own, no more the file's. */
		if (!measured || vma->anon_vma)
			return refuse(p, "mprotect: not measured", file);
		return 0;
	}
	if (is_written_part(file, prot, vma->vm_flags & VM_SHARED) && !measured)
		return refuse(p, "mprotect: not measured", file);
	return 0;
}

static bool is_listed(const struct rw_access_file *of, void *rule)
{
	if (of->hashes)
		*(u16 *)rule = label_policy.hash[of->hash].rule;
	return of->hashes;
}

static int refuse_change(struct dentry *dentry, const struct file *file, const char *what)
{
	struct program_refusal r = { .what = what, .rule = RW_ACCESS_NO_RULE, .file = file };

	if (measure_write(d_backing_inode(dentry)) == 0)
		return 0;
	program_file(d_backing_inode(dentry), dentry, is_listed, &r.rule);
	return program_refuse(&r) ? -ETXTBSY : 0;
}

int trust_open(const struct file *file)
{
	return measures() ? refuse_change(file->f_path.dentry, file, "open: a trusted program uses it") : 0;
}

int trust_truncate(struct dentry *dentry)
{
	return measures() ? refuse_change(dentry, NULL, "truncate: a trusted program uses it") : 0;
}

int trust_write(const struct file *file)
{
	struct program *p = trusted_program();

	if (!p || strcmp((const char *)file->f_path.dentry->d_name.name, "mem") != 0)
		return 0;
	return refuse(p, "write: its own memory", file);
}
