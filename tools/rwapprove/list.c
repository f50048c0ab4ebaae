// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Collects lines of approved.conf and merges them into a file.
#include "list.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	const struct module *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : strcmp(x->sha256, y->sha256);
}

static int by_digest(const void *a, const void *b)
{
	const struct module *x = a, *y = b;

	return strcmp(x->sha256, y->sha256);
}

void list_add(struct list *list, const struct module *m)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 1024;
		list->module = reallocarray(list->module, list->room, sizeof(*m));
		if (!list->module) {
			fputs("rwapprove: no memory\n", stderr);
			exit(2);
		}
	}
	list->module[list->count++] = *m;
}

void list_sort(struct list *list)
{
	size_t kept = 0;

	if (list->count)
		qsort(list->module, list->count, sizeof(list->module[0]), by_name);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || by_name(&list->module[i], &list->module[kept - 1]) != 0)
			list->module[kept++] = list->module[i];
	list->count = kept;
}

/* Whether a list that is sorted by digest has that of @m. */
static bool has(const struct list *list, const struct module *m)
{
	return list->count && bsearch(m, list->module, list->count, sizeof(*m), by_digest);
}

/* The digest and the name of a line; false for a comment or an empty line. */
static bool take_line(struct span line, struct module *m, struct span *name)
{
	struct span digest = conf_next_word(&line);

	*name = conf_next_word(&line);
	if (digest.size != MODULE_HEX_LEN - 1)
		return false;
	for (size_t i = 0; i < digest.size; i++)
		m->sha256[i] = (char)(digest.at[i] | 0x20); /* digits stay digits */
	m->sha256[digest.size] = '\0';
	snprintf(m->name, sizeof(m->name), "%.*s", (int)name->size, name->at);
	return true;
}

static bool is_removed(struct span name, char *const *removed)
{
	for (; *removed; removed++) {
		size_t len = strlen(*removed);

		if (span_has_prefix(name, *removed) && name.size > len && name.at[len] == '/')
			return true;
	}
	return false;
}

/* Writes the lines that stay, and remembers their digests. */
static void keep_lines(const char *text, size_t size, char *const *removed, struct list *kept, FILE *out)
{
	struct conf_file file = { .line = 0 };
	struct span rest = { text, size }, line, name;
	struct module m;

	while (conf_next_line(&file, &rest, &line)) {
		if (take_line(line, &m, &name)) {
			if (is_removed(name, removed))
				continue;
			list_add(kept, &m);
		}
		fprintf(out, "%.*s\n", (int)line.size, line.at);
	}
}

bool list_merge(const char *text, size_t size, const struct list *list, char *const *removed, FILE *out)
{
	struct list kept = { .count = 0 };

	keep_lines(text, size, removed, &kept, out);
	if (kept.count)
		qsort(kept.module, kept.count, sizeof(kept.module[0]), by_digest);
	for (size_t i = 0; i < list->count; i++)
		if (!has(&kept, &list->module[i]))
			fprintf(out, "%s  %s\n", list->module[i].sha256, list->module[i].name);
	free(kept.module);
	return fflush(out) == 0 && !ferror(out);
}
