/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The tables of abi/events.def for programs. */
#include "lib/events.h"

static const struct kind_desc kinds[RW_KIND_COUNT] = {
#define RW_KIND(NAME, min, max, grows, RULE, doc) [RW_KIND_##NAME] = { min, max, grows, VALUE_##RULE },
#include "abi/events.def"
};

static const struct field_desc fields[RW_FIELD_COUNT] = {
#define RW_FIELD(id, NAME, KIND, name, label, since, doc) [RW_F_##NAME] = { name, label, RW_KIND_##KIND },
#include "abi/events.def"
};

#define RW_MUST(NAME) { RW_F_##NAME, true },
#define RW_MAY(NAME)  { RW_F_##NAME, false },
/* clang-format off */
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) \
	static const struct event_field fields_of_##NAME[] = { \
		FIELDS /* NOLINT(bugprone-macro-parentheses): a list */ { 0, false } }; \
	_Static_assert(sizeof(fields_of_##NAME) / sizeof(struct event_field) <= EVENT_FIELDS_MAX + 1, name);
/* clang-format on */
#include "abi/events.def"

static const struct event_desc events[RW_TYPES] = {
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) \
	[RW_REC_##NAME] = { name, RW_CLASS_##CLASS, fields_of_##NAME },
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

static const struct class_desc classes[RW_CLASS_COUNT] = {
#define RW_CLASS(NAME, name, share, keep, doc) [RW_CLASS_##NAME] = { name, share, keep },
#include "abi/events.def"
};

const struct class_desc *class_desc(unsigned int class)
{
	return class < RW_CLASS_COUNT ? &classes[class] : NULL;
}
