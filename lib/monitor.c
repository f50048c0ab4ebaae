/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Checks and evaluates a monitor image. */
#include "lib/monitor.h"

#define BIT_OF(key) (1u << (key))

/* Whether @count entries from @first on lie in a list of @all. */
static _Bool in_list(uint32_t first, uint32_t count, uint32_t all)
{
	return count <= all && first <= all - count;
}

/* The parts lie one after the other: sets where, and checks that they fill the image. */
static _Bool find_parts(struct monitor *m, const struct rw_monitor_hdr *hdr, uint32_t size)
{
	uint64_t rule = sizeof(*hdr);
	uint64_t cond = rule + (uint64_t)hdr->rules * sizeof(struct rw_monitor_rule);
	uint64_t value = cond + (uint64_t)hdr->conds * sizeof(struct rw_monitor_cond);
	uint64_t step = value + (uint64_t)hdr->values * sizeof(struct rw_monitor_value);
	uint64_t text = step + (uint64_t)hdr->steps * sizeof(struct rw_monitor_step);
	uint64_t end = text + hdr->text;

	if (end > size || size - end >= RW_MONITOR_ALIGN)
		return 0;
	m->hdr = hdr;
	m->rule = (const struct rw_monitor_rule *)((const char *)hdr + rule);
	m->cond = (const struct rw_monitor_cond *)((const char *)hdr + cond);
	m->value = (const struct rw_monitor_value *)((const char *)hdr + value);
	m->step = (const struct rw_monitor_step *)((const char *)hdr + step);
	m->text = (const char *)hdr + text;
	return 1;
}

static _Bool check_type(const struct monitor *m, const struct rw_monitor_type *t, _Bool fixed, _Bool kmsg)
{
	if (fixed && (t->steps || t->mode || t->fold_ms || t->limit))
		return 0;
	if (kmsg && (t->mode == RW_MONITOR_MODE_BATCH || t->fold_ms || t->limit))
		return 0;
	return in_list(t->first, t->steps, m->hdr->steps) && t->mode < RW_MONITOR_MODE_COUNT && !t->reserved0;
}

static _Bool check_rule(const struct monitor *m, const struct rw_monitor_rule *r)
{
	uint32_t i;

	if (r->action < RW_MONITOR_INCLUDE || r->action >= RW_MONITOR_ACTION_COUNT || r->early > r->conds ||
	    !in_list(r->first, r->conds, m->hdr->conds))
		return 0;
	for (i = 0; i < r->conds; i++)
		if ((m->cond[r->first + i].key < RW_MONITOR_EARLY) != (i < r->early))
			return 0;
	return 1;
}

static _Bool check_cond(const struct monitor *m, const struct rw_monitor_cond *c)
{
	uint32_t i;

	if (c->key >= RW_MONITOR_KEY_COUNT || c->negate > 1 || !c->values ||
	    !in_list(c->first, c->values, m->hdr->values))
		return 0;
	for (i = 0; i < c->values; i++) {
		const struct rw_monitor_value *v = &m->value[c->first + i];

		if (c->key < RW_MONITOR_FIRST_TEXT ? v->a > v->b : !in_list(v->a, v->b, m->hdr->text))
			return 0;
	}
	return 1;
}

int monitor_open(struct monitor *m, const void *image, uint32_t size)
{
	const struct rw_monitor_hdr *hdr = (const struct rw_monitor_hdr *)image;
	uint32_t i;

	if (size < sizeof(*hdr) || hdr->magic != RW_MONITOR_MAGIC || hdr->version != RW_MONITOR_VERSION ||
	    hdr->size != size || !find_parts(m, hdr, size))
		return -1;
	for (i = 0; i < RW_MONITOR_TYPES; i++)
		if (!check_type(m, &hdr->type[i], i >= RW_MONITOR_FIXED_FIRST && i <= RW_MONITOR_FIXED_LAST,
				i == RW_REC_KMSG))
			return -1;
	for (i = 0; i < hdr->steps; i++)
		if (m->step[i].rule >= hdr->rules || m->step[i].flags & ~RW_MONITOR_STEP_ALL)
			return -1;
	for (i = 0; i < hdr->rules; i++)
		if (!check_rule(m, &m->rule[i]))
			return -1;
	for (i = 0; i < hdr->conds; i++)
		if (!check_cond(m, &m->cond[i]))
			return -1;
	return 0;
}

