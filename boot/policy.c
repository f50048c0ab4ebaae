/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Compiles monitor.conf and fills the policy area. */
#include "policy.h"

#include <efilib.h>

#include "abi/policy.h"
#include "console.h"
#include "lib/monitor_conf.h"
#include "next.h"

#define MONITOR_PATH "\\EFI\\ringward\\" MONITOR_NAME

#define IMAGE_OFFSET \
	((sizeof(struct rw_policy_dir) + RW_POLICY_ALIGN - 1) / RW_POLICY_ALIGN * RW_POLICY_ALIGN)
_Static_assert(IMAGE_OFFSET + MONITOR_IMAGE_MAX + RW_PAGE_SIZE <= RW_POLICY_BYTES_MAX,
	       "any configuration fits");

static uint8_t *area; /* from the firmware's pool */

/* The file, or what stands in for it. @text is to be freed if @from_file. */
static int read_text(EFI_HANDLE volume, char **text, UINTN *size, bool *from_file, struct message *why)
{
	int ret = next_read_file(volume, MONITOR_PATH, MONITOR_FILE_MAX, text, size, why);

	*from_file = ret != NEXT_NO_FILE;
	if (*from_file)
		return ret;
	*text = (char *)monitor_default;
	*size = strlena((const CHAR8 *)monitor_default);
	return 0;
}

/* Return: bytes of the image, or 0 with @why. */
static uint32_t compile(struct monitor_conf *conf, EFI_HANDLE volume, struct message *why)
{
	struct message_first first = { .why = why, .name = MONITOR_NAME };
	struct conf_file file = { .report = message_first, .context = &first };
	uint32_t image = 0;
	bool from_file;
	UINTN size;
	char *text;

	if (read_text(volume, &text, &size, &from_file, why))
		return 0;
	if (!monitor_parse(conf, text, size, &file)) {
		image = monitor_build(conf, area + IMAGE_OFFSET);
		console_print("events: %s, %u rules, %u warnings",
			      from_file ? MONITOR_NAME : "built-in rules", conf->rules, file.warnings);
	}
	if (from_file)
		FreePool(text);
	return image;
}

int policy_compile(EFI_HANDLE volume, uint64_t *size, struct message *why)
{
	struct monitor_conf *conf = AllocatePool(sizeof(*conf));
	struct rw_policy_dir *dir;
	uint32_t image = 0;

	area = AllocateZeroPool(RW_POLICY_BYTES_MAX);
	if (conf && area)
		image = compile(conf, volume, why);
	else
		message_fail(why, MONITOR_NAME ": no memory to compile it");
	if (conf)
		FreePool(conf);
	if (!image)
		return -1;
	dir = (struct rw_policy_dir *)area;
	dir->magic = RW_POLICY_MAGIC;
	dir->version = RW_POLICY_VERSION;
	dir->size = (IMAGE_OFFSET + image + RW_PAGE_SIZE - 1) / RW_PAGE_SIZE * RW_PAGE_SIZE;
	dir->count = 1;
	dir->image[0] =
		(struct rw_policy_entry){ .kind = RW_POLICY_MONITOR, .offset = IMAGE_OFFSET, .size = image };
	*size = dir->size;
	return 0;
}

void policy_place(const struct rw_bootinfo *info)
{
	CopyMem((void *)info->policy_phys, area, info->policy_size);
}
