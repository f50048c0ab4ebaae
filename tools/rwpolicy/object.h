/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What an ELF file needs at run time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define OBJECT_NEEDED_MAX 256u

/** struct object - a program or library. Texts are in @text. */
struct object {
	bool is_elf;
	bool is_library;                       /* has a name that programs need it by */
	int machine, class;                    /* EM_*, ELFCLASS* */
	const char *interpreter;               /* of PT_INTERP, or NULL */
	const char *rpath, *runpath;           /* or NULL */
	const char *needed[OBJECT_NEEDED_MAX]; /* names of libraries */
	size_t count;
	char *text; /* to be freed */
};

/**
 * object_read() - read the dynamic section of a file.
 *
 * A file that is not ELF is no error: @o->is_elf says so.
 *
 * Return: NULL, or what is wrong with the file.
 */
const char *object_read(struct object *o, const char *path);
