/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Checks and evaluates an access image. */
#include "lib/access.h"

uint32_t access_hash_name(uint32_t node, const char *name, uint32_t len)
{
	uint32_t hash = 0x811c9dc5u ^ node * 0x9e3779b1u; /* FNV-1a */

	for (uint32_t i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)name[i]) * 0x01000193u;
	return hash ^ hash >> 15;
}

uint32_t access_hash_user(uint32_t scope, uint32_t uid)
{
	uint32_t hash = (scope * 0x9e3779b1u ^ uid) * 0x85ebca6bu;

	return hash ^ hash >> 15;
}

static _Bool same(const char *a, const char *b, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (a[i] != b[i])
			return 0;
	return 1;
}

/* The parts lie one after the other: sets where, and checks that they fill the image. */
static _Bool find_parts(struct access *a, const struct rw_access_hdr *hdr, uint32_t size)
{
	uint64_t node = sizeof(*hdr);
	uint64_t node_slot = node + (uint64_t)hdr->nodes * sizeof(struct rw_access_node);
	uint64_t scope = node_slot + (uint64_t)hdr->node_slots * sizeof(uint32_t);
	uint64_t user = scope + (uint64_t)hdr->scopes * sizeof(struct rw_access_scope);
	uint64_t rule = user + (uint64_t)hdr->user_slots * sizeof(struct rw_access_user);
	uint64_t text = rule + (uint64_t)hdr->rules * sizeof(struct rw_access_rule);
	uint64_t end = text + hdr->text;

	if (end > size || size - end >= RW_ACCESS_ALIGN)
		return 0;
	a->hdr = hdr;
	a->node = (const struct rw_access_node *)((const char *)hdr + node);
	a->node_slot = (const uint32_t *)((const char *)hdr + node_slot);
	a->scope = (const struct rw_access_scope *)((const char *)hdr + scope);
	a->user = (const struct rw_access_user *)((const char *)hdr + user);
	a->rule = (const struct rw_access_rule *)((const char *)hdr + rule);
	a->text = (const char *)hdr + text;
	return 1;
}

static _Bool in_text(const struct access *a, uint32_t first, uint32_t len)
{
	return len <= a->hdr->text && first <= a->hdr->text - len;
}

static _Bool below_or_none(uint32_t index, uint32_t limit)
{
	return index < limit || index == RW_ACCESS_NONE;
}

static _Bool check_node(const struct access *a, uint32_t i)
{
	const struct rw_access_node *n = &a->node[i];

	if (i ? n->parent >= i || !n->len : n->parent != RW_ACCESS_NONE || n->len)
		return 0;
	return in_text(a, n->name, n->len) && below_or_none(n->self, a->hdr->scopes) &&
	       below_or_none(n->below, a->hdr->scopes);
}

static _Bool check_cell(const struct access *a, const struct rw_access_cell *c)
{
	if (c->decided & ~RW_RIGHT_ALL || c->denied & ~c->decided || c->audited & ~c->denied || c->reserved)
		return 0;
	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
		if (c->decided >> kind & 1 ? c->rule[kind] >= a->hdr->rules : c->rule[kind] != 0)
			return 0;
	return 1;
}

/* A power of two; at least half of the slots are free, so that every search ends. */
static _Bool check_slots(uint32_t slots, uint32_t used)
{
	return slots && !(slots & (slots - 1)) && used <= slots / 2;
}

static _Bool check_node_slots(const struct access *a)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < a->hdr->node_slots; i++) {
		if (!below_or_none(a->node_slot[i], a->hdr->nodes) || a->node_slot[i] == 0)
			return 0;
		used += a->node_slot[i] != RW_ACCESS_NONE;
	}
	return check_slots(a->hdr->node_slots, used);
}

static _Bool check_users(const struct access *a)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < a->hdr->user_slots; i++) {
		const struct rw_access_user *u = &a->user[i];

		if (u->scope == RW_ACCESS_NONE)
			continue;
		if (u->scope >= a->hdr->scopes || !check_cell(a, &u->cell))
			return 0;
		used++;
	}
	return check_slots(a->hdr->user_slots, used);
}

int access_open(struct access *a, const void *image, uint32_t size)
{
	const struct rw_access_hdr *hdr = (const struct rw_access_hdr *)image;
	uint32_t i;

	if (size < sizeof(*hdr) || hdr->magic != RW_ACCESS_MAGIC || hdr->version != RW_ACCESS_VERSION ||
	    hdr->size != size || hdr->mode >= RW_ACCESS_MODE_COUNT || !hdr->nodes ||
	    hdr->rules > UINT16_MAX || !find_parts(a, hdr, size))
		return -1;
	for (i = 0; i < hdr->nodes; i++)
		if (!check_node(a, i))
			return -1;
	for (i = 0; i < hdr->scopes; i++)
		if (!below_or_none(a->scope[i].next, i) || !check_cell(a, &a->scope[i].any))
			return -1;
	for (i = 0; i < hdr->rules; i++)
		if (!in_text(a, a->rule[i].text, a->rule[i].len))
			return -1;
	return check_node_slots(a) && check_users(a) ? 0 : -1;
}

uint32_t access_child(const struct access *a, uint32_t node, const char *name, uint32_t len)
{
	uint32_t mask = a->hdr->node_slots - 1, at = access_hash_name(node, name, len) & mask, child;

	for (; (child = a->node_slot[at]) != RW_ACCESS_NONE; at = (at + 1) & mask) {
		const struct rw_access_node *n = &a->node[child];

		if (n->parent == node && n->len == len && same(a->text + n->name, name, len))
			return child;
	}
	return RW_ACCESS_NONE;
}

/* The cell of a scope that holds for a user. */
static const struct rw_access_cell *find_cell(const struct access *a, uint32_t scope, uint32_t uid)
{
	const struct rw_access_scope *s = &a->scope[scope];
	uint32_t mask = a->hdr->user_slots - 1, at;

	if (!s->users)
		return &s->any;
	for (at = access_hash_user(scope, uid) & mask; a->user[at].scope != RW_ACCESS_NONE;
	     at = (at + 1) & mask)
		if (a->user[at].scope == scope && a->user[at].uid == uid)
			return &a->user[at].cell;
	return &s->any;
}

struct access_answer access_decide(const struct access *a, uint32_t scope, uint32_t uid, uint32_t kinds)
{
	struct access_answer answer = { 0 };
	uint32_t open = kinds & RW_RIGHT_ALL;

	for (; open && scope != RW_ACCESS_NONE; scope = a->scope[scope].next) {
		const struct rw_access_cell *c = find_cell(a, scope, uid);
		uint32_t now = c->decided & open;

		answer.decided = (uint8_t)(answer.decided | now);
		answer.denied = (uint8_t)(answer.denied | (c->denied & ~c->audited & now));
		answer.audited = (uint8_t)(answer.audited | (c->audited & now));
		for (unsigned int kind = 0; now >> kind; kind++)
			if (now >> kind & 1)
				answer.rule[kind] = c->rule[kind];
		open &= ~now;
	}
	if (a->hdr->mode == RW_ACCESS_AUDIT) {
		answer.audited = (uint8_t)(answer.audited | answer.denied);
		answer.denied = 0;
	}
	return answer;
}
