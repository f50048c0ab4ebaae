/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the reader of .modinfo, from heap blocks of exactly a file's size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include "lib/modinfo.h"

#define SECTIONS 3u

/* A module's file: header, sections' names, .modinfo, headers of three sections. */
struct file {
	Elf64_Ehdr hdr;
	char names[32];
	char info[64];
	Elf64_Shdr section[SECTIONS];
};

static const struct file good = {
	.hdr = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB },
		 .e_shoff = offsetof(struct file, section),
		 .e_shentsize = sizeof(Elf64_Shdr),
		 .e_shnum = SECTIONS,
		 .e_shstrndx = 1 },
	.names = "\0.shstrtab\0.modinfo",
	.info = "license=GPL\0alias=name=x\0name=dummy\0vermagic=6.1",
	.section = { [1] = { .sh_name = 1,
			     .sh_type = SHT_STRTAB,
			     .sh_offset = offsetof(struct file, names),
			     .sh_size = 20 },
		     [2] = { .sh_name = 11,
			     .sh_type = SHT_PROGBITS,
			     .sh_offset = offsetof(struct file, info),
			     .sh_size = 64 } },
};

/* The name found in the first @size bytes, or "". */
static const char *name_in(const struct file *f, size_t size)
{
	static char name[128];
	char *block = malloc(size ? size : 1);
	const char *found;
	uint64_t len = 0;

	assert_non_null(block);
	memcpy(block, f, size);
	found = modinfo_name(block, size, &len);
	assert_true(!found || (found >= block && len < size));
	memcpy(name, found ? found : "", found ? len : 0);
	name[found ? len : 0] = '\0';
	free(block);
	return name;
}

static void test_the_name(void **state)
{
	(void)state;
	assert_string_equal(name_in(&good, sizeof(good)), "dummy");
	for (size_t size = 0; size < sizeof(good); size++)
		assert_string_equal(name_in(&good, size), "");
}

#define WRONG(field, value) \
	do { \
		struct file bad = good; \
\
		bad.field = (value); \
		assert_string_equal(name_in(&bad, sizeof(bad)), ""); \
	} while (0)

static void test_wrong_files(void **state)
{
	(void)state;
	WRONG(hdr.e_ident[1], 'e');
	WRONG(hdr.e_ident[EI_CLASS], ELFCLASS32);
	WRONG(hdr.e_shoff, UINT64_MAX);
	WRONG(hdr.e_shoff, sizeof(struct file) - 1);
	WRONG(hdr.e_shentsize, 40);
	WRONG(hdr.e_shnum, 0);
	WRONG(hdr.e_shnum, SECTIONS + 1);
	WRONG(hdr.e_shnum, UINT16_MAX);
	WRONG(hdr.e_shstrndx, SECTIONS);
	WRONG(section[1].sh_offset, UINT64_MAX);
	WRONG(section[1].sh_size, 19); /* .modinfo without its NUL */
	WRONG(section[1].sh_size, UINT64_MAX);
	WRONG(section[2].sh_name, UINT32_MAX);
	WRONG(section[2].sh_name, 12);
	WRONG(section[2].sh_type, SHT_NOBITS);
	WRONG(section[2].sh_offset, sizeof(struct file));
	WRONG(section[2].sh_size, UINT64_MAX);
	WRONG(section[2].sh_size, 35); /* ends in the name */
	WRONG(info[25], 'N');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_name),
		cmocka_unit_test(test_wrong_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
