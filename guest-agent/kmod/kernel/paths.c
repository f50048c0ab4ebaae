// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Names files with d_path(); for names that are too long it relies on how that works inside.

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/string.h>

#include "kernel/paths.h"

char *compat_path(const struct path *path, char *buf, int size, bool *trunc)
{
	char *name = d_path(path, buf, size);

	if (!IS_ERR(name))
		return name;
	/*
	 * Too long. d_path() builds names from their end and fills the buffer before it gives up, so the tail
	 * is left there. Clear the buffer first: an unusual file system's d_dname() may not fill it.
	 */
	*trunc = true;
	memset(buf, 0, size);
	name = d_path(path, buf, size);
	if (!IS_ERR(name))
		return name;
	buf[size - 1] = 0;
	return buf;
}
