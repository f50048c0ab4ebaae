/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The kernel's own patching: whether the bytes that it would leave are allowed, and their commit. */
#pragma once

#include "core/percpu.h"

/**
 * patch_fill_value() - sets @rec's old and new bytes, up to the last one that differs.
 * @real: the @len bytes at its address, at most RW_VALUE_BYTES; NULL: the hypervisor's, which read as ones.
 * @now: the bytes that the access would have left.
 */
void patch_fill_value(struct evidence *rec, const uint8_t *real, const uint8_t *now, uint32_t len);

/**
 * patch_target_of() - finds the one range in which all of the @len bytes at @gpa lie, at most RW_VALUE_BYTES.
 * Return: enum rw_target of the range, *range; 0: there is none.
 */
uint32_t patch_target_of(uint64_t gpa, uint32_t len, const struct rw_range **range);

/**
 * patch_apply() - judges a change of code and, if it is allowed, makes it. Only kernel text is judged: a
 * change of other code (of a module, or made at run time) is allowed.
 * @rec: its address, gpa, is where the change begins. Gets the target, the type, the verdict, the bytes, and
 *       for a refused change the reason and where old and new code lead.
 * @now: the @len bytes that are to stand there, at most RW_VALUE_BYTES
 *
 * Judging and committing are one step, however many CPUs patch. Bytes are written one by one, only where they
 * differ: another CPU may be running this code.
 *
 * Context: an exit handler, after the lock. Return: whether the bytes now stand there.
 */
bool patch_apply(struct percpu *cpu, struct evidence *rec, const uint8_t *now, uint32_t len);

/** patch_is_tracer() - whether a tracing entry is at @gva: the kernel's, or a copy of it. After the lock. */
bool patch_is_tracer(struct percpu *cpu, uint64_t gva);

/**
 * patch_commit() - the same for all changes of a page that an instruction made in a copy. @rec describes the
 * first bytes; later ones get further records, stored here. The last one is left in @rec.
 */
void patch_commit(struct percpu *cpu, struct evidence *rec, const struct step_page *p, const uint8_t *real);
