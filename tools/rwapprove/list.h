/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The lines of approved.conf that rwapprove makes, and those that are there already. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "module.h"

struct list {
	struct module *module;
	size_t count, room;
};

/** list_add() - add a copy of @m. Ends the program without memory. */
void list_add(struct list *list, const struct module *m);

/** list_sort() - sort by name, then digest, and drop lines that are equal. */
void list_sort(struct list *list);

/**
 * list_merge() - write an approved.conf that has passed approved_parse(), with changes.
 * @text:    the file's @size bytes
 * @list:    sorted: lines to add, without those whose digest is there
 * @removed: lines whose names begin with one of these releases and a slash are left out; NULL ends it
 * @out:     comments and other lines stay as they are
 *
 * Return: whether all was written.
 */
bool list_merge(const char *text, size_t size, const struct list *list, char *const *removed, FILE *out);
