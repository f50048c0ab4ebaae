/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What can be read from the guest at an exit: paging mode, code bytes, current process. All untrusted. */
#pragma once

#include "core/percpu.h"
#include "arch/x86/operand.h"

/** guest_linear_rip() - linear address of the next instruction: CS base counts outside 64-bit mode. */
uint64_t guest_linear_rip(struct percpu *cpu);

/** guest_read_virt() - reads @size bytes at @gva. Return: bytes read before the first unmapped one. */
size_t guest_read_virt(struct percpu *cpu, uint64_t gva, void *dst, size_t size);

/** guest_translate() - finds the guest-physical address of @gva. Return: 0 or -RW_EFAULT. */
int guest_translate(struct percpu *cpu, uint64_t gva, uint64_t *gpa);

/**
 * guest_process() - pid, tgid and comm of the current task, from what the agent registered. Return: false if
 * not known, or if GS does not lead to the data that this CPU's kernel had at the agent's first call.
 */
bool guest_process(struct percpu *cpu, struct rw_guest_task *found);

/** guest_rip_target() - enum rw_target of the protected range that holds the next instruction; 0: none. */
uint32_t guest_rip_target(struct percpu *cpu);

/** guest_fetch_address() - the linear address, near RIP, of the fetch that hit @gpa. Return: 0: not found. */
uint64_t guest_fetch_address(struct percpu *cpu, uint64_t gpa);

/**
 * guest_is_code() - whether the kernel's page tables (those for patching, where registered: they have its
 * whole half under page-table isolation, too) map @gva to the page of @gpa, and @executable if that is set.
 */
bool guest_is_code(struct percpu *cpu, uint64_t gva, uint64_t gpa, bool executable);

/** guest_operand_regs() - the registers that an instruction's operand may use. */
void guest_operand_regs(struct percpu *cpu, struct operand_regs *regs);

/**
 * guest_operand() - the guest-linear address through which the current instruction reached @gpa, decoded from
 * its operand and checked by translation; for hardware that does not report it. Return: 0 if not found.
 */
uint64_t guest_operand(struct percpu *cpu, const uint8_t *bytes, unsigned int nbytes, uint64_t gpa);

/** guest_idt_base() - the linear address in IDTR. */
uint64_t guest_idt_base(struct percpu *cpu);
