/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Fuzzes the reader of .modinfo: a name lies in the file. */
#include <stdlib.h>

#include "lib/modinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t len;
	const char *name = modinfo_name(data, size, &len);
	uint64_t at = name ? (uint64_t)((const uint8_t *)name - data) : 0;

	if (name && (at > size || len >= size - at || name[len]))
		abort();
	return 0;
}
