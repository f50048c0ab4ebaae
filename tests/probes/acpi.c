// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The ACPI tables, found like any EFI program does: by the GUID of ACPI 1.0 and by that of ACPI 2.0.
#include "probe.h"

#include <efilib.h>

#include "machine.h"

/* ACPI specification, "Root System Description Pointer (RSDP)", "System Description Table Header". */
#define RSDP_SIZE_1   20u
#define RSDP_SIZE_2   36u
#define RSDP_REVISION 15u
#define RSDP_RSDT     16u
#define RSDP_XSDT     24u
#define TABLE_LENGTH  4u
#define TABLE_HEADER  36u
#define TABLES_MAX    32u

static const char *sum(const UINT8 *data, UINTN size)
{
	UINT8 total = 0;

	while (size--)
		total += *data++;
	return total ? "broken" : "ok";
}

static UINT32 length(const UINT8 *table)
{
	return *(const UINT32 *)(table + TABLE_LENGTH);
}

/* " NAME" for each table in the root table, with "!" after it if its checksum is wrong. */
static void table_names(const UINT8 *root, UINTN pointer, char *to, UINTN size)
{
	UINTN count = (length(root) - TABLE_HEADER) / pointer, i, at = 0;

	to[0] = 0;
	for (i = 0; i < count && i < TABLES_MAX && at + 8 < size; i++) {
		const UINT8 *entry = root + TABLE_HEADER + i * pointer;
		const UINT8 *table = (const UINT8 *)(pointer == 8 ? *(const UINT64 *)entry :
								    (UINT64) * (const UINT32 *)entry);

		to[at++] = ' ';
		CopyMem(to + at, (void *)table, 4);
		at += 4;
		if (sum(table, length(table))[0] != 'o')
			to[at++] = '!';
		to[at] = 0;
	}
}

static void show(const char *name, EFI_GUID guid, const char *kind, UINTN place, UINTN pointer, UINTN size)
{
	char names[TABLES_MAX * 6 + 1];
	const UINT8 *rsdp, *root;

	if (EFI_ERROR(LibGetSystemConfigurationTable(&guid, (void **)&rsdp))) {
		probe("acpi %s: none", name);
		return;
	}
	root = (const UINT8 *)(pointer == 8 ? *(const UINT64 *)(rsdp + place) :
					      (UINT64) * (const UINT32 *)(rsdp + place));
	if (!root || CompareMem((void *)root, (void *)kind, 4)) {
		probe("acpi %s: revision %d, sum %s, no %s", name, (UINT32)rsdp[RSDP_REVISION],
		      sum(rsdp, size), kind);
		return;
	}
	table_names(root, pointer, names, sizeof(names));
	probe("acpi %s: revision %d, sum %s, %s %s:%s", name, (UINT32)rsdp[RSDP_REVISION], sum(rsdp, size),
	      kind, sum(root, length(root)), names);
}

void probe_acpi(void)
{
	EFI_GUID acpi10 = { 0xeb9d2d30, 0x2d88, 0x11d3, { 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d } };
	EFI_GUID acpi20 = { 0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } };

	show("1.0", acpi10, "RSDT", RSDP_RSDT, 4, RSDP_SIZE_1);
	show("2.0", acpi20, "XSDT", RSDP_XSDT, 8, RSDP_SIZE_2);
}
