/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Access to the machine for test guests without a kernel: boot services available, one CPU, ring 0, identity
 * map.
 */
#pragma once

#include <efi.h>

#include "abi/hypercall.h"
#include "abi/record.h"
#include "abi/ring.h"
#include "abi/stats.h"

/* The IDT as the CPU reads it, and what SIDT and LIDT move. */
struct idt_gate {
	UINT16 offset_low, selector;
	UINT16 flags;
	UINT16 offset_middle;
	UINT32 offset_high, reserved;
};

struct table_register {
	UINT16 limit;
	UINT64 base;
} __attribute__((packed));

/* Answers of guest_jump() and guest_try_0f01(). */
#define GUEST_RETURNED 0
#define GUEST_UD       1

/* Writes text or a number to COM1. */
void guest_say(const char *text);
void guest_say_hex(UINT64 n);

/*
 * Print "PASS name" or "FAIL name: got X, wanted Y". expect2() takes the name in two parts, expect_number()
 * adds a number to it.
 */
void expect(const char *name, INT64 got, INT64 want);
void expect2(const char *name, const char *rest, INT64 got, INT64 want);
void expect_number(const char *name, UINT64 number, INT64 got, INT64 want);

void guest_cpuid(UINT32 leaf, UINT32 regs[4]);
UINT32 guest_is_amd(void);

/* @count zeroed pages, or NULL. */
void *guest_pages(UINTN count, EFI_MEMORY_TYPE type);

/*
 * The largest reserved piece of RAM in the firmware's map: the hypervisor's. FALSE if none is large enough.
 */
BOOLEAN guest_find_hypervisor(UINT64 *start, UINT64 *end);

/* Installs this program's handler for #UD. FALSE if there is no memory for it. */
BOOLEAN guest_take_ud(void);

/* Makes a hypercall from this program's own code. */
INT64 guest_hypercall(UINT64 nr, UINT64 a1, UINT64 a2);

/*
 * Copies the code of guest_hypercall() to @to. It is position-independent, System V calling convention.
 */
void guest_copy_hypercall(void *to);

/* Makes a hypercall without arguments. Return: 1 if no register but RAX has changed. */
UINT32 guest_registers_kept(UINT64 nr);

/* Calls @address. Return: GUEST_RETURNED, or GUEST_UD. */
UINT32 guest_jump(UINT64 address);

/* Runs the instruction 0F 01 @modrm. Return: GUEST_RETURNED, or GUEST_UD. */
UINT32 guest_try_0f01(UINT8 modrm);

/* Stores to 16 bytes at @at by LOCK ADD, XCHG, REP STOSB and MOVDQU. */
void guest_stores(void *at);

/* Waits until all output is sent. */
void guest_drain(void);

void guest_triple_fault(void) __attribute__((noreturn));

/* Waits until all output is sent, then switches the machine off. */
void guest_power_off(void) __attribute__((noreturn));
