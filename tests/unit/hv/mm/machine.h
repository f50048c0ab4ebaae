/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A machine for the tests of hv/mm and hv/core: its description, its MSRs, and the nested tables read
 * independently. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arch/x86/backend.h"
#include "abi/bootinfo.h"
#include "mm/mtrr.h"
#include "mm/nested.h"

#define MACHINE_REGION (16ull << 20) /* guest-physical; above host_ram, so none of it is guest RAM */
#define MACHINE_POOL   (1ull << 20)  /* offset of the pool in the region */

struct machine {
	struct rw_bootinfo boot;
	struct mtrr_state mtrr; /* read by rdmsr() for the MTRRs */
	bool has_mtrr, has_1g, has_tsc_adjust;
	bool exec_modes; /* MBEC, GMET */
	bool by_mode;    /* a map for each mode */
	unsigned int phys_bits;
	unsigned int key_bits;         /* MKTME: upper address bits that select a key */
	unsigned int c_bit, lost_bits; /* SME: position of its bit, 0: none; address bits that it uses up */
	const struct nested_format *format;
};
extern struct machine machine;
extern const struct nested_format vmx_ept, svm_npt;

/**
 * machine_reset() - all RAM is guest RAM, memory is WB, 40 bits of address, 1 GiB leaves, EPT; nested.c as at
 * power-on.
 */
void machine_reset(void);

/**
 * machine_start() - set up pool, guest_copy and nested tables, with a pool of @pool_pages. Return: as
 * nested_init().
 */
const char *machine_start(uint32_t pool_pages);

/** machine_msr() - whether @msr is an MTRR or MTRRcap; if so, *value comes from machine.mtrr. */
bool machine_msr(uint32_t msr, uint64_t *value);

/* A translation as the CPU would find it. */
struct machine_map {
	bool mapped;
	uint64_t pa;
	unsigned int perm; /* NPERM_* */
	int type;          /* EPT: enum mem_type; NPT: MEM_WB */
	int level;         /* level of the leaf */
};

/** machine_walk() - read the tables from @root_pa as the CPU would; fail the test on a reserved bit. */
struct machine_map machine_walk(uint64_t root_pa, uint64_t gpa);
