/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reading the hypervisor's store through the agent, piece by piece. */
#pragma once

#include "tools/rwlog/rec.h"
#include "uapi.h"

/** struct store - a position in the store. Set @fd and @seq; the rest is zeroed. */
struct store {
	int fd;            /* of the agent's device */
	uint64_t seq;      /* lowest number not read yet */
	uint64_t next_seq; /* number that the next record of all will get; this and @boot_epoch: once read */
	uint64_t boot_epoch; /* of the hypervisor's start, seconds since 1970 UTC */
	uint64_t missed; /* records before @seq, of the last piece, that were evicted before they were read */
	size_t bytes, at; /* of the piece; of it, those that store_next() has returned */
	uint8_t piece[RW_READ_BYTES];
};

/** store_read() - read the next piece. Return: 1; 0: there is nothing new; -1 after an error message. */
int store_read(struct store *s);

/** store_next() - get the piece's next record, valid until the next store_read(). Return: false: none. */
bool store_next(struct store *s, struct rec *rec);
