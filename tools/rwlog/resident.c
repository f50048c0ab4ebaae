/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Keeps large mapped files from filling memory. */
#define _GNU_SOURCE
#include "resident.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io.h"
#include "util.h"

#define WORTH (8u << 20) /* bytes: a smaller mapping may stay */

uint64_t resident_left = RESIDENT_STEP;

static struct mapping {
	uint8_t *p;
	size_t n;
	int fd; /* -1: the file can only be read through the mapping */
} * mapping;
static size_t count, cap;

/* Bytes of a mapping that were read. */
static struct {
	uintptr_t from, to; /* where they are mapped */
	uint8_t bytes[RESIDENT_VIEW];
} view;

void resident_watch(void *p, size_t n, int fd)
{
	if (n < WORTH)
		return;
	mapping = grow(mapping, count, &cap, sizeof(*mapping));
	mapping[count++] = (struct mapping){ p, n, fcntl(fd, F_DUPFD_CLOEXEC, 0) };
}

void resident_forget(const void *p)
{
	for (size_t i = 0; i < count; i++) {
		if (mapping[i].p != p)
			continue;
		if (mapping[i].fd >= 0)
			close(mapping[i].fd);
		mapping[i] = mapping[--count];
		view.to = view.from;
		break;
	}
	if (count)
		return;
	free(mapping);
	mapping = NULL;
	cap = 0;
}

void resident_drop(void)
{
	/* Nothing that was written is lost: private mappings are only read, the others are shared. */
	for (size_t i = 0; i < count; i++)
		madvise(mapping[i].p, mapping[i].n, MADV_DONTNEED);
	resident_left = RESIDENT_STEP;
}

/* The mapping that has @n bytes at @at, or NULL. */
static const struct mapping *mapping_of(uintptr_t at, size_t n)
{
	for (size_t i = 0; i < count; i++) {
		uintptr_t from = (uintptr_t)mapping[i].p;

		if (at >= from && at - from <= mapping[i].n && n <= mapping[i].n - (at - from))
			return &mapping[i];
	}
	return NULL;
}

/* Reads from @at on as much as fits. */
static void fill(const struct mapping *m, uintptr_t at)
{
	size_t off = at - (uintptr_t)m->p, left = m->n - off;
	size_t n = io_read_at(m->fd, view.bytes, left < sizeof(view.bytes) ? left : sizeof(view.bytes),
			      (off_t)off);

	view.from = at;
	view.to = at + n;
}

/* Bytes that are read where they are. */
static const void *in_place(const void *p, size_t n)
{
	resident_touch(n);
	return p;
}

const void *resident_view(const void *p, size_t n)
{
	uintptr_t at = (uintptr_t)p;

	if (at < view.from || at > view.to || n > view.to - at) {
		const struct mapping *m = n <= sizeof(view.bytes) ? mapping_of(at, n) : NULL;

		if (!m || m->fd < 0)
			return in_place(p, n);
		fill(m, at);
		/* A file that became shorter: the mapping says so by a signal. */
		if (n > view.to - at)
			return in_place(p, n);
	}
	return view.bytes + (at - view.from);
}

const void *resident_home(const void *seen)
{
	uintptr_t at = (uintptr_t)seen, first = (uintptr_t)view.bytes;

	return at >= first && at - first < sizeof(view.bytes) ? (const void *)(view.from + (at - first)) :
								seen;
}

size_t resident_hole(const void *p, size_t n)
{
	const struct mapping *m = mapping_of((uintptr_t)p, n);
	off_t at, next;

	if (!m || m->fd < 0)
		return 0;
	at = (off_t)((uintptr_t)p - (uintptr_t)m->p);
	next = lseek(m->fd, at, SEEK_DATA);
	if (next < 0)
		return errno == ENXIO ? n : 0; /* no data up to the end */
	return (size_t)(next - at) < n ? (size_t)(next - at) : n;
}
