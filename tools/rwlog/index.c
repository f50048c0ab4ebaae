/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An index beside a capture, a store image or a memory dump: where the records of each process lie. */
#define _GNU_SOURCE
#include "index.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/crc32c.h"
#include "headers.h"
#include "outfile.h"
#include "runs.h"
#include "util.h"

#define SUFFIX ".rwindex"
#define MAGIC  "RWINDEX2"
#define ALWAYS UINT64_MAX   /* instead of a process: wanted whoever is */
#define HEAD   65536u       /* bytes by which a file that has changed is known */
#define REACH  (256u << 10) /* characters from a record's first frame to its last one */
#define RUN    (256u << 10) /* entries that are sorted in memory, of 24 bytes each */

/* The file's begin; boots and entries follow. In the machine's own layout: it is made where it is used. */
struct index_hdr {
	char magic[8];
	uint32_t size; /* of this structure */
	uint32_t crc;  /* of it, with zeros here */
	/* of the file that it is about */
	uint64_t bytes;
	int64_t changed_s, changed_ns;
	char sha256[HASH_TEXT + 7];
	uint32_t head;    /* CRC-32C of its first HEAD bytes */
	uint32_t capture; /* 1: it is one; 0: memory */
	uint64_t boots, entries;
};

struct index_boot {
	uint64_t at;      /* where its header lies: in memory, or the BEGIN that has it */
	uint64_t records; /* each once */
	uint32_t number;  /* its id's first four bytes */
	uint32_t known;   /* 1: there is such a header */
};

/* A record of a thread or process; sorted. */
struct index_entry {
	uint64_t pid;
	uint64_t at; /* where it lies: in memory, or the frame in which it begins */
	uint32_t boot;
	uint32_t in; /* capture: bytes before it in the frame's payload */
};

/* By the place in the file. */
static int by_place(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;

	if (x->boot != y->boot)
		return x->boot < y->boot ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->in < y->in ? -1 : x->in > y->in;
}

static int by_pid(const void *a, const void *b)
{
	const struct index_entry *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return by_place(a, b);
}

static uint32_t crc_of(const struct index_hdr *h)
{
	return crc_without((const uint8_t *)h, sizeof(*h), offsetof(struct index_hdr, crc));
}

static uint32_t crc_of_head(const struct input *in, uint64_t bytes)
{
	return crc32c(0, in->data, bytes < HEAD ? (size_t)bytes : HEAD);
}

static char *name_of(const struct input *in)
{
	char *name = NULL;

	if (asprintf(&name, "%s" SUFFIX, in->name) < 0)
		out_of_memory();
	return name;
}

/* An index that is being made. */
struct making {
	const struct input *in;
	struct spool boots, entries;
	uint64_t left_out; /* number of a record that it cannot name; 0: none */
};

static void add(struct making *m, struct index_entry e, uint64_t pid)
{
	e.pid = pid;
	memcpy(spool_add(&m->entries, sizeof(e)), &e, sizeof(e));
}

/* Adds all that is asked for a record. */
static void add_record(struct making *m, const struct part *p, uint32_t boot, const struct rec *r)
{
	struct index_entry e = { .at = (uint64_t)(r->p - m->in->data), .boot = boot };
	struct part_place place;
	struct rw_task task;
	bool known = rec_task(r, &task);

	if (r->hdr.type != RW_REC_CGROUP && !known)
		return;
	if (p->is_dump) {
		if (!part_place(p, part_off(p, r->p), r->hdr.size, REACH, &place))
			m->left_out = r->hdr.seq;
		e.at = place.at;
		e.in = place.in;
	}
	if (r->hdr.type == RW_REC_CGROUP)
		add(m, e, ALWAYS);
	if (!known)
		return;
	add(m, e, task.pid);
	if (task.tgid != task.pid)
		add(m, e, task.tgid);
}

/* Whether it is the record of its number that its boot has. */
static bool is_chosen(const struct boot *b, const struct rec_ref *rec)
{
	size_t lo = 0, hi = b->nrec;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (b->rec[mid].seq < rec->seq)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < b->nrec && b->rec[lo].p == rec->p;
}

