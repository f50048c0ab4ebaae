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

uint32_t access_hash_user(uint32_t scope, uint32_t id)
{
	uint32_t hash = (scope * 0x9e3779b1u ^ id) * 0x85ebca6bu;

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
	uint64_t file = rule + (uint64_t)hdr->rules * sizeof(struct rw_access_rule);
	uint64_t hash = file + (uint64_t)hdr->files * sizeof(struct rw_access_file);
	uint64_t subject = hash + (uint64_t)hdr->hashes * sizeof(struct rw_access_hash);
	uint64_t text = subject + (uint64_t)hdr->subjects * sizeof(struct rw_access_subject);
	uint64_t end = text + hdr->text;

	if (end > size || size - end >= RW_ACCESS_ALIGN)
		return 0;
	a->hdr = hdr;
	a->node = (const struct rw_access_node *)((const char *)hdr + node);
	a->node_slot = (const uint32_t *)((const char *)hdr + node_slot);
	a->scope = (const struct rw_access_scope *)((const char *)hdr + scope);
	a->user = (const struct rw_access_user *)((const char *)hdr + user);
	a->rule = (const struct rw_access_rule *)((const char *)hdr + rule);
	a->file = (const struct rw_access_file *)((const char *)hdr + file);
	a->hash = (const struct rw_access_hash *)((const char *)hdr + hash);
	a->subject = (const struct rw_access_subject *)((const char *)hdr + subject);
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

static _Bool check_label(const struct access *a, struct rw_access_label label)
{
	return label.level == RW_ACCESS_NO_LEVEL ? label.rule == RW_ACCESS_NO_RULE :
						   label.rule < a->hdr->rules;
}

static _Bool check_node(const struct access *a, uint32_t i)
{
	const struct rw_access_node *n = &a->node[i];

	if (i ? n->parent >= i || !n->len : n->parent != RW_ACCESS_NONE || n->len)
		return 0;
	return in_text(a, n->name, n->len) && below_or_none(n->self, a->hdr->scopes) &&
	       below_or_none(n->below, a->hdr->scopes) && below_or_none(n->file, a->hdr->files);
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
		if ((u->scope & ~RW_ACCESS_PROGRAM) >= a->hdr->scopes ||
		    (u->scope & RW_ACCESS_PROGRAM && u->id >= a->hdr->files) || !check_cell(a, &u->cell))
			return 0;
		used++;
	}
	return check_slots(a->hdr->user_slots, used);
}

static _Bool check_files(const struct access *a)
{
	uint32_t i;

	for (i = 0; i < a->hdr->files; i++) {
		const struct rw_access_file *f = &a->file[i];

		if (f->node >= a->hdr->nodes || f->hash > a->hdr->hashes ||
		    f->hashes > a->hdr->hashes - f->hash || !check_label(a, f->label) ||
		    (f->isolate != RW_ACCESS_NO_RULE && f->isolate >= a->hdr->rules) ||
		    f->isolate_audit > 1 || f->reserved)
			return 0;
	}
	for (i = 0; i < a->hdr->hashes; i++)
		if (a->hash[i].rule >= a->hdr->rules || a->hash[i].use >= RW_ACCESS_USES ||
		    a->hash[i].reserved)
			return 0;
	for (i = 0; i < a->hdr->subjects; i++)
		if ((i && a->subject[i].uid < a->subject[i - 1].uid) || !check_label(a, a->subject[i].label))
			return 0;
	return 1;
}

static _Bool check_doors(const struct access *a)
{
	for (unsigned int i = 0; i < RW_ACCESS_DOORS_MAX; i++) {
		const struct rw_access_door *door = &a->hdr->door[i];

		if (i >= RW_DOORS ? door->state || door->rule :
				    door->state >= RW_DOOR_STATES ||
					    (door->rule != RW_ACCESS_NO_RULE && door->rule >= a->hdr->rules))
			return 0;
		if (door->reserved)
			return 0;
	}
	return 1;
}

static _Bool check_header(const struct rw_access_hdr *hdr, uint32_t size)
{
	return size >= sizeof(*hdr) && hdr->magic == RW_ACCESS_MAGIC && hdr->version == RW_ACCESS_VERSION &&
	       hdr->size == size && hdr->mode < RW_ACCESS_MODE_COUNT &&
	       !(hdr->features & ~RW_ACCESS_EVERYTHING) && !(hdr->flags & ~RW_ACCESS_HIGH_WATER) &&
	       !hdr->reserved && hdr->nodes && hdr->rules < RW_ACCESS_NO_RULE &&
	       hdr->scopes <= RW_ACCESS_SCOPES_MAX;
}

