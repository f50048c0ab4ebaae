/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store: a header page, then block_count blocks of block_size, used as a circle.
 *
 * Lives in hypervisor memory; append only. When it is full the oldest whole block goes and is counted.
 * An image of it (a raw memory dump, or what rwlog extracts from a serial capture) has the same layout;
 * blocks not in use are zero, and so are the bytes behind a block's last record.
 */
#pragma once

#include "abi/types.h"

#define RW_STORE_MAGIC    "RWSTORE1"
#define RW_STORE_VERSION  1u
#define RW_STORE_HDR_SIZE 4096u       /* the header's page */
#define RW_BLOCK_MAGIC    0x4b425752u /* "RWBK" */
#define RW_BLOCK_SIZE     65536u

/* rw_store_hdr.end_reason */
enum rw_end {
	RW_END_RUNNING = 0,  /* the image was taken from a running machine */
	RW_END_POWEROFF = 1, /* the guest entered a sleep or off state by ACPI */
	RW_END_RESET = 2,    /* the guest reset the machine */
	RW_END_STOP = 3,     /* the hypervisor stopped the machine */
	RW_END_EXIT = 4,     /* the guest wrote to the configured exit port */
	RW_END_COUNT
};
/* clang-format off */
#define RW_END_NAMES { "running", "poweroff", "reset", "stop", "exit" }
/* clang-format on */

struct rw_store_hdr {
	char magic[8];
	uint32_t version;
	uint32_t crc;        /* CRC-32 of this structure with this field 0; kept right at each append */
	uint8_t boot_id[16]; /* random, one for each start of the hypervisor */
	/* seconds since 1970 UTC at the hypervisor's start, by the firmware's clock */
	uint64_t boot_epoch;
	uint64_t tsc_hz;
	uint32_t block_size; /* bytes */
	uint32_t block_count;
	uint32_t backend;    /* 0 VMX/EPT, 1 SVM/NPT */
	uint32_t end_reason; /* enum rw_end */
	uint64_t next_seq;   /* number that the next record gets */
	uint64_t first_seq;  /* oldest record held; equals next_seq when there is none */
	uint64_t evicted;    /* records pushed out so far */
};
RW_ASSERT_SIZE(struct rw_store_hdr, 88);

struct rw_block_hdr {
	uint32_t magic;     /* RW_BLOCK_MAGIC */
	uint32_t crc;       /* CRC-32 of this structure with this field 0 */
	uint64_t index;     /* number of the block since the start, from 0; lies at index % block_count */
	uint64_t first_seq; /* of its first record */
	uint32_t used;      /* bytes in use, this header included */
	uint32_t count;     /* records */
};
RW_ASSERT_SIZE(struct rw_block_hdr, 32);
