/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Finds the store in an image, a raw memory dump or an ELF core. */
#define _GNU_SOURCE
#include "image.h"

#include <gelf.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"
#include "resident.h"
#include "text.h"
#include "util.h"
#include "version.h"

#define FAMILY_LEN (sizeof(RW_STORE_FAMILY) - 1)
#define SCAN_STEP  (256u << 10) /* bytes */

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
	} else if (s->ngood == IMAGE_PLACES_MAX) {
		s->more++;
	} else {
		s->good = grow(s->good, s->ngood, &s->good_cap, sizeof(*s->good));
		s->good[s->ngood++] = *place;
	}
}

/*
 * The first word, from @from on, that begins with the letters of every store; @n: there is none. Words are
 * compared without a branch for each.
 */
static size_t find_family(const uint8_t *p, size_t from, size_t n)
{
	uint64_t want = 0, word[8];

	memcpy(&want, RW_STORE_FAMILY, FAMILY_LEN);
	for (; from + sizeof(word) <= n; from += sizeof(word)) {
		bool found = false;

		memcpy(word, p + from, sizeof(word));
		for (unsigned int i = 0; i < ARRAY_SIZE(word); i++)
			found |= !((word[i] ^ want) << 8);
		if (found)
			break;
	}
	for (; from + FAMILY_LEN <= n; from += RW_REC_ALIGN)
		if (memcmp(p + from, RW_STORE_FAMILY, FAMILY_LEN) == 0)
			return from;
	return n;
}
_Static_assert(FAMILY_LEN == 7 && RW_REC_ALIGN == sizeof(uint64_t),
	       "a word holds the letters and one more byte");

static void scan_piece(struct image_scan *s, const uint8_t *data, size_t len, uint64_t off, uint64_t addr)
{
	for (size_t from = 0; from < len; from += SCAN_STEP) {
		const uint8_t *p;
		size_t n;

		from += resident_hole(data + from, len - from) / RW_REC_ALIGN * RW_REC_ALIGN;
		n = len - from < SCAN_STEP ? len - from : SCAN_STEP;
		p = resident_view(data + from, n);
		progress("looking for stores", from, len);
		for (size_t at = 0; (at = find_family(p, at, n)) < n; at += RW_REC_ALIGN) {
			size_t in = from + at;

			try_place(s, &(struct image_place){ data + in, len - in, off + in, addr + in });
		}
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
			   ph.p_filesz < len - ph.p_offset ? ph.p_filesz : len - ph.p_offset, ph.p_offset,
			   ph.p_paddr);
	}
	elf_end(elf);
	return core;
}

void image_scan(struct image_scan *s, const uint8_t *data, size_t len)
{
	s->core = scan_elf(s, data, len);
	if (!s->core || (!s->ngood && !s->damaged.p))
		scan_piece(s, data, len, 0, 0);
}

/* A store, with its problems and notes in lists of its own. */
struct candidate {
	struct part *part;
	struct problems problems, notes;
};

