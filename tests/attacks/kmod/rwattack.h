/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Declarations shared by the parts of the hostile kernel module. */
#pragma once

#include <linux/types.h>
#include <asm/asm.h>

/* In an asm statement with operand %[err]: an exception at 1 sets it to -EFAULT and resumes at 2. */
/* clang-format off */
#define RESUME_AT_2 _ASM_EXTABLE_TYPE_REG(1b, 2b, EX_TYPE_EFAULT_REG, %[err])
/* clang-format on */

/* Adds a line to the answer that /proc/rwattack gives, and to the kernel's log. Context: process. */
__printf(1, 2) void say(const char *fmt, ...);

/* Address of a symbol, exported or not; a module's symbol is "module:name". 0 if there is none. */
unsigned long symbol(const char *name);

/* Remembers a page of this module's init text, at @va. Context: module init. */
void code_remember_init(unsigned long va); /* code.c */

/* A page of the heap that the kernel's tables make executable; NULL: there is none. code.c */
u8 *executable_page(void);

/* One command; @argv[0] is its name. Return: 0, or -EINVAL if the arguments are wrong. */
typedef int (*command_fn)(int argc, char **argv);

int cmd_write(int argc, char **argv);     /* store.c */
int cmd_repeat(int argc, char **argv);    /* store.c */
int cmd_unhook(int argc, char **argv);    /* lsm.c */
int cmd_poke(int argc, char **argv);      /* store.c */
int cmd_exec(int argc, char **argv);      /* code.c */
int cmd_gate(int argc, char **argv);      /* gate.c */
int cmd_patch(int argc, char **argv);     /* patch.c */
int cmd_hvread(int argc, char **argv);    /* calls.c */
int cmd_hvwrite(int argc, char **argv);   /* calls.c */
int cmd_hypercall(int argc, char **argv); /* calls.c */
int cmd_agentcall(int argc, char **argv); /* calls.c */
int cmd_protect(int argc, char **argv);   /* calls.c */
int cmd_approve(int argc, char **argv);   /* calls.c */
int cmd_ringdesc(int argc, char **argv);  /* calls.c */
int cmd_vmx(int argc, char **argv);       /* calls.c */
int cmd_ring(int argc, char **argv);      /* rings.c */
int cmd_record(int argc, char **argv);    /* rings.c */
int cmd_control(int argc, char **argv);   /* control.c */
int cmd_innocent(int argc, char **argv);  /* control.c */
int cmd_silence(int argc, char **argv);   /* silence.c */
int cmd_cred(int argc, char **argv);      /* cred.c */
int cmd_remap(int argc, char **argv);     /* remap.c */
int cmd_tamper(int argc, char **argv);    /* module.c */
int cmd_start(int argc, char **argv);     /* start.c */
int cmd_below(int argc, char **argv);     /* start.c */

/* Parses @count numbers from @argv into @to. Return: 0 or -EINVAL. */
int numbers(char **argv, u64 *to, int count);

/* Name of the kernel's table of LSM hooks. */
extern const char lsm_table_name[];

/* This CPU drops its translation of @va. */
static inline void forget_translation(const void *va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/* Makes the page at @va, which is mapped, writable or not on this CPU. Return: whether it was. store.c */
bool set_writable(unsigned long va, bool on);

/*
 * Stores eight zero bytes at @va, which may be read-only, through a writable mapping. Return: 0, -ENOMEM,
 * or -EFAULT if the store raised an exception.
 */
int store_zero(unsigned long va);

/* A hypercall by the agent's own code. Return: its result, or LONG_MIN if the agent is not loaded. */
long call_agent(u64 nr, u64 a1, u64 a2, u64 a3);
