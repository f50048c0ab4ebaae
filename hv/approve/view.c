/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which of the maps for kernel mode and user mode there are, and which one a CPU uses. */
#include "approve/view.h"

#include "abi/hypercall.h"
#include "core/state.h"
#include "mm/page_pool.h"

uint32_t view_fallback(void)
{
	if (hv.boot->settings.kernel_code == RW_KERNEL_CODE_OFF || hv_backend()->has_exec_modes())
		return RW_EXEC_FALLBACK_OFF;
	return hv.boot->settings.exec_fallback;
}

int view_init(struct percpu *cpu)
{
	cpu->view.copy = nested_has_maps() ? pool_alloc(1) : NULL;
	return nested_has_maps() && !cpu->view.copy ? -RW_ENOSPC : 0;
}

unsigned int view_perm(unsigned int perm)
{
	return view_fallback() == RW_EXEC_FALLBACK_SMEP && perm & NPERM_X ? perm | NPERM_X : perm;
}

void view_use(struct percpu *cpu, enum nested_map map)
{
	cpu->view.map = map;
	hv_backend()->use_map(cpu);
}

void view_restart(struct percpu *cpu)
{
	if (nested_has_maps())
		view_use(cpu, NESTED_KERNEL);
}

void view_release(void)
{
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++) {
		struct view_state *v = &percpu_of(i)->view;
		uint64_t page = __atomic_exchange_n(&v->gdt, 0, __ATOMIC_RELAXED);

		if (page)
			nested_swap(i, page, 0);
	}
}
