// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// The part of the hypercalls' test guest that reads the store.
#include "read.h"

#include <efilib.h>

#define PAGE      RW_PAGE_SIZE
#define NOT_RAM   0xfee00000ull /* the local APIC */
#define LAST_PAGE 0xfffffffffffff000ull

static void *scratch;  /* a page for the request */
static UINT8 *records; /* pages to read into */

BOOLEAN read_init(void)
{
	records = guest_pages(RW_READ_PAGES, EfiLoaderData);
	return records != NULL;
}

/* A good request to read the store from @seq on. */
static struct rw_read *read_request(UINT64 seq)
{
	struct rw_read *req = scratch;
	UINTN i;

	req->seq = seq;
	req->next_seq = 0;
	for (i = 0; i < RW_READ_PAGES; i++)
		req->page[i] = (UINT64)records + i * PAGE;
	return req;
}

static void test_records(call_fn *call)
{
	struct rw_read *req = read_request(0);
	const struct rw_rec_hdr *first = (const void *)records;
	UINT64 next;

	SetMem(records, RW_READ_BYTES, 0x5a);
	expect("read: something", call(RW_HC_READ, (UINT64)req, 0) >= (INT64)sizeof(*first), 1);
	expect("read: a record", first->magic, RW_REC_MAGIC);
	expect("read: the first one", first->seq, 1);
	expect("read: no page more", records[RW_READ_BYTES - 1], 0x5a);
	expect("read: all of them", req->seq, req->next_seq);
	next = req->next_seq;
	expect("read: nothing new", call(RW_HC_READ, (UINT64)read_request(next), 0), 0);
	expect("read: from 2^64 - 1", call(RW_HC_READ, (UINT64)read_request(~0ull), 0), 0);
	expect("read: continues with the next one", req->seq, next);
	req = read_request(1);
	req->page[0] = (UINT64)scratch; /* the request's own page: copied before, written at last */
	expect("read: over the request", call(RW_HC_READ, (UINT64)req, 0) > 0, 1);
	expect("read: answered all the same", req->seq, next);
}

/* A request whose first page is a bad one: refused, and neither it nor the page is written. */
static void test_page(call_fn *call, const char *name, UINT64 page, INT64 want)
{
	struct rw_read *req = read_request(1);

	req->page[0] = page;
	expect2("read to ", name, call(RW_HC_READ, (UINT64)req, 0), want);
	expect2("request as before: ", name, req->seq == 1 && !req->next_seq, 1);
}

static void test_locked_page(call_fn *call, UINT64 page)
{
	UINT8 before[256];

	CopyMem(before, (void *)page, sizeof(before));
	test_page(call, "a protected page", page, -RW_EFAULT);
	expect("read: the page is as before", CompareMem(before, (void *)page, sizeof(before)), 0);
}

void read_tests(call_fn *call, void *page, UINT64 hv, UINT64 hv_end, UINT64 locked)
{
	scratch = page;
	test_records(call);
	test_page(call, "an address by 1", (UINT64)records + 1, -RW_EINVAL);
	test_page(call, "an address by 8", (UINT64)records + 8, -RW_EINVAL);
	test_page(call, "2^64 - 1", ~0ull, -RW_EINVAL);
	test_page(call, "the last page", LAST_PAGE, -RW_EFAULT);
	test_page(call, "what is not RAM", NOT_RAM, -RW_EFAULT);
	test_page(call, "2^50", 1ull << 50, -RW_EFAULT);
	test_page(call, "the hypervisor, first page", hv, -RW_EFAULT);
	test_page(call, "the hypervisor, last page", hv_end - PAGE, -RW_EFAULT);
	if (locked)
		test_locked_page(call, locked);
}
