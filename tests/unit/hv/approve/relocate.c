/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of the comparison of a module with its file: a module in miniature (sample.S), loaded as Linux does
 * it, and malformed files. Given files, it loads and compares them instead.
 */
#include "tests/unit/hv/approve/loader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef SAMPLE
#error "SAMPLE is the path of the assembled sample.S"
#endif

static struct relocate r;
static struct relocate_difference d;
static uint8_t *file;
static size_t size;

static uint8_t *read_file(const char *path, size_t *bytes)
{
	FILE *f = fopen(path, "rb");
	uint8_t *content;

	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	*bytes = (size_t)ftell(f);
	rewind(f);
	content = malloc(*bytes);
	assert_int_equal(fread(content, 1, *bytes, f), *bytes);
	fclose(f);
	return content;
}

static int load(void **state)
{
	(void)state;
	file = read_file(SAMPLE, &size);
	assert_null(loader_load(&r, file, size));
	return 0;
}

static int unload(void **state)
{
	(void)state;
	loader_free();
	free(file);
	return 0;
}

static uint32_t section(const char *name)
{
	uint32_t found = elf_find(&r.elf, name);

	assert_int_not_equal(found, 0);
	return found;
}

static uint8_t *bytes_at(const char *name, uint64_t off)
{
	uint8_t *at = loader_at(r.base[section(name)] + off);

	assert_non_null(at);
	return at;
}

static bool same(void)
{
	memset(&d, 0, sizeof(d));
	return loader_compare(&r, &d);
}

/* Writes @bytes over the code at @off and says whether that is let pass. */
static bool passes(uint64_t off, const char *bytes, size_t len)
{
	uint8_t *at = bytes_at(".text", off), before[16];
	bool ok;

	memcpy(before, at, len);
	memcpy(at, bytes, len);
	ok = same();
	memcpy(at, before, len);
	return ok;
}

/* The same for a branch of opcode @op to @target. */
static bool passes_branch(uint64_t off, uint8_t op, uint64_t target, const char *rest, size_t rest_len)
{
	int32_t displacement = (int32_t)(target - (r.base[section(".text")] + off + 5));
	char bytes[16] = { (char)op };

	memcpy(bytes + 1, &displacement, 4);
	memcpy(bytes + 5, rest, rest_len);
	return passes(off, bytes, 5 + rest_len);
}

#define PASSES(off, bytes) assert_true(passes(off, bytes, sizeof(bytes) - 1))
#define FAILS(off, bytes)  assert_false(passes(off, bytes, sizeof(bytes) - 1))

/* Offsets in sample.S. */
enum {
	ENDBR = 0x0,
	FENTRY = 0x4,
	LOCK = 0x9,
	THUNK_RAX = 0x1f,
	THUNK_R11 = 0x24, /* with a prefix */
	THUNK_JNE = 0x2a, /* rdx */
	PLAIN_CALL = 0x30,
	INDIRECT = 0x35,
	ALTERNATIVE = 0x3c,
	RETURN = 0x44
};

static void test_loaded(void **state)
{
	(void)state;
	assert_true(same());
}

/* Not one byte may differ, but for those that the kernel rewrites. */
static void test_each_byte(void **state)
{
	static const char *const names[] = { ".text", ".rodata", ".altinstr_replacement", ".init.text",
					     "__ksymtab" };

	(void)state;
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		uint32_t i = section(names[n]);

		for (uint64_t off = 0; off < r.elf.section[i].sh_size; off++) {
			uint8_t *at = bytes_at(names[n], off);

			*at ^= 0x41;
			assert_false(same());
			assert_int_equal(d.section, i);
			assert_true(d.off <= off && off - d.off < 8); /* where the place begins */
			assert_int_equal(d.found[off - d.off], *at);
			*at ^= 0x41;
		}
	}
	assert_true(same());
}

/* Between the sections of code nothing may lie; between those of data anything. */
static void test_gaps(void **state)
{
	uint64_t end = r.base[section(".text")] + r.elf.section[section(".text")].sh_size;
	uint8_t *at = loader_at((end | 4095) - 7);

	(void)state;
	*at = 0xcc;
	assert_false(same());
	assert_int_equal(d.section, 0);
	assert_int_equal(d.off, (end | 4095) - 7);
	*at = 0;
	*bytes_at("__ex_table", 0) ^= 1; /* sorted by the kernel */
	assert_true(same());
}

static void test_calls(void **state)
{
	(void)state;
	PASSES(FENTRY, "\x0f\x1f\x44\x00\x00");
	FAILS(FENTRY, "\x0f\x1f\x44\x00\x01");
	assert_true(passes_branch(FENTRY, 0xe8, LOADER_TRACER, "", 0));
	assert_false(passes_branch(FENTRY, 0xe8, LOADER_TRACER + 1, "", 0));
	assert_false(passes_branch(FENTRY, 0xe9, LOADER_TRACER, "", 0));
	PASSES(RETURN, "\xc3\xcc\xcc\xcc\xcc");
	FAILS(RETURN, "\xc3\xcc\xcc\xcc\x90");
	assert_true(passes_branch(RETURN, 0xe9, LOADER_RETURN_THUNK, "", 0));
	assert_false(passes_branch(RETURN, 0xe9, LOADER_FUNCTION, "", 0));
	assert_false(passes_branch(RETURN, 0xe8, LOADER_RETURN_THUNK, "", 0));
	FAILS(PLAIN_CALL, "\x0f\x1f\x44\x00\x00");
	assert_false(passes_branch(PLAIN_CALL, 0xe8, LOADER_FUNCTION, "", 0));
}

