/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Records as documents of the Elastic Common Schema, which Elasticsearch, OpenSearch and others take. What
 * the schema has no field for stands under "ringward", with the names that JSON Lines have.
 */
#pragma once

#include "json.h"
#include "members.h"
#include "procs.h"

#define ECS_VERSION "8.17.0"

/**
 * ecs_record() - write a record as one document on one line.
 * @boot:  has a name
 * @procs: which program the task runs; has taken the record
 */
void ecs_record(const struct rec *r, const struct members_boot *boot, const struct procs *procs,
		struct sink *to);

/** ecs_begin() - begin a document that is no record's, of this kind and action; the object stays open. */
void ecs_begin(struct json *j, const char *kind, const char *category, const char *action, uint64_t seconds);
