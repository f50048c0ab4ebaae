/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The tables of abi/events.def for programs: which fields and events exist. */
#pragma once

#include "abi/record.h"

#include <stdbool.h>
#include <stddef.h>

/** enum value_rule - which numbers a kind of field can have, in every version. */
enum value_rule {
	VALUE_ANY,
	VALUE_BOOL,    /* 0 or 1 */
	VALUE_ERROR,   /* 0 or negative */
	VALUE_NOT_ZERO /* numbers of an enumeration that begins with 1 */
};

/** struct kind_desc - what holds for every value of a kind: its length in bytes, and more. */
struct kind_desc {
	uint16_t min, max;
	bool grows;        /* a structure: @max is what this version knows, a newer one may have more */
	bool any_contents; /* the length alone decides whether a value is valid */
	enum value_rule rule;
};

/** struct field_desc - a field of abi/events.def. */
struct field_desc {
	const char *name;  /* member in JSON and CSV; "" for a structure */
	const char *label; /* before the value in text; "" for none */
	enum rw_field_kind kind;
};

/** struct event_field - a field that an event has. */
struct event_field {
	uint16_t id; /* enum rw_field_id; 0 ends the list */
	/*
	 * A value of @min to @min + @span bytes is valid in this version whatever it holds; with
	 * EVENT_FIELD_LOOK, contents decide as well, and kind_desc() knows its length.
	 */
	uint16_t min, span;
	/*
	 * Header, and bytes with it, of a field with a value of @min bytes, if that is valid whatever it
	 * holds and needs no padding; else @usual_bytes is UINT16_MAX, longer than any record.
	 */
	uint16_t usual_bytes;
	uint32_t usual;
	uint8_t kind; /* enum rw_field_kind */
	bool must;
};

#define EVENT_FIELD_LOOK UINT16_MAX /* as @min: longer than any value */

/** struct event_desc - an event of abi/events.def. */
struct event_desc {
	const char *name;
	enum rw_class class;
	uint32_t musts;                   /* fields that each such record has */
	const struct event_field *fields; /* ended by an id of 0; at most EVENT_FIELDS_MAX */
};

#define EVENT_FIELDS_MAX 31u

/** struct class_desc - a class of abi/events.def. */
struct class_desc {
	const char *name;
	uint8_t share; /* percent of the store's blocks */
	uint8_t keep;  /* percent of the share that is never evicted */
};

/* For the functions below, which are inline because the hypervisor looks up each field of each record. */
extern const struct kind_desc events_kinds[RW_KIND_COUNT];
extern const struct event_desc events_types[RW_TYPES];

/** kind_desc() - describe an existing kind. Context: any. */
static inline const struct kind_desc *kind_desc(enum rw_field_kind kind)
{
	return &events_kinds[kind];
}

/** field_desc() - describe the field with number @id. Return: NULL if it is unknown. Context: any. */
const struct field_desc *field_desc(unsigned int id);

/** event_desc() - describe the record type @type. Return: NULL if it is unknown. Context: any. */
static inline const struct event_desc *event_desc(unsigned int type)
{
	return type < RW_TYPES && events_types[type].name ? &events_types[type] : NULL;
}

/** class_desc() - describe the class @class. Return: NULL if it is unknown. Context: any. */
const struct class_desc *class_desc(unsigned int class);
