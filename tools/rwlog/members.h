/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A record as a list of named members, from the one table of fields: what JSON and CSV write. */
#pragma once

#include "cgroups.h"
#include "rec.h"

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
	};
};

typedef void member_fn(void *ctx, const struct member *m);

/**
 * members_of_record() - call @fn for each member of a record: first its header's, then its fields'.
 * @cgroups: names of the boot's cgroups, or NULL
 *
 * No name comes twice in a record: a field whose members share names with an earlier field's becomes a member
 * "field_N" with its bytes, and so does an unknown field; the unknown end of a structure becomes a member
 * "..._more".
 */
void members_of_record(const struct rec *r, const struct cgroups *cgroups, member_fn *fn, void *ctx);

/* The column of a member "boot", which records do not have. */
#define MEMBERS_BOOT 0u

/**
 * members_columns() - count the columns: one for each name that a member may have, and a last one for all
 * others.
 */
unsigned int members_columns(void);

/** members_column() - get the name of column @i. */
const char *members_column(unsigned int i);
