/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A record as a list of members with a name each: what JSON and CSV write, from the one table of fields. */
#pragma once

#include "rec.h"

enum member_form {
	MEMBER_U64,     /* u */
	MEMBER_I64,     /* i */
	MEMBER_BOOL,    /* u: 0 or 1 */
	MEMBER_ADDRESS, /* u: an address in memory */
	MEMBER_WORD,    /* word: made by this program, plain ASCII */
	MEMBER_TEXT,    /* text: of the guest */
	MEMBER_HEX,     /* text: bytes */
	MEMBER_STRINGS, /* text: strings, each with a NUL at its end */
	MEMBER_IDS,     /* text: numbers of 4 bytes */
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
 * members_of_record() - calls @fn for each member of a record: first what its header says, then its fields.
 *
 * No name comes twice in a record: a field whose members have the names of an earlier one's, and one that
 * this version does not know, is a member "field_N" with its bytes; what a structure has that this version
 * does not know is a member "..._more".
 */
void members_of_record(const struct rec *r, member_fn *fn, void *ctx);

/* The column of a member "boot", which is no member of a record. */
#define MEMBERS_BOOT 0u

/**
 * members_columns() - number of columns: one for each name that a member may have, and a last one for all
 * others.
 */
unsigned int members_columns(void);

/** members_column() - name of column @i. */
const char *members_column(unsigned int i);
