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
	struct rw_access_file *file;
	struct rw_access_hash *hash;
	struct rw_access_subject *subject;
	char *text;
};

static uint32_t slots_for(uint32_t entries)
{
	uint32_t slots = 2;

	while (slots < 2 * entries)
		slots *= 2;
	return slots;
}

/* What the line needs to be enforced. */
static uint32_t features_of(const struct access_rule *r)
{
	switch ((enum access_what)r->what) {
	case ACCESS_RULE:
		return RW_ACCESS_RULES;
	case ACCESS_ISOLATE:
		return RW_ACCESS_ISOLATE;
	case ACCESS_ALLOW:
	case ACCESS_TRUST:
		return RW_ACCESS_TRUST;
	case ACCESS_DOOR:
		return RW_ACCESS_DOOR(r->door);
	default:
		return RW_ACCESS_LEVELS;
	}
}

static void count_rule(struct rw_access_hdr *hdr, const struct access_rule *r, uint32_t *slots)
{
	hdr->features |= features_of(r);
	hdr->text += (uint32_t)r->line.size;
	*slots += r->what == ACCESS_ALLOW || (r->what == ACCESS_RULE && r->uid != ACCESS_UID_ANY);
	hdr->hashes += r->what == ACCESS_TRUST;
	hdr->subjects += r->what == ACCESS_USER;
}

