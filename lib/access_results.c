/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The lines of the access policy that protect Ringward's own files. */
#include "lib/access_line.h"

#define OWN(path) \
	{ \
		"-w " path " *", sizeof(path) - 1 \
	}
#define PATH_AT 3 /* bytes before the path */
#define AFTER   2 /* bytes after it */

/*
 * Results, programs, what puts the agent into the initial RAM disk, and the folder on the EFI system
 * partition, where distributions mount that. docs/agent.md says how they come there.
 */
static const struct own {
	char line[64];
	size_t path_size;
} own[] = {
	OWN("/var/lib/ringward/"),
	OWN("/usr/sbin/rwctl"),
	OWN("/usr/sbin/ringward-start"),
	OWN("/etc/initramfs-tools/hooks/ringward"),
	OWN("/etc/initramfs-tools/scripts/init-top/ringward"),
	OWN("/usr/lib/dracut/modules.d/99ringward/"),
	OWN("/boot/efi/EFI/ringward/"),
	OWN("/boot/EFI/ringward/"),
	OWN("/efi/EFI/ringward/"),
};
#define OWN_LINES (sizeof(own) / sizeof(own[0]))
_Static_assert(sizeof(((struct own *)0)->line) * OWN_LINES <= ACCESS_OWN_TEXT, "an image has room for them");

static enum rw_door_state door_state(const struct access_conf *conf)
{
	for (uint32_t i = 0; i < conf->rules; i++)
		if (conf->rule[i].what == ACCESS_DOOR && conf->rule[i].door == RW_DOOR_RESULTS)
			return conf->rule[i].state;
	return RW_DOOR_SHUT;
}

/* Lines of the file come first: one with the same path decides before ours. */
int access_protect_results(struct access_conf *conf)
{
	const enum rw_door_state state = door_state(conf);

	if (state == RW_DOOR_OPEN)
		return 0;
	for (size_t i = 0; i < OWN_LINES; i++) {
		const struct span line = { own[i].line, PATH_AT + own[i].path_size + AFTER };
		const struct access_rule rule = {
			.what = ACCESS_RULE,
			.path = { line.at + PATH_AT, own[i].path_size },
			.uid = ACCESS_UID_ANY,
			.kinds = 1u << RW_RIGHT_WRITE | 1u << RW_RIGHT_APPEND,
			.deny = true,
			.audit = state == RW_DOOR_AUDIT,
		};
		struct access_line l = {
			.conf = conf,
			.verb = { line.at, 2 },
			.end = line.at + line.size,
			.errors = conf->file->errors,
		};

		conf->file->text = line.at;
		if (!access_add(&l, &rule))
			return -1;
	}
	return 0;
}
