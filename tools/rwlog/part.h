/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A part of a log: the blocks and records of one store image, or of one dump in a serial capture. */
#pragma once

#include "headers.h"
#include "problem.h"
#include "rec.h"
#include "spool.h"

/*
 * Against a hostile guest that leaves many beginnings of large records for the step-by-step search to check:
 * after this many bytes of a part it gives up. Real damage costs only one CRC per bad record.
 */
#define PART_WASTE_MAX (64u << 20)

/* A valid block header, and what exists of its block. */
struct part_block {
	struct rw_block_hdr hdr;
	const uint8_t *p; /* the block from its header on */
	/*
	 * bytes at p that belong to it: hdr.used; fewer if some are missing; or more: see part_walk_image()
	 */
	size_t len;
	uint64_t off;   /* of the block in its part */
	size_t first;   /* place in part.rec of its first record, until account_check() */
	uint64_t count; /* records found in it */
	uint64_t last;  /* number of the last one; first_seq - 1 if there is none */
};

/* Data of a dump, from one or several frames. */
struct part_seg {
	uint64_t off; /* in the dump's data */
	size_t pos;   /* in part.buf */
	size_t len;
	uint64_t line; /* of the capture: that of its first frame */
	uint64_t at;   /* likewise: where that begins */
	/*
	 * bytes of each of its frames, which stand in lines one after the other; the last one may have fewer
	 */
	uint32_t frame;
	uint32_t step; /* characters from each frame's begin to the next; 0: there is only one */
};

struct part {
	struct problems *problems; /* receives what is wrong; shared with others */
	struct problems *notes;    /* receives what is worth knowing; NULL: nowhere */
	struct rw_store_hdr hdr;
	bool have_hdr;                  /* hdr is whole and its CRC matches */
	bool complete;                  /* the transport lost nothing */
	bool is_dump;                   /* a dump of a capture; otherwise an image */
	uint32_t boot;                  /* its id's first four bytes: from the header, or from frames */
	uint32_t dump;                  /* its number */
	uint64_t line;                  /* of the capture, where it begins */
	uint64_t base;                  /* position in the file: of the header, or of the dump's BEGIN */
	uint64_t total;                 /* an index has chosen from so many records; 0: all are here */
	uint64_t bad;                   /* problems of this part */
	uint64_t bad_of[PROBLEM_KINDS]; /* likewise, by kind */
	bool cut; /* its file or capture lacks some of it: what is missing was lost there */

	struct spool buf;     /* dump: its data, one segment after the other */
	struct part_seg *seg; /* ascending by off */
	size_t nseg, seg_cap;

	struct part_block *block; /* by class, then in the order of opening */
	size_t nblock, block_cap;
	const uint8_t *data; /* image: its first byte */
	struct rec_ref *rec; /* records, by number; two that share one are adjacent; set by account_check() */
	size_t nrec;
	struct spool recs; /* holds rec */
	bool unique;       /* no two records share a number */
	uint64_t wasted;   /* bytes read to check the CRC of what was not a record */
};

/**
 * part_problem() - add a problem of a part.
 * @off: position in the part: bytes from an image's header, or in a dump's data
 */
void part_problem(struct part *p, uint64_t off, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** part_cut() - add a problem: the file or the capture lacks some of a part. */
void part_cut(struct part *p, uint64_t off, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** part_missing() - add a problem: something is missing; lost in the file or capture, if that lacks some. */
void part_missing(struct part *p, uint64_t off, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** part_set_hdr() - set a part's header, which is valid, and check its other fields. */
void part_set_hdr(struct part *p, const struct rw_store_hdr *h);

/**
 * part_walk_image() - find blocks and records of an image.
 * @p:    part with its header, or without one if that is damaged
 * @data: the header's first byte; stays in use
 * @len:  bytes that may be read there; blocks after it count as not in use
 *
 * If the machine was running, the newest block may hold records that no header counts yet: they are included.
 */
void part_walk_image(struct part *p, const uint8_t *data, size_t len);

/** part_walk_dump() - find blocks and records in the segments of a dump, whatever is missing between them. */
void part_walk_dump(struct part *p);

/** part_rec() - get record @i, below @p->nrec. */
struct rec part_rec(const struct part *p, size_t i);

/** part_off() - get the position of one of a part's records in it. */
uint64_t part_off(const struct part *p, const uint8_t *rec);

/* Where data of a dump begin in the capture. */
struct part_place {
	uint64_t at; /* of the frame */
	uint32_t in; /* bytes before them in its payload */
};

/**
 * part_place() - find where @size bytes of a dump's data from @off on, which are there, lie in the capture.
 *
 * Return: whether their frames follow one another, at most @reach characters from the first to the last.
 */
bool part_place(const struct part *p, uint64_t off, uint64_t size, uint64_t reach, struct part_place *place);

/** part_free() - free the memory. */
void part_free(struct part *p);
