/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Enters the hypervisor. */
#include "launch.h"

#include "x86.h"

RW_ASSERT_OFFSET(struct rw_handoff, rsp, 0x08);
RW_ASSERT_OFFSET(struct rw_handoff, rflags, 0x10);
RW_ASSERT_OFFSET(struct rw_handoff, cr0, 0x18);
RW_ASSERT_OFFSET(struct rw_handoff, cr3, 0x20);
RW_ASSERT_OFFSET(struct rw_handoff, cr4, 0x28);
RW_ASSERT_OFFSET(struct rw_handoff, efer, 0x30);
RW_ASSERT_OFFSET(struct rw_handoff, ldtr, 0x58 + 14);
RW_ASSERT_OFFSET(struct rw_handoff, gs_base, 0x70);
RW_ASSERT_OFFSET(struct launch_target, rsp, 0x08);
RW_ASSERT_OFFSET(struct launch_target, entry, 0x10);
RW_ASSERT_OFFSET(struct launch_target, bootinfo, 0x18);
RW_ASSERT_OFFSET(struct launch_target, cpu, 0x20);
RW_ASSERT_OFFSET(struct launch_target, handoff, 0x28);

/* switch.asm: 0 as a guest, -1 with handoff->error. */
int launch_switch(struct rw_handoff *handoff, const struct launch_target *target);
extern const char launch_switch_end[];

uint64_t launch_code(uint64_t *pages)
{
	uint64_t first = (uint64_t)&launch_switch / RW_PAGE_SIZE;
	uint64_t last = ((uint64_t)launch_switch_end - 1) / RW_PAGE_SIZE;

	*pages = last - first + 1;
	return first * RW_PAGE_SIZE;
}

int launch_check(struct message *why)
{
	uint64_t cr4 = x86_cr4();
	struct cpuid id = x86_cpuid(0x80000001, 0);

	if (!(id.edx & CPUID_80000001_EDX_NX))
		return message_fail(why, "this CPU cannot make pages non-executable (NX), "
					 "or the firmware turned it off");
	if (cr4 & CR4_LA57)
		return message_fail(why, "the firmware runs with five-level paging, "
					 "which is not supported");
	if (cr4 & CR4_PCIDE)
		return message_fail(why, "the firmware runs with process-context identifiers, "
					 "which is not supported");
	if (cr4 & CR4_CET)
		return message_fail(why, "the firmware runs with control-flow enforcement, "
					 "which is not supported");
	return 0;
}

static void take_error(const struct rw_handoff *handoff, struct message *why)
{
	size_t i;

	for (i = 0; i < RW_HANDOFF_ERROR_LEN - 1 && handoff->error[i]; i++)
		why->text[i] = handoff->error[i] >= ' ' && handoff->error[i] <= '~' ? handoff->error[i] : '?';
	why->text[i] = '\0';
	if (!i)
		message_fail(why, "the hypervisor failed to start and gave no reason");
}

int launch_cpu(const struct rw_bootinfo *info, uint32_t cpu, uint64_t entry, struct message *why)
{
	static struct rw_handoff handoffs[RW_MAX_CPUS];
	struct rw_handoff *handoff = &handoffs[cpu];
	uint64_t percpu = info->percpu_phys + (uint64_t)cpu * RW_PERCPU_SIZE;
	struct launch_target target = {
		.cr3 = info->tables_phys,
		.rsp = RW_HV_REGION + (percpu + RW_PERCPU_STACK_TOP - info->region_phys),
		.entry = entry,
		.bootinfo = RW_HV_REGION + (info->bootinfo_phys - info->region_phys),
		.cpu = cpu,
		.handoff = RW_HV_GUEST + (uint64_t)handoff,
	};

	if (!launch_switch(handoff, &target))
		return 0;
	take_error(handoff, why);
	return -1;
}
