/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The ordered start on each CPU, up to the point of no return: the first entry of the guest. */
#include "approve/module_file.h"
#include "approve/view.h"
#include "arch/x86/backend.h"
#include "arch/x86/cpu_facts.h"
#include "arch/x86/desc.h"
#include "arch/x86/insn.h"
#include "core/exit.h"
#include "core/microcode.h"
#include "core/percpu.h"
#include "core/smp.h"
#include "core/ap_start.h"
#include "core/state.h"
#include "lib/crc32c.h"
#include "lib/string.h"
#include "dev/uart.h"
#include "lib/format.h"
#include "log/journal.h"
#include "log/printk.h"
#include "mm/guest_copy.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "protect/code_rules.h"
#include "protect/step.h"
#include "rw_version.h"

static uint32_t cpus_started; /* (b) one after the other */

void hv_main(const struct rw_bootinfo *info, uint32_t index, struct rw_handoff *handoff);

/* Done once, on the first CPU. Order matters: each line needs those before it. */
static const char *start_machine(const struct rw_bootinfo *info)
{
	cpu_facts_init();
	crc32c_use_insn(cpu_facts.crc32);
	pool_init(info);
	hv.boot = info;
	uart_init(info->serial_port, info->serial_baud);
	printk("hypervisor %s, %s, %u CPUs", RW_VERSION, hv_backend()->name, info->cpu_count);
	guest_copy_init(info);
	sites_init(&hv.sites, hv_virt(info->sites_phys), (uint32_t)info->sites_size);
	code_report();
	symbols_init(&hv.symbols, hv_virt(info->symbols_phys), (uint32_t)info->symbols_size);

	if (ranges_init(&hv.ranges, hv_virt(info->pages_phys), info->pages_size, info->ram_top / PAGE_SIZE))
		return "no room for the state of the guest's pages";

	const char *error = journal_init(info, hv_backend()->id);
	if (!error)
		error = module_file_init();
	if (!error)
		error = nested_init(hv_backend()->nested, info, view_fallback() == RW_EXEC_FALLBACK_STRICT);
	if (!error)
		error = hv_backend()->global_init();
	if (error)
		return error;
	io_init();
	msr_init();
	desc_init_idt();
	return ap_start_init();
}

/* Unmaps the loader's own code from the hypervisor's address space: from now on only the guest runs there. */
static void close_lower_half(void)
{
	memset(hv_virt(hv.boot->tables_phys), 0, PAGE_SIZE / 2);
	write_cr3(read_cr3());
}

static const char *start_cpu(uint32_t index, const struct rw_handoff *handoff)
{
	struct percpu *cpu = percpu_of(index);
	struct rw_handoff own = *handoff;

	memset(cpu, 0, sizeof(*cpu));
	desc_load(cpu);
	cpu->index = cpu->stats.cpu = index;
	cpu->apic_id = cpu->stats.apic_id = hv.boot->apic_id[index];
	if (step_init(cpu) || view_init(cpu))
		return "no room for this CPU's page tables";

	const char *error = hv_backend()->cpu_init(cpu, &own);
	if (error)
		return error;
	printk("CPU %u (APIC %u) now runs as a guest under %s, microcode level %x", index, cpu->apic_id,
	       hv_backend()->name, microcode_level());
	uart_flush();
	if (++cpus_started == hv.boot->cpu_count)
		close_lower_half();
	cpu->guest_entered = true;
	smp_enter_guest(cpu);
	hv_backend()->cpu_launch(cpu); /* no way back to the loader from here */
}

void hv_main(const struct rw_bootinfo *info, uint32_t index, struct rw_handoff *handoff)
{
	const char *error = NULL;

	write_cr0(read_cr0() | CR0_WP);  /* else read-only pages would be writable to the hypervisor */
	write_cr4(read_cr4() | CR4_MCE); /* else a machine check here would be a shutdown */
	if (info->magic != RW_BOOTINFO_MAGIC || info->version != RW_BOOTINFO_VERSION ||
	    info->size != sizeof(*info))
		error = "the loader and the hypervisor have different versions";
	if (!error)
		error = backend_choose();
	if (!error && !hv.boot)
		error = start_machine(info);
	if (!error)
		error = start_cpu(index, handoff);
	format_text(handoff->error, sizeof(handoff->error), "%s", error);
}
