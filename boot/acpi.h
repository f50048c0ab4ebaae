/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* ACPI's registers for power-off and reset, and its sleep states, from the firmware's tables. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What the tables say; a port is 0 if there is none or it is not an I/O port. */
struct acpi_power {
	uint16_t pm1a_cnt, pm1b_cnt;
	uint16_t reset_port;
	uint8_t reset_value;
	/* PM1a, PM1b: a bit for each SLP_TYP that loses memory (S4 and S5); all bits if not known */
	uint8_t off_types[2];
	bool off_known; /* _S5_ was found, with types that are constants */
};

/**
 * typedef acpi_map - give access to physical memory that may hold tables.
 * @phys: untrusted
 * @size: bytes
 *
 * Return: the bytes, or NULL if no tables can be there.
 */
typedef uint8_t *(*acpi_map)(uint64_t phys, uint64_t size);

/**
 * acpi_read_power() - follow the tables from the RSDP to the FADT, and from there to DSDT and SSDTs.
 * @power: filled; zeros if a table on the way is missing, truncated or has a wrong checksum
 * @rsdp:  physical address of the RSDP; untrusted, as are all the tables
 * @map:   access to physical memory
 *
 * Context: anywhere.
 */
void acpi_read_power(struct acpi_power *power, uint64_t rsdp, acpi_map map);

/**
 * acpi_hide_sleep() - rename the objects of the sleep states that keep memory (_S1_, _S2_, _S3_), so that no
 * system offers them.
 *
 * The machine leaves such a state through firmware, with the hypervisor gone but its memory and the guest
 * intact: hv/core/io.c refuses to enter it. Parameters and context as for acpi_read_power().
 * Return: objects renamed.
 */
unsigned int acpi_hide_sleep(uint64_t rsdp, acpi_map map);
