/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The tables of abi/events.def for programs. */
#include "lib/events.h"

static const struct kind_desc kinds[RW_KIND_COUNT] = {
	[RW_KIND_U32] = { 4, 4, false, VALUE_ANY },
	[RW_KIND_U64] = { 8, 8, false, VALUE_ANY },
	[RW_KIND_BOOL] = { 4, 4, false, VALUE_BOOL },
	[RW_KIND_MODE] = { 4, 4, false, VALUE_ANY },
	[RW_KIND_RESULT] = { 4, 4, false, VALUE_ERROR },
	[RW_KIND_ADDRESS64] = { 8, 8, false, VALUE_ANY },
	[RW_KIND_OFFSET] = { 8, 8, false, VALUE_ANY },
	[RW_KIND_OPEN_FLAGS] = { 4, 4, false, VALUE_ANY },
	[RW_KIND_RENAME_FLAGS] = { 4, 4, false, VALUE_ANY },
	[RW_KIND_WAIT_STATUS] = { 4, 4, false, VALUE_ANY },
	[RW_KIND_KEXEC_STEP] = { 4, 4, false, VALUE_ANY },
	[RW_KIND_ACCESS] = { 4, 4, false, VALUE_NOT_ZERO },
	[RW_KIND_TARGET] = { 4, 4, false, VALUE_NOT_ZERO },
	[RW_KIND_DROP] = { 4, 4, false, VALUE_NOT_ZERO },
	[RW_KIND_MALFORMED] = { 4, 4, false, VALUE_NOT_ZERO },
	[RW_KIND_PATH] = { 0, RW_PATH_MAX, false, VALUE_ANY },
	[RW_KIND_TEXT] = { 0, RW_REC_MAX, false, VALUE_ANY },
	[RW_KIND_BYTES] = { 0, RW_REC_MAX, false, VALUE_ANY },
	[RW_KIND_CODE] = { 0, RW_REC_MAX, false, VALUE_ANY },
	[RW_KIND_STRINGS] = { 0, RW_REC_MAX, false, VALUE_ANY },
	[RW_KIND_IDS] = { 0, RW_REC_MAX, false, VALUE_ANY },
	[RW_KIND_ADDRESS] = { 2, 128, false, VALUE_ANY }, /* sockaddr_storage of Linux */
	[RW_KIND_TASK] = { sizeof(struct rw_task), sizeof(struct rw_task), true, VALUE_ANY },
	[RW_KIND_GUEST_TASK] = { sizeof(struct rw_guest_task), sizeof(struct rw_guest_task), true,
				 VALUE_ANY },
	[RW_KIND_FILE] = { sizeof(struct rw_file), sizeof(struct rw_file), true, VALUE_ANY },
	[RW_KIND_CRED] = { sizeof(struct rw_cred), sizeof(struct rw_cred), true, VALUE_ANY },
};

static const struct field_desc fields[RW_FIELD_COUNT] = {
#define RW_FIELD(id, NAME, KIND, name, label, since, doc) [RW_F_##NAME] = { name, label, RW_KIND_##KIND },
#include "abi/events.def"
};

#define RW_MUST(NAME) { RW_F_##NAME, true },
#define RW_MAY(NAME)  { RW_F_##NAME, false },
/* clang-format off */
#define RW_EVENT(id, NAME, name, since, doc, FIELDS) \
	static const struct event_field fields_of_##NAME[] = { \
		FIELDS /* NOLINT(bugprone-macro-parentheses): a list */ { 0, false } }; \
	_Static_assert(sizeof(fields_of_##NAME) / sizeof(struct event_field) <= EVENT_FIELDS_MAX + 1, name);
/* clang-format on */
#include "abi/events.def"

static const struct event_desc events[RW_TYPES] = {
#define RW_EVENT(id, NAME, name, since, doc, FIELDS) [RW_REC_##NAME] = { name, fields_of_##NAME },
#include "abi/events.def"
};

const struct kind_desc *kind_desc(enum rw_field_kind kind)
{
	return &kinds[kind];
}

const struct field_desc *field_desc(unsigned int id)
{
	return id < RW_FIELD_COUNT && fields[id].kind != RW_KIND_NONE ? &fields[id] : NULL;
}

const struct event_desc *event_desc(unsigned int type)
{
	return type < RW_TYPES && events[type].name ? &events[type] : NULL;
}
