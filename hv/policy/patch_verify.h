/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Whether a change of kernel text is one that the kernel's own patching makes. Pure C: it decides by the
 * bytes, and says what it needs to know about the place that a new call or jump leads to.
 *
 * The kernel changes an instruction while other CPUs may run it: INT3 at its first byte; then its other
 * bytes; then its first byte. Each step must leave what the site's kind allows.
 */
#pragma once

#include "abi/hypercall.h"

#include <stdbool.h>

enum patch_answer_kind {
	PATCH_NO,          /* not what the kernel does there */
	PATCH_YES,         /* allowed */
	PATCH_IF_FUNCTION, /* allowed if a function of the kernel begins at .target */
	PATCH_IF_TRACER    /* allowed if .target is a tracing entry: the kernel's, or a verified copy */
};

struct patch_answer {
	enum patch_answer_kind kind;
	uint64_t target; /* linear address */
};

/** patch_site_problem() - what is wrong with an untrusted site; NULL: nothing. */
const char *patch_site_problem(const struct rw_site *site);

/**
 * patch_site_find() - the site that holds address RW_SYMBOL_BASE + @off, or the first one after it.
 * @site: @count valid sites, ascending and disjoint
 * Return: its number; @count: none.
 */
uint32_t patch_site_find(const struct rw_site *site, uint32_t count, uint32_t off);

/**
 * patch_verify() - whether @site may change from @old to @now.
 * @site: valid
 * @return_thunk: as in struct rw_patching
 * @old, @now: site->len bytes: those that stand there, and those that would
 */
struct patch_answer patch_verify(const struct rw_site *site, uint64_t return_thunk, const uint8_t *old,
				 const uint8_t *now);

/**
 * patch_heal() - what to put in place of the INT3 at a site when the kernel's last step is refused, as the
 * step before it was: else the INT3 would stay, and end whoever runs into it. The other bytes are those of
 * the lock or were verified, so the first byte follows from them.
 * @old, @now: as for patch_verify(), which says no
 * Return: whether @first is set.
 */
bool patch_heal(const struct rw_site *site, uint64_t return_thunk, const uint8_t *old, const uint8_t *now,
		uint8_t *first);

/**
 * patch_target() - where the call or jump at @at leads, for a record.
 * @code: its @len bytes. After an INT3 in place of its first byte, the rest is read as that of a call.
 * Return: the linear address; 0: it is neither.
 */
uint64_t patch_target(uint64_t at, const uint8_t *code, uint32_t len);
