/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Makes a monitor image of a parsed monitor.conf, without the rules that can never decide anything. */
#include "lib/monitor_conf.h"

#include "lib/monitor.h"
#include "lib/string.h"

/* Whether all that @v stands for is in @w. */
static bool value_within(const struct monitor_conf *conf, unsigned int key, const struct rw_monitor_value *v,
			 const struct rw_monitor_value *w)
{
	const char *text = conf->text;

	if (key < RW_MONITOR_FIRST_TEXT)
		return w->a <= v->a && v->b <= w->b;
	if (key == RW_MONITOR_FS)
		return v->b == w->b && monitor_same(text + v->a, text + w->a, v->b);
	return monitor_under(text + v->a, v->b, text + w->a, w->b);
}

static bool value_apart(const struct monitor_conf *conf, unsigned int key, const struct rw_monitor_value *v,
			const struct rw_monitor_value *w)
{
	if (key < RW_MONITOR_FIRST_TEXT)
		return v->b < w->a || w->b < v->a;
	return !value_within(conf, key, v, w) && !value_within(conf, key, w, v);
}

/* Whether each value of @c is within one of @d. */
static bool set_within(const struct monitor_conf *conf, const struct rw_monitor_cond *c,
		       const struct rw_monitor_cond *d)
{
	uint32_t i, j;

	for (i = 0; i < c->values; i++) {
		for (j = 0; j < d->values; j++)
			if (value_within(conf, c->key, &conf->value[c->first + i],
					 &conf->value[d->first + j]))
				break;
		if (j == d->values)
			return false;
	}
	return true;
}

static bool sets_apart(const struct monitor_conf *conf, const struct rw_monitor_cond *c,
		       const struct rw_monitor_cond *d)
{
	uint32_t i, j;

	for (i = 0; i < c->values; i++)
		for (j = 0; j < d->values; j++)
			if (!value_apart(conf, c->key, &conf->value[c->first + i],
					 &conf->value[d->first + j]))
				return false;
	return true;
}

/* Whether @c, where it holds, makes @d hold, too. */
static bool cond_implies(const struct monitor_conf *conf, const struct rw_monitor_cond *c,
			 const struct rw_monitor_cond *d)
{
	if (c->key != d->key)
		return false;
	if (c->negate && d->negate)
		return set_within(conf, d, c);
	if (d->negate)
		return sets_apart(conf, c, d);
	return !c->negate && set_within(conf, c, d);
}

/* Whether @earlier decides wherever @later would. */
static bool covers(const struct monitor_conf *conf, const struct rw_monitor_rule *earlier,
		   const struct rw_monitor_rule *later)
{
	uint32_t i, j;

	for (i = 0; i < earlier->conds; i++) {
		const struct rw_monitor_cond *d = &conf->cond[earlier->first + i];

		/*
		 * Excluding takes more of a name than including: all paths, and names that can be relied
		 * on.
		 */
		if ((d->key == RW_MONITOR_PATH || d->key == RW_MONITOR_EXE) &&
		    earlier->action == RW_MONITOR_EXCLUDE && later->action == RW_MONITOR_INCLUDE)
			return false;
		for (j = 0; j < later->conds; j++)
			if (cond_implies(conf, &conf->cond[later->first + j], d))
				break;
		if (j == later->conds)
			return false;
	}
	return true;
}

static uint32_t keys_of_rule(const struct monitor_conf *conf, const struct rw_monitor_rule *rule)
{
	uint32_t keys = 0, i;

	for (i = 0; i < rule->conds; i++)
		keys |= 1u << conf->cond[rule->first + i].key;
	return keys;
}

static bool is_about(const struct monitor_conf *conf, uint32_t rule, unsigned int type)
{
	return conf->place[rule].types[type / 8] >> (type % 8) & 1;
}

/* How many ranges hold what @c lets through; 0: no such list is made. */
static uint32_t ranges_of(const struct monitor_conf *conf, const struct rw_monitor_cond *c)
{
	const struct rw_monitor_value *v = &conf->value[c->first];

	if (!c->negate)
		return c->values;
	return c->values == 1 && v->b - v->a != UINT32_MAX;
}

