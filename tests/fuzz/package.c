/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Fuzzes rwapprove's readers of Debian packages, tar archives and compressed files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/rwapprove/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool every(const char *name)
{
	return name[0] != '\0';
}

/* Reads each byte, so that the sanitizer sees one that is not there. */
static void look(void *ctx, const char *name, const uint8_t *bytes, size_t size)
{
	volatile uint8_t *sum = ctx;

	*sum = (uint8_t)strlen(name);
	for (size_t i = 0; i < size; i++)
		*sum ^= bytes[i];
}

/* As a package, and as the contents of data.tar in one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char magic[] = "!<arch>\n";
	uint8_t sum, *file = malloc(68 + size);
	char hdr[61];

	if (!file)
		abort();
	if (package_is(data, size))
		package_walk(data, size, every, look, &sum);
	snprintf(hdr, sizeof(hdr), "%-16s%-12u%-6u%-6u%-8u%-10zu`\n", "data.tar/", 0u, 0u, 0u, 0u, size);
	memcpy(file, magic, 8);
	memcpy(file + 8, hdr, 60);
	memcpy(file + 68, data, size);
	package_walk(file, 68 + size, every, look, &sum);
	free(file);
	return 0;
}
