/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store: a header page, then block_count blocks of block_size.
 *
 * Lives in hypervisor memory; append only. A block holds records of one class (abi/events.def), whole and in
 * the order of their numbers. A class has a share of the blocks. When all blocks are in use and a class needs
 * one, the class that exceeds its share the most gives up its oldest block that is not kept; its records are
 * counted by class. So the records of all blocks, merged by number, have gaps: as many as were evicted.
 *
 * An image of it (a raw memory dump, or what rwlog extracts from a serial capture) has the same layout;
 * blocks not in use are zero.
 *
 * The headers count new records only at the end of each batch. So in an image of a running machine the
 * newest block of each class may hold more records than its header counts (which may be none): they are
 * whole, their numbers ascend, and those of all blocks together continue the store's next_seq. In all other
 * blocks, and in an image of a machine that has ended, the bytes after the last record are zero. While a
 * block is evicted, the store's header counts its records as evicted before the block is cleared.
 *
 * The same in every version: the first seven bytes are RW_STORE_FAMILY, `version`, `crc` and `size` lie
 * where they do here, and crc is the CRC-32C of `size` bytes from the magic with this field 0. (Version 1 had
 * no `size`, and the CRC-32 of zlib over its 88 bytes.)
 */
#pragma once

#include "abi/record.h"

#define RW_STORE_FAMILY      "RWSTORE"
#define RW_STORE_MAGIC       "RWSTORE2"
#define RW_STORE_VERSION     2u
#define RW_STORE_HDR_SIZE    4096u       /* the header's page */
#define RW_BLOCK_MAGIC       0x4b425752u /* "RWBK" */
#define RW_BLOCK_SIZE        65536u
#define RW_BLOCK_SMALL       24576u /* size of a block in a store too small for RW_BLOCK_SMALL_BELOW blocks */
#define RW_BLOCK_SMALL_BELOW 63u    /* of RW_BLOCK_SIZE */
#define RW_STORE_CLASSES     12u    /* classes that a header has room for */
_Static_assert(RW_CLASS_COUNT <= RW_STORE_CLASSES, "the store counts evictions of each class");

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
	uint64_t first_seq;                 /* lowest number held; equals next_seq when there is no record */
	uint32_t end_reason;                /* enum rw_end */
	uint32_t reserved;                  /* 0 */
	uint64_t evicted[RW_STORE_CLASSES]; /* records evicted so far, by enum rw_class */
	uint64_t next_seq;                  /* number of the next record; the last field: it changes most */
};
RW_ASSERT_SIZE(struct rw_store_hdr, 184);
RW_ASSERT_OFFSET(struct rw_store_hdr, version, 8);
RW_ASSERT_OFFSET(struct rw_store_hdr, crc, 12);
RW_ASSERT_OFFSET(struct rw_store_hdr, size, 16);
RW_ASSERT_OFFSET(struct rw_store_hdr, next_seq, 176);

struct rw_block_hdr {
	uint32_t magic;     /* RW_BLOCK_MAGIC */
	uint32_t class;     /* enum rw_class of all its records */
	uint64_t index;     /* number of the block in the order of opening, from 0 */
	uint64_t before;    /* records of its class before its first, since the start */
	uint64_t first_seq; /* number of its first record */
	uint32_t place;     /* it lies at place * block_size after the header page */
	uint32_t next;      /* place of the next block of its class, plus 1; 0: it is the newest */
	/* From here on, what changes with each record. */
	uint64_t from_ns;  /* lowest time among its records; all ones if there is none */
	uint64_t to_ns;    /* highest */
	uint64_t last_seq; /* number of its last record; first_seq - 1 if there is none */
	uint32_t used;     /* bytes in use, this header included */
	uint32_t count;    /* records */
	uint32_t crc;      /* CRC-32C of this structure with this field 0 */
	uint32_t reserved; /* 0 */
};
RW_ASSERT_SIZE(struct rw_block_hdr, 80);
RW_ASSERT_OFFSET(struct rw_block_hdr, from_ns, 40);
RW_ASSERT_OFFSET(struct rw_block_hdr, crc, 72);
