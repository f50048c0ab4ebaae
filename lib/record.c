/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses records. */
#include "lib/record.h"

#include "lib/events.h"

static bool all_zero(const uint8_t *p, uint32_t n)
{
	while (n && !*p) {
		p++;
		n--;
	}
	return !n;
}

int rec_next(const void *rec, uint32_t size, uint32_t *pos, struct rec_field *f)
{
	const uint8_t *at = (const uint8_t *)rec + *pos;
	uint32_t left = size - *pos;
	struct rw_field h = { 0, 0 };

	if (left >= sizeof(h))
		memcpy(&h, at, sizeof(h));
	if (!h.id)
		return left < RW_REC_ALIGN && all_zero(at, left) ? 0 : -1;

	uint32_t padded = rw_pad(h.len, RW_FIELD_ALIGN);

	if (padded > left - sizeof(h) || !all_zero(at + sizeof(h) + h.len, padded - h.len))
		return -1;
	f->id = h.id;
	f->len = h.len;
	f->value = at + sizeof(h);
	*pos += sizeof(h) + padded;
	return 1;
}

bool rec_find(const void *rec, uint16_t id, struct rec_field *f)
{
	uint32_t pos = sizeof(struct rw_rec_hdr);

	while (rec_next(rec, ((const struct rw_rec_hdr *)rec)->size, &pos, f) > 0)
		if (f->id == id)
			return true;
	return false;
}

static int bad(struct rec_fault *fault, uint16_t id, const char *what)
{
	fault->what = what;
	fault->id = id;
	return -1;
}

/* Each number below SEEN_BITS is tracked; larger ones no version has used yet. */
#define SEEN_BITS 1024u
_Static_assert(RW_FIELD_COUNT <= SEEN_BITS, "every field that is known has a bit");

/* Return: whether @id was seen before; false if it has no bit. */
static bool seen_before(uint64_t *seen, uint16_t id)
{
	uint64_t bit = 1ull << (id % 64);

	if (id >= SEEN_BITS)
		return false;

	bool before = seen[id / 64] & bit;

	seen[id / 64] |= bit;
	return before;
}

/* A number of 4 bytes, by its kind's rule. Return: what is wrong, or NULL. */
static const char *check_number(const uint8_t *value, enum value_rule rule)
{
	uint32_t v;

	if (rule == VALUE_ANY)
		return NULL;
	memcpy(&v, value, sizeof(v));
	if (rule == VALUE_BOOL)
		return v > 1 ? "it is neither 0 nor 1" : NULL;
	if (rule == VALUE_ERROR)
		return (int32_t)v > 0 ? "it is neither 0 nor a negative error" : NULL;
	return v ? NULL : "it is 0, which is not a valid value";
}

/* Checks the value's length and contents. */
static int check_value(const struct rec_field *f, const struct field_desc *desc, bool strict,
		       struct rec_fault *fault)
{
	const struct kind_desc *kind = kind_desc(desc->kind);

	if (f->len < kind->min || (f->len > kind->max && (strict || !kind->grows)))
		return bad(fault, f->id, "its length is wrong for its kind");
	if (desc->kind == RW_KIND_IDS && f->len % 4)
		return bad(fault, f->id, "its length is not a multiple of 4");
	if (desc->kind == RW_KIND_AREAS && f->len % RW_AREA_BYTES)
		return bad(fault, f->id, "its length is not a multiple of 16");
	if (desc->kind == RW_KIND_STRINGS && f->len && f->value[f->len - 1])
		return bad(fault, f->id, "its last string is not terminated");

	const char *wrong = check_number(f->value, kind->rule);

	return wrong ? bad(fault, f->id, wrong) : 0;
}

/* A record of any event can stand for repeats. */
static bool event_has(const struct event_desc *event, uint16_t id)
{
	if (id == RW_F_REPEAT)
		return true;
	for (const struct event_field *e = event->fields; e->id; e++)
		if (e->id == id)
			return true;
	return false;
}

/* Checks that all fields that @event must have were seen. */
static int check_complete(const struct event_desc *event, const uint64_t *seen, struct rec_fault *fault)
{
	for (const struct event_field *e = event->fields; e->id; e++)
		if (e->must && !(seen[e->id / 64] >> (e->id % 64) & 1))
			return bad(fault, e->id, "it is missing");
	return 0;
}

int rec_check_fields(const void *rec, uint32_t size, bool strict, struct rec_fault *fault)
{
	const struct event_desc *event =
		event_desc(((const uint8_t *)rec)[offsetof(struct rw_rec_hdr, type)]);
	uint64_t seen[SEEN_BITS / 64];
	uint32_t pos = sizeof(struct rw_rec_hdr);
	struct rec_field f;
	int more;

	if (strict && !event)
		return bad(fault, 0, "unknown type of record");
	memset(seen, 0, sizeof(seen));
	while ((more = rec_next(rec, size, &pos, &f)) > 0) {
		const struct field_desc *desc = field_desc(f.id);

		if (strict && (!desc || !event_has(event, f.id)))
			return bad(fault, f.id, "records of this type do not have it");
		if (seen_before(seen, f.id))
			return bad(fault, f.id, "it occurs twice");
		if (desc && check_value(&f, desc, strict, fault))
			return -1;
	}
	if (more < 0)
		return bad(fault, 0, "its fields do not fill the record");
	return event ? check_complete(event, seen, fault) : 0;
}
