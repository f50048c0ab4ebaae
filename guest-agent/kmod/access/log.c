// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Who may read the log: rwctl alone, where the policy trusts it by its hash.

#include <linux/string.h>

#include "access/access.h"
#include "access/label.h"
#include "access/program.h"

/* Where rwctl is installed. */
static const char *const reader[] = { "usr", "sbin", "rwctl" };

/* The line that trusts rwctl as a program, or RW_ACCESS_NO_RULE; @file: what lines say of it. */
static u16 trusting_rule(u32 *file)
{
	u32 node = 0, i;

	for (i = 0; i < ARRAY_SIZE(reader) && node != RW_ACCESS_NONE; i++)
		node = access_child(&label_policy, node, reader[i], strlen(reader[i]));
	*file = access_file(&label_policy, node);
	for (i = 0; *file != RW_ACCESS_NONE && i < label_policy.file[*file].hashes; i++) {
		const struct rw_access_hash *h = &label_policy.hash[label_policy.file[*file].hash + i];

		if (h->use == RW_ACCESS_EXE)
			return h->rule;
	}
	return RW_ACCESS_NO_RULE;
}

int access_log(const struct file *file)
{
	struct program_refusal r = { .what = "read the log", .file = file };
	u32 rwctl;

	if (!program_any)
		return 0;
	r.rule = trusting_rule(&rwctl);
	if (r.rule == RW_ACCESS_NO_RULE || program_trusted(program_current()) == rwctl)
		return 0;
	return program_refuse(&r);
}