static void load(struct candidate *c, const struct image_place *place)
{
	struct part *p = make(sizeof(*p));
	struct rw_store_hdr h;
	char why[128];

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

/* Adds the chosen store's lists to the file's. */
static struct part *keep(struct candidate *c, struct problems *problems, struct problems *notes)
{
	problems_take(problems, &c->problems);
	problems_take(notes, &c->notes);
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

static void boot_at(const struct image_place *place, char id[TEXT_BOOT_LEN])
{
	struct rw_store_hdr h;

	memcpy(&h, place->p, sizeof(h));
	text_boot(id, &h);
}

static bool wanted(const struct image_place *place, const struct image_choice *choice)
{
	char id[TEXT_BOOT_LEN];

	if (choice->have_at && place->addr != choice->at)
		return false;
	if (choice->console && !console_store_at(choice->console, place->addr))
		return false;
	if (!choice->boot)
		return true;
	boot_at(place, id);
	return strncmp(id, choice->boot, strlen(choice->boot)) == 0;
}

/* Whether two stores are the same, byte by byte, as far as the file has them. */
static bool same_store(const struct image_place *a, const struct image_place *b)
{
	struct rw_store_hdr h;
	uint64_t size;

	memcpy(&h, a->p, sizeof(h));
	size = h.size < a->len ? h.size : a->len;
	return size <= b->len && memcmp(a->p, b->p, size) == 0;
}

/* Fills @list with the wanted stores, each once. Return: how many, if there were room for all. */
static size_t select_stores(const struct image_scan *s, const struct image_choice *choice,
			    const struct image_place *list[IMAGE_EXAMINED])
{
	size_t n = 0, j;

	for (size_t i = 0; i < s->ngood; i++) {
		if (!wanted(&s->good[i], choice))
			continue;
		for (j = 0; j < n && j < IMAGE_EXAMINED && !same_store(list[j], &s->good[i]); j++)
			;
		if (j < n && j < IMAGE_EXAMINED)
			continue;
		if (n < IMAGE_EXAMINED)
			list[n] = &s->good[i];
		n++;
	}
	return n;
}

/* More than one: says so, and how to choose. */
static void tell_several(const struct part *chosen, uint64_t count, struct problems *problems)
{
	char id[TEXT_BOOT_LEN];

	if (count < 2)
		return;
	text_boot(id, &chosen->hdr);
	problem_add(problems, PROBLEM_SEVERAL, NULL,
		    "%" PRIu64
		    " different stores are here, and a guest can make such ones: that of boot %s at "
		    "offset 0x%" PRIx64 " was read; rwlog --list FILE shows all, --at ADDRESS (as the loader "
		    "printed it), --capture FILE or --boot ID chooses",
		    count, id, chosen->base);
}

struct part *image_choose(const struct image_scan *s, const struct image_choice *choice,
			  struct problems *problems, struct problems *notes)
{
	static const struct candidate empty;
	const struct image_place *list[IMAGE_EXAMINED];
	size_t count = select_stores(s, choice, list), n = count < IMAGE_EXAMINED ? count : IMAGE_EXAMINED;
	struct candidate c[IMAGE_EXAMINED];
	struct part *chosen;
	size_t best = 0;

	if (!n && (s->ngood || choice->boot || choice->have_at || choice->console))
		return NULL;
	if (!n)
		list[n++] = &s->damaged;
	for (size_t i = 0; i < n; i++) {
		c[i] = empty;
		c[i].problems.all = problems->all;
		load(&c[i], list[i]);
		if (better(c[i].part, c[best].part))
			best = i;
	}
	chosen = keep(&c[best], problems, notes);
	for (size_t i = 0; i < n; i++)
		if (i != best)
			drop(&c[i]);
	tell_several(chosen, count + s->more, problems);
	if (s->other.p)
		problem_note(notes, NULL,
			     "a store of format %" PRIu32 " lies at offset 0x%" PRIx64 " and was not read",
			     s->other_version, s->other.off);
	return chosen;
}

void image_list(const struct image_scan *s, FILE *out)
{
	for (size_t i = 0; i < s->ngood; i++) {
		static const struct candidate empty;
		const struct image_place *place = &s->good[i];
		struct candidate c = empty;
		char id[TEXT_BOOT_LEN];

		boot_at(place, id);
		fprintf(out, "store at address 0x%" PRIx64 " (offset 0x%" PRIx64 "), boot %s", place->addr,
			place->off, id);
		if (i >= IMAGE_EXAMINED) {
			fprintf(out, ", not examined\n");
			continue;
		}
		load(&c, place);
		fprintf(out, ", %zu records, next number %" PRIu64 ", %" PRIu64 " problems\n", c.part->nrec,
			c.part->hdr.next_seq, c.problems.count);
		drop(&c);
	}
	if (s->more)
		fprintf(out, "and %" PRIu64 " more stores\n", s->more);
}

void image_scan_free(struct image_scan *s)
{
	free(s->good);
}
