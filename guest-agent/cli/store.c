// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Reading the hypervisor's store through the agent, piece by piece.
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

bool store_next(struct store *s, struct rec *rec)
{
	if (s->at == s->bytes)
		return false;
	*rec = (struct rec){ .p = s->piece + s->at };
	memcpy(&rec->hdr, rec->p, sizeof(rec->hdr));
	s->at += rec->hdr.size;
	return true;
}

/* Checks the piece's records, the first of which has at least the number @first. Return: records, or -1. */
static int64_t check(struct store *s, uint64_t first)
{
	int64_t records = 0;
	char why[128];
	struct rec rec;

	for (size_t at = 0; at < s->bytes; records++) {
		size_t size = rec_check(s->piece + at, s->bytes - at, why, sizeof(why));

		if (!size) {
			fprintf(stderr, "rwctl: the store: a record from #%" PRIu64 " on is not valid: %s\n",
				first, why);
			return -1;
		}
		at += size;
	}
	while (store_next(s, &rec)) {
		if (rec.hdr.seq < first || rec.hdr.seq >= s->seq) {
			fprintf(stderr,
				"rwctl: the store: record #%" PRIu64 " came instead of #%" PRIu64 "\n",
				rec.hdr.seq, first);
			return -1;
		}
		first = rec.hdr.seq + 1;
	}
	s->at = 0;
	return records;
}

int store_read(struct store *s)
{
	uint64_t first = s->seq ? s->seq : 1;
	struct rw_ioc_read req = { .seq = first, .buffer = (uintptr_t)s->piece };
	int64_t records;

	if (ioctl(s->fd, RW_IOC_READ, &req) != 0) {
		fprintf(stderr, "rwctl: the store: %s (%s)\n", strerror(errno),
			errno == EACCES ? "policy.conf trusts a program that this one is not" :
					  "see the kernel log");
		return -1;
	}
	s->seq = req.seq;
	s->next_seq = req.next_seq;
	s->boot_epoch = req.boot_epoch;
	s->bytes = req.bytes;
	s->at = 0;
	records = check(s, first);
	if (records < 0)
		return -1;
	s->missed = s->seq > first ? s->seq - first - (uint64_t)records : 0;
	return s->seq > first;
}
