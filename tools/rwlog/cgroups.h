/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Names of a boot's cgroups, from its own records. */
#pragma once

#include <stddef.h>

#include "rec.h"

/** struct cgroups - an index of names, ascending by id. */
struct cgroups {
	struct cgroup {
		uint64_t id;
		struct text path; /* in the record */
	} * one;
	size_t n, cap;
};

/** cgroups_add() - take a record, which must stay; cgroups_sort() comes after the last one. */
void cgroups_add(struct cgroups *c, const struct rec *r);
void cgroups_sort(struct cgroups *c);

/**
 * cgroups_index() - make the index of a boot's records, which must stay.
 *
 * Ids are never used again in a boot. Return: the index, to be freed with cgroups_free().
 */
struct cgroups cgroups_index(const struct rec *rec, size_t n);

/** cgroups_free() - free an index. */
void cgroups_free(struct cgroups *c);

/** cgroups_find() - get the path of a cgroup. @c: may be NULL. Return: whether it is known. */
bool cgroups_find(const struct cgroups *c, uint64_t id, struct text *path);

/**
 * cgroups_unit() - get the systemd unit that a cgroup belongs to: the last part of its path that ends with
 * ".service" or ".scope".
 *
 * Return: whether there is one.
 */
bool cgroups_unit(struct text path, struct text *unit);

/**
 * cgroups_container() - get the id of the container that a cgroup belongs to: the last run of exactly 64 hex
 * digits in its path, as Docker, Podman, containerd and CRI-O put it there.
 *
 * Return: whether there is one.
 */
bool cgroups_container(struct text path, struct text *id);
