/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What approved.conf says of a kernel module's file. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/approved_conf.h"

#define MODULE_HEX_LEN (2u * RW_SHA256_LEN + 1u)

struct module {
	char sha256[MODULE_HEX_LEN];       /* of the uncompressed file */
	char name[APPROVED_TEXT_MAX + 1u]; /* RELEASE/NAME, as the module's own text says */
};

/** module_is_file() - whether a file's name is that of a module: .ko, .ko.gz, .ko.xz or .ko.zst. */
bool module_is_file(const char *name);

/**
 * module_read() - read a module from memory.
 * @file: the file's @size bytes, compressed or not, untrusted
 *
 * Return: NULL, or what is wrong with the file.
 */
const char *module_read(struct module *m, const uint8_t *file, size_t size);
