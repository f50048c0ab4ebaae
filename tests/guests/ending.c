// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A guest that ends its run in the way that the test has written into a copy of this program.
#include "guest.h"

#include <efilib.h>

#define EXIT_PORT 0xf4u

/* After the "=": B or A, for before or after ExitBootServices(); then how. */
static volatile char how[] = "RWENDING=??";
#define WHEN how[9]
#define WHAT how[10]

static BOOLEAN exit_boot_services(EFI_HANDLE self)
{
	UINTN entries, key, size;
	UINT32 version;

	/* Something may have changed the map and made its key stale: then try once more. */
	for (int i = 0; i < 3; i++)
		if (LibMemoryMap(&entries, &key, &size, &version) &&
		    !EFI_ERROR(BS->ExitBootServices(self, key)))
			return TRUE;
	return FALSE;
}

static void reset(EFI_RESET_TYPE type)
{
	RT->ResetSystem(type, EFI_SUCCESS, 0, NULL);
	guest_say("FAIL ResetSystem came back\n");
}

static void wrmsr(UINT32 msr, UINT64 value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((UINT32)value), "d"((UINT32)(value >> 32)));
}

static UINT8 guest_inb(UINT16 port)
{
	UINT8 value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	InitializeLib(self, system);
	guest_say("ending\n");
	guest_drain();
	if (WHEN == 'A' && !exit_boot_services(self))
		guest_say("FAIL ExitBootServices\n");
	switch (WHAT) {
	case 's':
		reset(EfiResetShutdown);
		break;
	case 'c':
		reset(EfiResetCold);
		break;
	case 'w':
		reset(EfiResetWarm);
		break;
	case 'b': /* a byte to the exit port */
		__asm__ volatile("outb %0, %1" : : "a"((UINT8)0x21), "Nd"((UINT16)EXIT_PORT));
		break;
	case 'l': /* 32 bits */
		__asm__ volatile("outl %0, %1" : : "a"(0x12345678u), "Nd"((UINT16)EXIT_PORT));
		break;
	case 'f': /* as a program does that does not know whether the device exists */
		__asm__ volatile("outb %0, %1" : : "a"((UINT8)0), "Nd"((UINT16)EXIT_PORT));
		reset(EfiResetShutdown);
		break;
	case 'm': /* loads microcode twice, then says so */
		for (int i = 0; i < 2; i++)
			wrmsr(guest_is_amd() ? 0xc0010020u : 0x79u, (UINT64)(UINTN)how);
		guest_say("loaded\n");
		guest_drain();
		reset(EfiResetShutdown);
		break;
	case '9': /* the chipset's reset register, inside a wider access */
		__asm__ volatile("outw %0, %1" : : "a"((UINT16)0x0006), "Nd"((UINT16)0xcf9));
		break;
	case 'k': /* the keyboard controller's output port, its reset line low */
		__asm__ volatile("outb %0, %1" : : "a"((UINT8)0xd1), "Nd"((UINT16)0x64));
		while (guest_inb(0x64) & 2)
			;
		__asm__ volatile("outb %0, %1" : : "a"((UINT8)0xde), "Nd"((UINT16)0x60));
		break;
	default:
		guest_say("FAIL the test has not said how\n");
	}
	for (;;)
		__asm__ volatile("hlt");
}
