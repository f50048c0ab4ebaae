/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Tests of modules = approved: the file is shown, hashed and looked up, and the module compared with it,
 * before its code is approved.
 */
#include "tests/unit/hv/core/mock.h"

#include <stdlib.h>

#include "approve/module_check.h"
#include "approve/module_file.h"
#include "approve/relocate.h"
#include "abi/approved.h"
#include "lib/policy_area.h"
#include "lib/sha256.h"
#include "mm/page_pool.h"

#define POLICY  (MACHINE_REGION + 0x3000)
#define FILE_AT 0x400000ull /* where the guest has the file, pages in reverse order */
#define CODE    0x205000ull
#define CODE_VA 0xffffffffc0000000ull
#define TEXT    2u     /* number of the section with the code */
#define TEXT_AT 0x1000 /* where the file has it */
#define BYTES   (40 * PAGE_SIZE + 123)

static uint8_t content[BYTES];

static uint8_t *area(void)
{
	return hv_virt(POLICY);
}

/* A policy area with the digest of content, and others around it. */
static void list_content(void)
{
	struct rw_policy_dir *dir = (struct rw_policy_dir *)area();
	struct rw_approved_hdr hdr = { RW_APPROVED_MAGIC, RW_APPROVED_VERSION, 3, 0 };
	uint8_t digest[3][RW_SHA256_LEN];
	struct sha256 s;
	uint32_t at;

	memset(digest[0], 0, sizeof(digest[0]));
	memset(digest[2], 0xff, sizeof(digest[2]));
	sha256_start(&s);
	sha256_add(&s, content, sizeof(content));
	sha256_end(&s, digest[1]);
	policy_area_start(dir);
	at = policy_area_add(dir, RW_POLICY_APPROVED, (uint32_t)RW_APPROVED_BYTES(3));
	memcpy(area() + at, &hdr, sizeof(hdr));
	memcpy(area() + at + sizeof(hdr), digest, sizeof(digest));
	machine.boot.policy_phys = POLICY;
	machine.boot.policy_size = dir->size;
}

/* A file with a page of code, and no symbol but the first. */
static void make_file(void)
{
	static const char names[] = "\0.text";
	Elf64_Shdr section[4] = {
		[1] = { .sh_type = SHT_STRTAB, .sh_offset = 0x400, .sh_size = sizeof(names) },
		[TEXT] = { .sh_name = 1,
			   .sh_type = SHT_PROGBITS,
			   .sh_flags = SHF_ALLOC | SHF_EXECINSTR,
			   .sh_offset = TEXT_AT,
			   .sh_size = PAGE_SIZE },
		[3] = { .sh_type = SHT_SYMTAB,
			.sh_offset = 0x500,
			.sh_size = sizeof(Elf64_Sym),
			.sh_link = 1 },
	};
	Elf64_Ehdr h = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			 .e_type = ET_REL,
			 .e_machine = EM_X86_64,
			 .e_shoff = 0x200,
			 .e_shentsize = sizeof(section[0]),
			 .e_shnum = 4,
			 .e_shstrndx = 1 };

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(i * 7 + i / 251);
	memcpy(content, &h, sizeof(h));
	memcpy(content + 0x200, section, sizeof(section));
	memcpy(content + 0x400, names, sizeof(names));
	memset(content + 0x500, 0, sizeof(Elf64_Sym));
}

static int approved(void **state)
{
	if (mock_reset_mbec(state))
		return -1;
	make_file();
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_ENFORCE;
	machine.boot.settings.modules = RW_MODULES_APPROVED;
	list_content();
	assert_null(module_file_init());
	module_check_forget(&mock.cpu);
	module_file_forget();
	mock_lock();
	memcpy(host_ram + CODE, content + TEXT_AT, PAGE_SIZE);
	return 0;
}

/* By the agent. */
static int64_t call(uint64_t nr, const void *argument, size_t size)
{
	memcpy(host_ram + GUEST_ARG, argument, size);
	mock.reg[GREG_RIP] = GUEST_AGENT;
	return mock_call(nr, GUEST_ARG, 0);
}

static int64_t step(const struct rw_module_file *req)
{
	return call(RW_HC_MODULE_FILE, req, sizeof(*req));
}

static int64_t begin(const char *name, uint64_t size)
{
	struct rw_module_file req = { .step = RW_MODULE_FILE_BEGIN, .size = size };

	memcpy(req.name, name, strlen(name));
	return step(&req);
}

