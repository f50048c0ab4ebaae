/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The one way by which records leave the agent. What carries them stays behind this interface. */
#pragma once

#include <linux/types.h>

#include "abi/record.h"

enum producer_mode {
	PRODUCER_BATCH, /* handed over at a fill mark, after at most a second, or with the next sync record */
	PRODUCER_SYNC,  /* handed over before the call returns */
};

/* What the agent itself knows of its rings. */
struct producer_state {
	unsigned int rings;         /* CPUs that have one */
	unsigned long long pending; /* bytes in them */
	unsigned long long lost;    /* records that found no room */
	unsigned long long no_ring; /* records lost on CPUs that have none */
};

/**
 * producer_init() - make a ring for each CPU and name it to the hypervisor.
 *
 * Context: module init, after RW_HC_REGISTER, before the first record.
 * Return: 0, -ENOMEM, or what hvcall_error() made of the hypervisor's answer; nothing is left behind in
 * Linux.
 */
int producer_init(void);

/* Undoes producer_init(). Context: module init, when a later step failed. */
void producer_exit(void);

/**
 * producer_submit() - hand a record over.
 * @rec:   all but header's magic and size filled in; RW_RECF_SYNC is set here
 * @path:  rec->path_len bytes, NULL for none
 * @path2: rec->path2_len bytes, NULL for none
 * @mode:  when it has to leave
 *
 * A record that finds no room is counted, and the hypervisor logs the count.
 *
 * Context: any but NMI; does not sleep.
 */
void producer_submit(struct rw_rec_agent *rec, const char *path, const char *path2, enum producer_mode mode);

/* Counts a record that could not even be made, for lack of memory. Context: any but NMI. */
void producer_lost(void);

/* Hands over this CPU's ring. Context: any but NMI. */
void producer_flush_local(void);

/* Hands over all rings. Context: may sleep; interrupts on. */
void producer_flush(void);

/* Reads the state of all rings; a snapshot. */
void producer_state(struct producer_state *state);
