/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of a kernel's symbols: its vmlinux, Debian's empty System.map, and the offset found by records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "kaslr.h"
#include "tests/unit/rwlog/build.h"
#include "vmlinux.h"

#define TEXT_AT 0xffffffff81000000u
#define OFFSET  0x1e400000u

/* A vmlinux with a section of code, its symbols and their names. */
struct kernel {
	Elf64_Ehdr eh;
	Elf64_Shdr sh[4];
	uint8_t code[64];
	Elf64_Sym sym[4];
	char names[32];
};

static void make_kernel(struct kernel *k)
{
	static const char names[] = "\0_text\0memcpy\0hooks";

	*k = (struct kernel){ .eh = { .e_type = ET_EXEC,
				      .e_machine = EM_X86_64,
				      .e_version = EV_CURRENT,
				      .e_shoff = offsetof(struct kernel, sh),
				      .e_ehsize = sizeof(Elf64_Ehdr),
				      .e_shentsize = sizeof(Elf64_Shdr),
				      .e_shnum = 4 } };
	memcpy(k->eh.e_ident, ELFMAG, SELFMAG);
	k->eh.e_ident[EI_CLASS] = ELFCLASS64;
	k->eh.e_ident[EI_DATA] = ELFDATA2LSB;
	k->eh.e_ident[EI_VERSION] = EV_CURRENT;
	k->sh[1] = (Elf64_Shdr){ .sh_type = SHT_PROGBITS,
				 .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
				 .sh_addr = TEXT_AT,
				 .sh_offset = offsetof(struct kernel, code),
				 .sh_size = sizeof(k->code) };
	k->sh[2] = (Elf64_Shdr){ .sh_type = SHT_SYMTAB,
				 .sh_offset = offsetof(struct kernel, sym),
				 .sh_size = sizeof(k->sym),
				 .sh_link = 3,
				 .sh_entsize = sizeof(Elf64_Sym) };
	k->sh[3] = (Elf64_Shdr){ .sh_type = SHT_STRTAB,
				 .sh_offset = offsetof(struct kernel, names),
				 .sh_size = sizeof(k->names) };
	for (size_t i = 0; i < sizeof(k->code); i++)
		k->code[i] = (uint8_t)(i * 7);
	k->sym[1] = (Elf64_Sym){ 1, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), 0, 1, TEXT_AT, 0 };
	k->sym[2] = (Elf64_Sym){ 7, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1, TEXT_AT + 16, 48 };
	k->sym[3] = (Elf64_Sym){ 14, ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT), 0, 1, TEXT_AT + 0x800000, 8 };
	memcpy(k->names, names, sizeof(names));
}

static void read_kernel(struct symbols *s, const struct kernel *k)
{
	char why[256] = "";

	*s = (struct symbols){ 0 };
	if (vmlinux_symbols(s, (const uint8_t *)k, sizeof(*k), why, sizeof(why)))
		fail_msg("%s", why);
}

static void free_symbols(struct symbols *s)
{
	vmlinux_close(s->vmlinux);
	symbols_free(s);
}

static void a_vmlinux(void **state)
{
	struct symbols s;
	struct kernel k;
	const struct symbol *found;
	uint64_t off;
	size_t n;

	(void)state;
	make_kernel(&k);
	read_kernel(&s, &k);
	found = symbols_find(&s, TEXT_AT + 3, &off);
	assert_memory_equal(found->name.p, "_text", found->name.len);
	assert_int_equal(off, 3);
	assert_int_equal(symbols_named(&s, (struct text){ (const uint8_t *)"hooks", 5 }), TEXT_AT + 0x800000);
	assert_int_equal(symbols_named(&s, (struct text){ (const uint8_t *)"hook", 4 }), 0);
	assert_ptr_not_equal(vmlinux_code(s.vmlinux, TEXT_AT + 16, &n), NULL);
	assert_int_equal(n, 48);
	assert_int_equal(*vmlinux_code(s.vmlinux, TEXT_AT + 16, &n), 112);
	assert_null(vmlinux_code(s.vmlinux, TEXT_AT + 64, &n));
	assert_null(vmlinux_code(s.vmlinux, TEXT_AT - 1, &n));
	free_symbols(&s);
}

static void what_is_no_list(void **state)
{
	static const char stub[] =
		"ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n";
	struct symbols s = { 0 };
	struct kernel k;
	char why[256];

	(void)state;
	assert_int_not_equal(vmlinux_symbols(&s, (const uint8_t *)stub, sizeof(stub) - 1, why, sizeof(why)),
			     0);
	assert_non_null(strstr(why, "linux-image-RELEASE-dbg"));
	assert_non_null(strstr(why, "/proc/kallsyms"));
	free_symbols(&s);
	make_kernel(&k);
	k.eh.e_shnum = 2; /* stripped */
	s = (struct symbols){ 0 };
	assert_int_not_equal(vmlinux_symbols(&s, (const uint8_t *)&k, sizeof(k), why, sizeof(why)), 0);
	assert_non_null(strstr(why, "no symbols of kernel code"));
	free_symbols(&s);
}

