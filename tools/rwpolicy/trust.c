// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// rwpolicy trust: the lines of a policy.conf that trust a program with all that it loads.
#include "trust.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/access.h"
#include "libraries.h"

/* A file that has a line, or gets one. */
struct file {
	char *path;
	enum rw_access_use use;
};

/* All files so far, those that are still to be looked at last. */
struct files {
	struct file *file;
	size_t count, cap;
	const char *wanted_by; /* for messages */
	int ret;
};

static void fail(struct files *files, const char *path, const char *why)
{
	fprintf(stderr, "rwpolicy: %s: %s", path, why);
	if (files->wanted_by)
		fprintf(stderr, " (needed by %s)", files->wanted_by);
	fputc('\n', stderr);
	files->ret = 2;
}

/* Adds a file by the name that it has without symbolic links, once. */
static void add(struct files *files, const char *path, enum rw_access_use use)
{
	char *resolved = realpath(path, NULL);

	if (!resolved) {
		fail(files, path, strerror(errno));
		return;
	}
	for (size_t i = 0; i < files->count; i++)
		if (files->file[i].use == use && strcmp(files->file[i].path, resolved) == 0) {
			free(resolved);
			return;
		}
	if (files->count == files->cap) {
		files->cap = files->cap ? 2 * files->cap : 64;
		files->file = reallocarray(files->file, files->cap, sizeof(files->file[0]));
		if (!files->file)
			abort();
	}
	files->file[files->count++] = (struct file){ resolved, use };
}

static void add_library(void *context, const char *file)
{
	add(context, file, RW_ACCESS_LIB);
}

/* The SHA-256 of a regular file. Return: NULL, or what is wrong. */
static const char *hash_file(const char *path, unsigned char hash[32])
{
	const char *wrong = NULL;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	static unsigned char block[65536];
	FILE *f = fopen(path, "rbe");
	struct stat st;
	size_t n;

	if (!f || fstat(fileno(f), &st) != 0)
		wrong = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		wrong = "not a regular file";
	else if (!md || !EVP_DigestInit_ex(md, EVP_sha256(), NULL))
		wrong = "SHA-256 cannot be computed";
	while (!wrong && (n = fread(block, 1, sizeof(block), f)) > 0)
		EVP_DigestUpdate(md, block, n);
	if (!wrong && ferror(f))
		wrong = strerror(errno);
	if (!wrong)
		EVP_DigestFinal_ex(md, hash, NULL);
	EVP_MD_CTX_free(md);
	if (f)
		fclose(f);
	return wrong;
}

static void print_line(struct files *files, const struct file *file)
{
	const char *quote = strpbrk(file->path, " \t#") ? "\"" : "", *wrong;
	unsigned char hash[32];

	wrong = strpbrk(file->path, "\"\n\r") ? "no line can have this path" : hash_file(file->path, hash);
	if (wrong) {
		fail(files, file->path, wrong);
		return;
	}
	printf("trust %s %s%s%s sha256:", file->use == RW_ACCESS_EXE ? "exe" : "lib", quote, file->path,
	       quote);
	for (size_t i = 0; i < sizeof(hash); i++)
		printf("%02x", hash[i]);
	putchar('\n');
}

/* Takes the program that a script names in its first line. Return: false if it is no script. */
static bool take_script(const char *path, char line[PATH_MAX + 2], const char **program)
{
	FILE *f = fopen(path, "re");
	char *name;

	line[0] = '\0';
	if (f) {
		if (!fgets(line, PATH_MAX + 2, f))
			line[0] = '\0';
		fclose(f);
	}
	if (strncmp(line, "#!", 2) != 0)
		return false;
	name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t\n")] = '\0';
	*program = name;
	return true;
}

/* Adds what a file needs. Return: false, reported, if it is no program or library. */
static bool look_at(struct files *files, const char *path)
{
	char line[PATH_MAX + 2];
	struct object o;
	const char *wrong = object_read(&o, path), *program = o.interpreter;

	if (!wrong && !o.is_elf && !take_script(path, line, &program))
		wrong = "neither an ELF file nor a script";
	if (wrong) {
		fail(files, path, wrong);
	} else {
		files->wanted_by = path;
		if (program)
			add(files, program, RW_ACCESS_LIB);
		for (size_t i = 0; i < o.count; i++)
			if (!libraries_find(&o, path, o.needed[i], add_library, files))
				fail(files, o.needed[i], "there is no such library");
		files->wanted_by = NULL;
	}
	free(o.text);
	return !wrong;
}

/* What a file that the user has named is: a library is one that programs load by dlopen(3). */
static enum rw_access_use use_of(const char *path)
{
	struct object o;
	bool is_library = !object_read(&o, path) && o.is_library;

	free(o.text);
	return is_library ? RW_ACCESS_LIB : RW_ACCESS_EXE;
}

int trust(char **names)
{
	struct files files = { 0 };

	for (; *names; names++)
		add(&files, *names, use_of(*names));
	for (size_t i = 0; i < files.count; i++) {
		if (look_at(&files, files.file[i].path))
			print_line(&files, &files.file[i]);
	}
	for (size_t i = 0; i < files.count; i++)
		free(files.file[i].path);
	free(files.file);
	return files.ret;
}
