// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The probe program: an EFI application that examines the machine and prints its findings, reproducibly.
#include "probe.h"

#include <efilib.h>

#include "machine.h"

EFI_RUNTIME_SERVICES *runtime;

static void drain(void)
{
	while (!(inb(0x3f8 + 5) & 0x40))
		;
}

void power_off(void)
{
	drain();
	runtime->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		__asm__ volatile("hlt");
}

static void fail(const char *what)
{
	say("PROBE error: %s", what);
	power_off();
}

/* Probes that concern one CPU only. (Bochs with two CPUs never gets past an instruction breakpoint.) */
static void one_cpu(void)
{
	probe_msr();
	probe_faults();
	probe_breakpoints();
	probe_control();
	probe_descriptor();
	probe_syscall();
	probe_xsave();
	probe_paging();
	probe_insn();
	probe_cet();
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	UINT32 cpus;

	InitializeLib(image, table);
	runtime = RT;
	if (!cpu_memory() || !ap_memory())
		fail("no memory");
	BS->SetWatchdogTimer(0, 0, 0, NULL);
	cpus = machine_cpus();
	machine_boot();
	probe_acpi();
	if (!machine_leave(image))
		fail("ExitBootServices");
	cpu_take();
	probe("cpus: %d", cpus);
	probe_cpuid();
	if (cpus == 1)
		one_cpu();
	probe_steps();
	probe_apic("x");
	probe_timer("x");
	probe_ap(cpus, "x");
	if (has(1, 0, 2, 21)) {
		probe_apic("x2");
		probe_timer("x2");
		probe_ap(cpus, "x2");
	}
	probe_machine();
	say("PROBE done: %d", probe_count);
	power_off();
}
