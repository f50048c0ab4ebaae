/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One log record: the check of its structure, and access to its fields. */
#include "rec.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util.h"

static const char *const type_names[] = RW_REC_TYPE_NAMES;
static const char *const verdict_names[] = RW_VERDICT_NAMES;
static const char *const target_names[] = RW_TARGET_NAMES;
static const char *const access_names[] = RW_ACCESS_NAMES;
static const char *const drop_names[] = RW_DROP_NAMES;
static const char *const malformed_names[] = RW_MALFORMED_NAMES;
static const char *const kexec_names[] = RW_KEXEC_EVENT_NAMES;
_Static_assert(ARRAY_SIZE(type_names) == RW_REC_TYPE_COUNT, "every type has a name");
_Static_assert(ARRAY_SIZE(verdict_names) == RW_VERDICT_COUNT, "every verdict has a name");
_Static_assert(ARRAY_SIZE(target_names) == RW_TARGET_COUNT, "every target has a name");
_Static_assert(ARRAY_SIZE(access_names) == RW_ACCESS_COUNT, "every access has a name");
_Static_assert(ARRAY_SIZE(drop_names) == RW_DROP_COUNT, "every kind of loss has a name");
_Static_assert(ARRAY_SIZE(malformed_names) == RW_BAD_COUNT, "every refusal has a name");
_Static_assert(ARRAY_SIZE(kexec_names) == RW_KEXEC_EVENT_COUNT, "every step of kexec has a name");

static bool agent_type(unsigned int type)
{
	return type >= RW_REC_EXEC && type <= RW_REC_AGENT_LAST;
}

static bool access_type(unsigned int type)
{
	return type == RW_REC_VIOLATION || type == RW_REC_PATCH;
}

