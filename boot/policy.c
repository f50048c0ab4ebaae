/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compiles monitor.conf, policy.conf and approved.conf, and fills the policy area. */
#include "policy.h"

#include <efilib.h>

#include "console.h"
#include "lib/access_conf.h"
#include "lib/approved_conf.h"
#include "lib/monitor_conf.h"
#include "lib/policy_area.h"
#include "next.h"

#define FOLDER    "\\EFI\\ringward\\"
#define SHOWN_MAX 50u /* errors of a file: a console takes a while for thousands */

_Static_assert(sizeof(struct rw_policy_dir) + MONITOR_IMAGE_MAX + ACCESS_IMAGE_MAX + APPROVED_IMAGE_MAX +
			       RW_PAGE_SIZE <=
		       RW_POLICY_BYTES_MAX,
	       "any configuration fits");

static struct rw_policy_dir dir;
static void *image[RW_POLICY_IMAGES]; /* as in the directory, from the firmware's pool */

/* A file that is compiled. */
struct source {
	const char *name;
	char *text;
	UINTN size;
	struct conf_file file;
};

static void print_report(void *context, const struct conf_report *r)
{
	const struct source *source = (const struct source *)context;

	if (r->warning || source->file.errors > SHOWN_MAX)
		return;
	if (r->line)
		console_print("%s:%u:%u: %s", source->name, r->line, r->column, r->text);
	else
		console_print("%s: %s", source->name, r->text);
}

/* Takes over @at, which is from the pool. Return: 0, or -1 with @why. */
static int add_image(uint32_t kind, void *at, uint32_t size, struct message *why)
{
	uint32_t place = dir.count;

	if (!policy_area_add(&dir, kind, size))
		return message_fail(why, "the policy area has no room for %u bytes", size);
	image[place] = at;
	return 0;
}

/* Says how many errors there were: what each is stands above. Return: -1 */
static int fail_errors(const struct source *source, struct message *why)
{
	uint32_t errors = source->file.errors;

	if (errors > SHOWN_MAX)
		return message_fail(why, "%s: %u errors, of which %u are shown", source->name, errors,
				    SHOWN_MAX);
	return message_fail(why, "%s: %u error%s", source->name, errors, errors == 1 ? "" : "s");
}

/* Compiles a file by @translate, which gets @conf_size and @image_size bytes of the pool. */
static int compile(struct source *source, uint32_t kind, UINTN conf_size, UINTN image_size,
		   uint32_t (*translate)(struct source *source, void *conf, void *at), struct message *why)
{
	void *conf = AllocatePool(conf_size), *at = AllocatePool(image_size);
	uint32_t size = 0;
	int ret = -1;

	source->file = (struct conf_file){ .report = print_report, .context = source };
	if (!conf || !at)
		message_fail(why, "%s: no memory to compile it", source->name);
	else if (!(size = translate(source, conf, at)))
		fail_errors(source, why);
	else
		ret = add_image(kind, at, size, why);
	if (conf)
		FreePool(conf);
	if (at && ret)
		FreePool(at);
	return ret;
}

static uint32_t translate_monitor(struct source *source, void *conf, void *at)
{
	uint32_t size;

	if (monitor_parse(conf, source->text, source->size, &source->file))
		return 0;
	size = monitor_build(conf, at);
	console_print("events: %s, %u rules, %u warnings", source->name,
		      ((const struct monitor_conf *)conf)->rules, source->file.warnings);
	return size;
}

static uint32_t translate_access(struct source *source, void *conf, void *at)
{
	const struct access_conf *policy = (const struct access_conf *)conf;
	uint32_t rules, size;

	if (access_parse(conf, source->text, source->size, &source->file, RW_ACCESS_SUPPORTED))
		return 0;
	rules = policy->rules;
	if (access_protect_results(conf))
		return 0;
	size = access_build(conf, at);
	console_print("access: %s, %u rules, %s, %u warnings", source->name, rules,
		      policy->mode == RW_ACCESS_AUDIT ? "audit only" : "enforced", source->file.warnings);
	return size;
}

static uint32_t translate_approved(struct source *source, void *conf, void *at)
{
	uint32_t size = approved_parse(source->text, source->size, &source->file, at);

	(void)conf;
	if (size)
		console_print("modules: %s, %u approved", source->name,
			      ((const struct rw_approved_hdr *)at)->count);
	return size;
}

/* The built-in rules hold where there is no file. */
static int compile_monitor(EFI_HANDLE volume, struct message *why)
{
	struct source source = { .name = MONITOR_NAME };
	int ret = next_read_file(volume, FOLDER MONITOR_NAME, MONITOR_FILE_MAX, &source.text, &source.size,
				 why);
	bool from_file = ret != NEXT_NO_FILE;

	if (from_file && ret)
		return -1;
	if (!from_file) {
		source.name = "built-in rules";
		source.text = (char *)monitor_default;
		source.size = strlena((const CHAR8 *)monitor_default);
	}
	ret = compile(&source, RW_POLICY_MONITOR, sizeof(struct monitor_conf), MONITOR_IMAGE_MAX,
		      translate_monitor, why);
	if (from_file)
		FreePool(source.text);
	return ret;
}

/* Without a file there is no image. */
static int compile_access(EFI_HANDLE volume, struct message *why)
{
	struct source source = { .name = ACCESS_NAME };
	int ret = next_read_file(volume, FOLDER ACCESS_NAME, ACCESS_FILE_MAX, &source.text, &source.size,
				 why);

	if (ret)
		return ret == NEXT_NO_FILE ? 0 : -1;
	ret = compile(&source, RW_POLICY_ACCESS, sizeof(struct access_conf), ACCESS_IMAGE_MAX,
		      translate_access, why);
	FreePool(source.text);
	return ret;
}

/* Only with modules = approved, which needs the file. */
static int compile_approved(EFI_HANDLE volume, struct message *why)
{
	struct source source = { .name = APPROVED_NAME };
	int ret = next_read_file(volume, FOLDER APPROVED_NAME, APPROVED_FILE_MAX, &source.text, &source.size,
				 why);

	if (ret == NEXT_NO_FILE)
		return message_fail(why, "modules = approved needs %s: rwapprove makes it",
				    FOLDER APPROVED_NAME);
	if (ret)
		return -1;
	ret = compile(&source, RW_POLICY_APPROVED, 1, APPROVED_IMAGE_MAX, translate_approved, why);
	FreePool(source.text);
	return ret;
}

int policy_compile(EFI_HANDLE volume, const struct rw_settings *settings, uint64_t *size, struct message *why)
{
	policy_area_start(&dir);
	if (compile_monitor(volume, why) || compile_access(volume, why))
		return -1;
	if (settings->modules == RW_MODULES_APPROVED && compile_approved(volume, why))
		return -1;
	*size = dir.size;
	return 0;
}

void policy_place(const struct rw_bootinfo *info)
{
	uint8_t *area = (uint8_t *)info->policy_phys;

	ZeroMem(area, info->policy_size);
	CopyMem(area, &dir, sizeof(dir));
	for (uint32_t i = 0; i < dir.count; i++)
		CopyMem(area + dir.image[i].offset, image[i], dir.image[i].size);
}
