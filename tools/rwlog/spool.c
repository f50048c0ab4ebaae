/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Bytes that grow: in memory at first, in a temporary file without a name once they are many. */
#define _GNU_SOURCE
#include "spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "resident.h"
#include "util.h"

#define CAP_MIN 65536u

/* A file that no name leads to, so that nothing is left behind; -1: there is none. */
static int open_file(void)
{
	const char *folder = getenv("TMPDIR");

	return open(folder && *folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* Moves the bytes from memory to a file with room for @cap. Return: whether that was possible. */
static int move_to_file(struct spool *s, size_t cap)
{
	int fd = open_file();
	void *p;

	if (fd < 0)
		return 0;
	/* Reserved: a full disk must not show up as a signal later. */
	p = posix_fallocate(fd, 0, (off_t)cap) == 0 ?
		    mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) :
		    MAP_FAILED;
	if (p == MAP_FAILED) {
		close(fd);
		return 0;
	}
	memcpy(p, s->p, s->len);
	free(s->p);
	*s = (struct spool){ p, s->len, cap, fd + 1 };
	resident_watch(p, cap);
	return 1;
}

static int grow_file(struct spool *s, size_t cap)
{
	void *p;

	if (posix_fallocate(s->file - 1, 0, (off_t)cap) != 0)
		return 0;
	resident_forget(s->p);
	p = mremap(s->p, s->cap, cap, MREMAP_MAYMOVE);
	if (p != MAP_FAILED) {
		s->p = p;
		s->cap = cap;
	}
	resident_watch(s->p, s->cap);
	return p != MAP_FAILED;
}

/* The disk is full: back to memory. */
static void move_to_memory(struct spool *s)
{
	uint8_t *p = make(s->cap);

	memcpy(p, s->p, s->len);
	resident_forget(s->p);
	munmap(s->p, s->cap);
	close(s->file - 1);
	s->p = p;
	s->file = 0;
}

void spool_room(struct spool *s, size_t n)
{
	size_t cap = s->cap ? s->cap : CAP_MIN;

	if (s->cap - s->len >= n)
		return;
	while (cap - s->len < n)
		cap *= 2;
	if (s->file && grow_file(s, cap))
		return;
	if (s->file)
		move_to_memory(s);
	else if (cap > SPOOL_MEMORY && move_to_file(s, cap))
		return;
	s->p = realloc(s->p, cap);
	if (!s->p)
		out_of_memory();
	s->cap = cap;
}

void spool_free(struct spool *s)
{
	if (s->file) {
		resident_forget(s->p);
		munmap(s->p, s->cap);
		close(s->file - 1);
	} else {
		free(s->p);
	}
	*s = (struct spool){ .p = NULL };
}
