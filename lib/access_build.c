/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Makes an access image of a parsed policy.conf, and warns about rules that can never decide anything. */
#include "lib/access.h"
#include "lib/access_conf.h"
#include "lib/string.h"

/* The image being made. */
struct image {
	const struct access_conf *conf;
	struct rw_access_hdr *hdr;
	struct rw_access_node *node;
	uint32_t *node_slot;
	struct rw_access_scope *scope;
	struct rw_access_user *user;
	struct rw_access_rule *rule;
	char *text;
};

static uint32_t slots_for(uint32_t entries)
{
	uint32_t slots = 2;

	while (slots < 2 * entries)
		slots *= 2;
	return slots;
}

/* Sets how long the parts are, and where they lie. Return: bytes up to the end of the last one. */
static uint32_t lay_out(struct image *image, void *at)
{
	const struct access_conf *conf = image->conf;
	struct rw_access_hdr *hdr = (struct rw_access_hdr *)at;
	uint32_t i, users = 0;

	*hdr = (struct rw_access_hdr){
		.magic = RW_ACCESS_MAGIC,
		.version = RW_ACCESS_VERSION,
		.mode = conf->mode,
		.nodes = conf->nodes,
		.node_slots = slots_for(conf->nodes),
		.rules = conf->rules,
	};
	for (i = 0; i < conf->nodes; i++)
		hdr->scopes += (uint32_t)conf->node[i].self + (uint32_t)conf->node[i].below;
	for (i = 0; i < conf->rules; i++) {
		users += conf->rule[i].uid != ACCESS_UID_ANY;
		hdr->text += (uint32_t)conf->rule[i].line.size;
	}
	hdr->user_slots = slots_for(users);
	image->hdr = hdr;
	image->node = (struct rw_access_node *)(hdr + 1);
	image->node_slot = (uint32_t *)(image->node + hdr->nodes);
	image->scope = (struct rw_access_scope *)(image->node_slot + hdr->node_slots);
	image->user = (struct rw_access_user *)(image->scope + hdr->scopes);
	image->rule = (struct rw_access_rule *)(image->user + hdr->user_slots);
	image->text = (char *)(image->rule + hdr->rules);
	return (uint32_t)(image->text + hdr->text - (char *)at);
}

static void put_rules(struct image *image)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < image->conf->rules; i++) {
		const struct access_rule *r = &image->conf->rule[i];

		image->rule[i] = (struct rw_access_rule){
			.line = r->number,
			.text = at,
			.len = (uint32_t)r->line.size,
		};
		memcpy(image->text + at, r->line.at, r->line.size);
		at += (uint32_t)r->line.size;
	}
}

static void put_slot(struct image *image, uint32_t node)
{
	const struct access_node *n = &image->conf->node[node];
	uint32_t mask = image->hdr->node_slots - 1;
	uint32_t at = access_hash_name(n->parent, n->name.at, (uint32_t)n->name.size) & mask;

	while (image->node_slot[at] != RW_ACCESS_NONE)
		at = (at + 1) & mask;
	image->node_slot[at] = node;
}

/* Nodes and scopes: a node's parent comes before it, so that what encloses it has its scopes already. */
static void put_nodes(struct image *image)
{
	uint32_t scopes = 0;

	memset(image->node_slot, 0xff, image->hdr->node_slots * sizeof(uint32_t)); /* RW_ACCESS_NONE */
	for (uint32_t i = 0; i < image->conf->nodes; i++) {
		const struct access_node *from = &image->conf->node[i];
		struct rw_access_node *n = &image->node[i];

		*n = (struct rw_access_node){ .parent = from->parent, .len = (uint32_t)from->name.size };
		n->below = i ? image->node[from->parent].below : RW_ACCESS_NONE;
		if (i) {
			const struct span line = image->conf->rule[from->rule].line;

			n->name = image->rule[from->rule].text + (uint32_t)(from->name.at - line.at);
			put_slot(image, i);
		}
		if (from->below) {
			image->scope[scopes] = (struct rw_access_scope){ .next = n->below };
			n->below = scopes++;
		}
		n->self = n->below;
		if (from->self) {
			image->scope[scopes] = (struct rw_access_scope){ .next = n->below };
			n->self = scopes++;
		}
	}
}

