/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Files on the machine's volumes: the configuration, and the program that the boot goes on with. */
#pragma once

#include <efi.h>

#include "config.h"

/**
 * next_read_file() - read a file from a volume.
 * @volume: handle of the volume; NULL: the loader was not started from one
 * @path:   from the volume's root
 * @max:    bytes that the file may have at most
 * @data:   the contents, to be freed with FreePool(); @max + 1 bytes have been read of a longer file
 * @size:   its bytes
 * @why:    on an error: what is wrong
 *
 * Context: boot services. Return: 0, or -1 with @why.
 */
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
 * The firmware checks the program's signature where Secure Boot is on.
 *
 * Context: boot services. Return: 0, or -1 with @why.
 */
int next_load(const struct config *config, EFI_HANDLE self, EFI_HANDLE own, EFI_HANDLE *image,
	      struct message *why);
