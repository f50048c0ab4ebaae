// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Names files by d_path(), whose inside is relied on where a name is too long.

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
	 * is what stands there; clear first what an unusual file system's d_dname() may have left alone.
	 */
	*trunc = true;
	memset(buf, 0, size);
	name = d_path(path, buf, size);
	if (!IS_ERR(name))
		return name;
	buf[size - 1] = 0;
	return buf;
}
