/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What can be read from the guest at an exit. */
#include "core/guest_info.h"

#include "core/state.h"
#include "lib/string.h"
#include "mm/guest_copy.h"
#include "mm/guest_walk.h"
#include "arch/x86/segment.h"

static int translate(struct percpu *cpu, uint64_t cr3, uint64_t gva, uint64_t *gpa, bool *may_run)
{
	struct guest_paging paging = { greg(cpu, GREG_CR0), cr3, greg(cpu, GREG_CR4), greg(cpu, GREG_EFER) };

	return guest_walk(&paging, gva, gpa, may_run);
}

uint64_t guest_linear_rip(struct percpu *cpu)
{
	uint64_t rip = greg(cpu, GREG_RIP);

	return greg(cpu, GREG_CS_LONG) ? rip : (uint32_t)(greg(cpu, GREG_CS_BASE) + rip);
}

static size_t read_virt(struct percpu *cpu, uint64_t cr3, uint64_t gva, void *dst, size_t size)
{
	size_t done = 0;

	while (done < size) {
		size_t in_page = PAGE_SIZE - ((gva + done) & (PAGE_SIZE - 1));
		size_t piece = in_page < size - done ? in_page : size - done;
		uint64_t gpa;
		bool unused;

		if (translate(cpu, cr3, gva + done, &gpa, &unused) ||
		    guest_read(gpa, (uint8_t *)dst + done, piece))
			break;
		done += piece;
	}
	return done;
}

int guest_translate(struct percpu *cpu, uint64_t gva, uint64_t *gpa)
{
	bool unused;

	return translate(cpu, greg(cpu, GREG_CR3), gva, gpa, &unused);
}

size_t guest_read_virt(struct percpu *cpu, uint64_t gva, void *dst, size_t size)
{
	return read_virt(cpu, greg(cpu, GREG_CR3), gva, dst, size);
}

static bool read_process(struct percpu *cpu, uint64_t cr3, uint64_t gs, struct rw_guest_task *found)
{
	const struct rw_agent_info *a = &hv.agent;
	uint64_t task;

	return read_virt(cpu, cr3, gs + a->current_off, &task, sizeof(task)) == sizeof(task) &&
	       read_virt(cpu, cr3, task + a->task_pid, &found->pid, sizeof(found->pid)) ==
		       sizeof(found->pid) &&
	       read_virt(cpu, cr3, task + a->task_tgid, &found->tgid, sizeof(found->tgid)) ==
		       sizeof(found->tgid) &&
	       read_virt(cpu, cr3, task + a->task_comm, found->comm, sizeof(found->comm)) ==
		       sizeof(found->comm);
}

bool guest_process(struct percpu *cpu, struct rw_guest_task *found)
{
	bool user = greg(cpu, GREG_CPL) == 3;
	uint64_t gs = greg(cpu, user ? GREG_KERNEL_GS_BASE : GREG_GS_BASE), cr3 = greg(cpu, GREG_CR3);

	/* A kernel attacker can point GS at a task that he has made up. */
	if (!hv_registered() || !hv.agent.task_comm || gs != cpu->guest_gs)
		return false;
	return read_process(cpu, cr3, gs, found) ||
	       (user && read_process(cpu, cr3 & ~CR3_ISOLATION_USER, gs, found));
}

uint32_t guest_rip_target(struct percpu *cpu)
{
	struct ranges_hit hit;
	uint64_t gpa;

	if (!hv_locked() || guest_translate(cpu, guest_linear_rip(cpu), &gpa) ||
	    !ranges_find(&hv.ranges, gpa, &hit))
		return 0;
	return hit.kind;
}

uint64_t guest_fetch_address(struct percpu *cpu, uint64_t gpa)
{
	uint64_t rip = guest_linear_rip(cpu), found;

	for (uint64_t gva = rip; gva - rip <= PAGE_SIZE; gva += PAGE_SIZE) {
		uint64_t at = (gva & PAGE_MASK) | (gpa & (PAGE_SIZE - 1));

		if (!guest_translate(cpu, at, &found) && found == gpa)
			return at;
	}
	return 0;
}

bool guest_is_code(struct percpu *cpu, uint64_t gva, uint64_t gpa, bool executable)
{
	uint64_t cr3 = __atomic_load_n(&hv.agent.poking_cr3, __ATOMIC_RELAXED), found;
	bool may_run;

	return !translate(cpu, cr3 ? cr3 : greg(cpu, GREG_CR3), gva, &found, &may_run) &&
	       (may_run || !executable) && !((found ^ gpa) & PAGE_MASK);
}

void guest_operand_regs(struct percpu *cpu, struct operand_regs *regs)
{
	memcpy(regs->gpr, &cpu->gprs, sizeof(regs->gpr));
	regs->gpr[4] = greg(cpu, GREG_RSP);
	regs->rip = greg(cpu, GREG_RIP);
	regs->fs_base = greg(cpu, GREG_FS_BASE);
	regs->gs_base = greg(cpu, GREG_GS_BASE);
}

uint64_t guest_operand(struct percpu *cpu, const uint8_t *bytes, unsigned int nbytes, uint64_t gpa)
{
	uint64_t candidates[OPERAND_CANDIDATES], found;
	struct operand_regs regs;

	if (!greg(cpu, GREG_CS_LONG))
		return 0;
	guest_operand_regs(cpu, &regs);
	unsigned int n = operand_candidates(bytes, nbytes, &regs, candidates);
	for (unsigned int i = 0; i < n; i++) {
		/* A store that crosses into the page that was hit began in the page before it. */
		uint64_t gva = (candidates[i] & PAGE_MASK) | (gpa & (PAGE_SIZE - 1));

		if (!guest_translate(cpu, gva, &found) && found == gpa)
			return gva;
		if (!guest_translate(cpu, gva + PAGE_SIZE, &found) && found == gpa)
			return gva + PAGE_SIZE;
	}
	return 0;
}

uint64_t guest_idt_base(struct percpu *cpu)
{
	struct segment table[SEG_TABLES];

	hv_backend()->get_tables(cpu, table);
	return table[SEG_IDTR - SEG_GDTR].base;
}
