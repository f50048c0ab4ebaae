// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// What the firmware provides: memory, other CPUs, boot services and runtime services.
#include "probe.h"

#include <efilib.h>

#include "machine.h"

#define VIRTUAL 0x100000000ull /* runtime services are called here after SetVirtualAddressMap */

/* The first member of EFI_MP_SERVICES_PROTOCOL ("MP Services Protocol", PI specification). */
struct mp_services {
	EFI_STATUS(EFIAPI *get_number_of_processors)(struct mp_services *this, UINTN *all, UINTN *enabled);
};

static UINT8 map[64 * 1024];
static UINTN map_size, entry_size;
static UINT32 entry_version;

UINT32 machine_cpus(void)
{
	EFI_GUID guid = { 0x3fdda605, 0xa76e, 0x4f46, { 0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08 } };
	struct mp_services *mp;
	UINTN all, enabled;

	if (EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&mp)) ||
	    EFI_ERROR(mp->get_number_of_processors(mp, &all, &enabled)))
		return 1;
	return (UINT32)enabled;
}

BOOLEAN machine_leave(EFI_HANDLE image)
{
	UINTN key, tries;

	for (tries = 0; tries < 4; tries++) {
		map_size = sizeof(map);
		if (EFI_ERROR(BS->GetMemoryMap(&map_size, (EFI_MEMORY_DESCRIPTOR *)map, &key, &entry_size,
					       &entry_version)))
			return FALSE;
		if (!EFI_ERROR(BS->ExitBootServices(image, key)))
			return TRUE;
	}
	return FALSE;
}

static EFI_MEMORY_DESCRIPTOR *entry(UINTN i)
{
	return (EFI_MEMORY_DESCRIPTOR *)(map + i * entry_size);
}

static UINTN entries(void)
{
	return map_size / entry_size;
}

/* Every free page exists: it can be read, and keeps a value written to it. */
static void memory(void)
{
	UINT64 pages = 0, bad = 0, at, old, p;
	EFI_MEMORY_DESCRIPTOR *d;
	UINTN i;

	for (i = 0; i < entries(); i++) {
		d = entry(i);
		if (d->Type != EfiConventionalMemory && d->Type != EfiBootServicesData &&
		    d->Type != EfiBootServicesCode)
			continue;
		for (p = 0; p < d->NumberOfPages; p++) {
			at = d->PhysicalStart + p * PAGE;
			if (at + PAGE > 1ull << 32 || at == 0)
				continue;
			old = *(volatile UINT64 *)at;
			*(volatile UINT64 *)at = ~old ^ at;
			bad += *(volatile UINT64 *)at != (~old ^ at);
			*(volatile UINT64 *)at = old;
			pages++;
		}
	}
	probe("machine memory: %s, bad %x", pages > 50000 ? "much" : "little", bad);
}

void machine_boot(void)
{
	EFI_TIME time;
	UINT64 before;
	EFI_EVENT event;
	UINTN index;

	before = rdtsc();
	probe("machine stall: %x", (UINT64)BS->Stall(2000));
	probe("machine stall.time: %s", rdtsc() > before ? "advances" : "stopped");
	probe("machine timer: %x", (UINT64)BS->CreateEvent(EVT_TIMER, TPL_CALLBACK, NULL, NULL, &event));
	BS->SetTimer(event, TimerRelative, 200000);
	probe("machine timer.wait: %x", (UINT64)BS->WaitForEvent(1, &event, &index));
	BS->CloseEvent(event);
	probe("machine time: %x", (UINT64)RT->GetTime(&time, NULL));
}

static void variables(const char *when)
{
	static EFI_GUID guid = {
		0x52bd5b41, 0x1d5e, 0x4b0a, { 0x8e, 0x11, 0x52, 0x57, 0x50, 0x52, 0x4f, 0x42 }
	};
	UINT32 attributes = EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS |
			    EFI_VARIABLE_NON_VOLATILE;
	UINT64 value = 0x1234, got = 0;
	UINTN size = sizeof(got);
	EFI_TIME time;
	EFI_STATUS s;

	s = runtime->GetTime(&time, NULL);
	probe("machine %s.time: %x, %s", when, (UINT64)s, time.Year >= 2020 ? "now" : "long ago");
	s = runtime->SetVariable(L"RwProbe", &guid, attributes, sizeof(value), &value);
	probe("machine %s.set: %x", when, (UINT64)s);
	s = runtime->GetVariable(L"RwProbe", &guid, NULL, &size, &got);
	probe("machine %s.get: %x %x %x", when, (UINT64)s, (UINT64)size, got);
	s = runtime->SetVariable(L"RwProbe", &guid, attributes, 0, NULL);
	probe("machine %s.delete: %x", when, (UINT64)s);
}

/* Runtime services as an operating system uses them: at addresses that it chooses. */
static void go_virtual(void)
{
	EFI_MEMORY_DESCRIPTOR *d;
	EFI_STATUS s;
	UINTN i;

	for (i = 0; i < entries(); i++) {
		d = entry(i);
		if (d->Attribute & EFI_MEMORY_RUNTIME)
			d->VirtualStart = d->PhysicalStart + VIRTUAL;
	}
	/* Maps the low four gigabytes a second time, at higher addresses. */
	for (i = 0; i < 4; i++)
		pml4()[512 + 4 + i] = pml4()[512 + i];
	write_cr3(own_cr3());
	s = runtime->SetVirtualAddressMap(map_size, entry_size, entry_version, (EFI_MEMORY_DESCRIPTOR *)map);
	probe("machine virtual: %x", (UINT64)s);
	if (!EFI_ERROR(s))
		runtime = (EFI_RUNTIME_SERVICES *)((UINT64)runtime + VIRTUAL);
}

void probe_machine(void)
{
	memory();
	variables("physical");
	go_virtual();
	variables("virtual");
}