static void add_boot(struct making *m, uint32_t number, const struct boot *b)
{
	const struct part *newest = b->newest;
	const struct index_boot own = { newest->base, b->nrec, newest->boot, newest->have_hdr };

	memcpy(spool_add(&m->boots, sizeof(own)), &own, sizeof(own));
	for (size_t i = 0; i < b->npart; i++)
		for (size_t j = 0; j < b->part[i]->nrec; j++) {
			struct rec r = part_rec(b->part[i], j);

			if (b->npart == 1 || is_chosen(b, &b->part[i]->rec[j]))
				add_record(m, b->part[i], number, &r);
		}
}

/* Writes the bytes of a spool. */
static bool put(struct spool *s, FILE *f)
{
	const uint8_t *p = spool_bytes(s);

	return !s->len || fwrite(p, s->len, 1, f) == 1;
}

static int write_file(struct making *m, const char *name, char *why, size_t n)
{
	const struct input *in = m->in;
	struct index_hdr h = { .magic = MAGIC,
			       .size = sizeof(h),
			       .bytes = in->len,
			       .changed_s = in->st.st_mtim.tv_sec,
			       .changed_ns = in->st.st_mtim.tv_nsec,
			       .head = crc_of_head(in, in->len),
			       .capture = in->is_capture,
			       .boots = in->nboot,
			       .entries = m->entries.len / sizeof(struct index_entry) };
	struct outfile out;
	bool good;
	FILE *f;
	int err;

	memcpy(h.sha256, in->sha256, sizeof(in->sha256));
	h.crc = crc_of(&h);
	if (outfile_open(&out, name, &in->st, why, n))
		return -1;
	f = fdopen(dup(out.fd), "w");
	good = f && fwrite(&h, sizeof(h), 1, f) == 1 && put(&m->boots, f) &&
	       runs_write(&m->entries, sizeof(struct index_entry), RUN, by_pid, f);
	good &= f && fclose(f) == 0;
	err = outfile_close(&out, good);
	if (good && !err)
		return 0;
	snprintf(why, n, "%s: cannot be written", name);
	return -1;
}

int index_write(const struct input *in, char *why, size_t n)
{
	struct making m = { .in = in };
	char *name = name_of(in);
	int ret = -1;

	if (!in->mapped) {
		snprintf(
			why, n,
			"an index is for a file as it is: this is a pipe or a device, or it is compressed, in "
			"UTF-16 or a hex dump");
		free(name);
		return -1;
	}
	for (size_t i = 0; i < in->nboot; i++)
		add_boot(&m, (uint32_t)i, &in->boot[i]);
	if (m.left_out)
		snprintf(why, n,
			 "the frames of record %" PRIu64
			 " stand far apart or out of order, so that it can have "
			 "no index; rwlog extract makes an image, which can",
			 m.left_out);
	else
		ret = write_file(&m, name, why, n);
	spool_free(&m.boots);
	spool_free(&m.entries);
	free(name);
	return ret;
}

/* An index that was read, and the file that it is about. */
struct use {
	struct input *in;
	const struct input *index;
	struct index_hdr h;
	const struct index_boot *boot;
	const struct index_entry *entry;
	struct part **part;         /* of each boot */
	struct index_entry *wanted; /* sorted, each once */
	size_t nwanted, wanted_cap;
};

/* Whether the file is an index. */
static bool is_index(struct use *u)
{
	const struct input *index = u->index;
	struct index_hdr *h = &u->h;
	uint64_t left;

	if (index->len < sizeof(*h))
		return false;
	memcpy(h, index->data, sizeof(*h));
	if (memcmp(h->magic, MAGIC, sizeof(h->magic)) != 0 || h->size != sizeof(*h) || crc_of(h) != h->crc)
		return false;
	left = index->len - sizeof(*h);
	if (h->boots > left / sizeof(*u->boot) || h->boots > UINT32_MAX)
		return false;
	left -= h->boots * sizeof(*u->boot);
	if (left % sizeof(*u->entry) || left / sizeof(*u->entry) != h->entries)
		return false;
	u->boot = (const struct index_boot *)(const void *)(index->data + sizeof(*h));
	u->entry = (const struct index_entry *)(const void *)(u->boot + h->boots);
	return h->capture ? h->capture == 1 : h->boots == 1;
}

