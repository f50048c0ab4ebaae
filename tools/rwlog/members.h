/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A record as a list of named members, from the one table of fields: what JSON and CSV write. */
#pragma once

#include "cgroups.h"
#include "flags.h"

enum member_form {
	MEMBER_U64,     /* u */
	MEMBER_I64,     /* i */
	MEMBER_BOOL,    /* u: 0 or 1 */
	MEMBER_ADDRESS, /* u: an address in memory */
	MEMBER_WORD,    /* word: from this program, plain ASCII */
	MEMBER_TEXT,    /* text: from the guest */
	MEMBER_HEX,     /* text: bytes */
	MEMBER_STRINGS, /* text: strings, each with a NUL at its end */
	MEMBER_IDS,     /* text: numbers of 4 bytes */
	MEMBER_AREAS,   /* text: address and length, 8 bytes each */
	MEMBER_SOCKET,  /* text: a struct sockaddr */
	MEMBER_FLAGS,   /* bits, which have names */
	MEMBER_TIME,    /* time */
};

struct member {
	const char *name;
	unsigned int column; /* see members_column() */
	enum member_form form;
	union {
		uint64_t u;
		int64_t i;
		const char *word;
		struct text text;
		struct {
			uint64_t v;
			const struct flag_name *names;
		} bits;
		struct {
			uint64_t epoch, ns; /* sink_has_time() accepts them */
		} time;
	};
};

/* What the records of a boot have in common. */
struct members_boot {
	const char *name;              /* or NULL: there is no such member */
	uint64_t epoch;                /* seconds since 1970 at the hypervisor's start; 0: not known */
	const struct cgroups *cgroups; /* their names, or NULL */
};

typedef void member_fn(void *ctx, const struct member *m);

/**
 * members_of_record() - call @fn for each member of a record: those of its boot, its header, its fields.
 *
 * No name comes twice in a record: a field whose members share names with an earlier field's becomes a member
 * "field_N" with its bytes, and so does an unknown field; the unknown end of a structure becomes a member
 * "..._more".
 */
void members_of_record(const struct rec *r, const struct members_boot *boot, member_fn *fn, void *ctx);

/* The column of the member "boot". */
#define MEMBERS_BOOT 0u

/**
 * members_columns() - count the columns: one for each name that a member may have, and a last one for all
 * others.
 */
unsigned int members_columns(void);

/** members_column() - get the name of column @i. */
const char *members_column(unsigned int i);
