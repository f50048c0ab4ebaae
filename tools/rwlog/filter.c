/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which records the user wants to see. */
#define _GNU_SOURCE
#include "filter.h"

#include <stdio.h>
#include <string.h>

#include "names.h"

#define NS_PER_S UINT64_C(1000000000)

/* Parses digits at *s and moves past them. Return: false if there are none or the number is above @max. */
static bool take_number(const char **s, uint64_t max, uint64_t *v)
{
	const char *start = *s;

	for (*v = 0; **s >= '0' && **s <= '9'; (*s)++) {
		uint64_t digit = (uint64_t)(**s - '0');

		if (*v > (max - digit) / 10)
			return false;
		*v = *v * 10 + digit;
	}
	return *s != start;
}

bool filter_types(struct filter *f, const char *list)
{
	for (;;) {
		size_t n = strcspn(list, ",");
		unsigned int type = type_by_name(list, n);

		if (!type)
			return false;
		f->has_types = true;
		f->types[type] = true;
		if (!list[n])
			return true;
		list += n + 1;
	}
}

void filter_wrong_type(const char *list, char *word, size_t size)
{
	size_t n = strcspn(list, ",");

	while (list[n] && type_by_name(list, n)) {
		list += n + 1;
		n = strcspn(list, ",");
	}
	snprintf(word, size, "%.*s", (int)(n < size ? n : size), list);
}

bool filter_pid(struct filter *f, const char *value)
{
	uint64_t v;

	if (!take_number(&value, UINT32_MAX, &v) || *value)
		return false;
	f->has_pid = true;
	f->pid = (uint32_t)v;
	return true;
}

bool filter_loginuid(struct filter *f, const char *value)
{
	uint64_t v;

	if (!take_number(&value, UINT32_MAX, &v) || *value)
		return false;
	f->has_loginuid = true;
	f->loginuid = (uint32_t)v;
	return true;
}

bool filter_cgroup(struct filter *f, const char *value)
{
	f->has_cgroup = take_number(&value, UINT64_MAX, &f->cgroup) && !*value;
	return f->has_cgroup;
}

bool filter_seq(struct filter *f, const char *value)
{
	f->seq_from = 0;
	f->seq_to = UINT64_MAX;
	if (!*value || strcmp(value, "-") == 0)
		return false;
	if (*value != '-' && !take_number(&value, UINT64_MAX, &f->seq_from))
		return false;
	if (!*value) {
		f->seq_to = f->seq_from;
		return true;
	}
	if (*value++ != '-')
		return false;
	if (*value && !take_number(&value, UINT64_MAX, &f->seq_to))
		return false;
	return !*value && f->seq_from <= f->seq_to;
}

bool filter_verdict(struct filter *f, const char *value)
{
	f->verdict = verdict_by_name(value);
	return f->verdict >= 0;
}

bool filter_seconds(uint64_t *ns, const char *value)
{
	uint64_t s, unit = NS_PER_S;

	if (!take_number(&value, UINT64_MAX / NS_PER_S - 1, &s))
		return false;
	*ns = s * NS_PER_S;
	if (!*value)
		return true;
	if (*value++ != '.' || !*value)
		return false;
	for (; *value >= '0' && *value <= '9' && unit > 1; value++) {
		unit /= 10;
		*ns += (uint64_t)(*value - '0') * unit;
	}
	return !*value;
}

static bool contains(struct text t, const char *s)
{
	return memmem(t.p, t.len, s, strlen(s)) != NULL;
}

static bool match_path(const struct filter *f, const struct rec *r)
{
	struct rec_field field;
	uint32_t pos = 0;

	while (rec_walk(r, &pos, &field)) {
		const struct field_desc *desc = field_desc(field.id);

		if (desc && desc->kind == RW_KIND_PATH && contains(value_text(&field), f->path))
			return true;
	}
	return false;
}

/* Who did it is wanted, as far as the filter asks. */
static bool match_task(const struct filter *f, const struct rec *r)
{
	struct rw_task task;
	struct text comm;
	int known;

	if (!f->has_pid && !f->comm && !f->has_loginuid && !f->has_cgroup)
		return true;
	known = rec_task(r, &task);
	if (!known || (f->has_pid && task.pid != f->pid && task.tgid != f->pid) ||
	    ((f->has_loginuid || f->has_cgroup) && known < 2) ||
	    (f->has_loginuid && task.loginuid != f->loginuid) || (f->has_cgroup && task.cgroup != f->cgroup))
		return false;
	comm = rec_comm(task.comm);
	return !f->comm || (comm.len == strlen(f->comm) && memcmp(comm.p, f->comm, comm.len) == 0);
}

struct filter filter_for_boot(const struct filter *f, uint64_t epoch)
{
	struct filter own = *f;

	if (f->since.given)
		own.from_ns = when_in_boot(&f->since, epoch, false);
	if (f->until.given)
		own.to_ns = when_in_boot(&f->until, epoch, true);
	/* Records without a date are neither before nor after one; a boot may start after the end. */
	if ((f->since.date || f->until.date) && !epoch)
		own.from_ns = UINT64_MAX;
	if (f->until.date && epoch && f->until.ns + f->until.unit - 1 < epoch * NS_PER_S)
		own.from_ns = UINT64_MAX;
	return own;
}

bool filter_match(const struct filter *f, const struct rec *r)
{
	if ((f->has_types && !f->types[r->hdr.type]) || r->hdr.seq < f->seq_from || r->hdr.seq > f->seq_to ||
	    r->hdr.time_ns < f->from_ns || r->hdr.time_ns > f->to_ns ||
	    (f->verdict >= 0 && r->hdr.verdict != f->verdict))
		return false;
	return match_task(f, r) && (!f->path || match_path(f, r));
}

bool filter_is_all(const struct filter *f)
{
	return !f->has_types && !f->has_pid && !f->has_loginuid && !f->has_cgroup && !f->comm && !f->path &&
	       !f->since.given && !f->until.given && !f->seq_from && f->seq_to == UINT64_MAX &&
	       f->verdict < 0;
}
