// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Writes to I/O ports from user mode (root may): portwrite PORT:SIZE:VALUE...
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>

int main(int argc, char **argv)
{
	if (iopl(3)) {
		fprintf(stderr, "portwrite: iopl: %s\n", strerror(errno));
		return 1;
	}
	for (int i = 1; i < argc; i++) {
		char *end;
		unsigned long port = strtoul(argv[i], &end, 0);
		unsigned long size = *end == ':' ? strtoul(end + 1, &end, 0) : 0;
		unsigned int value = *end == ':' ? (unsigned int)strtoul(end + 1, &end, 0) : 0;

		if (*end || port > 0xffff || (size != 1 && size != 2 && size != 4)) {
			fprintf(stderr, "portwrite: %s: not PORT:SIZE:VALUE\n", argv[i]);
			return 2;
		}
		if (size == 1)
			outb((unsigned char)value, (unsigned short)port);
		else if (size == 2)
			outw((unsigned short)value, (unsigned short)port);
		else
			outl(value, (unsigned short)port);
	}
	return 0;
}
