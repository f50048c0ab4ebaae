/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes a store image from what a file holds. */
#define _GNU_SOURCE
#include "extract.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct part *extract_choose(const struct input *in)
{
	const struct part *found = in->image && in->image->complete ? in->image : NULL;

	for (size_t i = 0; i < in->capture.npart; i++)
		if (in->capture.part[i]->complete)
			found = in->capture.part[i];
	return found;
}

static int write_at(int fd, const void *data, size_t n, off_t off)
{
	const uint8_t *p = data;

	while (n) {
		ssize_t done = pwrite(fd, p, n, off);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done < 0 ? -errno : -EIO;
		p += done;
		n -= (size_t)done;
		off += done;
	}
	return 0;
}

static int write_image(int fd, const struct part *p)
{
	off_t end = RW_STORE_HDR_SIZE;
	int err = write_at(fd, &p->hdr, sizeof(p->hdr), 0);

	for (size_t i = 0; !err && i < p->nblock; i++) {
		const struct part_block *b = &p->block[i];
		off_t off = RW_STORE_HDR_SIZE +
			    (off_t)(b->hdr.index % p->hdr.block_count) * p->hdr.block_size;

		err = write_at(fd, b->p, b->len, off);
		if (off + (off_t)p->hdr.block_size > end)
			end = off + p->hdr.block_size;
	}
	if (!err && ftruncate(fd, end) != 0)
		err = -errno;
	return err;
}

int extract_write(const struct part *p, const char *name)
{
	char *tmp;
	int fd, err;

	if (asprintf(&tmp, "%s.XXXXXX", name) < 0)
		return -ENOMEM;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		free(tmp);
		return err;
	}
	err = write_image(fd, p);
	if (close(fd) != 0 && !err)
		err = -errno;
	if (!err && rename(tmp, name) != 0)
		err = -errno;
	if (err)
		unlink(tmp);
	free(tmp);
	return err;
}