/* Damaged files end in a message or in fewer symbols, and in nothing that the sanitizers see. */
static void damaged_files(void **state)
{
	struct kernel good;

	(void)state;
	make_kernel(&good);
	for (size_t at = SELFMAG; at < offsetof(struct kernel, code); at++) {
		struct symbols s = { 0 };
		struct kernel *k = malloc(sizeof(*k));
		char why[256];
		size_t n;

		*k = good;
		((uint8_t *)k)[at] ^= (uint8_t)(0x81 + at);
		vmlinux_symbols(&s, (const uint8_t *)k, sizeof(*k), why, sizeof(why));
		vmlinux_code(s.vmlinux, TEXT_AT + 20, &n);
		free_symbols(&s);
		free(k);
	}
}

/* A store with a violation of @target at an address, and an instruction at @rip. */
static void make_log(struct build *b, const char *symbol, uint64_t gva, uint64_t rip, const uint8_t *code)
{
	struct rec_writer *w;

	build_start(b, BUILD_FEW, 1);
	w = build_record(b, RW_REC_PATCH, RW_VERDICT_ALLOW);
	rec_u32(w, RW_F_ACCESS, RW_ACCESS_WRITE);
	rec_u32(w, RW_F_TARGET, RW_TARGET_KERNEL_TEXT);
	rec_bytes(w, RW_F_SYMBOL, symbol, (uint16_t)strlen(symbol));
	rec_u64(w, RW_F_SYMBOL_OFFSET, 4);
	rec_u64(w, RW_F_GPA, 0x5000);
	rec_u64(w, RW_F_GVA, gva);
	rec_u32(w, RW_F_CPL, 0);
	rec_u64(w, RW_F_RIP, rip);
	rec_u64(w, RW_F_CR3, 0);
	rec_bytes(w, RW_F_CODE, code, 16);
	build_end(b);
}

/* What kaslr_for_boot() says about such a log. */
static bool offset_of(const struct symbols *s, struct build *b, uint64_t *offset, char said[512])
{
	FILE *say = fmemopen(said, 512, "w");
	const struct symbols *got;
	struct symbols own;
	struct input in;
	bool known;

	assert_int_equal(build_parse(&in, b->p, b->len), 0);
	boot_merge(&in.boot[0], &in.problems);
	got = kaslr_for_boot(s, &in.boot[0], &own, say);
	known = got != NULL;
	if (known)
		*offset = got->kaslr;
	fclose(say);
	input_free(&in);
	build_free(b);
	return known;
}

static void the_offset(void **state)
{
	static const uint8_t other[16] = { 0x90 };
	char said[512] = "";
	struct symbols s;
	struct kernel k;
	struct build b;
	uint64_t offset;

	(void)state;
	make_kernel(&k);
	read_kernel(&s, &k);
	/* By the symbol at the address; the code is a module's. */
	make_log(&b, "hooks", TEXT_AT + 0x800004 + OFFSET, 0xffffffffc0001000, other);
	assert_true(offset_of(&s, &b, &offset, said));
	assert_int_equal(offset, OFFSET);
	assert_non_null(strstr(said, "its records say that the kernel ran 0x1e400000 above these symbols"));
	/* By the instruction; the address is an alias. */
	make_log(&b, "hooks", 0x7000, TEXT_AT + 21 + OFFSET, k.code + 21);
	assert_true(offset_of(&s, &b, &offset, said));
	assert_int_equal(offset, OFFSET);
	/* Neither: names would be wrong. */
	make_log(&b, "unknown", TEXT_AT + 4, TEXT_AT + OFFSET, other);
	assert_false(offset_of(&s, &b, &offset, said));
	assert_non_null(strstr(said, "--kaslr OFFSET gives it"));
	/* An offset that no kernel has is none. */
	make_log(&b, "hooks", TEXT_AT + 0x800004 + OFFSET + 0x1000, TEXT_AT + 21 + 0x1000, k.code + 21);
	assert_false(offset_of(&s, &b, &offset, said));
	s.kaslr_given = true;
	s.kaslr = 0x200000;
	make_log(&b, "hooks", TEXT_AT + 0x800004 + OFFSET, 0xffffffffc0001000, other);
	assert_true(offset_of(&s, &b, &offset, said));
	assert_int_equal(offset, 0x200000);
	free_symbols(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vmlinux),
		cmocka_unit_test(what_is_no_list),
		cmocka_unit_test(damaged_files),
		cmocka_unit_test(the_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