static _Bool number_fits(const struct monitor *m, const struct rw_monitor_cond *c, uint32_t number)
{
	const struct rw_monitor_value *v = &m->value[c->first], *end = v + c->values;

	for (; v < end; v++)
		if (number - v->a <= v->b - v->a)
			return !c->negate;
	return c->negate;
}

static _Bool early_hold(const struct monitor *m, const struct rw_monitor_step *s, uint32_t uid,
			uint32_t login_uid)
{
	const struct rw_monitor_rule *r = &m->rule[s->rule];
	const struct rw_monitor_cond *c = &m->cond[r->first], *end = c + r->early;

	if (!(s->flags & RW_MONITOR_STEP_RULE))
		return monitor_in_ranges(s, uid, login_uid);
	while (c < end && number_fits(m, c, c->key == RW_MONITOR_UID ? uid : login_uid))
		c++;
	return c == end;
}

int monitor_more(const struct monitor *m, unsigned int type, uint32_t step, uint32_t uid, uint32_t login_uid)
{
	const struct rw_monitor_type *t = &m->hdr->type[type];
	uint32_t end = t->first + t->steps;

	for (; step < end; step++) {
		const struct rw_monitor_step *s = &m->step[step];

		if (!early_hold(m, s, uid, login_uid))
			continue;
		if (s->flags & RW_MONITOR_STEP_LATE)
			return (int)step;
		return s->flags & RW_MONITOR_STEP_RECORD ? MONITOR_RECORD : MONITOR_DROP;
	}
	return MONITOR_RECORD;
}

_Bool monitor_same(const char *a, const char *b, uint32_t len)
{
	while (len && *a == *b) {
		a++;
		b++;
		len--;
	}
	return !len;
}

_Bool monitor_under(const char *name, uint32_t len, const char *prefix, uint32_t prefix_len)
{
	return len >= prefix_len && monitor_same(name, prefix, prefix_len) &&
	       (len == prefix_len || !prefix_len || name[prefix_len] == '/');
}

static _Bool text_fits(const struct monitor *m, const struct rw_monitor_cond *c, struct monitor_text text)
{
	uint32_t i;

	if (!(c->marks & monitor_mark(text.at, text.len)))
		return c->negate;
	for (i = 0; i < c->values; i++) {
		const struct rw_monitor_value *v = &m->value[c->first + i];

		if (c->key == RW_MONITOR_FS ?
			    text.len == v->b && monitor_same(text.at, m->text + v->a, v->b) :
			    monitor_under(text.at, text.len, m->text + v->a, v->b))
			return !c->negate;
	}
	return c->negate;
}

/* Whether the rule depends on access and file system alone, and takes this access. Sets what it excepts. */
static _Bool is_sure(const struct monitor *m, const struct rw_monitor_rule *r, unsigned int access,
		     uint32_t *sure_not)
{
	const struct rw_monitor_cond *c = &m->cond[r->first], *end = c + r->conds;

	*sure_not = 0;
	if (r->action != RW_MONITOR_INCLUDE || !access)
		return 0;
	for (; c < end; c++) {
		if (c->key == RW_MONITOR_FS && c->negate)
			*sure_not |= c->marks;
		else if (c->key != RW_MONITOR_ACCESS || !number_fits(m, c, access))
			return 0;
	}
	return 1;
}

struct monitor_outlook monitor_look_out(const struct monitor *m, unsigned int type, unsigned int access)
{
	const struct rw_monitor_type *t = &m->hdr->type[type];
	const struct rw_monitor_step *s = m->step + t->first, *end = s + t->steps;
	struct monitor_outlook o = { .sure = 0 };
	_Bool first = 1;

	for (; s < end; s++) {
		if (access && !(s->access & 1u << access))
			continue;
		/* It has no early conditions: no step before it decides otherwise. */
		if (first)
			o.sure = is_sure(m, &m->rule[s->rule], access, &o.sure_not);
		first = 0;
		if (~s->path)
			o.path |= s->path;
		else
			o.fs |= s->fs;
	}
	return o;
}

