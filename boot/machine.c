/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Describes the machine: CPUs, clock, identity, ACPI. */
#include "machine.h"

#include <efi.h>
#include <efilib.h>

#include "acpi.h"
#include "clock.h"
#include "console.h"
#include "memory.h"
#include "pi.h"
#include "x86.h"

#define STALL_US     10000u /* one measurement of the TSC */
#define STALL_TIMES  3u
#define RDRAND_TRIES 10

/* From the crystal's clock, if CPUID knows it; else 0. */
static uint64_t tsc_hz_from_cpuid(void)
{
	struct cpuid id;

	if (x86_cpuid(0, 0).eax < 0x15)
		return 0;
	id = x86_cpuid(0x15, 0);
	return id.eax && id.ebx && id.ecx ? (uint64_t)id.ecx * id.ebx / id.eax : 0;
}

/* Against the firmware's clock. Disturbances only lengthen a measurement: the shortest is right. */
static uint64_t tsc_hz_measured(void)
{
	uint64_t best = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < STALL_TIMES; i++) {
		uint64_t start = x86_tsc(), ticks;

		if (EFI_ERROR(BS->Stall(STALL_US)))
			return 0;
		ticks = x86_tsc() - start;
		if (ticks < best)
			best = ticks;
	}
	return best * (1000000u / STALL_US);
}

static void set_clock(struct rw_bootinfo *info)
{
	struct clock_time time = { 0 };
	EFI_TIME now;

	info->tsc_hz = tsc_hz_from_cpuid();
	if (!info->tsc_hz)
		info->tsc_hz = tsc_hz_measured();
	if (!EFI_ERROR(RT->GetTime(&now, NULL))) {
		time.year = now.Year;
		time.month = now.Month;
		time.day = now.Day;
		time.hour = now.Hour;
		time.minute = now.Minute;
		time.second = now.Second;
		time.utc_minus_local = now.TimeZone == EFI_UNSPECIFIED_TIMEZONE ? 0 : now.TimeZone;
	}
	info->boot_epoch = clock_epoch(&time);
	info->tsc_start = x86_tsc();
}

static int rdrand(uint64_t *value)
{
	uint8_t ok = 0;
	int i;

	for (i = 0; i < RDRAND_TRIES && !ok; i++)
		__asm__ volatile("rdrand %0; setc %1" : "=r"(*value), "=qm"(ok) : : "cc");
	return ok ? 0 : -1;
}

/* The finalizer of the splitmix64 generator: spreads differences over all bits. */
static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* An identifier of this start, not a secret: without random numbers, time and TSC suffice. */
static void set_boot_id(struct rw_bootinfo *info)
{
	EFI_GUID guid = EFI_RNG_PROTOCOL_GUID;
	EFI_RNG_PROTOCOL *rng;
	uint64_t id[2];
	unsigned int i;

	if (!(x86_cpuid(1, 0).ecx & CPUID_1_ECX_RDRAND) || rdrand(&id[0]) || rdrand(&id[1])) {
		id[0] = mix(info->boot_epoch ^ mix(x86_tsc()));
		id[1] = mix(id[0] ^ x86_tsc());
		if (!EFI_ERROR(LibLocateProtocol(&guid, (VOID **)&rng)))
			rng->GetRNG(rng, NULL, sizeof(id), (UINT8 *)id);
	}
	for (i = 0; i < sizeof(info->boot_id); i++)
		info->boot_id[i] = (uint8_t)(id[i / 8] >> i % 8 * 8);
}

static uint8_t *map_tables(uint64_t phys, uint64_t size)
{
	return memory_holds_tables(phys, size) ? (uint8_t *)phys : NULL;
}

static uint64_t find_rsdp(void)
{
	EFI_GUID acpi_2 = ACPI_20_TABLE_GUID, acpi_1 = ACPI_TABLE_GUID;
	void *rsdp = NULL;

	if (EFI_ERROR(LibGetSystemConfigurationTable(&acpi_2, &rsdp)) &&
	    EFI_ERROR(LibGetSystemConfigurationTable(&acpi_1, &rsdp)))
		return 0;
	return (uint64_t)rsdp;
}

static void set_power(struct rw_bootinfo *info)
{
	uint64_t rsdp = find_rsdp();
	struct acpi_power power;

	if (!rsdp)
		return;
	acpi_read_power(&power, rsdp, map_tables);
	info->pm1a_cnt = power.pm1a_cnt;
	info->pm1b_cnt = power.pm1b_cnt;
	info->pm1a_off_types = power.off_types[0];
	info->pm1b_off_types = power.off_types[1];
	info->reset_port = power.reset_port;
	info->reset_value = power.reset_value;
	if (power.pm1a_cnt && !power.off_known)
		console_print("ACPI: no constant _S5_ types found: every sleep state counts as power-off");
}

void machine_hide_sleep(void)
{
	uint64_t rsdp = find_rsdp();

	if (rsdp && acpi_hide_sleep(rsdp, map_tables))
		console_print("ACPI: sleep states that keep memory (S1 to S3) are hidden");
}

void machine_describe(struct rw_bootinfo *info)
{
	set_clock(info);
	set_boot_id(info);
	set_power(info);
}
