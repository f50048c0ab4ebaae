/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads what ACPI's tables say about power: the FADT, and the sleep states in the AML tables. */
#include "acpi.h"

#include <stdbool.h>
#include <stddef.h>

/* Offsets: ACPI specification, "RSDP Structure", "System Description Table Header", "FADT". */
#define RSDP_SIZE_1      20u
#define RSDP_SIZE_2      36u
#define RSDP_REVISION    15u
#define RSDP_RSDT        16u
#define RSDP_XSDT        24u
#define TABLE_LENGTH     4u
#define TABLE_HEADER     36u
#define TABLE_MAX        (1u << 20)
#define TABLE_SUM        9u
#define FADT_DSDT        40u
#define FADT_PM1A_CNT    64u
#define FADT_PM1B_CNT    68u
#define FADT_FLAGS       112u
#define FADT_RESET_REG   116u
#define FADT_RESET_VALUE 128u
#define FADT_X_DSDT      140u
#define FADT_X_PM1A_CNT  172u
#define FADT_X_PM1B_CNT  184u
#define FADT_FLAG_RESET  (1u << 10)

/* Generic address structure. */
#define GAS_SIZE     12u
#define GAS_SPACE    0u
#define GAS_ADDRESS  4u
#define GAS_SPACE_IO 1u

/* ACPI Machine Language: ACPI specification, "AML Encoding". */
#define AML_ZERO    0x00u
#define AML_ONE     0x01u
#define AML_BYTE    0x0au
#define AML_WORD    0x0bu
#define AML_DWORD   0x0cu
#define AML_QWORD   0x0eu
#define AML_PACKAGE 0x12u

#define SLEEP_TYPES 8u /* SLP_TYP has three bits: ACPI specification, "PM1 Control Registers" */

struct table {
	uint8_t *at; /* NULL: none */
	uint32_t size;
};

/* RSDT or XSDT: the list of all tables but the DSDT, with entries of @width bytes. */
struct root {
	struct table table;
	unsigned int width;
};

