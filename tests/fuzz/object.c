/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Fuzzes the reader of ELF files of rwpolicy trust. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tools/rwpolicy/object.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("object", MFD_CLOEXEC);
	size_t bytes = 0;
	struct object o;
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!object_read(&o, path) && o.is_elf) {
		for (size_t i = 0; i < o.count; i++)
			bytes += strlen(o.needed[i]);
		bytes += strlen(o.interpreter ? o.interpreter : "") + strlen(o.rpath ? o.rpath : "") +
			 strlen(o.runpath ? o.runpath : "");
		if (bytes > 2 * size)
			abort();
	}
	free(o.text);
	close(fd);
	return 0;
}
