// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// A library that somebody wants in a trusted program: it says that it has run there.

#include <fcntl.h>
#include <unistd.h>

unsigned int la_version(unsigned int version);

__attribute__((constructor)) static void leave_mark(void)
{
	close(open("/tmp/intruded", O_WRONLY | O_CREAT, 0600));
}

/* Makes it a library for LD_AUDIT as well. */
unsigned int la_version(unsigned int version)
{
	leave_mark();
	return version;
}
