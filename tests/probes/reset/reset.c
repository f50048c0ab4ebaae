// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Exits the firmware's boot services, then resets through its runtime services, as RESET_KIND says.
#include <efi.h>
#include <efilib.h>

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	UINTN entries, key, size, tries;
	UINT32 version;

	InitializeLib(image, table);
	for (tries = 0; tries < 4; tries++)
		if (LibMemoryMap(&entries, &key, &size, &version) &&
		    !EFI_ERROR(BS->ExitBootServices(image, key)))
			RT->ResetSystem(RESET_KIND, EFI_SUCCESS, 0, NULL);
	return EFI_ABORTED;
}