/* How many steps a rule takes, one for each combination of ranges; 0: too many, its conditions are tested. */
static uint32_t combinations(const struct monitor_conf *conf, const struct rw_monitor_rule *r)
{
	uint32_t count = 1, i;

	for (i = 0; i < r->early; i++) {
		uint32_t ranges = ranges_of(conf, &conf->cond[r->first + i]);

		if (!ranges || ranges > MONITOR_STEPS_MAX / count)
			return 0;
		count *= ranges;
	}
	return count;
}

static uint32_t steps_of(const struct monitor_conf *conf, const struct rw_monitor_rule *r)
{
	uint32_t count = combinations(conf, r);

	return count ? count : 1;
}

/* What @step passes over, by the condition @c. */
static void set_marks(const struct monitor_conf *conf, const struct rw_monitor_cond *c,
		      struct rw_monitor_step *step)
{
	const struct rw_monitor_value *v = &conf->value[c->first], *end = v + c->values;
	uint32_t marks = 0, numbers = 0;

	if (c->negate)
		return;
	for (; v < end; v++) {
		if (c->key == RW_MONITOR_ACCESS)
			numbers |= 1u << v->a;
		else if (c->key == RW_MONITOR_FS || c->key == RW_MONITOR_PATH)
			marks |= monitor_mark(conf->text + v->a, v->b);
	}
	if (c->key == RW_MONITOR_ACCESS)
		step->access = (uint8_t)numbers;
	else if (c->key == RW_MONITOR_FS)
		step->fs = marks;
	else if (c->key == RW_MONITOR_PATH)
		step->path = marks;
}

/* Step @n for a rule. */
static struct rw_monitor_step make_step(const struct monitor_conf *conf, uint32_t i, uint32_t n)
{
	const struct rw_monitor_rule *r = &conf->rule[i];
	struct rw_monitor_step step = { .rule = (uint16_t)i, .access = UINT8_MAX, .fs = ~0u, .path = ~0u };
	uint32_t k;

	for (k = 0; k < RW_MONITOR_EARLY; k++)
		step.early[k].span = UINT32_MAX;
	if (!combinations(conf, r))
		step.flags = RW_MONITOR_STEP_RULE;
	for (k = 0; k < r->early && !step.flags; k++) {
		const struct rw_monitor_cond *c = &conf->cond[r->first + k];
		const struct rw_monitor_value *v = &conf->value[c->first + n % c->values];

		n /= c->values;
		step.early[c->key].low = c->negate ? v->b + 1 : v->a;
		step.early[c->key].span = c->negate ? v->a - v->b - 2 : v->b - v->a;
	}
	for (k = r->early; k < r->conds; k++)
		set_marks(conf, &conf->cond[r->first + k], &step);
	if (r->conds > r->early)
		step.flags |= RW_MONITOR_STEP_LATE;
	else if (r->action == RW_MONITOR_INCLUDE)
		step.flags |= RW_MONITOR_STEP_RECORD;
	return step;
}

/* Lists the rules for one type at @steps, and marks them in @used. Return: how many. */
static uint16_t list_rules(const struct monitor_conf *conf, unsigned int type, struct rw_monitor_type *t,
			   struct rw_monitor_step *steps, bool *used)
{
	uint16_t count = 0;
	uint32_t i, j;

	for (i = 0; i < conf->rules; i++) {
		uint32_t keys = keys_of_rule(conf, &conf->rule[i]);

		if (!is_about(conf, i, type) || keys & ~monitor_keys_of(type))
			continue;
		for (j = 0; j < count; j++)
			if (covers(conf, &conf->rule[steps[j].rule], &conf->rule[i]))
				break;
		if (j < count)
			continue;
		for (j = 0; j < steps_of(conf, &conf->rule[i]); j++)
			steps[count++] = make_step(conf, i, j);
		t->wants = (uint16_t)(t->wants | (keys & ~((1u << RW_MONITOR_EARLY) - 1)));
		used[i] = true;
	}
	return count;
}

