/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the kernel writes at the places that it rewrites while it loads a module. Pure C, by the bytes. */
#pragma once

#include "approve/relocate.h"

/* What the kernel does to the calls of a symbol. */
enum relocate_kind {
	RELOCATE_PLAIN,
	RELOCATE_FENTRY, /* calls become NOPs, or calls of a tracing entry */
	RELOCATE_RETURN, /* jumps become returns, or jumps to the return thunk */
	RELOCATE_THUNK   /* calls and jumps become indirect ones */
};

/** relocate_classify() - sets kind and reg of the undefined symbol @name. */
void relocate_classify(struct relocate_symbol *symbol, const char *name);

/**
 * relocate_branch_ok() - whether the kernel may have written @found in place of a call or jump to @symbol.
 * @was: the @len bytes of the file
 * @va: where it is
 */
bool relocate_branch_ok(const struct relocate_symbol *symbol, uint64_t return_thunk, uint64_t va,
			const uint8_t *was, const uint8_t *found, size_t len);

/** relocate_same() - whether @found is @want, but for other NOPs in place of runs of one-byte NOPs. */
bool relocate_same(const uint8_t *want, const uint8_t *found, size_t len);

/** relocate_direct_ok() - whether @found may replace an indirect call of a paravirtual operation at @va. */
bool relocate_direct_ok(uint64_t va, const uint8_t *found, size_t len);

/** relocate_is_thunks() - whether @page has nothing but indirect jumps, and INT3 between them. */
bool relocate_is_thunks(const uint8_t *page);
