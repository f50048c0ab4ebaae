/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The record of a refused access: who did it, to what; counted, joined, stored, shown as an alert. */
#pragma once

#include "core/percpu.h"

/** evidence_describe() - fills @rec with what is known of the guest now. @gpa, @target: what was hit. */
void evidence_describe(struct percpu *cpu, struct evidence *rec, uint64_t gpa, uint32_t target,
		       uint32_t access);

/**
 * evidence_complete() - fills what @rec, which has its type, target, access, addresses, bytes and code, still
 * lacks: the task, the CPU's state, the symbol.
 */
void evidence_complete(struct percpu *cpu, struct evidence *rec);

/** evidence_retarget() - retargets @rec to @gpa, hit by the same access; the caller sets its values. */
void evidence_retarget(struct evidence *rec, uint64_t gpa);

/**
 * evidence_record() - counts and stores a finished record (violation or patch), with an alert line.
 *
 * The first access is stored at once. Those that follow on this CPU without another between them, and are
 * the same (task, instruction, address, values) or continue to read the hypervisor's memory, are held back:
 * they become one record with .repeat, stored before this CPU's next other record, at its next drain, when
 * the first of them is a second old and a further one comes, or at the end of the run.
 */
void evidence_record(struct percpu *cpu, struct evidence *rec);

/** evidence_control() - records a write of @size bytes of control state, of @name. */
void evidence_control(struct percpu *cpu, const char *name, const void *old_value, const void *new_value,
		      uint8_t size, enum rw_verdict verdict);

/**
 * evidence_patch() - the same for a patch that @cpu has just made: @rec has its type, verdict, target,
 * access, addresses, bytes and code; the rest is set here, for the least cost.
 */
void evidence_patch(struct percpu *cpu, struct evidence *rec);

/** evidence_who() - @who: the name of the task of @rec, for a line on the serial line. */
void evidence_who(const struct evidence *rec, char who[RW_COMM_LEN + 1]);

/** evidence_may_alert() - whether one more line about an attack may go out now; counts it. */
bool evidence_may_alert(const struct percpu *cpu);

/** evidence_flush() - stores what evidence_record() still holds back for this CPU; reports patches. */
void evidence_flush(struct percpu *cpu);

/** evidence_end() - the same for every CPU, and ends the current burst of patches. At the end of a run. */
void evidence_end(void);
