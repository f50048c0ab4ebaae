/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses records. */
#include "lib/record.h"

#include "lib/events.h"

/* Whether the padding after a value of @len bytes, which ends 4-byte aligned at @end, is zero. */
static inline bool padding_ok(const uint8_t *end, uint32_t len)
{
	uint32_t last;

	if (len % RW_FIELD_ALIGN == 0)
		return true;
	memcpy(&last, end - sizeof(last), sizeof(last));
	return last >> 8 * (len % RW_FIELD_ALIGN) == 0; /* little endian */
}
_Static_assert(RW_FIELD_ALIGN == 4, "the last bytes of a padded value are one number");

/* Inline in the check, which runs for each record that the hypervisor takes. */
static inline int next_field(const uint8_t *rec, uint32_t size, uint32_t *pos, struct rec_field *f)
{
	const uint8_t *at = rec + *pos;
	uint32_t left = size - *pos, padded;
	struct rw_field h = { 0, 0 };

	if (left >= sizeof(h))
		memcpy(&h, at, sizeof(h));
	/* The end: nothing, or one word of zeros. */
	if (!h.id)
		return left == 0 || (left == sizeof(h) && !h.len) ? 0 : -1;
	left -= sizeof(h);
	padded = rw_pad(h.len, RW_FIELD_ALIGN);
	at += sizeof(h);
	if (padded > left || !padding_ok(at + padded, h.len))
		return -1;
	f->id = h.id;
	f->len = h.len;
	f->value = at;
	*pos += sizeof(h) + padded;
	return 1;
}
_Static_assert(RW_REC_ALIGN == 2 * sizeof(struct rw_field), "a record ends with at most one word of padding");

int rec_next(const void *rec, uint32_t size, uint32_t *pos, struct rec_field *f)
{
	return next_field(rec, size, pos, f);
}

bool rec_find(const void *rec, uint16_t id, struct rec_field *f)
{
	uint32_t pos = sizeof(struct rw_rec_hdr);

	while (rec_next(rec, ((const struct rw_rec_hdr *)rec)->size, &pos, f) > 0)
		if (f->id == id)
			return true;
	return false;
}

static __attribute__((noinline)) int bad(struct rec_fault *fault, uint16_t id, const char *what)
{
	fault->what = what;
	fault->id = id;
	return -1;
}

/* Each number below SEEN_BITS is tracked; larger ones no version has used yet. */
#define SEEN_BITS 1024u
_Static_assert(RW_FIELD_COUNT <= SEEN_BITS, "every field that is known has a bit");
_Static_assert(EVENT_FIELDS_MAX < 32, "every field of an event has a bit, and one is left");

/* The fields of a record that its event's list does not have. */
struct seen {
	bool any; /* else @others is not set */
	uint64_t others[SEEN_BITS / 64];
};