/* Whether the index is one, and about this file as it is now. */
static bool fits(struct use *u, char *why, size_t n)
{
	const struct input *in = u->in;
	const char *name = u->index->name;
	const struct index_hdr *h = &u->h;

	if (!is_index(u)) {
		snprintf(why, n, "%s: it is not an index that this rwlog has written", name);
		return false;
	}
	if (in->len < h->bytes || crc_of_head(in, h->bytes) != h->head)
		snprintf(why, n,
			 "%s: it is the index of another file of %" PRIu64
			 " bytes, or this one has become another; rwlog index makes one of it",
			 name, h->bytes);
	else if (in->len > h->bytes)
		snprintf(why, n,
			 "%s: it is older than the file, which has grown since by %" PRIu64
			 " bytes; rwlog index makes it anew",
			 name, in->len - h->bytes);
	else if (h->changed_s != in->st.st_mtim.tv_sec || h->changed_ns != in->st.st_mtim.tv_nsec ||
		 (in->sha256[0] && memcmp(h->sha256, in->sha256, sizeof(in->sha256)) != 0))
		snprintf(why, n,
			 "%s: the file was changed after its index was made, or is a copy of it; rwlog index "
			 "makes it anew",
			 name);
	else
		return true;
	return false;
}

/* Wants the records of a process. */
static void want(struct use *u, uint64_t pid)
{
	size_t lo = 0, hi = u->h.entries;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (u->entry[mid].pid < pid)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < u->h.entries && u->entry[lo].pid == pid; lo++) {
		u->wanted = grow(u->wanted, u->nwanted, &u->wanted_cap, sizeof(*u->wanted));
		u->wanted[u->nwanted++] = u->entry[lo];
	}
}

/* All that is wanted, each record once: a thread and its process may both be. */
static void want_all(struct use *u, const struct filter_list *pids)
{
	size_t n = 0;

	want(u, ALWAYS);
	for (size_t i = 0; i < pids->nwanted; i++)
		want(u, pids->wanted[i].number);
	if (u->nwanted)
		qsort(u->wanted, u->nwanted, sizeof(*u->wanted), by_place);
	for (size_t i = 0; i < u->nwanted; i++)
		if (!n || by_place(&u->wanted[n - 1], &u->wanted[i]) != 0)
			u->wanted[n++] = u->wanted[i];
	u->nwanted = n;
}

/* The header of a boot, which the file itself has. Return: whether it is valid. */
static bool read_hdr(const struct use *u, const struct index_boot *b, struct rw_store_hdr *h)
{
	const struct input *in = u->in;
	size_t at = (size_t)b->at;
	struct frame f;

	if (b->at > in->len)
		return false;
	if (!u->h.capture) {
		if (in->len - at < sizeof(*h))
			return false;
		memcpy(h, in->data + at, sizeof(*h));
	} else {
		if (!capture_next((const char *)in->data, in->len, &at, &f) || f.type != RW_FRAME_BEGIN ||
		    f.len != sizeof(*h) || f.boot != b->number)
			return false;
		memcpy(h, f.payload, sizeof(*h));
	}
	return store_hdr_valid(h, NULL, 0) && store_boot(h) == b->number;
}

/* Makes a part of a boot, without its records. Return: whether the file has its header. */
static bool take_boot(struct use *u, const struct index_boot *b)
{
	struct dumps *d = &u->in->capture.dumps;
	struct part *p = make(sizeof(*p));
	struct rw_store_hdr h;

	*p = (struct part){ .problems = &u->in->problems,
			    .is_dump = u->h.capture,
			    .boot = b->number,
			    .base = b->at,
			    .total = b->records };
	if (u->h.capture) {
		d->part = grow(d->part, d->npart, &d->part_cap, sizeof(struct part *));
		d->part[d->npart++] = p;
	} else {
		u->in->image = p;
	}
	if (!b->known)
		return true;
	if (!read_hdr(u, b, &h))
		return false;
	if (!p->is_dump)
		p->data = u->in->data + b->at;
	part_set_hdr(p, &h);
	return true;
}

/* Reads a record of a capture from its frames on. Return: its size, or 0. */
static size_t read_record(const struct use *u, const struct index_entry *e, uint8_t bytes[RW_REC_MAX])
{
	const struct input *in = u->in;
	uint32_t dump = 0, next = 0;
	size_t n = 0, at = (size_t)e->at;
	struct rw_rec_hdr h;
	struct frame f;

	if (e->at > in->len)
		return 0;
	while (at - e->at <= REACH + RW_FRAME_MAX_BYTES &&
	       capture_next((const char *)in->data, in->len, &at, &f)) {
		size_t skip = n ? 0 : e->in, more;

		if (f.type != RW_FRAME_DATA || f.boot != u->boot[e->boot].number || f.len < skip ||
		    (n && (f.dump != dump || f.offset != next)))
			continue;
		dump = f.dump;
		next = f.offset + (uint32_t)f.len;
		more = f.len - skip < RW_REC_MAX - n ? f.len - skip : RW_REC_MAX - n;
		memcpy(bytes + n, f.payload + skip, more);
		n += more;
		if (n < sizeof(h))
			continue;
		memcpy(&h, bytes, sizeof(h));
		if (n >= h.size)
			return rec_check(bytes, n, NULL, 0);
	}
	return 0;
}

