/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Reads a relocatable ELF file that lies in pages of the guest, in any order. Pure C: everything in the file
 * is untrusted, and each offset is checked where it is used.
 */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ELF_SECTIONS 256u /* a file with more is refused */
#define ELF_NAME     128u /* with the NUL; longer names are not read */

struct elf_file {
	uint64_t size;
	uint32_t sections, names; /* how many; number of the one with their names */
	uint32_t symbols;         /* number of the symbol table */
	uint32_t symbol_count;
	Elf64_Shdr section[ELF_SECTIONS]; /* what they have in the file lies in it */
	uint16_t rela[ELF_SECTIONS];      /* number of each section's relocations; 0: it has none */
};

/** elf_page() - page @number of the file, RW_PAGE_SIZE bytes; provided by the program that links elf.c. */
const uint8_t *elf_page(uint64_t number);

/** elf_open() - checks a file of @size bytes. Return: NULL, or what is wrong with it. */
const char *elf_open(struct elf_file *e, uint64_t size);

/** elf_read() - copies @size bytes at @off. Return: whether they lie in the file. */
bool elf_read(const struct elf_file *e, uint64_t off, void *dst, size_t size);

/** elf_string() - copies the string at @off of string table @table. Return: whether there is one. */
bool elf_string(const struct elf_file *e, uint32_t table, uint32_t off, char name[ELF_NAME]);

/** elf_symbol(), elf_rela() - copy entry @i of the symbols, of relocations @table. Return: is there one? */
bool elf_symbol(const struct elf_file *e, uint64_t i, Elf64_Sym *symbol);
bool elf_rela(const struct elf_file *e, uint32_t table, uint64_t i, Elf64_Rela *rela);

/** elf_find() - number of the section @name; 0: there is none. */
uint32_t elf_find(const struct elf_file *e, const char *name);

/** elf_equal() - whether two strings are equal. */
bool elf_equal(const char *a, const char *b);
