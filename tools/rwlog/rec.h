/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One log record: the check of its structure, and access to its fields. */
#pragma once

#include <stdbool.h>

#include "abi/record.h"

/* A record that passed rec_check(). It may lie at any address: fields are read by the functions below. */
struct rec {
	const uint8_t *p;
	struct rw_rec_hdr hdr;
	uint64_t off; /* of its first byte, in its part (store.h) */
};

/* A string of the guest: not terminated, any bytes. */
struct text {
	const uint8_t *p;
	size_t len;
};

/**
 * rec_check() - check a record that nobody vouches for.
 * @p:     its bytes, at any alignment
 * @avail: bytes that may be read at @p
 * @why:   receives what is wrong, when not NULL
 * @n:     size of @why
 *
 * Checks magic, size, CRC, type, verdict, flags and the type's own fields, padding included.
 *
 * Return: the record's size in bytes, or 0 when it is not a good record.
 */
size_t rec_check(const uint8_t *p, size_t avail, char *why, size_t n);

/** rec_is_agent() - whether the record was made by the guest agent and has struct rw_rec_agent's layout. */
bool rec_is_agent(const struct rec *r);

/** rec_is_access() - whether the record has struct rw_rec_violation's layout. */
bool rec_is_access(const struct rec *r);

/** rec_agent() - copy the fixed fields of an agent's record; @path and @path2 may be NULL. */
void rec_agent(const struct rec *r, struct rw_rec_agent *a, struct text *path, struct text *path2);

/** rec_access() - copy a violation or patch. */
void rec_access(const struct rec *r, struct rw_rec_violation *v);

/** rec_event() - copy the fixed fields of an event; @text may be NULL. */
void rec_event(const struct rec *r, struct rw_rec_event *e, struct text *text);

/**
 * rec_proc() - who did it.
 *
 * Return: 0 nobody known, 1 only pid, tgid and comm are known, 2 all fields.
 */
int rec_proc(const struct rec *r, struct rw_proc *proc);

/** rec_comm() - the name in a struct rw_proc, without its padding. */
struct text rec_comm(const struct rw_proc *proc);

/* Names of abi/record.h; the value must be in its range, as rec_check() made sure. */
const char *rec_type_name(unsigned int type);
const char *rec_verdict_name(unsigned int verdict);
const char *rec_target_name(unsigned int target);
const char *rec_access_name(unsigned int access);
const char *rec_drop_name(unsigned int drop);
const char *rec_malformed_name(uint64_t malformed);

/** rec_kexec_name() - what a kexec record tells of; "unknown" for a number without a name. */
const char *rec_kexec_name(uint32_t event);

/** rec_type_by_name() - value of enum rw_rec_type for @n bytes at @name, or 0. */
unsigned int rec_type_by_name(const char *name, size_t n);

/** rec_verdict_by_name() - value of enum rw_verdict, or -1. */
int rec_verdict_by_name(const char *name);
