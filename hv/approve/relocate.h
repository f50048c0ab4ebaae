/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Whether a loaded module is what its file says: each page is compared with the file's bytes, relocated to
 * where the module lies. At places that the kernel rewrites while it loads a module, what it writes there is
 * let pass. Pure C. The file is an approved one; where its sections lie is what the guest says.
 */
#pragma once

#include "approve/elf.h"
#include "approve/relocate_site.h"
#include "abi/types.h"

#define RELOCATE_CACHE 512u
#define RELOCATE_BYTES 16u

enum relocate_table {
	RELOCATE_ALTERNATIVES,
	RELOCATE_PARAVIRT,
	RELOCATE_LOCKS,
	RELOCATE_SEALS,
	RELOCATE_TABLES
};

struct relocate {
	struct elf_file elf;
	uint64_t base[ELF_SECTIONS];     /* where each section lies; 0: not known */
	uint64_t return_thunk;           /* that replaces returns; 0: none */
	uint32_t table[RELOCATE_TABLES]; /* number of its section; 0: none */
	uint32_t last[RELOCATE_TABLES];  /* entry found last: the tables ascend, mostly */
	struct relocate_symbol cache[RELOCATE_CACHE];
	uint8_t want[RW_PAGE_SIZE];
};

struct relocate_difference {
	const char *why;
	uint32_t section; /* number; 0: between the sections */
	uint32_t len;     /* of the bytes */
	uint64_t off;     /* in the section; else the linear address */
	uint8_t want[RELOCATE_BYTES], found[RELOCATE_BYTES];
};

/* What lies at some linear addresses. */
enum relocate_place {
	RELOCATE_ELSEWHERE,
	RELOCATE_TEXT,   /* all of it lies in the module's pages that are to be approved as code */
	RELOCATE_RODATA, /* or as read-only data */
	RELOCATE_MIXED   /* a part of it lies in such pages */
};

/**
 * relocate_place_of() - what the @size bytes at @va are. relocate_export() - the value of the symbol that the
 * kernel, or an approved module, exports as @name. Provided by the program that links relocate.c.
 */
enum relocate_place relocate_place_of(uint64_t va, uint64_t size);
bool relocate_export(const char *name, uint64_t *value);

/** relocate_open() - begins with a file of @size bytes. Return: NULL, or what is wrong with it. */
const char *relocate_open(struct relocate *r, uint64_t size);

/**
 * relocate_check_places() - checks @r->base, set by the caller from what the guest says, once the module's
 * pages are known: code in code, read-only data in read-only data, all else outside, nothing twice.
 * @section: set on error
 * Return: NULL, or what is wrong.
 */
const char *relocate_check_places(struct relocate *r, uint32_t *section);

/**
 * relocate_page() - compares the page at @va with the file.
 * @text: whether it is code; between the sections of code only zeros are right
 * @found: its 4,096 bytes, which do not change
 * @d: set if they differ
 * Return: whether the page is as the file says.
 */
bool relocate_page(struct relocate *r, uint64_t va, bool text, const uint8_t *found,
		   struct relocate_difference *d);
