/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the loader's ACPI table reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "acpi.h"

/* Physical memory of 4 KiB from BASE on: RSDP, RSDT, XSDT, an SSDT, FADT, DSDT. */
#define BASE      0x7fe000ull
#define RSDP      0u
#define RSDT      0x100u
#define XSDT      0x200u
#define SSDT      0x300u
#define FADT      0x400u
#define FADT_SIZE 244u
#define DSDT      0x600u
#define AML       (DSDT + 36)

static uint8_t memory[4096];

#define BLOCKS_MAX 32u
static uint8_t *blocks[BLOCKS_MAX];
static unsigned int block_count;

/* A fresh block of exactly the requested size, so that the sanitizer sees a read past its end. */
static uint8_t *map(uint64_t phys, uint64_t size)
{
	uint8_t *block;

	if (phys < BASE || phys - BASE > sizeof(memory) || size > sizeof(memory) - (phys - BASE))
		return NULL;
	assert_true(block_count < BLOCKS_MAX);
	block = malloc(size);
	assert_non_null(block);
	memcpy(block, memory + (phys - BASE), size);
	blocks[block_count++] = block;
	return block;
}

static void read_power(struct acpi_power *power)
{
	acpi_read_power(power, BASE + RSDP, map);
	while (block_count)
		free(blocks[--block_count]);
}

/* The memory itself, for tests that change it. */
static uint8_t *map_memory(uint64_t phys, uint64_t size)
{
	return phys < BASE || phys - BASE > sizeof(memory) || size > sizeof(memory) - (phys - BASE) ?
		       NULL :
		       memory + (phys - BASE);
}

static void put(unsigned int at, uint64_t value, unsigned int bytes)
{
	for (; bytes; bytes--, value >>= 8)
		memory[at++] = (uint8_t)value;
}

static void fix_sum(unsigned int at, unsigned int size, unsigned int sum_at)
{
	uint8_t sum = 0;
	unsigned int i;

	memory[sum_at] = 0;
	for (i = 0; i < size; i++)
		sum = (uint8_t)(sum + memory[at + i]);
	memory[sum_at] = (uint8_t)-sum;
}

static void table(unsigned int at, const char *signature, unsigned int size)
{
	memcpy(memory + at, signature, 4);
	put(at + 4, size, 4);
	fix_sum(at, size, at + 9);
}

static void fix_rsdp(void)
{
	fix_sum(RSDP, 20, RSDP + 8);
	fix_sum(RSDP, 36, RSDP + 32);
}

static int setup(void **state)
{
	(void)state;
	memset(memory, 0, sizeof(memory));
	memcpy(memory + RSDP, "RSD PTR ", 8);
	memory[RSDP + 15] = 2;
	put(RSDP + 16, BASE + RSDT, 4);
	put(RSDP + 20, 36, 4);
	put(RSDP + 24, BASE + XSDT, 8);
	fix_rsdp();
	put(RSDT + 36, BASE + SSDT, 4);
	put(RSDT + 40, BASE + FADT, 4);
	table(RSDT, "RSDT", 44);
	put(XSDT + 36, BASE + SSDT, 8);
	put(XSDT + 44, BASE + FADT, 8);
	table(XSDT, "XSDT", 52);
	table(SSDT, "SSDT", 40);
	put(FADT + 64, 0xb004, 4);
	put(FADT + 68, 0xb014, 4);
	put(FADT + 112, 1u << 10, 4);
	memory[FADT + 116] = 1;
	put(FADT + 120, 0xcf9, 8);
	memory[FADT + 128] = 6;
	table(FADT, "FACP", FADT_SIZE);
	return 0;
}

static void expect(uint16_t pm1a, uint16_t pm1b, uint16_t reset, uint8_t value)
{
	struct acpi_power power = { .pm1a_cnt = 1, .pm1b_cnt = 2, .reset_port = 3, .reset_value = 4 };

	read_power(&power);
	assert_int_equal(power.pm1a_cnt, pm1a);
	assert_int_equal(power.pm1b_cnt, pm1b);
	assert_int_equal(power.reset_port, reset);
	assert_int_equal(power.reset_value, value);
}

static void test_good(void **state)
{
	(void)state;
	expect(0xb004, 0xb014, 0xcf9, 6);
	/* Through the RSDT: first the XSDT is broken, then it is ACPI 1.0. */
	memory[XSDT + 40] ^= 1;
	expect(0xb004, 0xb014, 0xcf9, 6);
	memory[RSDP + 15] = 0;
	fix_sum(RSDP, 20, RSDP + 8);
	expect(0xb004, 0xb014, 0xcf9, 6);
}

