// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Who may read the log: rwctl alone, where the policy trusts it by its hash.

#include "access/access.h"
#include "access/label.h"
#include "access/program.h"
#include "access/trust.h"

/* The line that trusts rwctl as a program, or RW_ACCESS_NO_RULE; @file: what lines say of it. */
static u16 trusting_rule(u32 *file)
{
	u32 i;

	*file = access_file(&label_policy, trust_node_at("/usr/sbin/rwctl"));
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
