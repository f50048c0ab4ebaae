/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of the loader's check and placement of the hypervisor core. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include "abi/bootinfo.h"
#include "elf_image.h"

/* A core with three segments: RX of two pages, R, and RW with a tail that is not in the file. */
struct core {
	Elf64_Ehdr ehdr;
	Elf64_Phdr phdr[4];
	uint8_t text[64], rodata[16], data[8];
};

static struct core core;
static struct elf_image image;
static struct message why;

static Elf64_Phdr load(uint64_t offset, uint64_t at, uint64_t file_size, uint64_t mem_size, uint32_t flags)
{
	return (Elf64_Phdr){ .p_type = PT_LOAD,
			     .p_flags = flags,
			     .p_offset = offset,
			     .p_vaddr = RW_HV_LINK + at,
			     .p_filesz = file_size,
			     .p_memsz = mem_size };
}

static int setup(void **state)
{
	(void)state;
	memset(&core, 0, sizeof(core));
	memcpy(core.ehdr.e_ident, ELFMAG, SELFMAG);
	core.ehdr.e_ident[EI_CLASS] = ELFCLASS64;
	core.ehdr.e_ident[EI_DATA] = ELFDATA2LSB;
	core.ehdr.e_type = ET_EXEC;
	core.ehdr.e_machine = EM_X86_64;
	core.ehdr.e_entry = RW_HV_LINK + 8;
	core.ehdr.e_phoff = offsetof(struct core, phdr);
	core.ehdr.e_phentsize = sizeof(Elf64_Phdr);
	core.ehdr.e_phnum = 4;
	core.phdr[0] = load(offsetof(struct core, text), 0, sizeof(core.text), 0x1800, PF_R | PF_X);
	core.phdr[1] = load(offsetof(struct core, rodata), 0x2000, sizeof(core.rodata), sizeof(core.rodata),
			    PF_R);
	core.phdr[2] = load(offsetof(struct core, data), 0x4000, sizeof(core.data), 0x2345, PF_R | PF_W);
	core.phdr[3] = load(0, 0x123, 0, 0, PF_R | PF_W | PF_X); /* empty: ignored */
	memset(core.text, 1, sizeof(core.text));
	memset(core.rodata, 2, sizeof(core.rodata));
	memset(core.data, 3, sizeof(core.data));
	return 0;
}

static int check(size_t size)
{
	void *block = malloc(size);
	int ret;

	assert_non_null(block);
	memcpy(block, &core, size);
	ret = elf_image_check(&image, block, size, &why);
	free(block);
	return ret;
}

static void expect_error(const char *message)
{
	assert_int_equal(check(sizeof(core)), -1);
	assert_string_equal(why.text, message);
	setup(NULL);
}

static void test_good(void **state)
{
	uint8_t *at;
	size_t i;

	(void)state;
	assert_int_equal(elf_image_check(&image, &core, sizeof(core), &why), 0);
	assert_int_equal(image.count, 3);
	assert_int_equal(image.size, 0x7000);
	assert_int_equal(image.entry, RW_HV_LINK + 8);
	assert_true(image.segment[0].execute && !image.segment[0].write);
	assert_true(!image.segment[1].execute && !image.segment[1].write);
	assert_true(!image.segment[2].execute && image.segment[2].write);
	at = calloc(1, image.size);
	assert_non_null(at);
	elf_image_place(&image, at);
	for (i = 0; i < image.size; i++) {
		uint8_t want = i < 64 ? 1 : i >= 0x2000 && i < 0x2010 ? 2 : i >= 0x4000 && i < 0x4008 ? 3 : 0;

		assert_int_equal(at[i], want);
	}
	free(at);
}

static void test_header(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(core); i++)
		assert_int_equal(check(i), -1);
	core.ehdr.e_ident[1] = 'e';
	expect_error("hypervisor core: not an ELF file");
	core.ehdr.e_machine = EM_386;
	expect_error("hypervisor core: not a static 64-bit x86 ELF program");
	core.ehdr.e_type = ET_DYN;
	expect_error("hypervisor core: not a static 64-bit x86 ELF program");
	core.ehdr.e_phoff = UINT64_MAX - 7;
	expect_error("hypervisor core: the program headers lie outside the file");
	core.ehdr.e_phnum = 0xffff;
	expect_error("hypervisor core: the program headers lie outside the file");
	core.ehdr.e_phoff++;
	expect_error("hypervisor core: the program headers lie outside the file");
	core.ehdr.e_phnum = 0;
	expect_error("hypervisor core: the entry point 0xffffffff80000008 is in no executable segment");
	core.ehdr.e_entry = RW_HV_LINK + 0x4000;
	expect_error("hypervisor core: the entry point 0xffffffff80004000 is in no executable segment");
	core.ehdr.e_entry = RW_HV_LINK + 64;
	expect_error("hypervisor core: the entry point 0xffffffff80000040 is in no executable segment");
	core.ehdr.e_entry = 0;
	expect_error("hypervisor core: the entry point 0x0 is in no executable segment");
}

static void test_segments(void **state)
{
	(void)state;
	core.phdr[3].p_type = PT_DYNAMIC;
	expect_error("hypervisor core: program header 3 asks for a run-time linker");
	core.phdr[1].p_offset = UINT64_MAX;
	expect_error("hypervisor core: segment 1 lies outside the file");
	core.phdr[1].p_filesz = UINT64_MAX;
	expect_error("hypervisor core: segment 1 lies outside the file");
	core.phdr[1].p_memsz = 1;
	expect_error("hypervisor core: segment 1 is larger in the file than in memory");
	core.phdr[1].p_vaddr++;
	expect_error("hypervisor core: segment 1 is at 0xffffffff80002001, not page-aligned");
	core.phdr[1].p_vaddr = 0x100000;
	expect_error(
		"hypervisor core: segment 1 at 0x100000 is not in the 16777216 bytes from 0xffffffff80000000 on");
	core.phdr[2].p_memsz = UINT64_MAX;
	expect_error("hypervisor core: segment 2 at 0xffffffff80004000 is not in the 16777216 bytes from "
		     "0xffffffff80000000 on");
	core.phdr[1].p_memsz = 0;
	expect_error("hypervisor core: segment 1 is larger in the file than in memory");
	core.phdr[0].p_memsz = 0x2001;
	expect_error("hypervisor core: segment 1 overlaps the previous one");
	core.phdr[0].p_flags |= PF_W;
	expect_error("hypervisor core: segment 0 is not R, RX or RW");
	core.phdr[0].p_flags = PF_X;
	expect_error("hypervisor core: segment 0 is not R, RX or RW");
}

static void test_too_many(void **state)
{
	struct {
		Elf64_Ehdr ehdr;
		Elf64_Phdr phdr[ELF_SEGMENTS_MAX + 1];
	} many = { .ehdr = core.ehdr };
	unsigned int i;

	(void)state;
	many.ehdr.e_phnum = ELF_SEGMENTS_MAX + 1;
	for (i = 0; i <= ELF_SEGMENTS_MAX; i++)
		many.phdr[i] = load(0, i * 0x1000, 16, 16, PF_R);
	assert_int_equal(elf_image_check(&image, &many, sizeof(many), &why), -1);
	assert_string_equal(why.text, "hypervisor core: more than 8 segments");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_good, setup),
		cmocka_unit_test_setup(test_header, setup),
		cmocka_unit_test_setup(test_segments, setup),
		cmocka_unit_test_setup(test_too_many, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
