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

#define MAGIC_LEN (sizeof(RW_STORE_MAGIC) - 1)

static void scan_piece(struct image_scan *s, const uint8_t *data, size_t len, uint64_t off)
{
	const uint8_t *p = data, *end = data + len;

	while (p < end && (p = memmem(p, (size_t)(end - p), RW_STORE_MAGIC, MAGIC_LEN))) {
		struct image_place place = { p, (size_t)(end - p), off + (uint64_t)(p - data) };
		struct rw_store_hdr h;

		p += MAGIC_LEN;
		if ((size_t)(place.p - data) % RW_REC_ALIGN || place.len < sizeof(h))
			continue;
		memcpy(&h, place.p, sizeof(h));
		if (!store_hdr_valid(&h, NULL, 0)) {
			if (!s->damaged.p)
				s->damaged = place;
		} else if (s->ngood == IMAGE_CANDIDATES) {
			s->more++;
		} else {
			s->good[s->ngood++] = place;
		}
	}
}

/* Return: false when this is not an ELF file whose program headers can be read. */
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

static struct part *load(const struct image_place *place, struct problems *problems)
{
	struct part *p = calloc(1, sizeof(*p));
	struct rw_store_hdr h;
	char why[128];

	if (!p) {
		fputs("rwlog: out of memory\n", stderr);
		exit(2);
	}
	p->problems = problems;
	p->base = place->off;
	memcpy(&h, place->p, sizeof(h));
	if (store_hdr_valid(&h, why, sizeof(why)))
		part_set_hdr(p, &h);
	else
		part_problem(p, 0, "the store's header: %s", why);
	part_walk_image(p, place->p, place->len);
	return p;
}

static bool better(const struct part *a, const struct part *b)
{
	if ((a->bad == 0) != (b->bad == 0))
		return a->bad == 0;
	return a->hdr.next_seq > b->hdr.next_seq;
}

struct part *image_best(const struct image_scan *s, struct problems *problems, struct problems *notes)
{
	struct part *part[IMAGE_CANDIDATES];
	struct problems unused = { 0 };
	size_t best = 0;

	if (!s->ngood)
		return load(&s->damaged, problems);
	for (size_t i = 0; i < s->ngood; i++) {
		part[i] = load(&s->good[i], &unused);
		if (better(part[i], part[best]))
			best = i;
	}
	for (size_t i = 0; i < s->ngood; i++) {
		char id[TEXT_BOOT_LEN], chosen[TEXT_BOOT_LEN];

		text_boot(id, &part[i]->hdr);
		text_boot(chosen, &part[best]->hdr);
		if (strcmp(id, chosen) != 0)
			problem_add(notes, NULL,
				    "the store of another boot, %s, lies at offset 0x%" PRIx64
				    " with %zu records; "
				    "boot %s at offset 0x%" PRIx64 " was taken",
				    id, part[i]->base, part[i]->nrec, chosen, part[best]->base);
	}
	if (s->more)
		problem_add(notes, NULL, "%zu further stores were found and not looked at", s->more);
	for (size_t i = 0; i < s->ngood; i++) {
		part_free(part[i]);
		free(part[i]);
	}
	problems_free(&unused);
	return load(&s->good[best], problems);
}
