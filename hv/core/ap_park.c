/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* CPUs that wait for SIPI, after INIT or because the kernel has not started them at the lock. */
#include "core/ap_park.h"

#include "approve/view.h"
#include "core/guest_info.h"
#include "core/state.h"
#include "log/printk.h"
#include "protect/pin.h"

/* IDTR's base on the CPU that locked: a kernel's CPUs share one IDT, the firmware's have another. */
static uint64_t kernel_idt; /* (x) */

void ap_park(struct percpu *cpu)
{
	__atomic_store_n(&cpu->parked, true, __ATOMIC_SEQ_CST);
	pin_restart(cpu);
	view_restart(cpu);
	hv_backend()->park(cpu);
}

void ap_park_lock(struct percpu *cpu)
{
	__atomic_store_n(&kernel_idt, guest_idt_base(cpu), __ATOMIC_SEQ_CST);
	for (uint32_t i = 0; i < hv.boot->cpu_count; i++)
		/* One that waits already starts where the kernel says. */
		if (percpu_of(i) != cpu && !__atomic_load_n(&percpu_of(i)->parked, __ATOMIC_SEQ_CST))
			__atomic_store_n(&percpu_of(i)->judge, true, __ATOMIC_SEQ_CST);
}

bool ap_park_judge(struct percpu *cpu)
{
	/* The boot CPU is the kernel's own; one that waits for SIPI already has no IDT to judge by. */
	if (!__atomic_exchange_n(&cpu->judge, false, __ATOMIC_SEQ_CST) || cpu->index == 0 ||
	    __atomic_load_n(&cpu->parked, __ATOMIC_SEQ_CST) ||
	    guest_idt_base(cpu) == __atomic_load_n(&kernel_idt, __ATOMIC_SEQ_CST))
		return false;
	/* The lock's kick, if one was sent, has done its work; if it comes later, the CPU waits already. */
	__atomic_store_n(&cpu->kick, KICK_NONE, __ATOMIC_SEQ_CST);
	printk("CPU %u was not started by the kernel: it waits until it is", cpu->index);
	ap_park(cpu);
	return true;
}