/* spectre_v2=off, eIBRS: indirect branches instead of thunks. */
static void test_thunks(void **state)
{
	(void)state;
	PASSES(THUNK_RAX, "\xff\xd0\x0f\x1f\x00");
	PASSES(THUNK_RAX, "\xff\xd0\x90\x90\x90");
	PASSES(THUNK_RAX, "\x0f\xae\xe8\xff\xd0"); /* LFENCE before it */
	FAILS(THUNK_RAX, "\xff\xd1\x0f\x1f\x00");  /* another register */
	FAILS(THUNK_RAX, "\xff\xe0\x0f\x1f\x00");  /* a jump */
	FAILS(THUNK_RAX, "\xff\xd0\x0f\x1f\x01");
	PASSES(THUNK_R11, "\x41\xff\xe3\xcc\x66\x90");
	PASSES(THUNK_R11, "\x41\xff\xe3\x0f\x1f\x00");
	FAILS(THUNK_R11, "\x41\xff\xd3\x0f\x1f\x00");
	FAILS(THUNK_R11, "\xff\xe3\xcc\x0f\x1f\x00");
	PASSES(THUNK_JNE, "\x74\x04\xff\xe2\xcc\x90");
	FAILS(THUNK_JNE, "\x75\x04\xff\xe2\xcc\x90");
	FAILS(THUNK_JNE, "\x74\x03\xff\xe2\xcc\x90");
}

/* A page of thunks of the kernel's (Indirect Target Selection) beside the module's sections. */
static void test_page_of_thunks(void **state)
{
	uint8_t page[4096];

	(void)state;
	memset(page, 0xcc, sizeof(page));
	memcpy(page + 32, "\xff\xe0\xcc", 3);
	memcpy(page + 64, "\x41\xff\xe3\xcc", 4);
	assert_true(relocate_page(&r, LOADER_TEXT + 0x100000, true, page, &d));
	memcpy(page + 96, "\xff\xd0\xcc", 3);
	assert_false(relocate_page(&r, LOADER_TEXT + 0x100000, true, page, &d));
	memset(page, 0, sizeof(page));
	assert_true(relocate_page(&r, LOADER_TEXT + 0x100000, true, page, &d));
}

static void test_tables(void **state)
{
	(void)state;
	PASSES(LOCK, "\x3e");
	FAILS(LOCK, "\x90");
	PASSES(ENDBR, "\x66\x0f\x1f\x00");
	FAILS(ENDBR, "\x0f\x1f\x40\x00");
	PASSES(INDIRECT, "\x0f\x1f\x80\x00\x00\x00\x00");
	assert_true(passes_branch(INDIRECT, 0xe8, LOADER_FUNCTION, "\x66\x90", 2));
	assert_false(passes_branch(INDIRECT, 0xe8, LOADER_FUNCTION + 1, "\x66\x90", 2));
	assert_false(passes_branch(INDIRECT, 0xe8, LOADER_FUNCTION, "\x66\x91", 2));
	assert_false(passes_branch(INDIRECT, 0xe9, LOADER_FUNCTION, "\x66\x90", 2));
}

static void test_alternatives(void **state)
{
	uint64_t other = 0;

	(void)state;
	assert_true(relocate_export("other_exported", &other));
	PASSES(ALTERNATIVE + 5, "\x0f\x1f\x00"); /* the same with a longer NOP */
	FAILS(ALTERNATIVE + 5, "\x0f\x1f\x40");
	PASSES(ALTERNATIVE, "\xb0\x01\x66\x0f\x1f\x44\x00\x00");
	PASSES(ALTERNATIVE, "\xb0\x01\xeb\x04\xcc\xcc\xcc\xcc");
	FAILS(ALTERNATIVE, "\xb0\x01\xeb\x05\xcc\xcc\xcc\xcc");
	FAILS(ALTERNATIVE, "\xb0\x02\x66\x0f\x1f\x44\x00\x00");
	assert_true(passes_branch(ALTERNATIVE, 0xe8, other, "\x0f\x1f\x00", 3));
	assert_false(passes_branch(ALTERNATIVE, 0xe8, LOADER_FUNCTION, "\x0f\x1f\x00", 3));
}

