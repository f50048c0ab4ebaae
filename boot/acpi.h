/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* ACPI's registers for power-off and reset, from the firmware's tables. */
#ifndef RW_BOOT_ACPI_H
#define RW_BOOT_ACPI_H

#include <stdint.h>

/* What the FADT says; a port is 0 where there is none or it is not an I/O port. */
struct acpi_power {
	uint16_t pm1a_cnt, pm1b_cnt;
	uint16_t reset_port;
	uint8_t reset_value;
};

/**
 * typedef acpi_map - give access to physical memory that may hold tables.
 * @phys: untrusted
 * @size: bytes
 *
 * Return: the bytes, or NULL if no tables can be there.
 */
typedef const uint8_t *(*acpi_map)(uint64_t phys, uint64_t size);

/**
 * acpi_read_power() - follow the tables from the RSDP to the FADT.
 * @power: filled; zeros if a table on the way is missing, cut short or has a wrong checksum
 * @rsdp:  physical address of the RSDP, untrusted as all that follows
 * @map:   access to physical memory
 *
 * Context: anywhere.
 */
void acpi_read_power(struct acpi_power *power, uint64_t rsdp, acpi_map map);

#endif