static void test_generic_addresses(void **state)
{
	(void)state;
	put(FADT + 64, 0, 4);
	put(FADT + 68, 0, 4);
	memory[FADT + 172] = 1;
	put(FADT + 176, 0x404, 8);
	memory[FADT + 184] = 0; /* memory space */
	put(FADT + 188, 0xfed00000, 8);
	memory[FADT + 116] = 0;
	table(FADT, "FACP", FADT_SIZE);
	expect(0x404, 0, 0, 0);
}

/* Where the two differ, the generic address counts, as in Linux; one that is no port does not. */
static void test_both_addresses(void **state)
{
	(void)state;
	memory[FADT + 172] = 1;
	put(FADT + 176, 0x404, 8);
	memory[FADT + 184] = 0; /* memory space */
	put(FADT + 188, 0xfed00000, 8);
	table(FADT, "FACP", FADT_SIZE);
	expect(0x404, 0xb014, 0xcf9, 6);
	put(FADT + 176, 0, 8);
	table(FADT, "FACP", FADT_SIZE);
	expect(0xb004, 0xb014, 0xcf9, 6);
}

static void test_odd_values(void **state)
{
	(void)state;
	put(FADT + 64, 0x10000, 4); /* not an I/O port */
	put(FADT + 68, 0xffff, 4);  /* only one byte is left there */
	put(FADT + 120, 0x10cf9, 8);
	table(FADT, "FACP", FADT_SIZE);
	expect(0, 0, 0, 0);
	setup(NULL);
	put(FADT + 112, 0, 4); /* RESET_REG_SUP is off */
	table(FADT, "FACP", FADT_SIZE);
	expect(0xb004, 0xb014, 0, 0);
	/* ACPI 1.0: 116 bytes. */
	setup(NULL);
	table(FADT, "FACP", 116);
	expect(0xb004, 0xb014, 0, 0);
}

static void test_broken(void **state)
{
	(void)state;
	memory[FADT + 64] ^= 1; /* checksum */
	expect(0, 0, 0, 0);
	setup(NULL);
	put(FADT + 4, 20, 4); /* shorter than a header */
	expect(0, 0, 0, 0);
	put(FADT + 4, 0xffffffff, 4);
	expect(0, 0, 0, 0);
	setup(NULL);
	table(FADT, "FACP", 37); /* ends before the requested part */
	expect(0, 0, 0, 0);
	memory[RSDP] = 'r';
	expect(0, 0, 0, 0);
	setup(NULL);
	memory[RSDP + 16] ^= 1; /* the RSDP's checksums */
	expect(0, 0, 0, 0);
	setup(NULL);
	put(RSDP + 24, UINT64_MAX - 3, 8);
	put(RSDP + 16, 0, 4);
	fix_rsdp();
	expect(0, 0, 0, 0);
}

/* Sleep states as compilers and firmware encode them: with and without root prefix, any integer constant. */
static const uint8_t states[] = {
	0x08, '_',  'S',  '1',  '_',  0x12, 0x06, 0x04, 0x01, 0x01, 0x00, 0x00, 0x08, '_',  'S',  '3',  '_',
	0x12, 0x07, 0x04, 0x0a, 0x05, 0x01, 0x00, 0x00, 0x08, 0x5c, '_',  'S',  '4',  '_',  0x12, 0x48, 0x00,
	0x04, 0x0a, 0x06, 0x0a, 0x02, 0x00, 0x00, 0x08, '_',  'S',  '5',  '_',  0x12, 0x07, 0x04, 0x0a, 0x07,
	0x00, 0x00, 0x00, 0x5b, '_',  'S',  '3',  '_',  0x00, '_',  'S',  '3',  '_', /* without a package */
};

static void put_states(unsigned int from, unsigned int to)
{
	memset(memory + DSDT, 0, 0x200);
	memcpy(memory + AML, states + from, to - from);
	table(DSDT, "DSDT", 36 + to - from);
	put(FADT + 40, BASE + DSDT, 4);
	table(FADT, "FACP", FADT_SIZE);
}

static void expect_types(uint8_t pm1a, uint8_t pm1b, bool known)
{
	struct acpi_power power;

	read_power(&power);
	assert_int_equal(power.off_types[0], pm1a);
	assert_int_equal(power.off_types[1], pm1b);
	assert_int_equal(power.off_known, known);
}

static void test_sleep_types(void **state)
{
	(void)state;
	expect_types(0xff, 0xff, false); /* no DSDT */
	put_states(0, sizeof(states));
	expect_types(1u << 6 | 1u << 7, 1u << 2 | 1u << 0, true);
	put_states(0, 41); /* no _S5_ */
	expect_types(0xff, 0xff, false);
	/* Through X_DSDT, and in an SSDT. */
	put_states(41, sizeof(states));
	put(FADT + 40, 0, 4);
	put(FADT + 140, BASE + DSDT, 8);
	table(FADT, "FACP", FADT_SIZE);
	expect_types(1u << 7, 1u << 0, true);
	memcpy(memory + SSDT + 36, states + 25, 16);
	table(SSDT, "SSDT", 36 + 16);
	expect_types(1u << 6 | 1u << 7, 1u << 2 | 1u << 0, true);
	/* Types that are not constants, or not valid types. */
	memory[SSDT + 36 + 10] = 0x70;
	memory[SSDT + 36 + 13] = 8;
	table(SSDT, "SSDT", 36 + 16);
	expect_types(1u << 7, 1u << 0, true);
	memory[DSDT + 40] ^= 1; /* checksum */
	expect_types(0xff, 0xff, false);
}