/* The cell of a user in a scope, made if it is missing. */
static struct rw_access_cell *cell_of(struct image *image, uint32_t scope, uint32_t uid)
{
	uint32_t mask = image->hdr->user_slots - 1, at = access_hash_user(scope, uid) & mask;
	struct rw_access_user *u;

	if (uid == ACCESS_UID_ANY)
		return &image->scope[scope].any;
	for (; u = &image->user[at], u->scope != RW_ACCESS_NONE; at = (at + 1) & mask)
		if (u->scope == scope && u->uid == uid)
			return &u->cell;
	*u = (struct rw_access_user){ .scope = scope, .uid = uid };
	image->scope[scope].users++;
	return &u->cell;
}

/* Lets rule @i decide for @cell what no earlier one has decided. */
static void decide(struct image *image, struct rw_access_cell *cell, uint32_t i, uint32_t kinds)
{
	const struct access_rule *r = &image->conf->rule[i];

	kinds &= ~(uint32_t)cell->decided;
	cell->decided = (uint8_t)(cell->decided | kinds);
	if (r->deny)
		cell->denied = (uint8_t)(cell->denied | kinds);
	if (r->audit)
		cell->audited = (uint8_t)(cell->audited | kinds);
	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
		if (kinds >> kind & 1)
			cell->rule[kind] = (uint16_t)i;
}

/* Says that rule @i decides nothing: @own and @any are what earlier ones decide, for its user and for all. */
static void warn_dead(struct image *image, uint32_t i, const struct rw_access_cell *own,
		      const struct rw_access_cell *any)
{
	const struct access_rule *r = &image->conf->rule[i], *by = NULL;
	bool several = false;

	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++) {
		const struct access_rule *first;

		if (!(r->kinds >> kind & 1))
			continue;
		first = &image->conf->rule[(own->decided >> kind & 1 ? own : any)->rule[kind]];
		several |= by && by != first;
		by = first;
	}
	if (several)
		conf_warn(image->conf->file, r->number, r->column,
			  "this rule never decides: earlier lines decide all of its accesses");
	else
		conf_warn(image->conf->file, r->number, r->column,
			  "this rule never decides: line %u decides first", by->number);
}

/*
 * Fills the cells. A user's cell at first has what the user's own rules decide; the rules for everybody come
 * into it at the end, where they stand earlier in the file.
 */
static void put_cells(struct image *image)
{
	uint32_t i;

	for (i = 0; i < image->hdr->user_slots; i++)
		image->user[i] = (struct rw_access_user){ .scope = RW_ACCESS_NONE };
	for (i = 0; i < image->conf->rules; i++) {
		const struct access_rule *r = &image->conf->rule[i];
		const struct rw_access_node *n = &image->node[r->node];
		uint32_t scope = access_is_below(r) ? n->below : n->self;
		struct rw_access_cell *any = &image->scope[scope].any, *own = cell_of(image, scope, r->uid);

		if (!(r->kinds & ~(own->decided | any->decided)))
			warn_dead(image, i, own, any);
		decide(image, own, i, r->kinds);
	}
	for (i = 0; i < image->hdr->user_slots; i++) {
		struct rw_access_user *u = &image->user[i];
		const struct rw_access_cell *any;

		if (u->scope == RW_ACCESS_NONE)
			continue;
		any = &image->scope[u->scope].any;
		for (unsigned int kind = 0; kind < RW_RIGHTS; kind++) {
			uint8_t bit = (uint8_t)(1u << kind);

			if (!(any->decided & bit) ||
			    (u->cell.decided & bit && u->cell.rule[kind] < any->rule[kind]))
				continue;
			u->cell.decided = (uint8_t)(u->cell.decided | bit);
			u->cell.denied = (uint8_t)((u->cell.denied & ~bit) | (any->denied & bit));
			u->cell.audited = (uint8_t)((u->cell.audited & ~bit) | (any->audited & bit));
			u->cell.rule[kind] = any->rule[kind];
		}
	}
}

uint32_t access_build(const struct access_conf *conf, void *at)
{
	struct image image = { .conf = conf };
	uint32_t size = lay_out(&image, at);

	put_rules(&image);
	put_nodes(&image);
	put_cells(&image);
	for (; size % RW_ACCESS_ALIGN; size++)
		((uint8_t *)at)[size] = 0;
	image.hdr->size = size;
	return size;
}