int access_open(struct access *a, const void *image, uint32_t size)
{
	const struct rw_access_hdr *hdr = (const struct rw_access_hdr *)image;
	uint32_t i;

	if (!check_header(hdr, size) || !find_parts(a, hdr, size))
		return -1;
	for (i = 0; i < hdr->nodes; i++)
		if (!check_node(a, i))
			return -1;
	for (i = 0; i < hdr->scopes; i++)
		if (!below_or_none(a->scope[i].next, i) || !check_cell(a, &a->scope[i].any) ||
		    !check_label(a, a->scope[i].label))
			return -1;
	for (i = 0; i < hdr->rules; i++)
		if (!in_text(a, a->rule[i].text, a->rule[i].len))
			return -1;
	return check_node_slots(a) && check_users(a) && check_files(a) && check_doors(a) ? 0 : -1;
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

/* The cell of a slot; NULL if there is none. */
static const struct rw_access_cell *find_slot(const struct access *a, uint32_t scope, uint32_t id)
{
	uint32_t mask = a->hdr->user_slots - 1, at = access_hash_user(scope, id) & mask;

	for (; a->user[at].scope != RW_ACCESS_NONE; at = (at + 1) & mask)
		if (a->user[at].scope == scope && a->user[at].id == id)
			return &a->user[at].cell;
	return (void *)0;
}

/* Adds what a cell decides of the kinds that are @open. Return: those that it leaves open. */
static uint32_t apply(const struct rw_access_cell *c, uint32_t open, struct access_answer *answer)
{
	uint32_t now = c->decided & open;

	answer->decided = (uint8_t)(answer->decided | now);
	answer->denied = (uint8_t)(answer->denied | (c->denied & ~c->audited & now));
	answer->audited = (uint8_t)(answer->audited | (c->audited & now));
	for (unsigned int kind = 0; now >> kind; kind++)
		if (now >> kind & 1)
			answer->rule[kind] = c->rule[kind];
	return open & ~now;
}

/* What a scope decides: the program's slot first, then the user's, or what holds for all other users. */
static uint32_t apply_scope(const struct access *a, uint32_t scope, const struct access_subject *who,
			    uint32_t open, struct access_answer *answer)
{
	const struct rw_access_scope *s = &a->scope[scope];
	const struct rw_access_cell *c;

	if (s->programs && who->program != RW_ACCESS_NONE) {
		c = find_slot(a, scope | RW_ACCESS_PROGRAM, who->program);
		if (c)
			open = apply(c, open, answer);
	}
	c = s->users ? find_slot(a, scope, who->uid) : (void *)0;
	return apply(c ? c : &s->any, open, answer);
}

struct access_answer access_decide_for(const struct access *a, uint32_t scope,
				       const struct access_subject *who, uint32_t kinds)
{
	struct access_answer answer = { 0 };
	uint32_t open = kinds & RW_RIGHT_ALL;

	for (; open && scope != RW_ACCESS_NONE; scope = a->scope[scope].next)
		open = apply_scope(a, scope, who, open, &answer);
	if (a->hdr->mode == RW_ACCESS_AUDIT) {
		answer.audited = (uint8_t)(answer.audited | answer.denied);
		answer.denied = 0;
	}
	return answer;
}

uint32_t access_refused(const struct access *a, uint32_t scope, const struct access_subject *who,
			uint32_t kinds)
{
	uint32_t open = kinds & RW_RIGHT_ALL, refused = 0;

	for (; open && scope != RW_ACCESS_NONE; scope = a->scope[scope].next) {
		const struct rw_access_scope *s = &a->scope[scope];
		const struct rw_access_cell *c = (void *)0;

		if (s->programs && who->program != RW_ACCESS_NONE)
			c = find_slot(a, scope | RW_ACCESS_PROGRAM, who->program);
		if (c) {
			refused |= c->denied & open;
			open &= ~(uint32_t)c->decided;
		}
		c = s->users ? find_slot(a, scope, who->uid) : (void *)0;
		if (!c)
			c = &s->any;
		refused |= c->denied & open;
		open &= ~(uint32_t)c->decided;
	}
	return refused;
}

uint16_t access_trusts(const struct access *a, uint32_t file, enum rw_access_use use,
		       const uint8_t sha256[32])
{
	const struct rw_access_hash *h = a->hash + a->file[file].hash, *end = h + a->file[file].hashes;

	for (; h < end; h++)
		if (h->use == use && same((const char *)h->sha256, (const char *)sha256, 32))
			return h->rule;
	return RW_ACCESS_NO_RULE;
}

struct rw_access_label access_user_label(const struct access *a, uint32_t uid)
{
	uint32_t low = 0, high = a->hdr->subjects;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (a->subject[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < a->hdr->subjects && a->subject[low].uid == uid)
		return a->subject[low].label;
	return RW_ACCESS_NO_LABEL;
}

uint32_t access_level_refuses(uint16_t subject, uint16_t lowest, uint16_t highest, uint32_t kinds)
{
	uint32_t refused = 0;

	if (subject == RW_ACCESS_NO_LEVEL || lowest == RW_ACCESS_NO_LEVEL)
		return 0;
	if (subject < highest) /* up: only append */
		refused |= ~(1u << RW_RIGHT_APPEND);
	if (subject > lowest) /* down: only read */
		refused |= 1u << RW_RIGHT_WRITE | 1u << RW_RIGHT_APPEND;
	return refused & kinds;
}