static const struct monitor_text *text_of(const struct monitor_facts *facts, unsigned int key)
{
	return &facts->text[key - RW_MONITOR_FIRST_TEXT];
}

static const struct monitor_text *path_at(const struct monitor_facts *facts, uint32_t i)
{
	return i ? &facts->more_paths[i - 1] : text_of(facts, RW_MONITOR_PATH);
}

/* To exclude an event, all of its paths must fit: a file renamed into a watched folder is no noise. */
static _Bool paths_fit(const struct monitor *m, const struct rw_monitor_cond *c, _Bool all,
		       const struct monitor_facts *facts)
{
	uint32_t i;

	for (i = 0; i < facts->paths; i++)
		if (text_fits(m, c, *path_at(facts, i)) != all)
			return !all;
	return all;
}

static _Bool cond_holds(const struct monitor *m, const struct rw_monitor_cond *c, _Bool exclude,
			const struct monitor_facts *facts)
{
	if (!(facts->has & BIT_OF(c->key)))
		return 0;
	if (c->key < RW_MONITOR_FIRST_TEXT)
		return number_fits(m, c, facts->number[c->key]);
	if (exclude && !facts->own_names && (c->key == RW_MONITOR_PATH || c->key == RW_MONITOR_EXE))
		return 0;
	if (c->key == RW_MONITOR_PATH)
		return paths_fit(m, c, exclude, facts);
	return text_fits(m, c, *text_of(facts, c->key));
}

enum holds {
	HOLDS_NOT,
	HOLDS,
	HOLDS_PERHAPS /* it depends on what is not known yet */
};

static enum holds rule_holds(const struct monitor *m, const struct rw_monitor_rule *r,
			     const struct monitor_facts *facts)
{
	const struct rw_monitor_cond *c = &m->cond[r->first], *end = c + r->conds;
	enum holds ret = HOLDS;

	for (; c < end; c++) {
		if (!(facts->known & BIT_OF(c->key)))
			ret = HOLDS_PERHAPS;
		else if (!cond_holds(m, c, r->action == RW_MONITOR_EXCLUDE, facts))
			return HOLDS_NOT;
	}
	return ret;
}

static _Bool is_there(const struct monitor_facts *facts, enum rw_monitor_key key)
{
	return facts->known & facts->has & BIT_OF(key);
}

/* The marks of all paths: an event with two matches no rule that neither matches. */
static uint32_t path_marks(const struct monitor_facts *facts)
{
	uint32_t marks, i;

	if (!is_there(facts, RW_MONITOR_PATH))
		return ~0u;
	marks = monitor_mark(path_at(facts, 0)->at, path_at(facts, 0)->len);
	for (i = 1; i < facts->paths; i++)
		marks |= monitor_mark(path_at(facts, i)->at, path_at(facts, i)->len);
	return marks;
}

static uint32_t fs_marks(const struct monitor_facts *facts)
{
	const struct monitor_text *fs = text_of(facts, RW_MONITOR_FS);

	return is_there(facts, RW_MONITOR_FS) ? monitor_mark(fs->at, fs->len) : ~0u;
}

int monitor_decide(const struct monitor *m, unsigned int type, int step, const struct monitor_facts *facts)
{
	const struct rw_monitor_type *t = &m->hdr->type[type];
	const struct rw_monitor_step *s = m->step + step, *end = m->step + t->first + t->steps;
	uint32_t access = is_there(facts, RW_MONITOR_ACCESS) ? 1u << facts->number[RW_MONITOR_ACCESS] : ~0u;
	uint32_t fs = fs_marks(facts), path = path_marks(facts);

	for (; s < end; s++) {
		const struct rw_monitor_rule *r;
		enum holds holds;

		if (!(s->path & path) || !(s->fs & fs) || !(s->access & access))
			continue;
		r = &m->rule[s->rule];
		holds = rule_holds(m, r, facts);
		if (holds == HOLDS_PERHAPS)
			return (int)(s - m->step);
		if (holds == HOLDS)
			return r->action == RW_MONITOR_EXCLUDE ? MONITOR_DROP : MONITOR_RECORD;
	}
	return MONITOR_RECORD;
}
