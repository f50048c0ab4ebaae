/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Starting CPUs where INIT and SIPI do not exit. */
#include "core/ap_start.h"

#include "dev/apic.h"
#include "core/guest_info.h"
#include "core/ipi.h"
#include "core/state.h"
#include "lib/string.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "protect/step.h"
#include "arch/x86/operand.h"

#define OFFSET_MASK (PAGE_SIZE - 1)

static uint64_t page; /* (b) of the APIC, 0: not watched */

const char *ap_start_init(void)
{
	const struct hv_backend *b = hv_backend();

	if (!b->core_sends_sipi || hv.boot->cpu_count == 1)
		return NULL;
	/* Real mode has its vectors at 0, also on a CPU on its way to us: it must not use the guest's. */
	uint8_t *first = pool_alloc(1);
	if (!first || nested_replace_first(hv_phys(first)))
		return "no room for the guest's first page";
	memcpy(first, (const void *)RW_HV_GUEST, PAGE_SIZE);

	const char *error = b->trampoline(hv.boot->trampoline_phys);
	if (error)
		return error;
	page = apic_page();
	/* Reads do not exit; writes do: this is the cost of watching the page. */
	if (nested_set_perm(page, PAGE_SIZE, NPERM_R))
		return "no room for watching the APIC's page";
	if (nested_set_perm(hv.boot->trampoline_phys, PAGE_SIZE, 0))
		return "no room for hiding the trampoline";
	b->msr_intercept(MSR_X2APIC_ICR, false, true);
	return NULL;
}

bool ap_start_owns(uint64_t gpa)
{
	return page && (gpa & PAGE_MASK) == page;
}

enum hv_action ap_start_apic_write(struct percpu *cpu, const struct hv_exit *x)
{
	uint8_t bytes[RW_CODE_BYTES];
	struct operand_regs regs;
	uint32_t value;

	if (cpu->step.active || !(x->nested.access & NACC_WRITE) || x->pending.type != EVENT_NONE ||
	    x->nested.walk)
		return exit_inject(cpu, VEC_GP, true, 0);
	/* not with breakpoints enabled: one on the register would not hit */
	if (greg(cpu, GREG_CS_LONG) && !(greg(cpu, GREG_DR7) & DR7_ENABLED)) {
		guest_operand_regs(cpu, &regs);
		size_t n = guest_read_virt(cpu, guest_linear_rip(cpu), bytes, sizeof(bytes));
		unsigned int len = operand_store32(bytes, (unsigned int)n, &regs, &value);
		if (len) {
			ipi_write_register(cpu, x->nested.gpa & OFFSET_MASK, value);
			hv_backend()->advance(cpu, len);
			return HV_RESUME;
		}
	}
	if (step_add(cpu, x->nested.gpa, STEP_DEVICE))
		return exit_inject(cpu, VEC_GP, true, 0);
	return HV_RESUME;
}