/* One _S5_, as a package of these bytes after its length. */
static void expect_package(const uint8_t *bytes, uint8_t n, uint8_t pm1a, uint8_t pm1b, bool known)
{
	const uint8_t name[] = { 0x08, '_', 'S', '5', '_', 0x12, (uint8_t)(n + 1) };

	put_states(0, 0);
	memcpy(memory + AML, name, sizeof(name));
	memcpy(memory + AML + sizeof(name), bytes, n);
	table(DSDT, "DSDT", 36 + (unsigned int)sizeof(name) + n);
	expect_types(pm1a, pm1b, known);
}
#define EXPECT_PACKAGE(pm1a, pm1b, known, ...) \
	expect_package((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }), pm1a, \
		       pm1b, known)

/* What else ASL compilers write: wider constants; one number with both types; types that nobody can know. */
static void test_off_packages(void **state)
{
	(void)state;
	EXPECT_PACKAGE(1u << 7, 1u << 5, true, 4, 0x0b, 7, 0, 0x0c, 5, 0, 0, 0, 0, 0);
	EXPECT_PACKAGE(1u << 5, 1u << 5, true, 2, 0x0e, 5, 0, 0, 0, 0, 0, 0, 0, 0x0a, 5);
	EXPECT_PACKAGE(1u << 5, 1u << 6, true, 1, 0x0b, 5, 6);
	EXPECT_PACKAGE(1u << 5, 1u << 0, true, 1, 0x0a, 5);
	EXPECT_PACKAGE(0xff, 0xff, false, 4, 'A', 'B', 'C', 'D', 0x0a, 5, 0, 0);
	EXPECT_PACKAGE(0xff, 0xff, false, 4, 0x0a, 5, 'A', 'B', 'C', 'D', 0, 0);
	EXPECT_PACKAGE(0xff, 0xff, false, 2, 0x0b, 5, 1, 0);
	EXPECT_PACKAGE(0xff, 0xff, false, 0);
}

static void test_hide_sleep(void **state)
{
	uint8_t expected[sizeof(states)];

	(void)state;
	put_states(0, sizeof(states));
	memcpy(expected, states, sizeof(states));
	expected[1] = expected[13] = 'X';
	assert_int_equal(acpi_hide_sleep(BASE + RSDP, map_memory), 2);
	assert_memory_equal(memory + AML, expected, sizeof(states));
	expect_types(1u << 6 | 1u << 7, 1u << 2 | 1u << 0, true); /* the checksum is right */
	assert_int_equal(acpi_hide_sleep(BASE + RSDP, map_memory), 0);
	memory[RSDP] = 0;
	assert_int_equal(acpi_hide_sleep(BASE + RSDP, map_memory), 0);
	/* Truncated at any byte: nothing is read past the end. */
	for (unsigned int cut = 0; cut < sizeof(states); cut++) {
		struct acpi_power power;

		setup(NULL);
		put_states(0, cut);
		read_power(&power);
	}
}

/* Every byte of every table changed: reads stay within the mapped memory. */
static void test_mutations(void **state)
{
	static const unsigned int values[] = { 0, 0x7f, 0xff };
	struct acpi_power power;
	unsigned int at, i, cut;

	(void)state;
	for (at = 0; at < AML + sizeof(states); at++) {
		for (i = 0; i < 3; i++) {
			setup(NULL);
			put_states(0, sizeof(states));
			memory[at] = (uint8_t)values[i];
			read_power(&power);
		}
	}
	/* A root table of each length. */
	for (cut = 0; cut < FADT_SIZE; cut++) {
		setup(NULL);
		memcpy(memory + RSDT, memory + FADT, FADT_SIZE);
		memory[RSDP + 15] = 0;
		fix_sum(RSDP, 20, RSDP + 8);
		table(RSDT, "RSDT", cut < 36 ? 36 : cut);
		read_power(&power);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, setup),
		cmocka_unit_test_setup(test_generic_addresses, setup),
		cmocka_unit_test_setup(test_both_addresses, setup),
		cmocka_unit_test_setup(test_odd_values, setup),
		cmocka_unit_test_setup(test_broken, setup),
		cmocka_unit_test_setup(test_sleep_types, setup),
		cmocka_unit_test_setup(test_off_packages, setup),
		cmocka_unit_test_setup(test_hide_sleep, setup),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