static uint64_t page_at(uint64_t number)
{
	return FILE_AT + (63 - number) * PAGE_SIZE;
}

/* Puts the file into the guest's memory, and shows the pages from @first on. */
static int64_t show(uint64_t first, uint32_t count)
{
	struct rw_module_file req = { .step = RW_MODULE_FILE_PAGES, .count = count };

	/* What is protected already, nobody writes. */
	for (uint64_t at = first * PAGE_SIZE; at < BYTES; at += PAGE_SIZE)
		memcpy(host_ram + page_at(at / PAGE_SIZE), content + at,
		       BYTES - at < PAGE_SIZE ? BYTES - at : PAGE_SIZE);
	for (uint32_t i = 0; i < count && i < RW_MODULE_PAGES; i++)
		req.page[i] = page_at(first + i);
	return step(&req);
}

static bool may_run(void)
{
	return nested_perm(CODE) & NPERM_XS;
}

static int64_t check(enum rw_module_check_step what, uint64_t base)
{
	struct rw_module_check req = { .step = what, .count = what == RW_MODULE_CHECK_PLACES ? TEXT + 1 : 0 };

	req.value[TEXT] = base;
	return call(RW_HC_MODULE_CHECK, &req, sizeof(req));
}

/* Names the module's code. */
static int64_t name_code(const char *name)
{
	struct rw_protect_list list = {
		.count = 1, .range[0] = { CODE, CODE_VA, PAGE_SIZE, RW_TARGET_MODULE_TEXT, 0, "" }
	};

	memcpy(list.range[0].name, name, strlen(name));
	return call(RW_HC_MODULE, &list, sizeof(list));
}

/* As the agent does it. */
static int64_t approve(const char *name)
{
	int64_t places = check(RW_MODULE_CHECK_PLACES, CODE_VA), ret = name_code(name);

	assert_true(places == 0 || places == -RW_ENOTREADY);
	return ret || places ? ret : check(RW_MODULE_CHECK_COMPARE, 0);
}

static void show_all(void)
{
	assert_int_equal(begin("mod", BYTES), BYTES);
	show(0, 32);
	assert_int_equal(show(32, 9), 0);
}

static void test_a_listed_file_is_approved(void **state)
{
	(void)state;
	assert_int_equal(begin("mod", BYTES), BYTES);
	assert_int_equal(show(0, 32), BYTES - 32 * PAGE_SIZE);
	assert_int_equal(approve("mod"), -RW_EPERM); /* not all of it was shown */
	assert_int_equal(show(32, 9), 0);
	assert_int_equal(approve("mod"), 0);
	assert_int_equal(mock.event_type, RW_REC_MODULE_CODE);
	assert_true(may_run());
}

/* Whatever comes before: another name, other content, one page less or another order. */
static void test_other_files_are_refused(void **state)
{
	struct rw_module_file end = { .step = RW_MODULE_FILE_END };

	(void)state;
	assert_int_equal(approve("mod"), -RW_EPERM);
	begin("mod", BYTES);
	show(0, 32);
	show(32, 9);
	assert_int_equal(name_code("other"), -RW_EPERM);
	assert_int_equal(name_code("mo"), -RW_EPERM);
	assert_int_equal(step(&end), 0);
	assert_int_equal(approve("mod"), -RW_EPERM);
	content[BYTES - 1] ^= 1;
	begin("mod", BYTES);
	show(0, 32);
	assert_int_equal(show(32, 9), 0);
	assert_int_equal(approve("mod"), -RW_EPERM);
	content[BYTES - 1] ^= 1;
	begin("mod", BYTES - 1);
	show(0, 32);
	assert_int_equal(show(32, 9), 0);
	assert_int_equal(approve("mod"), -RW_EPERM);
	begin("mod", BYTES);
	show(9, 32);
	assert_int_equal(show(0, 9), 0);
	assert_int_equal(approve("mod"), -RW_EPERM);
	assert_int_equal(mock.event_type, RW_REC_MODULE_CODE);
	assert_false(may_run());
}

