/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An index beside a store image or a memory dump: where the records of each process lie. */
#define _GNU_SOURCE
#include "index.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headers.h"
#include "outfile.h"
#include "util.h"

#define SUFFIX ".rwindex"
#define MAGIC  "RWINDEX1"
#define ALWAYS UINT64_MAX /* instead of a process: wanted whoever is */

/* The file's begin; the entries follow. In the machine's own layout: it is made where it is used. */
struct index_hdr {
	char magic[8];
	uint32_t size; /* of this structure */
	uint32_t crc;  /* of it, with zeros here */
	/* of the file that it is about */
	uint64_t bytes;
	int64_t changed_s, changed_ns;
	char sha256[HASH_TEXT + 7];
	uint64_t base;    /* where the store lies in it */
	uint64_t records; /* of the store */
	uint64_t entries;
};

/* A record of a thread or process; sorted. */
struct index_entry {
	uint64_t pid;
	uint64_t off; /* in the file */
};

static int by_pid(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return x->off < y->off ? -1 : x->off > y->off;
}

static uint32_t crc_of(const struct index_hdr *h)
{
	return crc_without((const uint8_t *)h, sizeof(*h), offsetof(struct index_hdr, crc));
}

static void add(struct spool *s, uint64_t pid, uint64_t off)
{
	const struct index_entry e = { pid, off };

	memcpy(spool_add(s, sizeof(e)), &e, sizeof(e));
}

/* Adds all that is asked for a record. */
static void add_record(struct spool *s, const struct input *in, const struct rec *r)
{
	uint64_t off = (uint64_t)(r->p - in->data);
	struct rw_task task;

	if (r->hdr.type == RW_REC_CGROUP)
		add(s, ALWAYS, off);
	if (!rec_task(r, &task))
		return;
	add(s, task.pid, off);
	if (task.tgid != task.pid)
		add(s, task.tgid, off);
}

static int write_file(const struct input *in, const char *name, struct spool *entries, char *why, size_t n)
{
	const uint8_t *p = spool_bytes(entries);
	struct index_hdr h = { .magic = MAGIC,
			       .size = sizeof(h),
			       .bytes = in->len,
			       .changed_s = in->st.st_mtim.tv_sec,
			       .changed_ns = in->st.st_mtim.tv_nsec,
			       .base = in->image->base,
			       .records = in->boot[0].nrec,
			       .entries = entries->len / sizeof(struct index_entry) };
	struct outfile out;
	bool good;
	FILE *f;
	int err;

	memcpy(h.sha256, in->sha256, sizeof(in->sha256));
	h.crc = crc_of(&h);
	if (outfile_open(&out, name, &in->st, why, n))
		return -1;
	f = fdopen(dup(out.fd), "w");
	good = f && fwrite(&h, sizeof(h), 1, f) == 1 && (!entries->len || fwrite(p, entries->len, 1, f) == 1);
	good &= f && fclose(f) == 0;
	err = outfile_close(&out, good);
	if (good && !err)
		return 0;
	snprintf(why, n, "%s: cannot be written", name);
	return -1;
}

static char *name_of(const struct input *in)
{
	char *name = NULL;

	if (asprintf(&name, "%s" SUFFIX, in->name) < 0)
		out_of_memory();
	return name;
}

int index_write(const struct input *in, char *why, size_t n)
{
	struct spool entries = { .p = NULL };
	char *name = name_of(in);
	int ret = -1;

	if (in->is_capture || !in->mapped || !in->nboot) {
		snprintf(why, n,
			 "no store's image or memory dump in a file: "
			 "rwlog extract makes an image of a capture");
	} else {
		for (size_t i = 0; i < in->boot[0].nrec; i++) {
			struct rec r = boot_rec(&in->boot[0], i);

			add_record(&entries, in, &r);
		}
		if (entries.len)
			qsort(spool_bytes(&entries), entries.len / sizeof(struct index_entry),
			      sizeof(struct index_entry), by_pid);
		ret = write_file(in, name, &entries, why, n);
	}
	spool_free(&entries);
	free(name);
	return ret;
}

/* An index that was read, and the file that it is about. */
struct use {
	struct input *in;
	const struct input *index;
	struct index_hdr h;
	const struct index_entry *entry;
	struct boot *boot;
};

