/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads ACPI's FADT. */
#include "acpi.h"

#include <stdbool.h>
#include <stddef.h>

/* Offsets: ACPI specification, "RSDP Structure", "System Description Table Header", "FADT". */
#define RSDP_SIZE_1   20u
#define RSDP_SIZE_2   36u
#define RSDP_REVISION 15u
#define RSDP_RSDT     16u
#define RSDP_XSDT     24u
#define TABLE_LENGTH  4u
#define TABLE_HEADER  36u
#define TABLE_MAX     (1u << 20)
#define FADT_PM1A_CNT 64u
#define FADT_PM1B_CNT 68u
#define FADT_FLAGS    112u
#define FADT_RESET_REG   116u
#define FADT_RESET_VALUE 128u
#define FADT_X_PM1A_CNT  172u
#define FADT_X_PM1B_CNT  184u
#define FADT_FLAG_RESET  (1u << 10)

/* Generic address structure. */
#define GAS_SIZE     12u
#define GAS_SPACE    0u
#define GAS_ADDRESS  4u
#define GAS_SPACE_IO 1u

struct table {
	const uint8_t *at; /* NULL: none */
	uint32_t size;
};

static uint64_t get(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

/* The number at @offset, 0 behind the table's end: older revisions are shorter. */
static uint64_t field(struct table table, uint32_t offset, unsigned int bytes)
{
	return offset + bytes <= table.size ? get(table.at + offset, bytes) : 0;
}

static bool sums_to_zero(const uint8_t *at, uint64_t size)
{
	uint8_t sum = 0;

	while (size--)
		sum = (uint8_t)(sum + *at++);
	return !sum;
}

static bool has_signature(const uint8_t *at, const char *signature)
{
	for (; *signature; at++, signature++)
		if (*at != (uint8_t)*signature)
			return false;
	return true;
}

static struct table get_table(uint64_t phys, const char *signature, acpi_map map)
{
	struct table none = { NULL, 0 }, table = { map(phys, TABLE_HEADER), TABLE_HEADER };

	if (!table.at || !has_signature(table.at, signature))
		return none;
	table.size = (uint32_t)get(table.at + TABLE_LENGTH, 4);
	if (table.size < TABLE_HEADER || table.size > TABLE_MAX)
		return none;
	table.at = map(phys, table.size);
	return table.at && sums_to_zero(table.at, table.size) ? table : none;
}

/* The FADT among the tables that RSDT or XSDT list with entries of @width bytes. */
static struct table find_fadt(struct table root, unsigned int width, acpi_map map)
{
	struct table fadt = { NULL, 0 };
	uint32_t at;

	for (at = TABLE_HEADER; root.at && !fadt.at && at + width <= root.size; at += width)
		fadt = get_table(get(root.at + at, width), "FACP", map);
	return fadt;
}

static struct table get_fadt(uint64_t rsdp_phys, acpi_map map)
{
	const uint8_t *rsdp = map(rsdp_phys, RSDP_SIZE_1);
	struct table fadt = { NULL, 0 };

	if (!rsdp || !has_signature(rsdp, "RSD PTR ") || !sums_to_zero(rsdp, RSDP_SIZE_1))
		return fadt;
	if (rsdp[RSDP_REVISION] >= 2) {
		rsdp = map(rsdp_phys, RSDP_SIZE_2);
		if (rsdp && sums_to_zero(rsdp, RSDP_SIZE_2))
			fadt = find_fadt(get_table(get(rsdp + RSDP_XSDT, 8), "XSDT", map), 8, map);
		if (fadt.at)
			return fadt;
		rsdp = map(rsdp_phys, RSDP_SIZE_1);
	}
	return find_fadt(get_table(get(rsdp + RSDP_RSDT, 4), "RSDT", map), 4, map);
}

static uint16_t io_port(uint64_t address, uint64_t room)
{
	return address <= 0x10000 - room ? (uint16_t)address : 0;
}

/* A register's port by its generic address. */
static uint16_t gas_port(struct table fadt, uint32_t offset, uint64_t room)
{
	if (offset + GAS_SIZE > fadt.size || fadt.at[offset + GAS_SPACE] != GAS_SPACE_IO)
		return 0;
	return io_port(get(fadt.at + offset + GAS_ADDRESS, 8), room);
}

/* A control register of 16 bits: the plain port where there is one, as in Linux, else the generic address. */
static uint16_t control_port(struct table fadt, uint32_t plain, uint32_t generic)
{
	uint64_t port = field(fadt, plain, 4);

	return port ? io_port(port, 2) : gas_port(fadt, generic, 2);
}

void acpi_read_power(struct acpi_power *power, uint64_t rsdp, acpi_map map)
{
	struct table fadt = get_fadt(rsdp, map);

	power->pm1a_cnt = power->pm1b_cnt = power->reset_port = 0;
	power->reset_value = 0;
	if (!fadt.at)
		return;
	power->pm1a_cnt = control_port(fadt, FADT_PM1A_CNT, FADT_X_PM1A_CNT);
	power->pm1b_cnt = control_port(fadt, FADT_PM1B_CNT, FADT_X_PM1B_CNT);
	if (!(field(fadt, FADT_FLAGS, 4) & FADT_FLAG_RESET))
		return;
	power->reset_port = gas_port(fadt, FADT_RESET_REG, 1);
	if (power->reset_port)
		power->reset_value = (uint8_t)field(fadt, FADT_RESET_VALUE, 1);
}
