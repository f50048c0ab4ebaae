// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Where libraries are, as ld.so(8) of glibc looks for them.
#include "libraries.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONF      "/etc/ld.so.conf"
#define DEPTH_MAX 8 /* of files that include others */
#define MULTIARCH "x86_64-linux-gnu"

/* A search: folder after folder, until one has the library. */
struct search {
	const struct object *object;
	const char *path, *name;
	void (*found)(void *context, const char *file);
	void *context;
	bool done;
};

/* Whether a file exists and is for the same kind of CPU. */
static bool is_library(const struct search *s, const char *file)
{
	bool same = false;
	struct object o;

	if (access(file, F_OK) != 0)
		return false;
	if (!object_read(&o, file))
		same = o.is_elf && o.machine == s->object->machine && o.class == s->object->class;
	free(o.text);
	return same;
}

static void look_in(struct search *s, const char *folder)
{
	static const char *const variants[] = { "", "glibc-hwcaps/x86-64-v2/", "glibc-hwcaps/x86-64-v3/",
						"glibc-hwcaps/x86-64-v4/" };
	char file[PATH_MAX];

	if (s->done || !folder[0])
		return;
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		if (snprintf(file, sizeof(file), "%s/%s%s", folder, variants[i], s->name) >=
			    (int)sizeof(file) ||
		    !is_library(s, file))
			continue;
		s->found(s->context, file);
		s->done = true;
	}
}

/* Replaces what ld.so replaces. Return: false if the result is too long, or has something else to replace. */
static bool expand(const struct search *s, const char *from, size_t len, char out[PATH_MAX])
{
	const char *slash = strrchr(s->path, '/'), *end = from + len;
	size_t used = 0;

	while (from < end) {
		const char *value = from;
		size_t n = 1, skip = 1;

		if (strncmp(from, "$ORIGIN", 7) == 0 || strncmp(from, "${ORIGIN}", 9) == 0) {
			skip = from[1] == '{' ? 9 : 7;
			value = s->path;
			n = (size_t)(slash - s->path);
		} else if (strncmp(from, "$LIB", 4) == 0 || strncmp(from, "${LIB}", 6) == 0) {
			skip = from[1] == '{' ? 6 : 4;
			value = "lib/" MULTIARCH;
			n = strlen(value);
		} else if (*from == '$') {
			return false;
		}
		if (n >= PATH_MAX - used)
			return false;
		memcpy(out + used, value, n);
		used += n;
		from += skip;
	}
	out[used] = '\0';
	return true;
}

/* The folders of a DT_RPATH or DT_RUNPATH, with colons between. */
static void look_in_list(struct search *s, const char *list)
{
	char folder[PATH_MAX];

	for (; list && !s->done; list = *list ? list + 1 : NULL) {
		size_t len = strcspn(list, ":");

		if (expand(s, list, len, folder))
			look_in(s, folder);
		list += len;
	}
}

/* The folders of ld.so.conf(5), and of the files that it includes. */
static void look_in_conf(struct search *s, const char *conf, int depth)
{
	FILE *f = depth < DEPTH_MAX ? fopen(conf, "re") : NULL;
	char line[PATH_MAX], *at;
	glob_t files;

	while (f && !s->done && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "#\n")] = '\0';
		for (at = line + strlen(line); at > line && (at[-1] == ' ' || at[-1] == '\t'); at--)
			at[-1] = '\0';
		at = line + strspn(line, " \t");
		if (strncmp(at, "include", 7) != 0 || (at[7] != ' ' && at[7] != '\t')) {
			look_in(s, at);
			continue;
		}
		if (glob(at + 7 + strspn(at + 7, " \t"), 0, NULL, &files) != 0)
			continue;
		for (size_t i = 0; i < files.gl_pathc; i++)
			look_in_conf(s, files.gl_pathv[i], depth + 1);
		globfree(&files);
	}
	if (f)
		fclose(f);
}

bool libraries_find(const struct object *o, const char *path, const char *name,
		    void (*found)(void *context, const char *file), void *context)
{
	static const char *const folders[] = {
		"/lib/" MULTIARCH, "/usr/lib/" MULTIARCH, "/lib64", "/usr/lib64", "/lib", "/usr/lib"
	};
	struct search s = { .object = o, .path = path, .name = name, .found = found, .context = context };

	if (strchr(name, '/')) {
		if (is_library(&s, name)) {
			found(context, name);
			s.done = true;
		}
		return s.done;
	}
	look_in_list(&s, o->runpath ? o->runpath : o->rpath);
	look_in_conf(&s, CONF, 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		look_in(&s, folders[i]);
	return s.done;
}
