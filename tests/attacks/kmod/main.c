// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A hostile kernel module for tests: takes commands through /proc/rwattack and answers there.
#define pr_fmt(fmt) "rwattack: " fmt

#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "rwattack.h"

#define ANSWER_BYTES  65536u
#define COMMAND_BYTES 256u
#define MAX_ARGS      8

static char *answer;
static size_t answer_len;
static DEFINE_MUTEX(lock);
static unsigned long (*lookup)(const char *name);

static const struct {
	const char *name;
	command_fn fn;
	const char *usage;
} commands[] = {
	{ "write", cmd_write, "write TARGET [OFFSET|default [FORM|WIDTH|all]]" },
	{ "repeat", cmd_repeat, "repeat COUNT" },
	{ "unhook", cmd_unhook, "unhook" },
	{ "poke", cmd_poke, "poke" },
	{ "exec", cmd_exec, "exec heap|alias|vmalloc|data|stack|user|init|code_area" },
	{ "gate", cmd_gate, "gate" },
	{ "patch", cmd_patch, "patch ATTACK|all" },
	{ "hvread", cmd_hvread, "hvread GPA LEN" },
	{ "hvwrite", cmd_hvwrite, "hvwrite GPA VALUE" },
	{ "hypercall", cmd_hypercall, "hypercall NR A1 A2 A3" },
	{ "agentcall", cmd_agentcall, "agentcall NR A1 A2 A3" },
	{ "protect", cmd_protect, "protect GPA LEN KIND FLAGS" },
	{ "approve", cmd_approve, "approve" },
	{ "ringdesc", cmd_ringdesc, "ringdesc CPU PAGES HDR_GPA DATA_GPA" },
	{ "vmx", cmd_vmx, "vmx" },
	{ "ring", cmd_ring, "ring random|index|sizes|fields|mixed SEED COUNT" },
	{ "record", cmd_record, "record CASE" },
	{ "control", cmd_control, "control REGISTER|tables|all" },
	{ "innocent", cmd_innocent, "innocent" },
	{ "silence", cmd_silence, "silence beats|forks|modprobe|ring" },
	{ "remap", cmd_remap, "remap pte|pmd|pud|pgd|root|large|split text|syscalls|lsm|idt|agent" },
	{ "start", cmd_start, "start" },
	{ "below", cmd_below, "below trampoline|firmware" },
	{ "cred", cmd_cred, "cred overwrite|commit|announce" },
	{ "tamper", cmd_tamper, "tamper text|rodata|target|file|off" },
};

void say(const char *fmt, ...)
{
	size_t start = answer_len;
	va_list ap;

	va_start(ap, fmt);
	answer_len += vscnprintf(answer + answer_len, ANSWER_BYTES - answer_len, fmt, ap);
	va_end(ap);
	pr_info("%s", answer + start);
}

unsigned long symbol(const char *name)
{
	return lookup(name);
}

int numbers(char **argv, u64 *to, int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (kstrtou64(argv[i], 0, &to[i]))
			return -EINVAL;
	return 0;
}

static int run(char *line)
{
	char *argv[MAX_ARGS], *word;
	int argc = 0, ret = -EINVAL;
	unsigned int i;

	answer_len = 0;
	while ((word = strsep(&line, " \t\n")) != NULL)
		if (*word && argc < MAX_ARGS)
			argv[argc++] = word;
	for (i = 0; argc != 0 && i < ARRAY_SIZE(commands); i++) {
		if (strcmp(argv[0], commands[i].name) != 0)
			continue;
		ret = commands[i].fn(argc, argv);
		if (ret)
			say("usage: %s\n", commands[i].usage);
		return ret;
	}
	say("no such command\n");
	return ret;
}

static ssize_t proc_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char *line;
	int ret;

	if (len >= COMMAND_BYTES)
		return -E2BIG;
	line = memdup_user_nul(from, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	mutex_lock(&lock);
	ret = run(line);
	mutex_unlock(&lock);
	kfree(line);
	return ret ? ret : len;
}

static ssize_t proc_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&lock);
	ret = simple_read_from_buffer(to, len, pos, answer, answer_len);
	mutex_unlock(&lock);
	return ret;
}

static const struct proc_ops proc_ops = {
	.proc_read = proc_read,
	.proc_write = proc_write,
	.proc_lseek = default_llseek,
};

/*
 * A function may start with ENDBR, and a probe goes after it: the kernel gives the offset from the
 * function's start.
 */
static int __init find_lookup(void)
{
	struct kprobe kp = { .symbol_name = "kallsyms_lookup_name" };
	char where[KSYM_SYMBOL_LEN];
	unsigned long offset;
	int ret = register_kprobe(&kp);

	if (ret)
		return ret;
	unregister_kprobe(&kp);
	sprint_symbol(where, (unsigned long)kp.addr);
	if (sscanf(where, "kallsyms_lookup_name+0x%lx", &offset) != 1)
		return -ENOENT;
	lookup = (void *)((unsigned long)kp.addr - offset);
	return 0;
}

static int __init attack_init(void)
{
	int ret = find_lookup();

	if (ret)
		return ret;
	code_remember_init((unsigned long)attack_init);
	answer = kzalloc(ANSWER_BYTES, GFP_KERNEL);
	if (!answer)
		return -ENOMEM;
	if (!proc_create("rwattack", 0600, NULL, &proc_ops)) {
		kfree(answer);
		return -ENOMEM;
	}
	return 0;
}

static void __exit attack_exit(void)
{
	remove_proc_entry("rwattack", NULL);
	kfree(answer);
}

module_init(attack_init);
module_exit(attack_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Attacks on a kernel guarded by Ringward, for tests only");