/* Whether rule @earlier is about all that @later is about, and decides it. */
static bool replaces(const struct monitor_conf *conf, uint32_t earlier, uint32_t later)
{
	const uint8_t *a = conf->place[earlier].types, *b = conf->place[later].types;
	uint32_t i;

	for (i = 0; i < sizeof(conf->place[0].types); i++)
		if (b[i] & ~a[i])
			return false;
	return covers(conf, &conf->rule[earlier], &conf->rule[later]);
}

/* Says why rule @i is in no list. */
static void warn_unused(const struct monitor_conf *conf, uint32_t i)
{
	const struct monitor_place *place = &conf->place[i];
	uint32_t keys = keys_of_rule(conf, &conf->rule[i]), missing = keys, type, key, j;
	bool possible = false;

	for (type = 0; type < RW_MONITOR_TYPES; type++) {
		if (!is_about(conf, i, type))
			continue;
		missing &= ~monitor_keys_of(type);
		possible |= !(keys & ~monitor_keys_of(type));
	}
	for (key = 0; key < RW_MONITOR_KEY_COUNT && !(missing >> key & 1); key++)
		;
	for (j = 0; j < i && !replaces(conf, j, i); j++)
		;
	if (key < RW_MONITOR_KEY_COUNT)
		conf_warn(conf->file, place->line, place->column,
			  "this rule can never match: none of its events has %s", monitor_key_name(key));
	else if (!possible)
		conf_warn(conf->file, place->line, place->column,
			  "this rule can never match: none of its events has all that its conditions name");
	else if (j < i)
		conf_warn(conf->file, place->line, place->column,
			  "this rule can never match: line %u already decides each of its events",
			  conf->place[j].line);
	else
		conf_warn(conf->file, place->line, place->column,
			  "this rule can never match: earlier lines already decide each of its events");
}

/* Sets the marks of all conditions on texts. */
static void mark_conds(const struct monitor_conf *conf, struct rw_monitor_cond *conds)
{
	uint32_t i, k;

	for (i = 0; i < conf->conds; i++) {
		conds[i].marks = 0;
		for (k = 0; conds[i].key >= RW_MONITOR_FIRST_TEXT && k < conds[i].values; k++) {
			const struct rw_monitor_value *v = &conf->value[conds[i].first + k];

			conds[i].marks |= monitor_mark(conf->text + v->a, v->b);
		}
	}
}

static uint8_t *put(uint8_t *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return to + size;
}

uint32_t monitor_build(const struct monitor_conf *conf, void *image)
{
	bool used[MONITOR_RULES_MAX] = { false };
	struct rw_monitor_hdr *hdr = (struct rw_monitor_hdr *)image;
	uint8_t *at = (uint8_t *)(hdr + 1);
	uint32_t type, i;
	struct rw_monitor_step *steps;

	memset(hdr, 0, sizeof(*hdr));
	hdr->magic = RW_MONITOR_MAGIC;
	hdr->version = RW_MONITOR_VERSION;
	hdr->rules = conf->rules;
	hdr->conds = conf->conds;
	hdr->values = conf->values;
	hdr->text = conf->text_used;
	at = put(at, conf->rule, conf->rules * sizeof(conf->rule[0]));
	at = put(at, conf->cond, conf->conds * sizeof(conf->cond[0]));
	mark_conds(conf, (struct rw_monitor_cond *)at - conf->conds);
	at = put(at, conf->value, conf->values * sizeof(conf->value[0]));
	steps = (struct rw_monitor_step *)at;
	for (type = 0; type < RW_MONITOR_TYPES; type++) {
		struct rw_monitor_type *t = &hdr->type[type];

		*t = conf->type[type];
		t->first = hdr->steps;
		if (monitor_is_free(type))
			t->steps = list_rules(conf, type, t, steps + hdr->steps, used);
		hdr->steps += t->steps;
	}
	at = put((uint8_t *)(steps + hdr->steps), conf->text, conf->text_used);
	hdr->size = (uint32_t)(at - (uint8_t *)image);
	for (; hdr->size % RW_MONITOR_ALIGN; hdr->size++)
		*at++ = 0;
	for (i = 0; i < conf->rules; i++)
		if (!used[i])
			warn_unused(conf, i);
	return hdr->size;
}
