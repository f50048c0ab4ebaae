/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of types, verdicts and values: from abi/, both ways. */
#include "names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/events.h"
#include "util.h"

#define UNKNOWN_TYPE      "type_"
#define PRCTL_SET_PTRACER 0x59616d61u /* PR_SET_PTRACER of Linux: a number far from the others */

static const char *const verdict_names[] = RW_VERDICT_NAMES;
static const char *const target_names[] = RW_TARGET_NAMES;
static const char *const access_names[] = RW_ACCESS_NAMES;
static const char *const drop_names[] = RW_DROP_NAMES;
static const char *const malformed_names[] = RW_MALFORMED_NAMES;
static const char *const class_names[] = {
#define RW_CLASS(NAME, name, share, keep, doc) [RW_CLASS_##NAME] = (name),
#include "abi/events.def"
};
static const char *const kexec_names[] = RW_KEXEC_STEP_NAMES;
static const char *const file_kind_names[] = RW_FILE_KIND_NAMES;
static const char *const child_names[] = RW_CHILD_NAMES;
static const char *const trace_names[] = RW_TRACE_NAMES;
static const char *const cgroup_names[] = RW_CGROUP_STEP_NAMES;
static const char *const agent_state_names[] = RW_AGENT_STATE_NAMES;
/* PR_* of Linux that the agent records. */
static const char *const prctl_names[] = {
	[4] = "set_dumpable",    [8] = "set_keepcaps",      [15] = "set_name",    [24] = "capbset_drop",
	[28] = "set_securebits", [38] = "set_no_new_privs", [47] = "cap_ambient",
};
static const char *const log_input_names[] = RW_LOG_INPUT_NAMES;
static const char *const delivery_names[] = RW_DELIVERY_NAMES;
static const char *const family_names[] = RW_FAMILY_NAMES;
static const char *const socket_type_names[] = RW_SOCKET_TYPE_NAMES;
static const char *const facility_names[] = RW_FACILITY_NAMES;
static const char *const severity_names[] = RW_SEVERITY_NAMES;
_Static_assert(ARRAY_SIZE(verdict_names) == RW_VERDICT_COUNT, "every verdict has a name");
_Static_assert(ARRAY_SIZE(target_names) == RW_TARGET_COUNT, "every target has a name");
_Static_assert(ARRAY_SIZE(access_names) == RW_ACCESS_COUNT, "every access has a name");
_Static_assert(ARRAY_SIZE(drop_names) == RW_DROP_COUNT, "every kind of loss has a name");
_Static_assert(ARRAY_SIZE(malformed_names) == RW_BAD_COUNT, "every refusal has a name");
_Static_assert(ARRAY_SIZE(child_names) == RW_CHILD_COUNT, "every kind of child has a name");
_Static_assert(ARRAY_SIZE(trace_names) == RW_TRACE_COUNT, "every way to reach into a task has a name");
_Static_assert(ARRAY_SIZE(cgroup_names) == RW_CGROUP_STEP_COUNT, "every step of a cgroup has a name");
_Static_assert(ARRAY_SIZE(agent_state_names) == RW_AGENT_STATE_COUNT, "every state of the agent has a name");
_Static_assert(ARRAY_SIZE(kexec_names) == RW_KEXEC_STEP_COUNT, "every step of kexec has a name");
_Static_assert(ARRAY_SIZE(log_input_names) == RW_LOG_INPUT_COUNT, "every way of logging has a name");
_Static_assert(ARRAY_SIZE(delivery_names) == RW_DELIVERY_COUNT, "every kind of delivery has a name");
_Static_assert(ARRAY_SIZE(file_kind_names) == RW_FILE_KIND_COUNT, "every kind of file has a name");

/* By kind of field; a value without a name is NULL. */
static const struct {
	const char *const *v;
	uint32_t n;
} names[RW_KIND_COUNT] = {
	[RW_KIND_KEXEC_STEP] = { kexec_names, RW_KEXEC_STEP_COUNT },
	[RW_KIND_FILE_KIND] = { file_kind_names, RW_FILE_KIND_COUNT },
	[RW_KIND_CHILD] = { child_names, RW_CHILD_COUNT },
	[RW_KIND_TRACE] = { trace_names, RW_TRACE_COUNT },
	[RW_KIND_CGROUP_STEP] = { cgroup_names, RW_CGROUP_STEP_COUNT },
	[RW_KIND_AGENT_STATE] = { agent_state_names, RW_AGENT_STATE_COUNT },
	[RW_KIND_PRCTL] = { prctl_names, ARRAY_SIZE(prctl_names) },
	[RW_KIND_ACCESS] = { access_names, RW_ACCESS_COUNT },
	[RW_KIND_TARGET] = { target_names, RW_TARGET_COUNT },
	[RW_KIND_DROP] = { drop_names, RW_DROP_COUNT },
	[RW_KIND_MALFORMED] = { malformed_names, RW_BAD_COUNT },
	[RW_KIND_CLASS] = { class_names, RW_CLASS_COUNT },
	[RW_KIND_LOG_INPUT] = { log_input_names, RW_LOG_INPUT_COUNT },
	[RW_KIND_DELIVERY] = { delivery_names, RW_DELIVERY_COUNT },
	[RW_KIND_FAMILY] = { family_names, ARRAY_SIZE(family_names) },
	[RW_KIND_SOCKET_TYPE] = { socket_type_names, ARRAY_SIZE(socket_type_names) },
	[RW_KIND_FACILITY] = { facility_names, ARRAY_SIZE(facility_names) },
	[RW_KIND_SEVERITY] = { severity_names, ARRAY_SIZE(severity_names) },
};

const char *name_of_type(unsigned int type, char buf[NAME_LEN])
{
	const struct event_desc *event = event_desc(type);

	if (event)
		return event->name;
	snprintf(buf, NAME_LEN, UNKNOWN_TYPE "%u", type);
	return buf;
}

const char *name_of_class(uint32_t class, char buf[NAME_LEN])
{
	return name_of_value(RW_KIND_CLASS, class, "class", buf);
}

const char *name_of_verdict(unsigned int verdict)
{
	return verdict_names[verdict];
}

const char *name_of_value(enum rw_field_kind kind, uint32_t value, const char *what, char buf[NAME_LEN])
{
	if (kind == RW_KIND_PRCTL && value == PRCTL_SET_PTRACER)
		return "set_ptracer";
	if (value < names[kind].n && names[kind].v[value])
		return names[kind].v[value];
	snprintf(buf, NAME_LEN, "%s_%" PRIu32, what, value);
	return buf;
}

/* Parses all @n bytes as a decimal, 1 to RW_TYPES - 1; else 0. */
static unsigned int type_number(const char *s, size_t n)
{
	unsigned int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' || v >= RW_TYPES)
			return 0;
		v = v * 10 + (unsigned int)(s[i] - '0');
	}
	return v < RW_TYPES ? v : 0;
}

unsigned int type_by_name(const char *name, size_t n)
{
	size_t prefix = sizeof(UNKNOWN_TYPE) - 1;

	for (unsigned int i = 1; i < RW_TYPES; i++) {
		const struct event_desc *event = event_desc(i);

		if (event && strlen(event->name) == n && memcmp(event->name, name, n) == 0)
			return i;
	}
	if (n > prefix && memcmp(name, UNKNOWN_TYPE, prefix) == 0)
		return type_number(name + prefix, n - prefix);
	return 0;
}

int verdict_by_name(const char *name)
{
	for (int i = 0; i < RW_VERDICT_COUNT; i++)
		if (strcmp(verdict_names[i], name) == 0)
			return i;
	return -1;
}