/* Sets how long the parts are, and where they lie. Return: bytes up to the end of the last one. */
static uint32_t lay_out(struct image *image, void *at)
{
	const struct access_conf *conf = image->conf;
	struct rw_access_hdr *hdr = (struct rw_access_hdr *)at;
	uint32_t i, slots = 0;

	*hdr = (struct rw_access_hdr){
		.magic = RW_ACCESS_MAGIC,
		.version = RW_ACCESS_VERSION,
		.mode = conf->mode,
		.flags = conf->flags,
		.nodes = conf->nodes,
		.node_slots = slots_for(conf->nodes),
		.rules = conf->rules,
	};
	for (i = 0; i < conf->nodes; i++) {
		hdr->scopes += (uint32_t)conf->node[i].self + (uint32_t)conf->node[i].below;
		hdr->files += conf->node[i].file;
	}
	for (i = 0; i < conf->rules; i++)
		count_rule(hdr, &conf->rule[i], &slots);
	hdr->user_slots = slots_for(slots);
	image->hdr = hdr;
	image->node = (struct rw_access_node *)(hdr + 1);
	image->node_slot = (uint32_t *)(image->node + hdr->nodes);
	image->scope = (struct rw_access_scope *)(image->node_slot + hdr->node_slots);
	image->user = (struct rw_access_user *)(image->scope + hdr->scopes);
	image->rule = (struct rw_access_rule *)(image->user + hdr->user_slots);
	image->file = (struct rw_access_file *)(image->rule + hdr->rules);
	image->hash = (struct rw_access_hash *)(image->file + hdr->files);
	image->subject = (struct rw_access_subject *)(image->hash + hdr->hashes);
	image->text = (char *)(image->subject + hdr->subjects);
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

static void put_scope(struct image *image, uint32_t scope, uint32_t next)
{
	image->scope[scope] = (struct rw_access_scope){ .next = next, .label = RW_ACCESS_NO_LABEL };
}

/* Nodes and scopes: a node's parent comes before it, so that what encloses it has its scopes already. */
static void put_nodes(struct image *image)
{
	uint32_t scopes = 0, files = 0;

	memset(image->node_slot, 0xff, image->hdr->node_slots * sizeof(uint32_t)); /* RW_ACCESS_NONE */
	for (uint32_t i = 0; i < image->conf->nodes; i++) {
		const struct access_node *from = &image->conf->node[i];
		struct rw_access_node *n = &image->node[i];

		*n = (struct rw_access_node){ .parent = from->parent, .len = (uint32_t)from->name.size };
		n->below = i ? image->node[from->parent].below : RW_ACCESS_NONE;
		n->file = from->file ? files++ : RW_ACCESS_NONE;
		if (from->file)
			image->file[n->file] = (struct rw_access_file){
				.node = i,
				.label = RW_ACCESS_NO_LABEL,
				.isolate = RW_ACCESS_NO_RULE,
			};
		if (i) {
			const struct span line = image->conf->rule[from->rule].line;

			n->name = image->rule[from->rule].text + (uint32_t)(from->name.at - line.at);
			put_slot(image, i);
		}
		if (from->below) {
			put_scope(image, scopes, n->below);
			n->below = scopes++;
		}
		n->self = n->below;
		if (from->self) {
			put_scope(image, scopes, n->below);
			n->self = scopes++;
		}
	}
}

/* The cell of a slot, made if it is missing; @count: how many the scope has of this kind. */
static struct rw_access_cell *slot_of(struct image *image, uint32_t scope, uint32_t id, uint32_t *count)
{
	uint32_t mask = image->hdr->user_slots - 1, at = access_hash_user(scope, id) & mask;
	struct rw_access_user *u;

	for (; u = &image->user[at], u->scope != RW_ACCESS_NONE; at = (at + 1) & mask)
		if (u->scope == scope && u->id == id)
			return &u->cell;
	*u = (struct rw_access_user){ .scope = scope, .id = id };
	++*count;
	return &u->cell;
}

static struct rw_access_cell *cell_of(struct image *image, uint32_t scope, uint32_t uid)
{
	struct rw_access_scope *s = &image->scope[scope];

	return uid == ACCESS_UID_ANY ? &s->any : slot_of(image, scope, uid, &s->users);
}

static uint32_t scope_of(const struct image *image, const struct access_rule *r)
{
	const struct rw_access_node *n = &image->node[r->node];

	return access_is_below(r) ? n->below : n->self;
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

	if (!r->number) /* access_protect_results(): the file decides otherwise */
		return;
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

/* Gives programs what is for them alone. These lines come before all others with the same path. */
static void put_allowed(struct image *image)
{
	for (uint32_t i = 0; i < image->conf->rules; i++) {
		const struct access_rule *r = &image->conf->rule[i];
		struct rw_access_scope *s;
		struct rw_access_cell *own;
		uint32_t scope;

		if (r->what != ACCESS_ALLOW)
			continue;
		scope = scope_of(image, r);
		s = &image->scope[scope];
		own = slot_of(image, scope | RW_ACCESS_PROGRAM, image->node[r->program].file, &s->programs);
		if (!(r->kinds & ~own->decided))
			warn_dead(image, i, own, own);
		decide(image, own, i, r->kinds);
		own->denied = own->audited = 0;
		decide(image, &s->any, i, r->kinds);
	}
}

/* Whether what @any decides for a kind comes before what a user's own cell does. */
static bool any_first(const struct image *image, const struct rw_access_cell *own,
		      const struct rw_access_cell *any, unsigned int kind)
{
	if (!(any->decided >> kind & 1))
		return false;
	return !(own->decided >> kind & 1) || image->conf->rule[any->rule[kind]].what == ACCESS_ALLOW ||
	       any->rule[kind] < own->rule[kind];
}

/* Lets the rules for everybody into the cells of users, where they come first. */
static void merge_any(struct image *image)
{
	for (uint32_t i = 0; i < image->hdr->user_slots; i++) {
		struct rw_access_user *u = &image->user[i];
		const struct rw_access_cell *any;

		if (u->scope == RW_ACCESS_NONE || u->scope & RW_ACCESS_PROGRAM)
			continue;
		any = &image->scope[u->scope].any;
		for (unsigned int kind = 0; kind < RW_RIGHTS; kind++) {
			uint8_t bit = (uint8_t)(1u << kind);

			if (!any_first(image, &u->cell, any, kind))
				continue;
			u->cell.decided = (uint8_t)(u->cell.decided | bit);
			u->cell.denied = (uint8_t)((u->cell.denied & ~bit) | (any->denied & bit));
			u->cell.audited = (uint8_t)((u->cell.audited & ~bit) | (any->audited & bit));
			u->cell.rule[kind] = any->rule[kind];
		}
	}
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
	put_allowed(image);
	for (i = 0; i < image->conf->rules; i++) {
		const struct access_rule *r = &image->conf->rule[i];
		struct rw_access_cell *any, *own;
		uint32_t scope;

		if (r->what != ACCESS_RULE)
			continue;
		scope = scope_of(image, r);
		any = &image->scope[scope].any;
		own = cell_of(image, scope, r->uid);
		if (!(r->kinds & ~(own->decided | any->decided)))
			warn_dead(image, i, own, any);
		decide(image, own, i, r->kinds);
	}
	merge_any(image);
}

/* Says that line @i decides nothing, as line @by decides first. */
static void warn_second(const struct image *image, uint32_t i, uint32_t by)
{
	const struct access_rule *r = &image->conf->rule[i];

	conf_warn(image->conf->file, r->number, r->column, "this line never decides: line %u decides first",
		  image->conf->rule[by].number);
}

/* Gives the hashes of each file their place. */
static void place_hashes(struct image *image)
{
	uint32_t i, at = 0;

	for (i = 0; i < image->conf->rules; i++)
		if (image->conf->rule[i].what == ACCESS_TRUST)
			image->file[image->node[image->conf->rule[i].node].file].hashes++;
	for (i = 0; i < image->hdr->files; i++) {
		image->file[i].hash = at;
		at += image->file[i].hashes;
		image->file[i].hashes = 0; /* until put_hash() counts them again */
	}
}

static bool same_hash(const struct rw_access_hash *h, const struct access_rule *r)
{
	return h->use == r->use && span_same((struct span){ (const char *)h->sha256, sizeof(h->sha256) },
					     (struct span){ (const char *)r->sha256, sizeof(r->sha256) });
}

static void put_hash(struct image *image, struct rw_access_file *file, uint32_t i)
{
	const struct access_rule *r = &image->conf->rule[i];
	struct rw_access_hash *h = &image->hash[file->hash], *end = h + file->hashes;

	while (h < end && !same_hash(h, r))
		h++;
	if (h < end)
		warn_second(image, i, h->rule);
	*end = (struct rw_access_hash){ .rule = (uint16_t)i, .use = r->use };
	memcpy(end->sha256, r->sha256, sizeof(end->sha256));
	file->hashes++;
}

static void put_label(const struct image *image, struct rw_access_label *label, uint32_t i)
{
	if (label->level != RW_ACCESS_NO_LEVEL)
		warn_second(image, i, label->rule);
	else
		*label = (struct rw_access_label){ image->conf->rule[i].level, (uint16_t)i };
}

/* Keeps the subjects ascending by uid, the first line about one first. */
static void put_user(struct image *image, uint32_t used, uint32_t i)
{
	uint32_t uid = image->conf->rule[i].uid, at = used;

	for (; at && image->subject[at - 1].uid > uid; at--)
		image->subject[at] = image->subject[at - 1];
	if (at && image->subject[at - 1].uid == uid)
		warn_second(image, i, image->subject[at - 1].label.rule);
	image->subject[at] = (struct rw_access_subject){
		.uid = uid,
		.label = { image->conf->rule[i].level, (uint16_t)i },
	};
}

static void put_isolate(const struct image *image, struct rw_access_file *file, uint32_t i)
{
	if (file->isolate != RW_ACCESS_NO_RULE) {
		warn_second(image, i, file->isolate);
		return;
	}
	file->isolate = (uint16_t)i;
	file->isolate_audit = image->conf->rule[i].audit;
}

/* What the agent cannot keep shut is open. */
static void put_doors(struct image *image)
{
	for (unsigned int i = 0; i < RW_DOORS; i++)
		image->hdr->door[i] = (struct rw_access_door){
			.state = image->conf->supported & RW_ACCESS_DOOR(i) ? RW_DOOR_SHUT : RW_DOOR_OPEN,
			.rule = RW_ACCESS_NO_RULE,
		};
}

/* All but the lines about access. */
static void put_others(struct image *image)
{
	uint32_t users = 0;

	for (uint32_t i = 0; i < image->conf->rules; i++) {
		const struct access_rule *r = &image->conf->rule[i];
		struct rw_access_node *n = &image->node[r->node];

		if (r->what == ACCESS_TRUST)
			put_hash(image, &image->file[n->file], i);
		else if (r->what == ACCESS_ISOLATE)
			put_isolate(image, &image->file[n->file], i);
		else if (r->what == ACCESS_LABEL)
			put_label(image, &image->file[n->file].label, i);
		else if (r->what == ACCESS_OBJECT)
			put_label(image, &image->scope[scope_of(image, r)].label, i);
		else if (r->what == ACCESS_USER)
			put_user(image, users++, i);
		else if (r->what == ACCESS_DOOR)
			image->hdr->door[r->door] = (struct rw_access_door){ .state = r->state,
									     .rule = (uint16_t)i };
	}
}

/* A file without a level has that of the nearest directory above it. The less specific scope comes first. */
static void inherit_labels(struct image *image)
{
	for (uint32_t i = 0; i < image->hdr->scopes; i++) {
		struct rw_access_scope *s = &image->scope[i];

		if (s->label.level == RW_ACCESS_NO_LEVEL && s->next != RW_ACCESS_NONE)
			s->label = image->scope[s->next].label;
	}
}

uint32_t access_build(const struct access_conf *conf, void *at)
{
	struct image image = { .conf = conf };
	uint32_t size = lay_out(&image, at);

	put_rules(&image);
	put_nodes(&image);
	put_cells(&image);
	put_doors(&image);
	place_hashes(&image);
	put_others(&image);
	inherit_labels(&image);
	for (; size % RW_ACCESS_ALIGN; size++)
		((uint8_t *)at)[size] = 0;
	image.hdr->size = size;
	return size;
}