/* Nobody can write to what was shown, until it is forgotten. */
static void test_the_file_is_protected(void **state)
{
	struct rw_module_file end = { .step = RW_MODULE_FILE_END };

	(void)state;
	begin("mod", BYTES);
	show(0, 32);
	assert_int_equal(nested_perm(page_at(0)), NPERM_R);
	assert_int_equal(nested_perm(page_at(31)), NPERM_R);
	assert_true(nested_perm(page_at(32)) & NPERM_W);
	assert_int_equal(step(&end), 0);
	for (uint64_t i = 0; i < 41; i++)
		assert_int_equal(nested_perm(page_at(i)), nested_open());
	assert_false(ranges_find(&hv.ranges, page_at(0), &(struct ranges_hit){ 0 }));
	show_all();
	assert_int_equal(begin("mod", BYTES), BYTES); /* another one takes its place */
	assert_true(nested_perm(page_at(40)) & NPERM_W);
}

/* Until all of it is compared, the code neither runs nor changes. */
static void test_code_is_held(void **state)
{
	(void)state;
	show_all();
	assert_int_equal(check(RW_MODULE_CHECK_PLACES, CODE_VA), 0);
	assert_int_equal(name_code("mod"), 0);
	assert_int_equal(nested_perm(CODE), NPERM_R);
	assert_int_equal(check(RW_MODULE_CHECK_COMPARE, 0), 0);
	assert_int_equal(nested_perm(CODE), NPERM_R | NPERM_XS);
}

static void test_other_code_is_refused(void **state)
{
	(void)state;
	host_ram[CODE + 100] ^= 1;
	show_all();
	assert_int_equal(approve("mod"), -RW_EPERM);
	assert_int_equal(mock.event_type, RW_REC_MODULE_CODE);
	assert_int_equal(nested_perm(CODE), nested_open());
	host_ram[CODE + 100] ^= 1;
	show_all();
	assert_int_equal(check(RW_MODULE_CHECK_PLACES, CODE_VA + PAGE_SIZE), 0);
	assert_int_equal(name_code("mod"), 0);
	assert_int_equal(check(RW_MODULE_CHECK_COMPARE, 0), -RW_EPERM); /* it lies elsewhere */
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_AUDIT;
	host_ram[CODE + 100] ^= 1;
	show_all();
	assert_int_equal(approve("mod"), 0);
	assert_true(may_run());
}

/* Code that becomes data again while it is compared is not approved: it may have changed since. */
static void test_code_is_freed_meanwhile(void **state)
{
	struct rw_protect_list list = {
		.count = 2,
		.range = { { CODE, CODE_VA, PAGE_SIZE, RW_TARGET_MODULE_TEXT, 0, "mod" },
			   { CODE, CODE_VA, 0, RW_TARGET_MODULE_TEXT, 0, "mod" } },
	};
	uint64_t pages;

	(void)state;
	show_all();
	pages = hv.ranges.pages.total;
	assert_int_equal(check(RW_MODULE_CHECK_PLACES, CODE_VA), 0);
	assert_int_equal(name_code("mod"), 0);
	assert_int_equal(call(RW_HC_MODULE, &list, sizeof(list)), -RW_EINVAL);
	assert_int_equal(nested_perm(CODE), nested_open());
	mock.event_type = 0;
	assert_int_equal(check(RW_MODULE_CHECK_COMPARE, 0), -RW_EPERM);
	assert_int_equal(mock.event_type, RW_REC_MODULE_CODE);
	assert_int_equal(nested_perm(CODE), nested_open());
	assert_int_equal(hv.ranges.pages.total, pages); /* it was counted once */
	assert_int_equal(hv.ranges.pages.kind[RW_TARGET_MODULE_TEXT], 0);
	/* Recorded only, the page is the kernel's: were it read-only, a write to it would be no violation. */
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_AUDIT;
	show_all();
	assert_int_equal(check(RW_MODULE_CHECK_PLACES, CODE_VA), 0);
	assert_int_equal(name_code("mod"), 0);
	assert_int_equal(call(RW_HC_MODULE, &list, sizeof(list)), -RW_EINVAL);
	mock.event_type = 0;
	assert_int_equal(check(RW_MODULE_CHECK_COMPARE, 0), 0);
	assert_int_equal(mock.event_type, RW_REC_MODULE_CODE);
	assert_int_equal(nested_perm(CODE), nested_open());
}

