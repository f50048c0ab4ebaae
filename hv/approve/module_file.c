/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Hashes the file of the module that is being loaded, and looks it up. */
#include "approve/module_file.h"

#include "core/state.h"
#include "lib/approved.h"
#include "lib/policy_area.h"
#include "lib/record.h"
#include "lib/sha256.h"
#include "lib/string.h"
#include "mm/guest_copy.h"
#include "mm/page_pool.h"

static const void *approved; /* (b) the image; NULL: none */

/* The file that is being shown; without a name: none. */
static struct {
	char name[RW_MODULE_NAME];
	uint64_t left; /* bytes still missing */
	struct sha256 hash;
	uint8_t digest[RW_SHA256_LEN]; /* once nothing is missing */
	bool listed;
} file; /* (a) */

static uint8_t page[RW_PAGE_SIZE]; /* (a) */

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

static const char *begin(const struct rw_module_file *req)
{
	size_t len = printable_name(req->name, sizeof(req->name));

	module_file_forget();
	if (!len)
		return "name is empty, not printable or not terminated";
	if (!req->size || req->size > RW_MODULE_FILE_MAX)
		return "size of the file is 0 or too large";
	memcpy(file.name, req->name, len);
	file.left = req->size;
	sha256_start(&file.hash);
	return NULL;
}

/* Copies and hashes what @gpa has of the file. */
static const char *add_page(uint64_t gpa)
{
	size_t size = file.left < RW_PAGE_SIZE ? file.left : RW_PAGE_SIZE;

	if (!file.left)
		return "more pages than the file has";
	if (gpa & (RW_PAGE_SIZE - 1))
		return "page is not aligned";
	if (guest_read(gpa, page, size))
		return "not guest RAM";
	sha256_add(&file.hash, page, size);
	file.left -= size;
	return NULL;
}

static const char *add(const struct rw_module_file *req, uint32_t *index)
{
	const char *bad = req->count && req->count <= RW_MODULE_PAGES ? NULL :
									"number of pages is not 1 to 32";

	for (; !bad && *index < req->count; ++*index)
		bad = add_page(req->page[*index]);
	if (!bad && !file.left) {
		sha256_end(&file.hash, file.digest);
		file.listed = approved_has(approved, file.digest);
	}
	return bad;
}

int64_t module_file_step(const struct rw_module_file *req, struct input_error *err)
{
	const char *bad = NULL;
	uint32_t index = 0;

	if (!approved)
		bad = "modules = approved is not configured";
	else if (req->step == RW_MODULE_FILE_BEGIN)
		bad = begin(req);
	else if (req->step == RW_MODULE_FILE_PAGES)
		bad = add(req, &index);
	else if (req->step == RW_MODULE_FILE_END)
		module_file_forget();
	else
		bad = "unknown step";
	if (!bad)
		return (int64_t)file.left;
	module_file_forget();
	return input_error_set(err, index, bad, -RW_EINVAL);
}

/* The digest of the whole file that was shown for module @name; NULL: none was. */
static const uint8_t *digest_of(const char *name, bool *listed)
{
	if (!file.name[0] || file.left || memcmp(name, file.name, sizeof(file.name)) != 0)
		return NULL;
	*listed = file.listed;
	return file.digest;
}

void module_file_record(struct rec_writer *w, const char *name)
{
	bool listed;
	const uint8_t *digest = digest_of(name, &listed);

	if (!digest)
		return;
	rec_bytes(w, RW_F_SHA256, digest, RW_SHA256_LEN);
	rec_u32(w, RW_F_LISTED, listed);
}

const char *module_file_refusal(const struct rw_protect_list *list)
{
	bool listed = false;

	if (hv.boot->settings.modules == RW_MODULES_NONE)
		return "modules = none";
	if (hv.boot->settings.modules == RW_MODULES_ANY ||
	    hv.boot->settings.kernel_code == RW_KERNEL_CODE_AUDIT)
		return NULL;
	for (uint32_t i = 0; i < list->count; i++)
		if (!digest_of(list->range[i].name, &listed))
			return "the module's file was not shown";
	return listed ? NULL : "approved.conf does not list the module's file";
}