/* Whether the index is one, and about this file. */
static bool fits(struct use *u, char *why, size_t n)
{
	const struct input *in = u->in, *index = u->index;
	struct index_hdr *h = &u->h;

	if (index->len >= sizeof(*h)) {
		memcpy(h, index->data, sizeof(*h));
		u->entry = (const struct index_entry *)(const void *)(index->data + sizeof(*h));
	}
	if (index->len < sizeof(*h) || memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0 ||
	    h->size != sizeof(*h) || crc_of(h) != h->crc || h->entries > index->len ||
	    h->entries * sizeof(struct index_entry) != index->len - sizeof(*h) || h->base > in->len)
		snprintf(why, n, "%s: it is not an index that rwlog has written", index->name);
	else if (h->bytes != in->len || h->changed_s != in->st.st_mtim.tv_sec ||
		 h->changed_ns != in->st.st_mtim.tv_nsec ||
		 (in->sha256[0] && memcmp(h->sha256, in->sha256, sizeof(in->sha256)) != 0))
		snprintf(why, n, "%s: it is the index of another file, or of this one before it was changed",
			 index->name);
	else
		return true;
	return false;
}

/* The first entry of a process. */
static size_t first_of(const struct use *u, uint64_t pid)
{
	size_t lo = 0, hi = u->h.entries;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (u->entry[mid].pid < pid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Adds the records of a process to the boot. Return: whether all are records. */
static bool take_records(struct use *u, uint64_t pid)
{
	struct boot *b = u->boot;

	for (size_t i = first_of(u, pid); i < u->h.entries && u->entry[i].pid == pid; i++) {
		uint64_t off = u->entry[i].off;
		struct rw_rec_hdr h;

		if (off > u->in->len || !rec_check(u->in->data + off, u->in->len - off, NULL, 0))
			return false;
		memcpy(&h, u->in->data + off, sizeof(h));
		b->rec = grow(b->rec, b->nrec, &b->rec_cap, sizeof(*b->rec));
		b->rec[b->nrec++] = (struct rec_ref){ u->in->data + off, h.seq };
	}
	return true;
}

static int by_seq(const void *a, const void *b)
{
	const struct rec_ref *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Sorts the records, each once: a thread and its process may both be wanted. */
static void sort_records(struct boot *b)
{
	size_t n = 0;

	if (b->nrec)
		qsort(b->rec, b->nrec, sizeof(*b->rec), by_seq);
	for (size_t i = 0; i < b->nrec; i++)
		if (!n || b->rec[n - 1].p != b->rec[i].p)
			b->rec[n++] = b->rec[i];
	b->nrec = n;
}

/* The store's header, which the file itself has. Return: whether it is valid. */
static bool take_store(struct use *u)
{
	struct input *in = u->in;
	struct rw_store_hdr h;

	if (in->len - u->h.base < sizeof(h))
		return false;
	memcpy(&h, in->data + u->h.base, sizeof(h));
	if (!store_hdr_valid(&h, NULL, 0))
		return false;
	in->image = make(sizeof(*in->image));
	in->image->problems = &in->problems;
	in->image->base = u->h.base;
	in->image->data = in->data + u->h.base;
	part_set_hdr(in->image, &h);
	in->boot = boots_of_parts(&in->image, 1, &in->nboot);
	u->boot = &in->boot[0];
	u->boot->total = u->h.records;
	return true;
}

static bool take_all(struct use *u, const struct filter *filter)
{
	const struct filter_list *pids = &filter->list[FILTER_PID];

	if (!take_store(u) || !take_records(u, ALWAYS))
		return false;
	for (size_t i = 0; i < pids->nwanted; i++)
		if (!take_records(u, pids->wanted[i].number))
			return false;
	sort_records(u->boot);
	problem_note(
		&u->in->notes, NULL,
		"by its index: %zu of %zu records were read; only rwlog verify says whether the log is whole",
		u->boot->nrec, u->boot->total);
	return true;
}

int index_use(struct input *in, const struct filter *filter, char *why, size_t n)
{
	struct input index = { .name = NULL };
	struct use u = { .in = in, .index = &index };
	char *name = name_of(in);
	int err, ret = -1;

	err = input_load(&index, name);
	if (!filter->list[FILTER_PID].nwanted || filter_has(filter, FILTER_EXE))
		snprintf(why, n, "--index finds the records of processes: it needs --pid, and no --exe");
	else if (err)
		snprintf(why, n, "%s: %s; rwlog index makes one", name, strerror(-err));
	else if (!index.mapped)
		snprintf(why, n, "%s: it is not a regular file", name);
	else if (!fits(&u, why, n))
		; /* it says why */
	else if (!take_all(&u, filter))
		snprintf(why, n, "%s: it does not name records of this file", name);
	else
		ret = 0;
	input_free(&index);
	free(name);
	return ret;
}