/* Says what is wrong, when somebody wants to know. */
static bool bad(char *why, size_t n, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static bool bad(char *why, size_t n, const char *fmt, ...)
{
	va_list ap;

	if (why) {
		va_start(ap, fmt);
		vsnprintf(why, n, fmt, ap);
		va_end(ap);
	}
	return false;
}

/* @used bytes have a meaning: the size follows from it, and the padding is zero. */
static bool check_tail(const uint8_t *p, size_t size, size_t used, char *why, size_t n)
{
	size_t want = (used + RW_REC_ALIGN - 1) & ~(size_t)(RW_REC_ALIGN - 1);

	if (size != want)
		return bad(why, n, "its size is %zu but its fields need %zu", size, want);
	if (!all_zero(p + used, size - used))
		return bad(why, n, "its padding is not zero");
	return true;
}

static bool check_agent(const uint8_t *p, size_t size, char *why, size_t n)
{
	struct rw_rec_agent a;

	if (size < sizeof(a))
		return bad(why, n, "its size %zu is too small for its type", size);
	memcpy(&a, p, sizeof(a));
	if (a.path_len > RW_PATH_MAX || a.path2_len > RW_PATH_MAX)
		return bad(why, n, "a path of %u and %u bytes is longer than %u", a.path_len, a.path2_len,
			   RW_PATH_MAX);
	return check_tail(p, size, sizeof(a) + a.path_len + a.path2_len, why, n);
}

static bool check_access(const uint8_t *p, size_t size, char *why, size_t n)
{
	struct rw_rec_violation v;

	if (size != sizeof(v))
		return bad(why, n, "its size is %zu but its type has %zu", size, sizeof(v));
	memcpy(&v, p, sizeof(v));
	if (v.target == 0 || v.target >= RW_TARGET_COUNT)
		return bad(why, n, "target %u does not exist", v.target);
	if (v.access == 0 || v.access >= RW_ACCESS_COUNT)
		return bad(why, n, "access %u does not exist", v.access);
	if (v.cpl > 3)
		return bad(why, n, "privilege level %u does not exist", v.cpl);
	if (v.nbytes > RW_CODE_BYTES || v.value_len > RW_VALUE_BYTES)
		return bad(why, n, "%u code bytes, %u value bytes: at most %u", v.nbytes, v.value_len,
			   RW_CODE_BYTES);
	if (!memchr(v.symbol, 0, sizeof(v.symbol)))
		return bad(why, n, "its symbol has no end");
	return true;
}

static bool check_event(const uint8_t *p, size_t size, unsigned int type, char *why, size_t n)
{
	struct rw_rec_event e;

	if (size < sizeof(e))
		return bad(why, n, "its size %zu is too small for its type", size);
	memcpy(&e, p, sizeof(e));
	if (e.text_len > size - sizeof(e))
		return bad(why, n, "a text of %" PRIu32 " bytes does not fit its size %zu", e.text_len, size);
	if (type == RW_REC_DROP && (e.code == 0 || e.code >= RW_DROP_COUNT))
		return bad(why, n, "loss %" PRIu32 " does not exist", e.code);
	if (type == RW_REC_DROP && e.code == RW_DROP_MALFORMED && (e.arg[1] == 0 || e.arg[1] >= RW_BAD_COUNT))
		return bad(why, n, "refusal %" PRIu64 " does not exist", e.arg[1]);
	return check_tail(p, size, sizeof(e) + e.text_len, why, n);
}

size_t rec_check(const uint8_t *p, size_t avail, char *why, size_t n)
{
	struct rw_rec_hdr h;
	bool good;

	if (avail < sizeof(h))
		return bad(why, n, "no room for a record: %zu bytes are left", avail);
	memcpy(&h, p, sizeof(h));
	if (h.magic != RW_REC_MAGIC)
		return bad(why, n, "no record begins here");
	if (h.size < sizeof(h) || h.size % RW_REC_ALIGN || h.size > RW_REC_MAX)
		return bad(why, n, "its size %u is not possible", h.size);
	if (h.size > avail)
		return bad(why, n, "its size is %u but only %zu bytes are left", h.size, avail);
	if (crc_without(p, h.size, offsetof(struct rw_rec_hdr, crc)) != h.crc)
		return bad(why, n, "its CRC is wrong");
	if (h.seq == 0)
		return bad(why, n, "it has no sequence number");
	if (h.type == 0 || h.type >= RW_REC_TYPE_COUNT)
		return bad(why, n, "type %u does not exist", h.type);
	if (h.verdict >= RW_VERDICT_COUNT)
		return bad(why, n, "verdict %u does not exist", h.verdict);
	if (h.flags & ~RW_RECF_ALL)
		return bad(why, n, "flags 0x%x do not exist", h.flags & ~RW_RECF_ALL);
	if (agent_type(h.type))
		good = check_agent(p, h.size, why, n);
	else if (access_type(h.type))
		good = check_access(p, h.size, why, n);
	else
		good = check_event(p, h.size, h.type, why, n);
	return good ? h.size : 0;
}

bool rec_is_agent(const struct rec *r)
{
	return agent_type(r->hdr.type);
}

bool rec_is_access(const struct rec *r)
{
	return access_type(r->hdr.type);
}

void rec_agent(const struct rec *r, struct rw_rec_agent *a, struct text *path, struct text *path2)
{
	memcpy(a, r->p, sizeof(*a));
	if (path)
		*path = (struct text){ r->p + sizeof(*a), a->path_len };
	if (path2)
		*path2 = (struct text){ r->p + sizeof(*a) + a->path_len, a->path2_len };
}

void rec_access(const struct rec *r, struct rw_rec_violation *v)
{
	memcpy(v, r->p, sizeof(*v));
}

void rec_event(const struct rec *r, struct rw_rec_event *e, struct text *text)
{
	memcpy(e, r->p, sizeof(*e));
	if (text)
		*text = (struct text){ r->p + sizeof(*e), e->text_len };
}

int rec_proc(const struct rec *r, struct rw_proc *proc)
{
	if (rec_is_agent(r) || (rec_is_access(r) && (r->hdr.flags & RW_RECF_PROC))) {
		memcpy(proc, r->p + sizeof(struct rw_rec_hdr), sizeof(*proc));
		return rec_is_agent(r) ? 2 : 1;
	}
	return 0;
}

struct text rec_comm(const struct rw_proc *proc)
{
	return (struct text){ (const uint8_t *)proc->comm, strnlen(proc->comm, sizeof(proc->comm)) };
}

const char *rec_type_name(unsigned int type)
{
	return type_names[type];
}

const char *rec_verdict_name(unsigned int verdict)
{
	return verdict_names[verdict];
}

const char *rec_target_name(unsigned int target)
{
	return target_names[target];
}

const char *rec_access_name(unsigned int access)
{
	return access_names[access];
}

const char *rec_drop_name(unsigned int drop)
{
	return drop_names[drop];
}

const char *rec_malformed_name(uint64_t malformed)
{
	return malformed_names[malformed];
}

const char *rec_kexec_name(uint32_t event)
{
	return event < RW_KEXEC_EVENT_COUNT ? kexec_names[event] : "unknown";
}

unsigned int rec_type_by_name(const char *name, size_t n)
{
	for (unsigned int i = 1; i < RW_REC_TYPE_COUNT; i++)
		if (strlen(type_names[i]) == n && memcmp(type_names[i], name, n) == 0)
			return i;
	return 0;
}

int rec_verdict_by_name(const char *name)
{
	for (int i = 0; i < RW_VERDICT_COUNT; i++)
		if (strcmp(verdict_names[i], name) == 0)
			return i;
	return -1;
}
