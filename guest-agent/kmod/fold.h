/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What monitor.conf has left out of the log by number, never in silence: repeats of a record become one
 * with a count, and what exceeds a type's limit is counted in a record of its own.
 */
#pragma once

#include "abi/record.h"
#include "producer.h"

/**
 * fold_init() - take memory for folding, if a type of record is to be folded.
 *
 * Context: module init, after filter_init(). Return: 0 or -ENOMEM.
 */
int fold_init(void);

/* Undoes fold_init(). Context: module init, when a later step failed. */
void fold_exit(void);

/**
 * fold_takes() - keep a record back if it is equal, but for its time, to one handed over a short while ago.
 * @head: @head_len: @tail: @tails: as producer_submit() takes them
 *
 * What was kept back comes as one more record, with a count, when the time is over.
 *
 * Context: any but NMI. Return: whether the record was kept back.
 */
bool fold_takes(const struct rw_rec_hdr *head, u32 head_len, const struct producer_tail *tail,
		unsigned int tails);

/**
 * limit_takes() - leave a record out if its type has had its number of records in this second.
 *
 * A `limited` record says how many were left out, once the second is over.
 *
 * Context: any but NMI. Return: whether the record is left out.
 */
bool limit_takes(const struct rw_rec_hdr *head);

/* Hands all counts over to the rings. Context: any but NMI. */
void fold_flush(void);
void limit_flush(void);