/* Adds a record to its boot's part, whose buf receives those of a capture. Return: whether it is one. */
static bool take_record(const struct use *u, const struct index_entry *e)
{
	static uint8_t bytes[RW_REC_MAX];
	const struct input *in = u->in;
	struct rec_ref ref = { .p = bytes };
	struct rw_rec_hdr h;
	struct part *p;
	size_t n;

	if (e->boot >= u->h.boots)
		return false;
	p = u->part[e->boot];
	if (p->is_dump) {
		n = read_record(u, e, bytes);
	} else {
		if (e->at > in->len)
			return false;
		ref.p = in->data + e->at;
		n = rec_check(ref.p, in->len - e->at, NULL, 0);
	}
	if (!n)
		return false;
	memcpy(&h, ref.p, sizeof(h));
	ref.seq = h.seq;
	if (p->is_dump)
		memcpy(spool_add(&p->buf, n), bytes, n);
	memcpy(spool_add(&p->recs, sizeof(ref)), &ref, sizeof(ref));
	p->nrec++;
	return true;
}

/* After the last record: where those of a capture are now. */
static void set_places(struct part *p)
{
	const uint8_t *at = spool_bytes(&p->buf);
	struct rw_rec_hdr h;

	for (size_t i = 0; i < p->nrec; i++) {
		p->rec[i].p = at;
		memcpy(&h, at, sizeof(h));
		at += h.size;
	}
}

static void sort_records(struct part *p)
{
	p->rec = (struct rec_ref *)(void *)spool_bytes(&p->recs);
	p->unique = true;
	if (p->is_dump)
		set_places(p);
	if (p->nrec)
		qsort(p->rec, p->nrec, sizeof(*p->rec), rec_by_seq_and_place);
	for (size_t i = 1; i < p->nrec; i++)
		p->unique &= p->rec[i - 1].seq != p->rec[i].seq;
}

static bool take_all(struct use *u, const struct filter *filter)
{
	struct input *in = u->in;
	uint64_t total = 0;
	bool good = true;

	in->is_capture = u->h.capture;
	in->by_index = true;
	for (size_t i = 0; i < u->h.boots && good; i++)
		good = take_boot(u, &u->boot[i]);
	if (!good)
		return false;
	u->part = u->h.capture ? in->capture.dumps.part : &in->image;
	want_all(u, &filter->list[FILTER_PID]);
	for (size_t i = 0; i < u->nwanted && good; i++)
		good = take_record(u, &u->wanted[i]);
	for (size_t i = 0; i < u->h.boots; i++) {
		sort_records(u->part[i]);
		total += u->boot[i].records;
	}
	in->boot = boots_of_parts(u->part, u->h.boots, &in->nboot);
	for (size_t i = 0; i < in->nboot; i++)
		boot_merge(&in->boot[i], &in->problems);
	problem_note(&in->notes, NULL,
		     "by its index: %zu of %" PRIu64
		     " records were read; only rwlog verify says whether the log is whole",
		     u->nwanted, total);
	return good;
}

int index_take(struct input *in, const struct input *index, const struct filter *filter, char *why, size_t n)
{
	struct use u = { .in = in, .index = index };
	int ret = -1;

	if (!fits(&u, why, n))
		; /* it says why */
	else if (!take_all(&u, filter))
		snprintf(why, n, "%s: it does not name records of this file", index->name);
	else
		ret = 0;
	free(u.wanted);
	return ret;
}

int index_use(struct input *in, const struct filter *filter, char *why, size_t n)
{
	struct input index = { .name = NULL };
	char *name = name_of(in);
	int err, ret = -1;

	err = input_load(&index, name);
	if (err)
		snprintf(why, n, "%s: %s; rwlog index makes one", name, strerror(-err));
	else if (!index.mapped || !in->mapped)
		snprintf(why, n, "%s: it is not a regular file", index.mapped ? in->name : name);
	else
		ret = index_take(in, &index, filter, why, n);
	input_free(&index);
	free(name);
	return ret;
}