/* Return: whether a field that is not in its event's list was seen before; false if it has no bit. */
static bool seen_before(struct seen *seen, uint16_t id)
{
	uint64_t bit = 1ull << (id % 64);

	if (id >= SEEN_BITS)
		return false;
	if (!seen->any)
		memset(seen->others, 0, sizeof(seen->others));
	seen->any = true;

	bool before = seen->others[id / 64] & bit;

	seen->others[id / 64] |= bit;
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

/* Checks the contents of a value whose length fits its kind. Few kinds come here: not inline. */
static __attribute__((noinline)) int check_contents(struct rec_field f, enum rw_field_kind id,
						    struct rec_fault *fault)
{
	if (id == RW_KIND_IDS && f.len % 4)
		return bad(fault, f.id, "its length is not a multiple of 4");
	if (id == RW_KIND_AREAS && f.len % RW_AREA_BYTES)
		return bad(fault, f.id, "its length is not a multiple of 16");
	if (id == RW_KIND_STRINGS && f.len && f.value[f.len - 1])
		return bad(fault, f.id, "its last string is not terminated");

	const char *wrong = check_number(f.value, kind_desc(id)->rule);

	return wrong ? bad(fault, f.id, wrong) : 0;
}

/* Checks the value's length and contents. */
static inline int check_value(struct rec_field f, enum rw_field_kind id, bool strict, struct rec_fault *fault)
{
	const struct kind_desc *kind = kind_desc(id);

	if (f.len < kind->min || (f.len > kind->max && (strict || !kind->grows)))
		return bad(fault, f.id, "its length is wrong for its kind");
	return kind->any_contents ? 0 : check_contents(f, id, fault);
}

/*
 * Return: the place of a field in its event's list, or -1. Most records follow the list, but for fields of
 * variable length, which come last: so the first to look at are @next, the place after the field before, and
 * the first place that @own does not have.
 */
static inline int place_of(const struct event_desc *event, uint16_t id, unsigned int next, uint32_t own)
{
	unsigned int first = (unsigned int)__builtin_ctz(~own);

	if (event->fields[next].id == id)
		return (int)next;
	if (first < next && event->fields[first].id == id)
		return (int)first;
	for (unsigned int i = 0; event->fields[i].id; i++)
		if (event->fields[i].id == id)
			return (int)i;
	return -1;
}

/* All fields that @event must have; the caller knows that one is missing. */
static __attribute__((noinline)) int name_missing(const struct event_desc *event, uint32_t own,
						  struct rec_fault *fault)
{
	const struct event_field *e = event->fields;

	for (; own & 1 || !e->must; e++)
		own >>= 1;
	return bad(fault, e->id, "it is missing");
}

/*
 * A field that is not in its event's list, or of an unknown event: REPEAT, or a newer version's. A record of
 * any event can stand for repeats.
 */
static __attribute__((noinline)) int check_other(struct rec_field f, struct seen *seen, bool strict,
						 struct rec_fault *fault)
{
	const struct field_desc *desc = field_desc(f.id);

	if (strict && f.id != RW_F_REPEAT)
		return bad(fault, f.id, "records of this type do not have it");
	if (seen_before(seen, f.id))
		return bad(fault, f.id, "it occurs twice");
	return desc ? check_value(f, desc->kind, strict, fault) : 0;
}

/* A value in this version of which the length alone says nothing, or something bad. */
static __attribute__((noinline)) bool value_ok(const uint8_t *value, uint32_t len, enum rw_field_kind kind)
{
	const struct rec_field f = { .len = (uint16_t)len, .value = value };
	struct rec_fault fault;

	return !check_value(f, kind, true, &fault);
}

/* State of is_plain(). */
struct plain {
	const struct event_field *fields, *next; /* the event's list; the place after the last field's */
	uint32_t bit, own;                       /* of @next, of those seen: the first place has bit 0 */
};

/* Moves @next to the place of a field: one that follows, or the first that was not seen. */
static inline bool find_plain(struct plain *p, uint16_t id)
{
	uint32_t first = ~p->own & (p->own + 1);

	if (p->next->id == id)
		return true;
	if (p->fields[__builtin_ctz(first)].id == id) {
		p->next = p->fields + __builtin_ctz(first);
		p->bit = first;
		return true;
	}
	for (; p->next->id; p->next++, p->bit <<= 1)
		if (p->next->id == id)
			return true;
	return false;
}

/* Return: where the field at @at ends, which is the next or another one of the list; NULL: not known. */
static inline const uint8_t *plain_field(struct plain *p, const uint8_t *at, const uint8_t *end,
					 uint32_t head)
{
	const uint8_t *value = at + sizeof(struct rw_field);
	uint32_t len = head >> 16, padded = rw_pad(len, RW_FIELD_ALIGN);

	if (!find_plain(p, (uint16_t)head) || padded > (size_t)(end - value) ||
	    !padding_ok(value + padded, len))
		return NULL;
	if (len - p->next->min > p->next->span && !value_ok(value, len, p->next->kind))
		return NULL;
	return value + padded;
}

/*
 * Passes the usual fields that a record begins with, in the list's order, of which one at a time may be
 * absent: so none occurs twice. Return: where they end; NULL: a field goes beyond the record's end.
 */
static inline const uint8_t *plain_run(struct plain *p, const uint8_t *at, const uint8_t *end,
				       uint32_t *musts)
{
	size_t left = (size_t)(end - at);
	uint32_t head, absent = 0;

	while (left) {
		memcpy(&head, end - left, sizeof(head));
		if (head != p->next->usual) {
			/* The list's end equals no field that fits a record. */
			if (!p->next->id || head != p->next[1].usual)
				break;
			absent |= 1u << (p->next - p->fields);
			p->next++;
		}
		if (p->next->usual_bytes > left)
			return NULL;
		left -= p->next->usual_bytes;
		*musts += p->next->must;
		p->next++;
	}
	p->bit = 1u << (p->next - p->fields);
	p->own = (p->bit - 1) & ~absent;
	return end - left;
}

/*
 * The check of nearly all records that the hypervisor takes, for them alone: all fields are of this version
 * and of the event's list, in its order but for those of variable length, which come last. @at: the fields;
 * the bytes up to @end are a multiple of RW_REC_ALIGN. Return: whether the record is valid; false: that is
 * not known yet.
 */
static inline bool is_plain(const struct event_desc *event, const uint8_t *at, const uint8_t *end)
{
	struct plain p = { .fields = event->fields, .next = event->fields };
	uint32_t musts = 0, head;

	at = plain_run(&p, at, end, &musts);
	if (!at)
		return false;
	while (at != end) {
		memcpy(&head, at, sizeof(head));
		if (!(uint16_t)head) { /* one word of padding */
			if (head || end - at != sizeof(head))
				return false;
			break;
		}
		at = plain_field(&p, at, end, head);
		if (!at || p.own & p.bit)
			return false;
		p.own |= p.bit;
		p.bit <<= 1;
		musts += p.next->must;
		p.next++;
	}
	return musts == event->musts;
}
_Static_assert(sizeof(struct rw_field) == sizeof(uint32_t) && RW_FIELD_ALIGN == sizeof(uint32_t),
	       "a field's header is one word: little endian, its number first");

/* The check of all others; only it can tell what is wrong. */
static __attribute__((noinline)) int check_fully(const struct event_desc *event, const void *rec,
						 uint32_t size, bool strict, struct rec_fault *fault)
{
	uint32_t pos = sizeof(struct rw_rec_hdr), own = 0; /* a bit for each place in the event's list */
	unsigned int next = 0, musts = 0;
	struct rec_field f;
	struct seen seen;
	int more;

	seen.any = false;
	while ((more = next_field(rec, size, &pos, &f)) > 0) {
		int place = event ? place_of(event, f.id, next, own) : -1;

		if (place < 0) {
			if (check_other(f, &seen, strict, fault))
				return -1;
			continue;
		}
		if (own >> place & 1)
			return bad(fault, f.id, "it occurs twice");
		own |= 1u << place;
		next = (unsigned int)place + 1;
		musts += event->fields[place].must;
		if (check_value(f, event->fields[place].kind, strict, fault))
			return -1;
	}
	if (more < 0)
		return bad(fault, 0, "its fields do not fill the record");
	return event && musts < event->musts ? name_missing(event, own, fault) : 0;
}

int rec_check_fields(const void *rec, uint32_t size, bool strict, struct rec_fault *fault)
{
	const uint8_t *at = rec;
	const struct event_desc *event = event_desc(at[offsetof(struct rw_rec_hdr, type)]);

	if (strict && !event)
		return bad(fault, 0, "unknown type of record");
	if (strict && is_plain(event, at + sizeof(struct rw_rec_hdr), at + size))
		return 0;
	return check_fully(event, rec, size, strict, fault);
}
