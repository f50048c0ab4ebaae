/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Files on the machine's volumes: the configuration, and the program to boot next. */
#pragma once

#include <efi.h>

#include "config.h"

/**
 * next_read_file() - read a file from a volume.
 * @volume: handle of the volume; NULL: the loader was not started from one
 * @path:   from the volume's root
 * @max:    most bytes that the file may have
 * @data:   the contents, to be freed with FreePool(); of a longer file, @max + 1 bytes
 * @size:   bytes of @data
 * @why:    on an error: what is wrong
 *
 * Context: boot services. Return: 0; NEXT_NO_FILE with @why: the volume has no such file; -1 with @why.
 */
#define NEXT_NO_FILE 1
int next_read_file(EFI_HANDLE volume, const char *path, UINTN max, char **data, UINTN *size,
		   struct message *why);

/**
 * next_load() - load the program that `next` names.
 * @config: `next` is set
 * @self:   the loader's own image handle
 * @own:    the volume that the loader was started from
 * @image:  the loaded program
 * @why:    on an error: what is wrong
 *
 * The firmware checks the program's signature if Secure Boot is on.
 *
 * Context: boot services. Return: 0, or -1 with @why.
 */
int next_load(const struct config *config, EFI_HANDLE self, EFI_HANDLE own, EFI_HANDLE *image,
	      struct message *why);