/* The steps in another order. */
static void test_order(void **state)
{
	struct rw_module_check req = { .step = 3 };

	(void)state;
	assert_int_equal(check(RW_MODULE_CHECK_PLACES, CODE_VA), -RW_ENOTREADY);
	assert_int_equal(check(RW_MODULE_CHECK_EXPORTS, 0), -RW_EINVAL); /* after the lock */
	assert_int_equal(check(RW_MODULE_CHECK_COMPARE, 0), -RW_EINVAL);
	assert_int_equal(call(RW_HC_MODULE_CHECK, &req, sizeof(req)), -RW_EINVAL);
	show_all();
	assert_int_equal(name_code("mod"), 0);
	assert_int_equal(check(RW_MODULE_CHECK_COMPARE, 0), -RW_EINVAL); /* without places: data again */
	assert_int_equal(nested_perm(CODE), nested_open());
	assert_int_equal(check(RW_MODULE_CHECK_PLACES, CODE_VA), 0);
	assert_int_equal(check(RW_MODULE_CHECK_PLACES, CODE_VA), -RW_EINVAL);
	assert_int_equal(check(RW_MODULE_CHECK_COMPARE, 0), -RW_EINVAL);
	req.step = RW_MODULE_CHECK_PLACES;
	req.count = RW_MODULE_CHECK_VALUES + 1;
	assert_int_equal(call(RW_HC_MODULE_CHECK, &req, sizeof(req)), -RW_EINVAL);
}

static void test_audit_lets_them_run(void **state)
{
	(void)state;
	machine.boot.settings.kernel_code = RW_KERNEL_CODE_AUDIT;
	assert_int_equal(approve("mod"), 0);
	assert_true(may_run());
}

static void test_wrong_requests(void **state)
{
	struct rw_module_file req = { .step = RW_MODULE_FILE_PAGES, .count = 1, .page = { FILE_AT } };
	char name[RW_MODULE_NAME + 1];

	(void)state;
	assert_int_equal(step(&req), -RW_EINVAL); /* nothing has begun */
	assert_int_equal(begin("", 1), -RW_EINVAL);
	assert_int_equal(begin("a\x80", 1), -RW_EINVAL);
	assert_int_equal(begin("mod", 0), -RW_EINVAL);
	assert_int_equal(begin("mod", RW_MODULE_FILE_MAX + 1ull), -RW_EINVAL);
	memset(name, 'a', sizeof(name));
	name[RW_MODULE_NAME] = '\0';
	assert_int_equal(begin(name, 1), -RW_EINVAL);
	name[RW_MODULE_NAME - 1] = '\0';
	assert_int_equal(begin(name, 1), 1);
	assert_int_equal(show(0, 2), -RW_EINVAL); /* more pages than the file has */
	assert_int_equal(show(0, 1), -RW_EINVAL); /* and it is forgotten */
	for (uint32_t count = 0; count <= RW_MODULE_PAGES + 1; count += RW_MODULE_PAGES + 1) {
		begin("mod", BYTES);
		assert_int_equal(show(0, count), -RW_EINVAL);
	}
	begin("mod", BYTES);
	req.page[0] = FILE_AT + 8;
	assert_int_equal(step(&req), -RW_EINVAL);
	begin("mod", BYTES);
	req.page[0] = MACHINE_REGION; /* the hypervisor's own */
	assert_int_equal(step(&req), -RW_EINVAL);
	req.step = 3;
	assert_int_equal(step(&req), -RW_EINVAL);
	assert_int_equal(approve("mod"), -RW_EPERM);
}

static void test_other_settings(void **state)
{
	(void)state;
	machine.boot.settings.modules = RW_MODULES_ANY;
	assert_null(module_file_init());
	assert_int_equal(begin("mod", BYTES), -RW_EINVAL);
	assert_int_equal(approve("mod"), 0);
}

/* The loader and the hypervisor do not belong together. */
static void test_unsound_lists(void **state)
{
	struct rw_policy_dir *dir = (struct rw_policy_dir *)area();

	(void)state;
	dir->image[0].size -= 1;
	assert_non_null(module_file_init());
	dir->image[0].size += 1;
	dir->image[0].kind = RW_POLICY_ACCESS;
	assert_non_null(module_file_init());
	dir->image[0].kind = RW_POLICY_APPROVED;
	assert_null(module_file_init());
	dir->magic++;
	assert_non_null(module_file_init());
}

#define GUARDED(test) cmocka_unit_test_setup(test, approved)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GUARDED(test_a_listed_file_is_approved),
		GUARDED(test_other_files_are_refused),
		GUARDED(test_the_file_is_protected),
		GUARDED(test_code_is_held),
		GUARDED(test_other_code_is_refused),
		GUARDED(test_code_is_freed_meanwhile),
		GUARDED(test_order),
		GUARDED(test_audit_lets_them_run),
		GUARDED(test_wrong_requests),
		GUARDED(test_other_settings),
		GUARDED(test_unsound_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
