/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* How far above its linked addresses a boot's kernel ran, found by its records. */
#pragma once

#include <stdio.h>

#include "boots.h"
#include "symbols.h"

/**
 * kaslr_for_boot() - get the symbols as they lay in a boot.
 * @symbols: as read; may be NULL
 * @own:     receives a copy that differs in its offset
 * @say:     receives a line, if the offset was found, or if it is not known
 *
 * Unless the user has given the offset, these tell it: records with an address and the symbol there, and, of
 * a vmlinux, records with the bytes of the instruction. The offset that most of them have is taken.
 *
 * Return: @own; or NULL if there are no symbols, or if no offset is known and the list is as linked, so that
 * names would be wrong.
 */
const struct symbols *kaslr_for_boot(const struct symbols *symbols, const struct boot *b, struct symbols *own,
				     FILE *say);
