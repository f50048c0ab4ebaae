/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds the store in an image, a raw memory dump or an ELF core. */
#define _GNU_SOURCE
#include "image.h"

#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "util.h"
#include "version.h"

#define FAMILY_LEN (sizeof(RW_STORE_FAMILY) - 1)

/* A place where a header may begin. */
static void try_place(struct image_scan *s, const struct image_place *place)
{
	uint32_t version = version_of_store(place->p, place->len);
	struct rw_store_hdr h;

	if (version && !s->other.p) {
		s->other = *place;
		s->other_version = version;
	}
	if (version || place->len < sizeof(h) || memcmp(place->p, RW_STORE_MAGIC, sizeof(h.magic)) != 0)
		return;
	memcpy(&h, place->p, sizeof(h));
	if (!store_hdr_valid(&h, NULL, 0)) {
		if (!s->damaged.p)
			s->damaged = *place;
	} else if (s->ngood == IMAGE_CANDIDATES) {
		s->more++;
	} else {
		s->good[s->ngood++] = *place;
	}
}

static void scan_piece(struct image_scan *s, const uint8_t *data, size_t len, uint64_t off)
{
	const uint8_t *p = data, *end = data + len;

	while (p < end && (p = memmem(p, (size_t)(end - p), RW_STORE_FAMILY, FAMILY_LEN))) {
		struct image_place place = { p, (size_t)(end - p), off + (uint64_t)(p - data) };

		if ((size_t)(p - data) % RW_REC_ALIGN == 0)
			try_place(s, &place);
		p += FAMILY_LEN;
	}
}

/* Return: false if this is not an ELF file with readable program headers. */
static bool scan_elf(struct image_scan *s, const uint8_t *data, size_t len)
{
	size_t count = 0;
	bool core = false;
	Elf *elf;

	if (len < SELFMAG || memcmp(data, ELFMAG, SELFMAG) != 0 || elf_version(EV_CURRENT) == EV_NONE)
		return false;
	elf = elf_memory((char *)(uintptr_t)data, len);
	if (elf && elf_getphdrnum(elf, &count) != 0)
		count = 0;
	for (size_t i = 0; i < count; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(elf, (int)i, &ph))
			break;
		if (ph.p_type != PT_LOAD || ph.p_offset >= len)
			continue;
		core = true;
		scan_piece(s, data + ph.p_offset,
			   ph.p_filesz < len - ph.p_offset ? ph.p_filesz : len - ph.p_offset, ph.p_offset);
	}
	elf_end(elf);
	return core;
}

void image_scan(struct image_scan *s, const uint8_t *data, size_t len)
{
	if (!scan_elf(s, data, len) || (!s->ngood && !s->damaged.p))
		scan_piece(s, data, len, 0);
}

/* A store, with its problems and notes in lists of its own. */
struct candidate {
	struct part *part;
	struct problems problems, notes;
};

static void load(struct candidate *c, const struct image_place *place)
{
	struct part *p = calloc(1, sizeof(*p));
	struct rw_store_hdr h;
	char why[128];

	if (!p) {
		fputs("rwlog: out of memory\n", stderr);
		exit(2);
	}
	c->part = p;
	p->problems = &c->problems;
	p->notes = &c->notes;
	p->base = place->off;
	memcpy(&h, place->p, sizeof(h));
	if (store_hdr_valid(&h, why, sizeof(why)))
		part_set_hdr(p, &h);
	else
		part_problem(p, 0, "the store's header: %s", why);
	part_walk_image(p, place->p, place->len);
}

static void drop(struct candidate *c)
{
	part_free(c->part);
	free(c->part);
	problems_free(&c->problems);
	problems_free(&c->notes);
}

/* Makes the chosen store's lists the file's. */
static struct part *keep(struct candidate *c, struct problems *problems, struct problems *notes)
{
	*problems = c->problems;
	*notes = c->notes;
	c->part->problems = problems;
	c->part->notes = notes;
	return c->part;
}

static bool better(const struct part *a, const struct part *b)
{
	if ((a->bad == 0) != (b->bad == 0))
		return a->bad == 0;
	return a->hdr.next_seq > b->hdr.next_seq;
}

/* Names a store that was not chosen, if it is of another boot. */
static void note_other(const struct part *other, const struct part *chosen, struct problems *notes)
{
	char id[TEXT_BOOT_LEN], chosen_id[TEXT_BOOT_LEN];

	text_boot(id, &other->hdr);
	text_boot(chosen_id, &chosen->hdr);
	if (strcmp(id, chosen_id) != 0)
		problem_add(notes, NULL,
			    "the store of another boot, %s, lies at offset 0x%" PRIx64 " with %zu records; "
			    "boot %s at offset 0x%" PRIx64 " was taken",
			    id, other->base, other->nrec, chosen_id, chosen->base);
}

struct part *image_best(const struct image_scan *s, struct problems *problems, struct problems *notes)
{
	static const struct candidate empty;
	struct candidate c[IMAGE_CANDIDATES];
	struct part *chosen;
	size_t best = 0;

	for (size_t i = 0; i < s->ngood || i == 0; i++) {
		c[i] = empty;
		load(&c[i], s->ngood ? &s->good[i] : &s->damaged);
		if (better(c[i].part, c[best].part))
			best = i;
	}
	chosen = keep(&c[best], problems, notes);
	for (size_t i = 0; i < s->ngood; i++) {
		if (i == best)
			continue;
		note_other(c[i].part, chosen, notes);
		drop(&c[i]);
	}
	/* One of them may be the real one, the others a guest's fakes. */
	if (s->more)
		problem_add(problems, NULL,
			    "%zu stores more than the %u that are examined: cut out the one at the address "
			    "that the loader printed",
			    s->more, IMAGE_CANDIDATES);
	if (s->other.p)
		problem_add(notes, NULL,
			    "a store of format %" PRIu32 " lies at offset 0x%" PRIx64 " and was not read",
			    s->other_version, s->other.off);
	return chosen;
}
