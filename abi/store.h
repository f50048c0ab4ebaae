/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store: a header page, then block_count blocks of block_size, used as a ring.
 *
 * Lives in hypervisor memory; append only. When it is full, the oldest block is evicted whole and counted.
 * An image of it (a raw memory dump, or what rwlog extracts from a serial capture) has the same layout;
 * blocks not in use are zero.
 *
 * The headers count new records only at the end of each batch, to compute their checksums once. So in
 * an image of a running machine the newest block may hold more records than its header counts (which may be
 * none): they are whole and carry the next numbers. In all other blocks, and in an image of a machine that
 * has ended, the bytes after the last record are zero.
 *
 * The same in every version: the first seven bytes are RW_STORE_FAMILY, `version`, `crc` and `size` lie
 * where they do here, and crc is the CRC-32C of `size` bytes from the magic with this field 0. (Version 1 had
 * no `size`, and the CRC-32 of zlib over its 88 bytes.)
 */
#pragma once

#include "abi/types.h"

#define RW_STORE_FAMILY   "RWSTORE"
#define RW_STORE_MAGIC    "RWSTORE2"
#define RW_STORE_VERSION  2u
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
	uint32_t crc;        /* CRC-32C of this structure with this field 0 */
	uint32_t size;       /* bytes of this structure */
	uint32_t block_size; /* bytes */
	uint32_t block_count;
	uint32_t backend;    /* 0 VMX/EPT, 1 SVM/NPT */
	uint8_t boot_id[16]; /* random, new at each start of the hypervisor */
	uint64_t boot_epoch; /* seconds since 1970 UTC at the hypervisor's start, by the firmware's clock */
	uint64_t tsc_hz;
	uint64_t next_seq;   /* number of the next record */
	uint64_t first_seq;  /* oldest record held; equals next_seq when there is none */
	uint64_t evicted;    /* records evicted so far */
	uint32_t end_reason; /* enum rw_end */
	uint32_t reserved;   /* 0 */
};
RW_ASSERT_SIZE(struct rw_store_hdr, 96);
RW_ASSERT_OFFSET(struct rw_store_hdr, version, 8);
RW_ASSERT_OFFSET(struct rw_store_hdr, crc, 12);
RW_ASSERT_OFFSET(struct rw_store_hdr, size, 16);

struct rw_block_hdr {
	uint32_t magic;     /* RW_BLOCK_MAGIC */
	uint32_t crc;       /* CRC-32C of this structure with this field 0 */
	uint64_t index;     /* number of the block since the start, from 0; lies at index % block_count */
	uint64_t first_seq; /* of its first record */
	uint32_t used;      /* bytes in use, this header included */
	uint32_t count;     /* records */
};
RW_ASSERT_SIZE(struct rw_block_hdr, 32);
