/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Hashes the file of the module that is being loaded, and looks it up. */
#include "approve/module_file.h"

#include "approve/relocate.h"
#include "core/smp.h"
#include "core/state.h"
#include "lib/approved.h"
#include "lib/policy_area.h"
#include "lib/sha256.h"
#include "lib/string.h"
#include "log/journal.h"
#include "mm/guest_copy.h"
#include "mm/nested.h"
#include "mm/page_pool.h"
#include "protect/code_rules.h"

#define TEXT_MAX 64u /* bytes of a record's text */

static const void *approved; /* (b) the image; NULL: none */

/* The file that is being shown; without a name: none. */
static struct {
	char name[RW_MODULE_NAME];
	uint64_t size, left; /* bytes; bytes still missing */
	uint32_t pages;      /* shown until now: all of them are write-protected */
	struct sha256 hash;
	uint8_t digest[RW_SHA256_LEN]; /* once nothing is missing */
	bool listed;
} file; /* (a) */

static uint32_t page[RW_MODULE_FILE_MAX / RW_PAGE_SIZE]; /* (a) numbers of the guest's pages */
static struct rw_protect_list protect;                   /* (a) the pages of one call */

const char *module_file_init(void)
{
	const void *area = hv_virt(hv.boot->policy_phys);
	uint32_t size;

	approved = NULL;
	if (hv.boot->settings.modules != RW_MODULES_APPROVED)
		return NULL;
	if (policy_area_check(area, hv.boot->policy_size))
		return "the policy area is not as the hypervisor knows it";
	approved = policy_area_image(area, RW_POLICY_APPROVED, &size);
	if (!approved || !approved_is_sound(approved, size))
		return "modules = approved, but there is no sound list of them";
	return NULL;
}

void module_file_forget(void)
{
	memset(&file, 0, sizeof(file));
}

/* Forgets the file, and lets the guest write to its pages again. */
static void drop(struct percpu *cpu)
{
	code_forget_pages(cpu, page, file.pages);
	module_file_forget();
}

static const char *begin(struct percpu *cpu, const struct rw_module_file *req)
{
	size_t len = printable_name(req->name, sizeof(req->name));

	drop(cpu);
	if (!len)
		return "name is empty, not printable or not terminated";
	if (!req->size || req->size > RW_MODULE_FILE_MAX)
		return "size of the file is 0 or too large";
	memcpy(file.name, req->name, len);
	file.size = file.left = req->size;
	sha256_start(&file.hash);
	return NULL;
}

/* Takes write permission from the pages of the call. */
static const char *protect_pages(struct percpu *cpu, const struct rw_module_file *req, uint32_t *index)
{
	struct input_error bad;

	protect.count = req->count;
	for (uint32_t i = 0; i < req->count; i++)
		protect.range[i] = (struct rw_range){ .gpa = req->page[i],
						      .len = PAGE_SIZE,
						      .kind = RW_TARGET_MODULE_FILE,
						      .name = "module file" };
	if (ranges_add(&hv.ranges, &protect, &bad)) {
		*index = bad.index;
		return bad.what;
	}
	for (uint32_t i = 0; i < req->count; i++)
		page[file.pages++] = (uint32_t)(req->page[i] / PAGE_SIZE);
	for (*index = 0; *index < req->count; ++*index)
		if (nested_set_perm(req->page[*index], PAGE_SIZE, NPERM_R))
			return "no room for page tables";
	smp_flush_all(cpu);
	return NULL;
}

static const char *add(struct percpu *cpu, const struct rw_module_file *req, uint32_t *index)
{
	const char *bad;

	if (!req->count || req->count > RW_MODULE_PAGES)
		return "number of pages is not 1 to 32";
	if ((file.left + PAGE_SIZE - 1) / PAGE_SIZE < req->count)
		return "more pages than the file has";
	bad = protect_pages(cpu, req, index);
	if (bad)
		return bad;
	for (*index = 0; *index < req->count; ++*index) {
		size_t size = file.left < PAGE_SIZE ? file.left : PAGE_SIZE;

		sha256_add(&file.hash, guest_page(req->page[*index]), size);
		file.left -= size;
	}
	if (!file.left) {
		sha256_end(&file.hash, file.digest);
		file.listed = approved_has(approved, file.digest);
	}
	return NULL;
}

int64_t module_file_step(struct percpu *cpu, const struct rw_module_file *req, struct input_error *err)
{
	const char *bad = NULL;
	uint32_t index = 0;

	if (!approved)
		bad = "modules = approved is not configured";
	else if (req->step == RW_MODULE_FILE_BEGIN)
		bad = begin(cpu, req);
	else if (req->step == RW_MODULE_FILE_PAGES)
		bad = add(cpu, req, &index);
	else if (req->step == RW_MODULE_FILE_END)
		drop(cpu);
	else
		bad = "unknown step";
	if (!bad)
		return (int64_t)file.left;
	drop(cpu);
	return input_error_set(err, index, bad, -RW_EINVAL);
}

/* The digest of the whole file that was shown for module @name; NULL: none was. */
static const uint8_t *digest_of(const char *name)
{
	bool shown = file.name[0] && !file.left && !memcmp(name, file.name, sizeof(file.name));

	return shown ? file.digest : NULL;
}

uint64_t module_file_size(void)
{
	return file.left || !file.listed ? 0 : file.size;
}

uint64_t module_file_page(uint64_t number)
{
	return (uint64_t)page[number] * PAGE_SIZE;
}

const char *module_file_name(void)
{
	return file.name;
}

void module_file_record(struct percpu *cpu, const char *name, uint64_t gva, uint64_t pages,
			enum rw_verdict verdict, const struct relocate_difference *d, const char *section)
{
	uint64_t buf[JOURNAL_RECORD];
	struct rec_writer w;
	const uint8_t *digest = digest_of(name);

	rec_begin(&w, buf, sizeof(buf), RW_REC_MODULE_CODE, (uint8_t)verdict);
	journal_text(&w, RW_F_OBJECT_NAME, name, RW_MODULE_NAME);
	rec_u64(&w, RW_F_PAGES, pages);
	rec_u64(&w, RW_F_GVA, gva);
	if (digest) {
		rec_bytes(&w, RW_F_SHA256, digest, RW_SHA256_LEN);
		rec_u32(&w, RW_F_LISTED, file.listed);
	}
	if (d) {
		journal_text(&w, RW_F_NOTE, d->why, TEXT_MAX);
		journal_text(&w, RW_F_SECTION, section, TEXT_MAX);
		rec_u64(&w, RW_F_SECTION_OFFSET, d->off);
		rec_bytes(&w, RW_F_EXPECTED, d->want, (uint16_t)d->len);
		rec_bytes(&w, RW_F_FOUND, d->found, (uint16_t)d->len);
	}
	journal_finish(cpu, &w);
}

const char *module_file_refusal(const struct rw_protect_list *list)
{
	if (hv.boot->settings.modules == RW_MODULES_NONE)
		return "modules = none";
	if (hv.boot->settings.modules == RW_MODULES_ANY || code_is_audit())
		return NULL;
	for (uint32_t i = 0; i < list->count; i++)
		if (!digest_of(list->range[i].name))
			return "the module's file was not shown";
	return file.listed ? NULL : "approved.conf does not list the module's file";
}
