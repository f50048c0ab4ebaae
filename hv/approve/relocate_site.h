/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the kernel writes at the places that it rewrites while it loads a module. Pure C, by the bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the kernel does to the calls of a symbol. */
enum relocate_kind {
	RELOCATE_PLAIN,
	RELOCATE_FENTRY, /* calls become NOPs, or calls of a tracing entry */
	RELOCATE_RETURN, /* jumps become returns, or jumps to the return thunk */
	RELOCATE_THUNK   /* calls and jumps become indirect ones */
};

/* What a symbol stands for. */
struct relocate_symbol {
	uint64_t value;
	uint32_t key; /* its number + 1; 0: none */
	uint8_t kind; /* what the kernel does to calls of it */
	uint8_t reg;  /* of an indirect thunk */
};

/**
 * relocate_code() - copies code at @va, the module's or the kernel's. Return: whether all of it is code.
 * relocate_is_function(), relocate_is_tracer() - whether a function, a tracing entry of the kernel is at @va.
 * Provided by the program that links relocate_site.c.
 */
bool relocate_code(uint64_t va, void *dst, size_t size);
bool relocate_is_function(uint64_t va);
bool relocate_is_tracer(uint64_t va);

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
