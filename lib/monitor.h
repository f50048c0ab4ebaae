/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Checks and evaluates a monitor image (abi/monitor.h). Pure C that needs no library, so that the agent and
 * programs share it.
 */
#pragma once

#include "abi/monitor.h"

#define MONITOR_PATHS 3u /* most paths of one event that rules look at */

/** struct monitor - an image that monitor_open() has passed, and its parts. */
struct monitor {
	const struct rw_monitor_hdr *hdr;
	const struct rw_monitor_rule *rule;
	const struct rw_monitor_cond *cond;
	const struct rw_monitor_value *value;
	const struct rw_monitor_step *step;
	const char *text;
};

/**
 * monitor_open() - check an image, so that the functions below stay inside it whatever it holds.
 * @image: 8-byte aligned; untrusted, but it does not change
 * @size:  bytes
 *
 * Return: 0 with @m filled, or -1.
 */
int monitor_open(struct monitor *m, const void *image, uint32_t size);

/** What monitor_begin() and monitor_decide() return, besides a step. */
#define MONITOR_RECORD (-1)
#define MONITOR_DROP   (-2)

/** monitor_in_ranges() - whether both numbers are in the ranges of the step. */
static inline _Bool monitor_in_ranges(const struct rw_monitor_step *s, uint32_t uid, uint32_t login_uid)
{
	return uid - s->early[RW_MONITOR_UID].low <= s->early[RW_MONITOR_UID].span &&
	       login_uid - s->early[RW_MONITOR_LOGIN_UID].low <= s->early[RW_MONITOR_LOGIN_UID].span;
}

/** monitor_more() - like monitor_begin(), from the step @step on, for rules of every kind. */
int monitor_more(const struct monitor *m, unsigned int type, uint32_t step, uint32_t uid, uint32_t login_uid);

/**
 * monitor_begin() - decide by what is known before anything is collected.
 * @type: below RW_MONITOR_TYPES
 *
 * Return: MONITOR_RECORD, MONITOR_DROP, or the step at which monitor_decide() continues.
 */
static inline int monitor_begin(const struct monitor *m, unsigned int type, uint32_t uid, uint32_t login_uid)
{
	const struct rw_monitor_type *t = &m->hdr->type[type];
	const struct rw_monitor_step *s = m->step + t->first, *end = s + t->steps;

	for (; s < end; s++) {
		if (!monitor_in_ranges(s, uid, login_uid))
			continue;
		if (!s->flags)
			return MONITOR_DROP;
		if (s->flags == RW_MONITOR_STEP_LATE)
			return (int)(s - m->step);
		return monitor_more(m, type, (uint32_t)(s - m->step), uid, login_uid);
	}
	return MONITOR_RECORD;
}

/**
 * monitor_mark() - one of 32 bits that a name shares with all names that it equals or lies below; all bits:
 * it is too short to tell. Paths begin with a slash, so their second byte counts.
 */
static inline uint32_t monitor_mark(const char *text, uint32_t len)
{
	uint32_t place = len && text[0] == '/';

	return place < len ? 1u << (text[place] & 31) : ~0u;
}

/**
 * struct monitor_outlook - what the rules about a type can match, for one access, told from marks.
 *
 * Most events match no rule, and one of a file that is written matches the first.
 */
struct monitor_outlook {
	uint32_t fs; /* of the rules that ask for no path: who has none of these marks matches none of them */
	uint32_t path;     /* of those that ask for one; 0: there is none */
	uint32_t sure_not; /* with @sure: of the file systems that the rule excepts */
	_Bool sure;        /* the first rule that can match records what lies on another file system */
};

/**
 * monitor_look_out() - get the outlook for events of a type.
 * @access: enum rw_monitor_access; 0: the event has none, or it is not known yet
 */
struct monitor_outlook monitor_look_out(const struct monitor *m, unsigned int type, unsigned int access);

/**
 * monitor_is_recorded() - whether marks alone say that monitor_decide() would return MONITOR_RECORD.
 * @fs, @path: monitor_mark() of the file system, and of all paths together; all bits: not known, or there is
 *             none
 *
 * Return: false: the rules decide, if monitor_begin() returned a step.
 */
static inline _Bool monitor_is_recorded(const struct monitor_outlook *o, uint32_t fs, uint32_t path)
{
	return (o->sure && !(o->sure_not & fs)) || !((o->fs & fs) | (o->path & path));
}

/** What can become of events of a type. */
#define MONITOR_MAY_RECORD 1u
#define MONITOR_MAY_DROP   2u

/** monitor_outcomes() - what can become of events of @type by the rules: MONITOR_MAY_*, one or both. */
static inline unsigned int monitor_outcomes(const struct monitor *m, unsigned int type)
{
	const struct rw_monitor_type *t = &m->hdr->type[type];
	unsigned int ret = 0, i;

	for (i = 0; i < t->steps; i++) {
		const struct rw_monitor_rule *r = &m->rule[m->step[t->first + i].rule];

		ret |= r->action == RW_MONITOR_EXCLUDE ? MONITOR_MAY_DROP : MONITOR_MAY_RECORD;
		if (!r->conds)
			return ret;
	}
	return ret | MONITOR_MAY_RECORD;
}

struct monitor_text {
	const char *at;
	uint32_t len;
};

/** struct monitor_facts - what is known of an event so far. Bits in masks: 1 << enum rw_monitor_key. */
struct monitor_facts {
	uint32_t known; /* whether the event has it is settled */
	uint32_t has;   /* it has it: the value is below */
	/* Names of files mean what they mean to the administrator: rules that exclude may look at them. */
	_Bool own_names;
	uint32_t number[RW_MONITOR_FIRST_TEXT];
	struct monitor_text text[RW_MONITOR_KEY_COUNT - RW_MONITOR_FIRST_TEXT]; /* of a path: the first */
	struct monitor_text more_paths[MONITOR_PATHS - 1];
	uint32_t paths; /* all of them */
};

/** monitor_fact() - the text of @key. */
static inline struct monitor_text *monitor_fact(struct monitor_facts *facts, enum rw_monitor_key key)
{
	return &facts->text[key - RW_MONITOR_FIRST_TEXT];
}

/**
 * monitor_decide() - decide from the step @step on.
 *
 * Return: MONITOR_RECORD, MONITOR_DROP, or the step whose rule depends on facts not known yet; never that
 * if all are known.
 */
int monitor_decide(const struct monitor *m, unsigned int type, int step, const struct monitor_facts *facts);

/** monitor_same() - whether @len bytes are the same: the loader has no memcmp(). */
_Bool monitor_same(const char *a, const char *b, uint32_t len);

/** monitor_under() - whether the name @len bytes at @name is @prefix or lies below it. */
_Bool monitor_under(const char *name, uint32_t len, const char *prefix, uint32_t prefix_len);
