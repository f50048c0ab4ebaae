/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* ringward.efi: puts the machine under the hypervisor and continues the boot. */
#include <efi.h>
#include <efilib.h>

#include "claim.h"
#include "config.h"
#include "console.h"
#include "cpus.h"
#include "elf_image.h"
#include "launch.h"
#include "layout.h"
#include "machine.h"
#include "memory.h"
#include "next.h"
#include "paging.h"
#include "policy.h"
#include "rw_version.h"
#include "x86.h"

#define CONFIG_PATH "\\EFI\\ringward\\" CONFIG_NAME

/* hvcore.asm: the hypervisor core, an ELF file. */
extern const uint8_t hvcore_start[], hvcore_end[];

static struct config config;
static struct rw_bootinfo bootinfo; /* until it is copied into the region */

static int read_config(EFI_HANDLE volume, struct message *why)
{
	UINTN size;
	char *text;
	int ret;

	config_default(&config);
	if (next_read_file(volume, CONFIG_PATH, CONFIG_FILE_MAX, &text, &size, why))
		return -1;
	ret = config_parse(&config, text, size, why);
	FreePool(text);
	return ret;
}

/* Fills the region; then the hypervisor can be entered. */
static int fill_region(const struct elf_image *image, bool gib_pages, struct message *why)
{
	struct paging paging = {
		.info = &bootinfo,
		.image = image,
		.gib_pages = gib_pages,
		.tables = (uint8_t *)bootinfo.tables_phys,
	};

	paging.code_phys = launch_code(&paging.code_pages);
	elf_image_place(image, (uint8_t *)bootinfo.image_phys);
	policy_place(&bootinfo);
	CopyMem((void *)bootinfo.bootinfo_phys, &bootinfo, sizeof(bootinfo));
	return paging_build(&paging, why);
}

static void take_config(bool serial_answers)
{
	bootinfo.magic = RW_BOOTINFO_MAGIC;
	bootinfo.version = RW_BOOTINFO_VERSION;
	bootinfo.size = sizeof(bootinfo);
	bootinfo.serial_port = serial_answers ? config.serial_port : 0;
	bootinfo.serial_baud = config.serial_baud;
	bootinfo.agent = config.agent;
	bootinfo.exit_port = config.exit_port;
	bootinfo.watch_resets = config.watch_resets;
	bootinfo.settings = config.settings;
}

static void __attribute__((noreturn)) stop(const struct message *why)
{
	console_print("stopped: %s", why->text);
	x86_halt();
}

/* Puts the machine under the hypervisor: 0 as its guest, -1 on the bare machine. */
static int guard(EFI_HANDLE volume, bool serial_answers, struct message *why)
{
	bool gib_pages = x86_cpuid(0x80000001, 0).edx & CPUID_80000001_EDX_1GIB;
	struct elf_image image;
	bool under_way;

	take_config(serial_answers);
	if (policy_compile(volume, &bootinfo.settings, &bootinfo.policy_size, why) || launch_check(why) ||
	    cpus_find(&bootinfo, why) || memory_survey(&bootinfo, why) ||
	    elf_image_check(&image, hvcore_start, (uint64_t)hvcore_end - (uint64_t)hvcore_start, why))
		return -1;
	bootinfo.image_size = image.size;
	layout_plan(&bootinfo, config.store_mib, gib_pages);
	machine_describe(&bootinfo);
	if (memory_reserve(&bootinfo, why))
		return -1;
	if (!fill_region(&image, gib_pages, why)) {
		if (bootinfo.serial_port)
			claim_uart(bootinfo.serial_port);
		if (!cpus_launch(&bootinfo, image.entry, &under_way, why))
			return 0;
		if (under_way)
			stop(why); /* some CPUs are guests: the machine is neither guarded nor bare */
		claim_release();
	}
	memory_release(&bootinfo);
	return -1;
}

static EFI_STATUS start(EFI_HANDLE next)
{
	EFI_STATUS status = BS->StartImage(next, NULL, NULL);

	if (EFI_ERROR(status))
		console_print("%s returned EFI error %lu", config.next, status & ~EFI_ERROR_MASK);
	return status;
}

/* Boots without the hypervisor, if the configuration wants that and names what to boot; else stops. */
static EFI_STATUS give_up(EFI_HANDLE self, EFI_HANDLE volume, EFI_HANDLE next, const struct message *why)
{
	struct message load_why;

	if (!config.boot_on_error || !config.next[0])
		stop(why);
	console_print("%s", why->text);
	if (!next && next_load(&config, self, volume, &next, &load_why))
		stop(&load_why);
	console_print("this machine is NOT guarded; on_error = boot: starting %s", config.next);
	return start(next);
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *system)
{
	EFI_HANDLE volume = NULL, next = NULL;
	EFI_LOADED_IMAGE *loaded;
	struct message why;
	bool serial_answers;
	int ret;

	InitializeLib(self, system);
	config_default(&config);
	console_serial(config.serial_port, config.serial_baud);
	if (!EFI_ERROR(BS->HandleProtocol(self, &LoadedImageProtocol, (VOID **)&loaded)))
		volume = loaded->DeviceHandle;
	ret = read_config(volume, &why);
	serial_answers = console_serial(config.serial_port, config.serial_baud);
	console_print("loader %s", RW_VERSION);
	if (ret)
		return give_up(self, volume, NULL, &why);
	if (!serial_answers)
		console_print("serial: no UART answers at I/O port 0x%x, the hypervisor will be silent",
			      config.serial_port);

	/* Loaded first, so that its errors reach the serial line too, before the hypervisor takes it. */
	if (next_load(&config, self, volume, &next, &why))
		stop(&why);
	if (guard(volume, serial_answers, &why))
		return give_up(self, volume, next, &why);
	console_serial(0, 0);
	machine_hide_sleep();
	console_print("guarding this machine, store %u MiB at 0x%lx, starting %s%s", config.store_mib,
		      bootinfo.store_phys, config.next_other ? "other:" : "", config.next);
	return start(next);
}
