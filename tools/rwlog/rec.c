/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One log record: the check of its structure, and access to its fields. */
#include "rec.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

/* Says what is wrong, if the caller asked. */
static size_t bad(char *why, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static size_t bad(char *why, size_t n, const char *fmt, ...)
{
	va_list ap;

	if (why) {
		va_start(ap, fmt);
		vsnprintf(why, n, fmt, ap);
		va_end(ap);
	}
	return 0;
}

static bool check_fields(const struct rec *r, char *why, size_t n)
{
	struct rec_fault fault;

	if (!rec_check_fields(r->p, r->hdr.size, false, &fault))
		return true;
	if (fault.id)
		return bad(why, n, "field %u: %s", fault.id, fault.what);
	return bad(why, n, "%s", fault.what);
}

int rec_by_seq(const void *a, const void *b)
{
	const struct rec_ref *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

int rec_by_seq_and_place(const void *a, const void *b)
{
	const struct rec_ref *x = a, *y = b;
	int c = rec_by_seq(a, b);

	return c ? c : (x->p > y->p) - (x->p < y->p);
}

size_t rec_check(const uint8_t *p, size_t avail, char *why, size_t n)
{
	struct rec r = { .p = p };
	struct rw_rec_hdr *h = &r.hdr;

	if (avail < sizeof(*h))
		return bad(why, n, "no room for a record: %zu bytes are left", avail);
	memcpy(h, p, sizeof(*h));
	if (h->magic != RW_REC_MAGIC)
		return bad(why, n, "no record begins here");
	if (h->size < sizeof(*h) || h->size % RW_REC_ALIGN || h->size > RW_REC_MAX)
		return bad(why, n, "its size %u is not valid", h->size);
	if (h->size > avail)
		return bad(why, n, "its size is %u but only %zu bytes are left", h->size, avail);
	if (crc_without(p, h->size, offsetof(struct rw_rec_hdr, crc)) != h->crc)
		return bad(why, n, "its CRC is wrong");
	if (h->seq == 0)
		return bad(why, n, "it has no sequence number");
	if (h->type == 0)
		return bad(why, n, "type 0 does not exist");
	if (h->verdict >= RW_VERDICT_COUNT)
		return bad(why, n, "unknown verdict %u", h->verdict);
	if (h->flags & ~RW_RECF_ALL)
		return bad(why, n, "unknown flags 0x%x", h->flags & ~RW_RECF_ALL);
	return check_fields(&r, why, n) ? h->size : 0;
}

bool rec_walk(const struct rec *r, uint32_t *pos, struct rec_field *f)
{
	if (!*pos)
		*pos = sizeof(struct rw_rec_hdr);
	return rec_next(r->p, r->hdr.size, pos, f) > 0;
}

bool rec_field(const struct rec *r, enum rw_field_id id, struct rec_field *f)
{
	uint32_t pos = 0;

	while (rec_walk(r, &pos, f))
		if (f->id == id)
			return true;
	return false;
}

uint64_t rec_number(const struct rec *r, enum rw_field_id id)
{
	struct rec_field f;

	return rec_field(r, id, &f) ? value_number(&f) : 0;
}

uint64_t value_number(const struct rec_field *f)
{
	uint64_t v = 0;
	uint32_t word;

	/* Lengths that the compiler knows become one load each. */
	if (f->len == sizeof(word)) {
		memcpy(&word, f->value, sizeof(word));
		return word;
	}
	if (f->len >= sizeof(v))
		memcpy(&v, f->value, sizeof(v));
	else
		memcpy(&v, f->value, f->len);
	return v;
}

void value_structure(const struct rec_field *f, void *to, size_t size)
{
	size_t n = f->len < size ? f->len : size;

	memcpy(to, f->value, n);
	memset((uint8_t *)to + n, 0, size - n);
}

struct text value_text(const struct rec_field *f)
{
	return (struct text){ f->value, f->len };
}

bool rec_is_task(const struct rec_field *f)
{
	const struct field_desc *desc = field_desc(f->id);

	return desc && (desc->kind == RW_KIND_TASK || desc->kind == RW_KIND_GUEST_TASK);
}

int rec_task(const struct rec *r, struct rw_task *task)
{
	struct rw_guest_task guest;
	struct rec_field f;
	uint32_t pos = 0;

	while (rec_walk(r, &pos, &f)) {
		if (!rec_is_task(&f))
			continue;
		if (field_desc(f.id)->kind == RW_KIND_TASK) {
			value_structure(&f, task, sizeof(*task));
			return 2;
		}
		memcpy(&guest, f.value, sizeof(guest));
		*task = (struct rw_task){ .pid = guest.pid, .tgid = guest.tgid };
		memcpy(task->comm, guest.comm, sizeof(task->comm));
		return 1;
	}
	return 0;
}

struct text rec_comm(const char *comm)
{
	return (struct text){ (const uint8_t *)comm, strnlen(comm, RW_COMM_LEN) };
}