/* Where the guest says that a section lies, it must lie. */
static void test_places(void **state)
{
	uint32_t text = section(".text"), rodata = section(".rodata"), data = section(".data"), at;
	uint64_t was = r.base[data];

	(void)state;
	r.base[data] = r.base[text] + 4096;
	assert_string_equal(relocate_check_places(&r, &at), "data lies in pages to approve as code");
	assert_int_equal(at, data);
	r.base[data] = r.base[rodata];
	assert_non_null(relocate_check_places(&r, &at));
	r.base[data] = 0x1000;
	assert_string_equal(relocate_check_places(&r, &at),
			    "the section lies outside of the kernel's memory for modules");
	r.base[data] = ~0ull - 2;
	assert_string_equal(relocate_check_places(&r, &at), "the section lies nowhere");
	r.base[data] = was;
	assert_null(relocate_check_places(&r, &at));
	was = r.base[rodata];
	r.base[rodata] = r.base[data] + 0x10000;
	assert_string_equal(relocate_check_places(&r, &at),
			    "read-only data lies outside of the pages to approve");
	r.base[rodata] = was;
	was = r.base[text];
	r.base[text] = r.base[data] + 0x10000;
	assert_string_equal(relocate_check_places(&r, &at), "code lies outside of the pages to approve");
	r.base[text] = 0;
	assert_string_equal(relocate_check_places(&r, &at), "it is not known where code lies");
	r.base[text] = was;
	r.base[section(".init.text")] = was + 16;
	assert_string_equal(relocate_check_places(&r, &at), "two sections lie at one place");
	r.base[section(".init.text")] = 0;
	assert_non_null(relocate_check_places(&r, &at));
}

/* The module says that a section lies elsewhere, and has its references lead there. */
static void test_moved_section(void **state)
{
	uint32_t at;

	(void)state;
	r.base[section(".rodata")] = (r.base[section(".rodata")] | 4095) + 1 -
				     r.elf.section[section(".rodata")].sh_size;
	assert_null(relocate_check_places(&r, &at));
	assert_false(same());
	r.base[section("__ksymtab")] = 0; /* of no use to the rest */
	r.base[section(".rodata")] = 0;
	memset(r.cache, 0, sizeof(r.cache));
	assert_false(same());
	assert_string_equal(d.why, "a relocation is not known");
}

static void compare_all(void)
{
	for (uint64_t at = 0; loader_at(LOADER_TEXT + at); at += 4096)
		for (int text = 0; text < 2; text++)
			relocate_page(&r, LOADER_TEXT + at, text, loader_at(LOADER_TEXT + at), &d);
}

/* Headers, section headers, symbols and relocations with wrong numbers: no access outside of the file. */
static void test_malformed(void **state)
{
	uint64_t base[ELF_SECTIONS];
	uint8_t *bad = malloc(size);

	(void)state;
	memcpy(base, r.base, sizeof(base));
	srand(1);
	for (int round = 0; round < 3000; round++) {
		size_t n = round % 7 ? size : (size_t)rand() % size;

		memcpy(bad, file, size);
		for (int i = rand() % 4; i >= 0; i--) {
			size_t where = rand() & 1 ? (size_t)rand() % 64 : (size_t)rand() % size;

			bad[where] = rand() & 1 ? 0xff : (uint8_t)rand();
		}
		loader_replace(bad, n);
		if (!relocate_open(&r, n)) {
			memcpy(r.base, base, sizeof(base));
			compare_all();
		}
	}
	free(bad);
}

static void test_not_elf(void **state)
{
	static struct relocate other;

	(void)state;
	assert_non_null(relocate_open(&other, 10));
	assert_non_null(relocate_open(&other, 64));
	file[0] = 0;
	loader_replace(file, size);
	assert_string_equal(relocate_open(&other, size), "not a relocatable ELF file for x86-64");
}

/* Loads and compares real modules. */
static int try_files(int count, char **path)
{
	int bad = 0;

	for (int i = 0; i < count; i++) {
		char name[ELF_NAME] = "";
		const char *why;

		file = read_file(path[i], &size);
		why = loader_load(&r, file, size);
		if (!why && !same()) {
			why = d.why;
			elf_string(&r.elf, r.elf.names, r.elf.section[d.section].sh_name, name);
		}
		if (why)
			printf("%s: %s: %s+%#lx\n", path[i], why, name, (unsigned long)d.off);
		bad += why != NULL;
		unload(NULL);
	}
	printf("%d modules, %d are not as their files say\n", count, bad);
	return bad != 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_loaded, load, unload),
		cmocka_unit_test_setup_teardown(test_each_byte, load, unload),
		cmocka_unit_test_setup_teardown(test_gaps, load, unload),
		cmocka_unit_test_setup_teardown(test_calls, load, unload),
		cmocka_unit_test_setup_teardown(test_thunks, load, unload),
		cmocka_unit_test_setup_teardown(test_page_of_thunks, load, unload),
		cmocka_unit_test_setup_teardown(test_tables, load, unload),
		cmocka_unit_test_setup_teardown(test_alternatives, load, unload),
		cmocka_unit_test_setup_teardown(test_places, load, unload),
		cmocka_unit_test_setup_teardown(test_moved_section, load, unload),
		cmocka_unit_test_setup_teardown(test_malformed, load, unload),
		cmocka_unit_test_setup_teardown(test_not_elf, load, unload),
	};

	return argc > 1 ? try_files(argc - 1, argv + 1) : cmocka_run_group_tests(tests, NULL, NULL);
}
