/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The instructions with which the kernel copies a patch into its text, carried out here as a whole: one exit
 * for all bytes instead of two for each. Anything else runs as a step (protect/step.h).
 */
#pragma once

#include "core/action.h"

enum patch_copied {
	PATCH_COPY_NOT,    /* not such an instruction, or it leaves the code: nothing has changed */
	PATCH_COPY_DONE,   /* the bytes stand there, and are recorded; the guest resumes after it */
	PATCH_COPY_REFUSED /* the sites do not allow it: @rec is complete but for its verdict */
};

/**
 * patch_copy() - tries that for a write to code by the kernel's patching.
 * @hit: the first byte that was hit
 * @target: enum rw_target of its page
 * @rec: set if the patch is refused
 *
 * Context: an exit handler, no step active.
 */
enum patch_copied patch_copy(struct percpu *cpu, uint64_t hit, uint32_t target, struct evidence *rec);

/**
 * patch_copy_skip() - resumes after a refused copy as if it had been made. Linux compares what it wrote with
 * what it wanted to write and would end in a BUG with its locks held: so the bytes to copy, which are the
 * caller's, are replaced by those that stand in the text, where the guest may write them.
 */
void patch_copy_skip(struct percpu *cpu, const struct evidence *rec);