static uint64_t get(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

/* The number at @offset, 0 past the table's end: older revisions are shorter. */
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

/*
 * Finds the root's next table with @signature from entry @at on, and moves @at past it; none if there are no
 * more.
 */
static struct table next_table(struct root root, uint32_t *at, const char *signature, acpi_map map)
{
	struct table table = { NULL, 0 };

	for (; root.table.at && !table.at && *at + root.width <= root.table.size; *at += root.width)
		table = get_table(get(root.table.at + *at, root.width), signature, map);
	return table;
}

static struct table find_fadt(struct root root, acpi_map map)
{
	uint32_t at = TABLE_HEADER;

	return next_table(root, &at, "FACP", map);
}

/* The XSDT if it leads to a FADT, else the RSDT. */
static struct root get_root(uint64_t rsdp_phys, acpi_map map)
{
	const uint8_t *rsdp = map(rsdp_phys, RSDP_SIZE_1);
	struct root root = { { NULL, 0 }, 4 };

	if (!rsdp || !has_signature(rsdp, "RSD PTR ") || !sums_to_zero(rsdp, RSDP_SIZE_1))
		return root;
	if (rsdp[RSDP_REVISION] >= 2) {
		rsdp = map(rsdp_phys, RSDP_SIZE_2);
		if (rsdp && sums_to_zero(rsdp, RSDP_SIZE_2))
			root = (struct root){ get_table(get(rsdp + RSDP_XSDT, 8), "XSDT", map), 8 };
		if (find_fadt(root, map).at)
			return root;
		rsdp = map(rsdp_phys, RSDP_SIZE_1);
	}
	return (struct root){ get_table(get(rsdp + RSDP_RSDT, 4), "RSDT", map), 4 };
}

static uint16_t io_port(uint64_t address, uint64_t room)
{
	return address <= 0x10000 - room ? (uint16_t)address : 0;
}

/* A register's port, from its generic address. */
static uint16_t gas_port(struct table fadt, uint32_t offset, uint64_t room)
{
	if (offset + GAS_SIZE > fadt.size || fadt.at[offset + GAS_SPACE] != GAS_SPACE_IO)
		return 0;
	return io_port(get(fadt.at + offset + GAS_ADDRESS, 8), room);
}

/*
 * A control register of 16 bits: its generic address supersedes the plain port, in the specification ("FADT")
 * and in Linux.
 */
static uint16_t control_port(struct table fadt, uint32_t plain, uint32_t generic)
{
	uint16_t port = gas_port(fadt, generic, 2);

	return port ? port : io_port(field(fadt, plain, 4), 2);
}

/* The constant at *@at, which moves past it; UINT64_MAX: none. */
static uint64_t aml_constant(struct table aml, uint32_t *at)
{
	uint64_t op = field(aml, (*at)++, 1), value;
	unsigned int bytes = op == AML_BYTE  ? 1 :
			     op == AML_WORD  ? 2 :
			     op == AML_DWORD ? 4 :
			     op == AML_QWORD ? 8 :
					       0;

	if (!bytes)
		return op == AML_ZERO || op == AML_ONE ? op : UINT64_MAX;
	value = field(aml, *at, bytes);
	*at += bytes;
	return value;
}

/*
 * Is there Name(_S@digit_, Package...) at @at? Then the sleep types go to @type: its first two elements, or,
 * as in Linux, the bytes of its only one.
 */
static bool sleep_state(struct table aml, uint32_t at, char digit, uint64_t type[2])
{
	const char name[] = { '_', 'S', digit, '_', AML_PACKAGE, 0 };
	uint64_t elements;

	if (at + sizeof(name) > aml.size || !has_signature(aml.at + at, name))
		return false;
	at += sizeof(name) - 1;
	at += 1 + (aml.at[at] >> 6); /* PkgLength: its upper bits count its further bytes */
	elements = field(aml, at++, 1);
	type[0] = elements ? aml_constant(aml, &at) : UINT64_MAX;
	type[1] = elements > 1 ? aml_constant(aml, &at) : UINT64_MAX;
	if (elements == 1 && type[0] <= UINT16_MAX) {
		type[1] = type[0] >> 8;
		type[0] &= 0xff;
	}
	return true;
}

static bool is_type(uint64_t type)
{
	return type < SLEEP_TYPES;
}

static void take_off_types(struct acpi_power *power, struct table aml)
{
	uint64_t type[2];

	for (uint32_t at = TABLE_HEADER; at < aml.size; at++) {
		bool off = sleep_state(aml, at, '5', type);

		if (!off && !sleep_state(aml, at, '4', type))
			continue;
		for (int i = 0; i < 2; i++)
			if (is_type(type[i]))
				power->off_types[i] |= (uint8_t)(1u << type[i]);
		power->off_known |= off && is_type(type[0]) && is_type(type[1]);
	}
}

/* Renamed: to the guest the state does not exist. */
static unsigned int hide_states(struct table aml)
{
	unsigned int hidden = 0;
	uint64_t type[2];

	for (uint32_t at = TABLE_HEADER; at < aml.size; at++)
		for (int digit = '1'; digit <= '3'; digit++)
			if (sleep_state(aml, at, (char)digit, type)) {
				aml.at[at] = 'X';
				aml.at[TABLE_SUM] = (uint8_t)(aml.at[TABLE_SUM] + '_' - 'X');
				hidden++;
			}
	return hidden;
}

static struct table get_dsdt(struct table fadt, acpi_map map)
{
	uint64_t phys = field(fadt, FADT_X_DSDT, 8);

	return get_table(phys ? phys : field(fadt, FADT_DSDT, 4), "DSDT", map);
}

void acpi_read_power(struct acpi_power *power, uint64_t rsdp, acpi_map map)
{
	struct root root = get_root(rsdp, map);
	struct table fadt = find_fadt(root, map), aml;

	*power = (struct acpi_power){ 0 };
	if (!fadt.at)
		return;
	power->pm1a_cnt = control_port(fadt, FADT_PM1A_CNT, FADT_X_PM1A_CNT);
	power->pm1b_cnt = control_port(fadt, FADT_PM1B_CNT, FADT_X_PM1B_CNT);
	if (field(fadt, FADT_FLAGS, 4) & FADT_FLAG_RESET)
		power->reset_port = gas_port(fadt, FADT_RESET_REG, 1);
	if (power->reset_port)
		power->reset_value = (uint8_t)field(fadt, FADT_RESET_VALUE, 1);

	aml = get_dsdt(fadt, map);
	for (uint32_t at = TABLE_HEADER; aml.at; aml = next_table(root, &at, "SSDT", map))
		take_off_types(power, aml);
	if (!power->off_known)
		power->off_types[0] = power->off_types[1] = 0xff;
}

unsigned int acpi_hide_sleep(uint64_t rsdp, acpi_map map)
{
	struct root root = get_root(rsdp, map);
	struct table aml = get_dsdt(find_fadt(root, map), map);
	unsigned int hidden = 0;

	for (uint32_t at = TABLE_HEADER; aml.at; aml = next_table(root, &at, "SSDT", map))
		hidden += hide_states(aml);
	return hidden;
}
