/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The parts of the UEFI Platform Initialization specification that gnu-efi has no header for. */
#pragma once

#include <efi.h>

#include "abi/types.h"

/* Volume 2, "EFI_MP_SERVICES_PROTOCOL". */
/* clang-format off */
#define PI_MP_SERVICES_GUID \
	{ 0x3fdda605, 0xa76e, 0x4f46, { 0xad, 0x29, 0x12, 0xf4, 0x53, 0x1b, 0x3d, 0x08 } }
/* clang-format on */

#define PI_CPU_BSP     1u
#define PI_CPU_ENABLED 2u

struct pi_cpu_info {
	UINT64 apic_id;
	UINT32 status; /* PI_CPU_* */
	UINT32 package, core, thread;
};

typedef void(EFIAPI *pi_ap_procedure)(void *argument);

struct pi_mp_services {
	EFI_STATUS(EFIAPI *get_number_of_processors)(struct pi_mp_services *self, UINTN *all, UINTN *enabled);
	EFI_STATUS(EFIAPI *get_processor_info)
	(struct pi_mp_services *self, UINTN number, struct pi_cpu_info *info);
	EFI_STATUS(EFIAPI *startup_all_aps)
	(struct pi_mp_services *self, pi_ap_procedure procedure, BOOLEAN one_by_one, EFI_EVENT event,
	 UINTN timeout_us, void *argument, UINTN **failed);
};

/* Volume 2, "DXE Services Table". */
/* clang-format off */
#define PI_DXE_SERVICES_GUID \
	{ 0x05ad34ba, 0x6f02, 0x4214, { 0x95, 0x2e, 0x4d, 0xa0, 0x39, 0x8e, 0x2b, 0xb9 } }
/* clang-format on */
#define PI_DXE_SERVICES_SIGNATURE 0x565245535f455844ull /* "DXE_SERV" */

#define PI_GCD_NON_EXISTENT 0u

struct pi_memory_space {
	UINT64 base;
	UINT64 length;
	UINT64 capabilities;
	UINT64 attributes;
	UINT32 type; /* PI_GCD_* */
	void *image;
	void *device;
};
RW_ASSERT_SIZE(struct pi_memory_space, 56);

struct pi_dxe_services {
	EFI_TABLE_HEADER header;
	void *services[6]; /* for other purposes */
	EFI_STATUS(EFIAPI *get_memory_space_map)(UINTN *count, struct pi_memory_space **map);
};
RW_ASSERT_OFFSET(struct pi_dxe_services, get_memory_space_map, 24 + 6 * 8);
