/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The record of a refused access: who did it, to what; counted, joined, stored, shown as an alert. */
#pragma once

#include "core/percpu.h"
#include "record.h"

/*
 * violation_describe() - fills @rec with what is known of the guest at this exit. @gpa, @target: what was
 * hit.
 */
void violation_describe(struct percpu *cpu, struct rw_rec_violation *rec, uint64_t gpa, uint32_t target,
			uint32_t access);

/*
 * violation_move() - makes @rec one of another place that the same access hit, @gpa; its values are the
 * caller's.
 */
void violation_move(struct rw_rec_violation *rec, uint64_t gpa);

/*
 * violation_record() - counts and stores a finished record (violation or patch), with an alert line. Reads of
 * the hypervisor's memory that run on are joined: the first is stored at once, the rest as one with .repeat.
 */
void violation_record(struct percpu *cpu, struct rw_rec_violation *rec);

/* violation_flush() - stores what violation_record() still holds back on this CPU. */
void violation_flush(struct percpu *cpu);
