/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes a store image from a file's log. */
#include "extract.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"
#include "outfile.h"
#include "util.h"

const struct part *extract_choose(const struct input *in)
{
	const struct part *found = in->image && in->image->complete ? in->image : NULL;

	for (size_t i = 0; i < in->capture.dumps.npart; i++)
		if (in->capture.dumps.part[i]->complete)
			found = in->capture.dumps.part[i];
	return found;
}

/* Writes @n zero bytes: as a hole if the output can have one. */
static int put_zeros(const struct outfile *out, uint64_t n)
{
	static const uint8_t zeros[65536];
	int err = 0;

	if (!out->stream)
		return lseek(out->fd, (off_t)n, SEEK_CUR) < 0 ? -errno : 0;
	for (; n && !err; n -= n < sizeof(zeros) ? n : sizeof(zeros))
		err = io_write(out->fd, zeros, n < sizeof(zeros) ? n : sizeof(zeros));
	return err;
}

/* A block and where it lies in the image. */
struct slot {
	uint64_t at; /* number of the place, from 0 */
	const struct part_block *block;
};

static int by_place(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->block->hdr.index < y->block->hdr.index ? -1 : x->block->hdr.index > y->block->hdr.index;
}

/* The blocks, sorted by place. Return: an array to be freed; NULL if there are none. */
static struct slot *sorted(const struct part *p)
{
	struct slot *slot = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < p->nblock; i++) {
		slot = grow(slot, i, &cap, sizeof(*slot));
		slot[i] = (struct slot){ p->block[i].hdr.place, &p->block[i] };
	}
	if (slot)
		qsort(slot, p->nblock, sizeof(*slot), by_place);
	return slot;
}

static int write_image(const struct outfile *out, const struct part *p)
{
	struct slot *slot = sorted(p);
	uint64_t place = 0; /* number of the next one to be written */
	int err = io_write(out->fd, &p->hdr, sizeof(p->hdr));

	if (!err)
		err = put_zeros(out, RW_STORE_HDR_SIZE - sizeof(p->hdr));
	for (size_t i = 0; !err && i < p->nblock; i++) {
		const struct part_block *b = slot[i].block;

		if (i + 1 < p->nblock && slot[i + 1].at == slot[i].at)
			continue; /* only the newest block of a place counts */
		err = put_zeros(out, (slot[i].at - place) * p->hdr.block_size);
		if (!err)
			err = io_write(out->fd, b->p, b->len);
		if (!err)
			err = put_zeros(out, p->hdr.block_size - b->len);
		place = slot[i].at + 1;
	}
	free(slot);
	if (!err && !out->stream &&
	    ftruncate(out->fd, (off_t)(RW_STORE_HDR_SIZE + place * p->hdr.block_size)) != 0)
		err = -errno;
	return err;
}

int extract_write(const struct part *p, const char *name, const struct stat *input, char *why, size_t n)
{
	struct outfile out;
	int err, closed;

	if (outfile_open(&out, name, input, why, n))
		return -1;
	err = write_image(&out, p);
	closed = outfile_close(&out, !err);
	if (!err)
		err = closed;
	if (err)
		snprintf(why, n, "%s", strerror(-err));
	return err ? -1 : 0;
}
