// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The probe program: an EFI application that looks at the machine and says what it finds, the same each time.
#include "probe.h"

#include <efilib.h>

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

static BOOLEAN exit_boot_services(EFI_HANDLE image)
{
	UINTN entries, key, size, tries;
	UINT32 version;

	for (tries = 0; tries < 4; tries++) {
		if (!LibMemoryMap(&entries, &key, &size, &version))
			return FALSE;
		if (!EFI_ERROR(BS->ExitBootServices(image, key)))
			return TRUE;
	}
	return FALSE;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	InitializeLib(image, table);
	runtime = RT;
	if (!cpu_memory()) {
		say("PROBE error: no memory");
		power_off();
	}
	BS->SetWatchdogTimer(0, 0, 0, NULL);
	if (!exit_boot_services(image)) {
		say("PROBE error: ExitBootServices");
		power_off();
	}
	cpu_take();
	probe_cpuid();
	probe_msr();
	probe_faults();
	probe_debug();
	probe_control();
	probe_descriptor();
	probe_syscall();
	probe_xsave();
	probe_paging();
	probe_apic();
	probe_timer();
	probe_insn();
	say("PROBE done: %d", probe_count);
	power_off();
}
