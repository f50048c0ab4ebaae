/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Output files that are replaced as a whole or not at all, and that never replace a device, a pipe or a link.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct outfile {
	int fd;
	bool stream;  /* a pipe, a character device or an inherited descriptor: no seeking */
	char *target; /* the regular file at the end of all links; NULL for a stream */
	char *temp;   /* the file that will replace it; NULL for a stream */
};

/**
 * outfile_same() - tell whether two files are one, under any names.
 *
 * Regular files, pipes and block devices can be one; for other devices (terminals, /dev/null) the question
 * has no meaning.
 */
bool outfile_same(const struct stat *a, const struct stat *b);

/**
 * outfile_open() - open an output for writing.
 * @o:     filled
 * @name:  the file; "-" is standard output
 * @input: status of the input that must not be written to, or NULL
 * @why:   receives what is wrong, without the name; @n: its size
 *
 * A regular file, or one that does not exist yet, is written as a temporary file beside it; a link stays, and
 * its target is written. One of this process' own descriptors (/dev/stdout, /dev/fd/N, /proc/self/fd/N) is
 * written as it is: at its position, with its flags. A pipe or character device is opened and written. All
 * else is refused: folders, sockets, block devices, @input itself, and a file whose owner could not be kept.
 *
 * One output at a time.
 *
 * Return: 0, or -1.
 */
int outfile_open(struct outfile *o, const char *name, const struct stat *input, char *why, size_t n);

/**
 * outfile_close() - finish an output: replace the target by the temporary file, or delete that.
 * @good: false if the contents could not be written
 *
 * A replaced file keeps its owner and mode; a new one has mode 0600. Other hard links to a replaced
 * file keep its old contents.
 *
 * Return: 0 or a negative errno. After an error, or with @good false, the target is unchanged.
 */
int outfile_close(struct outfile *o, bool good);

/** outfile_abandon() - remove the temporary file before a signal ends the program; async-signal-safe. */
void outfile_abandon(void);
