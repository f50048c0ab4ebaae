/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What an instruction changed in a page: bytes for the record, and the change itself if it is a patch. */
#pragma once

#include "core/percpu.h"

/**
 * patch_fill_value() - sets @rec's old and new bytes at its address, up to the last one that differs.
 * @copy: the page as the instruction left it.
 * @real: the page as it is; NULL for the hypervisor's, which reads as ones.
 */
void patch_fill_value(struct evidence *rec, const uint8_t *copy, const uint8_t *real);

/**
 * patch_commit() - copies @p's changes to the real page, @real, byte by byte and only where they differ,
 * because another CPU may be running this code. @rec describes the first bytes; later ones get further
 * records, stored here. No byte changes without a record; the last one is left in @rec.
 */
void patch_commit(struct percpu *cpu, struct evidence *rec, const struct step_page *p, uint8_t *real);
