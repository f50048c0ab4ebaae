/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The only way for records to leave the agent. This interface hides what carries them. */
#pragma once

#include <linux/types.h>

#include "abi/record.h"

enum producer_mode {
	PRODUCER_BATCH, /* handed over at a fill mark, after at most a second, or with the next sync record */
	PRODUCER_SYNC,  /* handed over before the call returns */
};

/* A field whose value is copied from elsewhere straight into the ring. */
struct producer_tail {
	const void *value;
	u16 id, len;
};

/* The agent's own view of its rings. */
struct producer_state {
	unsigned int rings;         /* CPUs that have one */
	unsigned long long pending; /* bytes in them */
	unsigned long long lost;    /* records that did not fit */
	unsigned long long no_ring; /* records lost on CPUs that have none */
};

/**
 * producer_init() - create a ring for each CPU and register it with the hypervisor.
 *
 * Context: module init, after RW_HC_REGISTER, before the first record.
 * Return: 0, -ENOMEM, or what hvcall_error() made of the hypervisor's answer; an error leaves nothing in
 * Linux.
 */
int producer_init(void);

/* Undoes producer_init(). Context: module init, when a later step failed. */
void producer_exit(void);

/**
 * producer_submit() - hand a record over.
 * @head:     its start: the header, whose size is that of the whole record, and fields
 * @head_len: bytes of @head, a multiple of RW_FIELD_ALIGN
 * @tail:     @tails more fields, which follow @head
 * @mode:     when it must leave
 *
 * A record that does not fit is counted, and the hypervisor logs the count.
 *
 * Context: any but NMI; does not sleep.
 */
void producer_submit(const struct rw_rec_hdr *head, u32 head_len, const struct producer_tail *tail,
		     unsigned int tails, enum producer_mode mode);

/* Counts a record that could not be built for lack of memory. Context: any but NMI. */
void producer_lost(void);

/* Hands over this CPU's ring. Context: any but NMI. */
void producer_flush_local(void);

/* Hands over all rings. Context: may sleep; interrupts on. */
void producer_flush(void);

/* The part of a CPU's ring's description that never changes after the lock. */
const void *producer_fixed(int cpu, size_t *len);

/* Reads the state of all rings; a snapshot. */
void producer_state(struct producer_state *state);
