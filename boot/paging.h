/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor's own page tables, as abi/bootinfo.h describes them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "abi/bootinfo.h"
#include "elf_image.h"
#include "message.h"

#define PAGING_CODE_PAGES_MAX 2u /* the loader's switch routine */

/**
 * paging_tables_bound() - compute the most pages of tables that paging_build() takes.
 * @info:      sizes of image and region, addresses as offsets or placed, and mapped_top
 * @gib_pages: the CPU has pages of 1 GiB
 *
 * Context: anywhere. Return: pages.
 */
uint64_t paging_tables_bound(const struct rw_bootinfo *info, bool gib_pages);

/* What paging_build() works on. */
struct paging {
	const struct rw_bootinfo *info; /* laid out and placed */
	const struct elf_image *image;  /* checked */
	uint64_t code_phys;             /* the loader's switch routine; page-aligned */
	uint64_t code_pages;            /* at most PAGING_CODE_PAGES_MAX */
	bool gib_pages;                 /* the CPU has pages of 1 GiB */
	uint8_t *tables;                /* info->tables_size bytes of zeros; the PML4 is the first page */
	uint64_t used;                  /* pages of @tables taken so far: 0 at first */
};

/**
 * paging_build() - build the page tables that the hypervisor starts with.
 * @paging: all set, @used 0
 * @why:    on an error: what is wrong
 *
 * All entries are present, supervisor, write-back (PAT entry 0), accessed, and dirty where writable. No page
 * is both writable and executable.
 *
 * Context: anywhere. Return: 0, or -1 with @why.
 */
int paging_build(struct paging *paging, struct message *why);
