/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Frames carry the store and the counters over a serial line that also carries text.
 *
 * A frame is one line of printable characters, so that it survives terminal servers, time stamps put in
 * front, and text between frames:
 *
 *     @RW2 TYPE BOOT DUMP OFFSET BASE64 CRC
 *
 * TYPE: one letter. BOOT: the first four bytes of the boot's id, 8 hex digits: a serial line may carry frames
 * of two machines. DUMP: number of the dump, 8 hex digits, counted from 1. OFFSET: 8 hex digits. BASE64: RFC
 * 4648 with padding, at most RW_FRAME_MAX_BYTES before encoding; "-" for none. CRC: 8 hex digits, CRC-32C of
 * the line from "@" to the blank before CRC, that blank included. Lines end with CR LF. Text from the guest
 * never contains "@".
 *
 *     B  begin: payload is struct rw_store_hdr; OFFSET = total bytes of the data that follow
 *     D  data:  OFFSET = position of the payload's first byte in the dump's data
 *     E  end:   OFFSET = total bytes of data; payload is the CRC-32C of all data, 4 bytes little endian
 *     S  stats: payload is struct rw_cpu_stats of one CPU; OFFSET = position in the array of all CPUs'
 *
 * The data of a dump are its live blocks, by place, each truncated after its last record (used bytes).
 * A stats structure longer than a frame's payload takes several S frames.
 *
 * The same in every version: a mark of "@RW", the version's number and a blank; printable characters; and
 * at the end a blank and the CRC of all before it, as here. (Version 1 had the CRC-32 of zlib.)
 */
#pragma once

#define RW_FRAME_MARK      "@RW2 "
#define RW_FRAME_FAMILY    "@RW"
#define RW_FRAME_MAX_BYTES 192u
#define RW_FRAME_BEGIN     'B'
#define RW_FRAME_DATA      'D'
#define RW_FRAME_END       'E'
#define RW_FRAME_STATS     'S'
