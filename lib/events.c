/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The tables of abi/events.def for programs. */
#include "lib/events.h"

/* clang-format off */
/* Kinds whose values rec_check_fields() looks into, besides numbers with a rule. */
#define HAS_SHAPE(kind) ((kind) == RW_KIND_IDS || (kind) == RW_KIND_AREAS || (kind) == RW_KIND_STRINGS)
const struct kind_desc events_kinds[RW_KIND_COUNT] = {
#define RW_KIND(NAME, min, max, grows, RULE, doc) \
	[RW_KIND_##NAME] = { min, max, grows, VALUE_##RULE == VALUE_ANY && !HAS_SHAPE(RW_KIND_##NAME), \
			     VALUE_##RULE },
#include "abi/events.def"
};

/* The same by kind and by field, for the lists below. */
enum of_kind {
#define RW_KIND(NAME, min, max, grows, RULE, doc) \
	ANY_##NAME = VALUE_##RULE == VALUE_ANY && !HAS_SHAPE(RW_KIND_##NAME), \
	MIN_##NAME = ANY_##NAME ? (min) : EVENT_FIELD_LOOK, SPAN_##NAME = ANY_##NAME ? (max) - (min) : 0,
#include "abi/events.def"
};

_Static_assert(EVENT_FIELD_LOOK % RW_FIELD_ALIGN != 0, "a value to look at is no usual one");

enum of_field {
#define RW_FIELD(id, NAME, KIND, name, label, since, doc) \
	KIND_OF_##NAME = RW_KIND_##KIND, MIN_OF_##NAME = MIN_##KIND, SPAN_OF_##NAME = SPAN_##KIND,
#include "abi/events.def"
};
/* clang-format on */

static const struct field_desc fields[RW_FIELD_COUNT] = {
#define RW_FIELD(id, NAME, KIND, name, label, since, doc) [RW_F_##NAME] = { name, label, RW_KIND_##KIND },
#include "abi/events.def"
};

/* clang-format off */
#define PADDED(NAME) (MIN_OF_##NAME % RW_FIELD_ALIGN != 0)
#define OF_LIST(NAME, must) \
	{ RW_F_##NAME, MIN_OF_##NAME, SPAN_OF_##NAME, \
	  PADDED(NAME) ? UINT16_MAX : (uint16_t)(sizeof(struct rw_field) + MIN_OF_##NAME), \
	  (uint32_t)MIN_OF_##NAME << 16 | RW_F_##NAME, KIND_OF_##NAME, must },
/* clang-format on */
#define RW_MUST(NAME) OF_LIST(NAME, true)
#define RW_MAY(NAME)  OF_LIST(NAME, false)
/* clang-format off */
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) \
	static const struct event_field fields_of_##NAME[] = { \
		FIELDS /* NOLINT(bugprone-macro-parentheses): a list */ \
		{ 0, 0, 0, UINT16_MAX, UINT32_MAX, 0, false } }; \
	_Static_assert(sizeof(fields_of_##NAME) / sizeof(struct event_field) <= EVENT_FIELDS_MAX + 1, name);
/* clang-format on */
#include "abi/events.def"
#undef RW_MUST
#undef RW_MAY

#define RW_MUST(NAME) +1u /* NOLINT(bugprone-macro-parentheses): a sum */
#define RW_MAY(NAME)
const struct event_desc events_types[RW_TYPES] = {
#define RW_EVENT(id, NAME, CLASS, name, since, doc, FIELDS) \
	[RW_REC_##NAME] = { name, RW_CLASS_##CLASS, \
			    0u FIELDS /* NOLINT(bugprone-macro-parentheses): a sum */, fields_of_##NAME },
#include "abi/events.def"
};

const struct field_desc *field_desc(unsigned int id)
{
	return id < RW_FIELD_COUNT && fields[id].kind != RW_KIND_NONE ? &fields[id] : NULL;
}

static const struct class_desc classes[RW_CLASS_COUNT] = {
#define RW_CLASS(NAME, name, share, keep, doc) [RW_CLASS_##NAME] = { name, share, keep },
#include "abi/events.def"
};

const struct class_desc *class_desc(unsigned int class)
{
	return class < RW_CLASS_COUNT ? &classes[class] : NULL;
}
