/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Builds and parses records (abi/record.h). Pure C that needs only memcpy() and memset(), so that the agent,
 * the hypervisor and rwlog share it.
 */
#pragma once

#include "abi/record.h"

#ifdef __KERNEL__
#include <linux/string.h>
#else
#include "lib/string.h"
#endif

/** rw_pad() - @n bytes rounded up to @align, a power of two. */
static inline uint32_t rw_pad(uint32_t n, uint32_t align)
{
	return (n + align - 1) & ~(align - 1);
}

/**
 * struct rec_writer - a record being built.
 *
 * A field that does not fit is left out and sets @full: the caller's buffer is too small. If all its fields
 * are bounded, that is a bug.
 */
struct rec_writer {
	struct rw_rec_hdr *hdr; /* 8-byte aligned, @room bytes */
	uint32_t room, used;
	_Bool full;
};

/**
 * rec_begin() - start a record of @type in @room bytes at @buf, 8-byte aligned; the rest of the header is 0.
 */
static inline void rec_begin(struct rec_writer *w, void *buf, uint32_t room, uint8_t type, uint8_t verdict)
{
	w->hdr = (struct rw_rec_hdr *)buf;
	w->room = room;
	w->used = sizeof(*w->hdr);
	w->full = 0;
	memset(w->hdr, 0, sizeof(*w->hdr));
	w->hdr->magic = RW_REC_MAGIC;
	w->hdr->type = type;
	w->hdr->verdict = verdict;
}

/** rec_bytes() - add the field @id with the @len bytes at @value. */
static inline void rec_bytes(struct rec_writer *w, uint16_t id, const void *value, uint16_t len)
{
	const struct rw_field f = { id, len };
	uint32_t size = sizeof(f) + rw_pad(len, RW_FIELD_ALIGN);
	uint8_t *to = (uint8_t *)w->hdr + w->used;

	if (size > w->room - w->used) {
		w->full = 1;
		return;
	}
	if (len % RW_FIELD_ALIGN)
		memset(to + size - RW_FIELD_ALIGN, 0, RW_FIELD_ALIGN);
	memcpy(to, &f, sizeof(f));
	memcpy(to + sizeof(f), value, len);
	w->used += size;
}

/** rec_u32(), rec_u64() - add a field of 4 or 8 bytes. */
static inline void rec_u32(struct rec_writer *w, uint16_t id, uint32_t value)
{
	rec_bytes(w, id, &value, sizeof(value));
}

static inline void rec_u64(struct rec_writer *w, uint16_t id, uint64_t value)
{
	rec_bytes(w, id, &value, sizeof(value));
}

/**
 * rec_end() - pad the record with zeros, set its size and return it. The buffer's room is a multiple of 8.
 */
static inline uint32_t rec_end(struct rec_writer *w)
{
	uint32_t size = rw_pad(w->used, RW_REC_ALIGN);

	memset((uint8_t *)w->hdr + w->used, 0, size - w->used);
	w->hdr->size = (uint16_t)size;
	return size;
}

/** struct rec_field - a field found in a record: @len bytes at @value, at any alignment. */
struct rec_field {
	uint16_t id, len;
	const uint8_t *value;
};

/**
 * rec_next() - get the field at *@pos of a record, and move *@pos to the next.
 * @rec: the record: @size bytes, which may be untrusted but do not change
 * @pos: begins as sizeof(struct rw_rec_hdr)
 *
 * Return: 1 with @f set; 0: the record ends here, the rest is zeros; -1: no valid field begins here.
 */
int rec_next(const void *rec, uint32_t size, uint32_t *pos, struct rec_field *f);

/**
 * rec_find() - find the field @id of a record that rec_check_fields() has passed.
 *
 * Return: whether there is one.
 */
_Bool rec_find(const void *rec, uint16_t id, struct rec_field *f);

/** struct rec_fault - what is wrong with a record's fields. */
struct rec_fault {
	const char *what; /* a constant, without a period */
	uint16_t id;      /* the field's number; 0: none */
};

/**
 * rec_check_fields() - check a record's fields against abi/record.h and abi/events.def.
 * @rec:    the record; its type and size have been checked, the rest is untrusted but does not change
 * @strict: the record is of this version: an unknown type or field, one that its event does not have, or one
 *          longer than this version knows is a fault; otherwise these pass
 *
 * Checks that fields and padding fill the record, that no number occurs twice, that each value's length fits
 * its kind, and that all fields that its event must have are there.
 *
 * Context: any. Return: 0, or -1 with @fault set.
 */
int rec_check_fields(const void *rec, uint32_t size, _Bool strict, struct rec_fault *fault);
