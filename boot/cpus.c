/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The machine's CPUs, through the firmware's multiprocessor services. */
#include "cpus.h"

#include <efi.h>
#include <efilib.h>

#include "launch.h"
#include "pi.h"
#include "x86.h"

/* The work for the other CPUs, and their answer. */
struct job {
	const struct rw_bootinfo *info;
	uint64_t entry;
	uint32_t launched;
	uint32_t failed; /* number of the first CPU that failed; 0: none */
	struct message why;
};

static uint32_t own_apic_id(void)
{
	struct cpuid topology;

	if (x86_cpuid(0, 0).eax >= 0xb) {
		topology = x86_cpuid(0xb, 0);
		if (topology.ebx & 0xffff)
			return topology.edx;
	}
	return x86_cpuid(1, 0).ebx >> 24;
}

static struct pi_mp_services *services(void)
{
	EFI_GUID guid = PI_MP_SERVICES_GUID;
	struct pi_mp_services *mp;

	/* Firmware that starts only one CPU may lack the protocol. */
	return EFI_ERROR(LibLocateProtocol(&guid, (VOID **)&mp)) ? NULL : mp;
}

int cpus_find(struct rw_bootinfo *info, struct message *why)
{
	struct pi_mp_services *mp = services();
	UINTN all, enabled, i;

	info->cpu_count = 1;
	info->apic_id[0] = own_apic_id();
	if (!mp)
		return 0;
	if (EFI_ERROR(mp->get_number_of_processors(mp, &all, &enabled)))
		return message_fail(why, "the firmware cannot tell how many CPUs there are");
	if (all > RW_MAX_CPUS)
		return message_fail(why, "this machine has %lu CPUs; at most %u can be guarded", all,
				    RW_MAX_CPUS);
	/* The guest could start a CPU that the firmware disables, and it would run unguarded. */
	if (enabled != all)
		return message_fail(
			why, "the firmware keeps %lu of %lu CPUs switched off: they could not be guarded",
			all - enabled, all);
	for (i = 0; i < all; i++) {
		struct pi_cpu_info cpu;

		if (EFI_ERROR(mp->get_processor_info(mp, i, &cpu)) || cpu.apic_id > UINT32_MAX)
			return message_fail(why, "the firmware cannot describe CPU %lu", i);
		if (!(cpu.status & PI_CPU_BSP))
			info->apic_id[info->cpu_count++] = (uint32_t)cpu.apic_id;
	}
	if (info->cpu_count != all)
		return message_fail(why, "the firmware names only %u of %lu CPUs", info->cpu_count, all);
	return 0;
}

static int launch_this(struct job *job, uint32_t cpu, struct message *why)
{
	if (launch_check(why) || launch_cpu(job->info, cpu, job->entry, why))
		return -1;
	job->launched++;
	return 0;
}

/* Runs on one CPU at a time; must not call boot services. */
static void EFIAPI ap_procedure(void *argument)
{
	struct job *job = argument;
	uint32_t id = own_apic_id(), cpu = 1;

	if (job->failed)
		return;
	while (cpu < job->info->cpu_count && job->info->apic_id[cpu] != id)
		cpu++;
	if (cpu == job->info->cpu_count)
		message_fail(&job->why, "its APIC id is %u, which the firmware did not name", id);
	else if (!launch_this(job, cpu, &job->why))
		return;
	job->failed = cpu;
}

int cpus_launch(const struct rw_bootinfo *info, uint64_t entry, bool *under_way, struct message *why)
{
	static struct job job;
	struct pi_mp_services *mp = services();
	struct message own;

	job = (struct job){ .info = info, .entry = entry };
	if (info->cpu_count > 1 &&
	    EFI_ERROR(mp->startup_all_aps(mp, ap_procedure, TRUE, NULL, 0, &job, NULL)) && !job.failed) {
		job.failed = 1;
		message_fail(&job.why, "the firmware cannot run a program on the other CPUs");
	}
	*under_way = job.launched != 0;
	if (!job.failed && job.launched != info->cpu_count - 1) {
		job.failed = job.launched + 1;
		message_fail(&job.why, "the firmware did not run the loader on it");
	}
	if (job.failed)
		return message_fail(why, "CPU %u: %s", job.failed, job.why.text);
	if (!launch_this(&job, 0, &own))
		return 0;
	return message_fail(why, "%s", own.text);
}
