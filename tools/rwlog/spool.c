/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Bytes that grow: in memory at first, in a temporary file without a name once they are many. The file is
 * written by write(2) and mapped at the end: a page fault for each of its pages would cost more.
 */
#define _GNU_SOURCE
#include "spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io.h"
#include "resident.h"
#include "util.h"

#define CAP_MIN   65536u
#define BUFFER    (256u << 10) /* bytes that are written to the file together */
#define HUGE_PAGE (2u << 20)

/* A file that no name leads to, so that nothing is left behind; -1: there is none. */
static int open_file(void)
{
	const char *folder = getenv("TMPDIR");

	return open(folder && *folder ? folder : "/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* Memory of a multiple of HUGE_PAGE bytes, in huge pages if the kernel has some. */
static uint8_t *get_huge(size_t n)
{
	uint8_t *p = mmap(NULL, n + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t before;

	if (p == MAP_FAILED)
		out_of_memory();
	before = -(uintptr_t)p % HUGE_PAGE;
	if (before)
		munmap(p, before);
	munmap(p + before + n, HUGE_PAGE - before);
	madvise(p + before, n, MADV_HUGEPAGE);
	return p + before;
}

static void free_memory(uint8_t *p, size_t cap)
{
	if (cap < HUGE_PAGE)
		free(p);
	else
		munmap(p, cap);
}

/* Memory for @cap bytes that begins with the @used bytes of the memory until now. */
static void change_memory(struct spool *s, size_t used, size_t cap)
{
	uint8_t *p;

	if (cap < HUGE_PAGE) {
		s->p = realloc(s->p, cap);
		if (!s->p)
			out_of_memory();
	} else {
		p = get_huge(cap);
		if (used)
			memcpy(p, s->p, used);
		free_memory(s->p, s->cap);
		s->p = p;
	}
	s->cap = cap;
}

/* Writes what is at p to the file. Return: whether that was possible. */
static bool store(struct spool *s)
{
	if (io_write_at(s->file - 1, s->p, s->len - s->stored, (off_t)s->stored))
		return false;
	s->stored = s->len;
	return true;
}

/* From memory to a file, if there can be one. */
static void begin_file(struct spool *s)
{
	s->file = open_file() + 1;
	if (!s->file)
		return;
	if (!store(s)) {
		close(s->file - 1);
		s->file = 0;
		s->stored = 0;
		return;
	}
	free_memory(s->p, s->cap);
	s->p = NULL;
	change_memory(s, 0, BUFFER);
}

/* The disk is full, or the file cannot be mapped: back to memory. */
static void end_file(struct spool *s)
{
	size_t cap = (s->len / HUGE_PAGE + 2) * HUGE_PAGE, n = s->len - s->stored;
	uint8_t *p = get_huge(cap);

	if (io_read_at(s->file - 1, p, s->stored, 0) < s->stored)
		out_of_memory();
	if (n)
		memcpy(p + s->stored, s->p, n);
	free_memory(s->p, s->cap);
	close(s->file - 1);
	*s = (struct spool){ .p = p, .len = s->len, .cap = cap };
}

static void make_room(struct spool *s, size_t n)
{
	size_t cap = s->cap ? s->cap : CAP_MIN;

	if (s->file && store(s))
		return;
	if (s->file)
		end_file(s);
	else if (s->len + n > SPOOL_MEMORY)
		begin_file(s);
	if (s->file || s->cap - s->len >= n)
		return;
	while (cap - s->len < n)
		cap *= 2;
	change_memory(s, s->len, cap);
}

uint8_t *spool_add(struct spool *s, size_t n)
{
	if (s->cap - (s->len - s->stored) < n)
		make_room(s, n);
	s->len += n;
	return s->p + (s->len - s->stored) - n;
}

uint8_t *spool_bytes(struct spool *s)
{
	void *p;

	if (!s->file || s->mapped)
		return s->p;
	p = store(s) ? mmap(NULL, s->len, PROT_READ | PROT_WRITE, MAP_SHARED, s->file - 1, 0) : MAP_FAILED;
	if (p == MAP_FAILED) {
		end_file(s);
		return s->p;
	}
	free_memory(s->p, s->cap);
	s->p = p;
	s->cap = s->len;
	s->mapped = true;
	resident_watch(s->p, s->cap, s->file - 1);
	return s->p;
}

void spool_free(struct spool *s)
{
	if (s->mapped) {
		resident_forget(s->p);
		munmap(s->p, s->cap);
	} else {
		free_memory(s->p, s->cap);
	}
	if (s->file)
		close(s->file - 1);
	*s = (struct spool){ .p = NULL };
}
