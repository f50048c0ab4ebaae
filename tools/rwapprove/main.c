// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwapprove: makes the lines of approved.conf for kernel modules in folders, files and Debian packages.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/cmdline.h"
#include "list.h"
#include "module.h"
#include "package.h"
#include "rw_version.h"
#include "tools/rwlog/outfile.h"

#define STATUS_ERRORS 1
#define STATUS_USAGE  2
#define WALK_FILES    64 /* open folders at a time */

static const char usage_text[] =
	"usage: rwapprove PATH...\n"
	"       rwapprove --update FILE [--remove RELEASE]... [PATH...]\n"
	"\n"
	"Prints a line of approved.conf for each kernel module: the SHA-256 of its uncompressed file, and its kernel's\n"
	"release and its name. PATH is a folder (all modules in it and below), a module (.ko, .ko.gz, .ko.xz, .ko.zst),\n"
	"or a Debian package (.deb), which is read without being installed.\n"
	"\n"
	"  --update FILE    add the lines to this approved.conf, which may be missing; its other lines stay as they are\n"
	"  --remove RELEASE with --update: first drop the lines of modules for this kernel\n"
	"  -h, --help       this text\n"
	"  --version        the version of rwapprove\n"
	"\n"
	"Exit status: 0 all was done; 1 some modules cannot be read, or FILE has errors, and was not changed in that\n"
	"case; 2 wrong usage, or a path that cannot be read.\n";

static struct list list;
static int status;

static void complain(int with, const char *what, const char *why)
{
	fprintf(stderr, "rwapprove: %s: %s\n", what, why);
	if (with > status)
		status = with;
}

static int usage(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int usage(const char *fmt, ...)
{
	va_list args;

	fputs("rwapprove: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("; rwapprove --help says more\n", stderr);
	return STATUS_USAGE;
}

/* Maps a file. Return: its bytes, for munmap(); NULL after a message. An empty file has no bytes. */
static uint8_t *map(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *at = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		*size = (size_t)st.st_size;
		if (*size == 0)
			errno = ENODATA;
		else
			at = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (at == MAP_FAILED)
		complain(STATUS_USAGE, path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return at == MAP_FAILED ? NULL : at;
}

static void add_module(const char *path, const uint8_t *file, size_t size)
{
	struct module m;
	const char *wrong = module_read(&m, file, size);

	if (wrong)
		complain(STATUS_ERRORS, path, wrong);
	else
		list_add(&list, &m);
}

static void add_packed(void *ctx, const char *name, const uint8_t *bytes, size_t size)
{
	char *path;

	if (asprintf(&path, "%s: %s", (const char *)ctx, name) < 0)
		abort();
	add_module(path, bytes, size);
	free(path);
}

static void add_file(const char *path)
{
	const char *wrong;
	size_t size;
	uint8_t *file = map(path, &size);

	if (!file)
		return;
	if (package_is(file, size)) {
		wrong = package_walk(file, size, module_is_file, add_packed, (void *)path);
		if (wrong)
			complain(STATUS_USAGE, path, wrong);
	} else {
		add_module(path, file, size);
	}
	munmap(file, size);
}

/* DKMS may leave symbolic links in place of modules; links to folders (build, source) are not followed. */
static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct stat to;

	(void)st;
	(void)ftw;
	if (type == FTW_DNR || type == FTW_NS)
		complain(STATUS_USAGE, path, "cannot be read");
	else if ((type == FTW_F || type == FTW_SL) && module_is_file(path) && stat(path, &to) == 0 &&
		 S_ISREG(to.st_mode))
		add_file(path);
	return 0;
}

static void add_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		complain(STATUS_USAGE, path, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		add_file(path);
	else if (nftw(path, visit, WALK_FILES, FTW_PHYS) != 0)
		complain(STATUS_USAGE, path, strerror(errno));
}

static void report(void *context, const struct conf_report *r)
{
	const char *path = context;

	if (r->line)
		fprintf(stderr, "%s:%u:%u: error: %s\n", path, r->line, r->column, r->text);
	else
		fprintf(stderr, "%s: error: %s\n", path, r->text);
}

/* Whether the file, as it is, is one that the loader accepts. */
static bool is_good(const char *path, const char *text, size_t size)
{
	struct conf_file file = { .report = report, .context = (void *)path };
	void *image = malloc(APPROVED_IMAGE_MAX);

	if (!image)
		abort();
	approved_parse(text, size, &file, image);
	free(image);
	return !file.errors;
}

/* Return: the file's text, to be freed, and a good one; NULL after a message. A missing file is empty. */
static char *read_conf(const char *path, size_t *size)
{
	struct stat st;
	uint8_t *file;
	char *text;

	*size = 0;
	if ((stat(path, &st) != 0 && errno == ENOENT) || (S_ISREG(st.st_mode) && !st.st_size))
		return calloc(1, 1);
	file = map(path, size);
	if (!file)
		return NULL;
	text = is_good(path, (char *)file, *size) ? malloc(*size) : NULL;
	if (text)
		memcpy(text, file, *size);
	else
		complain(STATUS_ERRORS, path, "has errors, and is not changed");
	munmap(file, *size);
	return text;
}

static void update(const char *path, char *const *removed)
{
	struct outfile o;
	char why[256];
	size_t size;
	char *text = read_conf(path, &size);
	FILE *out;
	bool good;
	int ret;

	if (!text)
		return;
	if (outfile_open(&o, path, NULL, why, sizeof(why)) != 0) {
		complain(STATUS_USAGE, path, why);
		free(text);
		return;
	}
	out = fdopen(dup(o.fd), "w");
	good = out && list_merge(text, size, &list, removed, out);
	if (out && fclose(out) != 0)
		good = false;
	ret = outfile_close(&o, good);
	if (ret < 0 || !good)
		complain(STATUS_USAGE, path, ret < 0 ? strerror(-ret) : "cannot be written");
	free(text);
}

static int run(char **paths, const char *file, char **removed)
{
	if (!file && *removed)
		return usage("--remove goes with --update");
	if (!*paths && !*removed)
		return usage("no path");
	for (; *paths; paths++)
		add_path(*paths);
	list_sort(&list);
	if (file)
		update(file, removed);
	else if (!list_merge("", 0, &list, removed, stdout))
		complain(STATUS_USAGE, "standard output", strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "remove", required_argument, NULL, 'r' },
		{ "update", required_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	char **removed = calloc((size_t)argc + 1, sizeof(*removed));
	const char *file = NULL;
	size_t count = 0;
	char why[256];
	int opt;

	if (!removed)
		abort();
	opterr = 0;
	while ((opt = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (opt == '?' || opt == ':') {
			cmdline_bad_option(why, sizeof(why), options, argv[optind - 1], opt == ':');
			return usage("%s", why);
		}
		if (opt == 'r')
			removed[count++] = optarg;
		else if (opt == 'u')
			file = optarg;
		else {
			if (opt == 'h')
				fputs(usage_text, stdout);
			else
				printf("rwapprove %s (Ringward)\n", RW_VERSION);
			return fflush(stdout) ? STATUS_USAGE : 0;
		}
	}
	return run(argv + optind, file, removed);
}
