/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Makes a large log for measurements: biglog RECORDS IMAGE [CAPTURE]. A server's mix of programs started,
 * files opened and connections; the same bytes each time. CAPTURE receives one dump of it, as the serial line
 * has it.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/frame.h"
#include "abi/store.h"
#include "lib/crc32c.h"
#include "lib/events.h"
#include "lib/record.h"

#define FILES_OF 8u /* files that a process opens */

static struct rw_store_hdr store = {
	.magic = RW_STORE_MAGIC,
	.version = RW_STORE_VERSION,
	.size = sizeof(store),
	.block_size = RW_BLOCK_SIZE,
	.boot_id = { 0xb1, 0x91, 0x09 },
	.boot_epoch = 1767225600,
	.tsc_hz = 2000000000,
	.first_seq = 1,
	.next_seq = 1,
	.end_reason = RW_END_POWEROFF,
};

/* A class's open block. */
struct open_block {
	struct rw_block_hdr hdr;
	uint8_t bytes[RW_BLOCK_SIZE];
	long at; /* in the file; 0: none is open */
};

static struct open_block blocks[RW_CLASS_COUNT];
static uint64_t next_index;
static FILE *image;

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void put_at(long at, const void *data, size_t n)
{
	if (fseek(image, at, SEEK_SET) != 0 || fwrite(data, 1, n, image) != n)
		fail("biglog");
}

/* Writes a block. @next: place of the one that follows it in its class, plus 1; 0: none */
static void close_block(struct open_block *b, uint32_t next)
{
	b->hdr.next = next;
	b->hdr.crc = 0;
	b->hdr.crc = crc32c(0, &b->hdr, sizeof(b->hdr));
	memcpy(b->bytes, &b->hdr, sizeof(b->hdr));
	put_at(b->at, b->bytes, sizeof(b->bytes));
}

static void open_block(struct open_block *b, uint32_t class)
{
	uint64_t before = b->at ? b->hdr.before + b->hdr.count : 0;

	if (b->at)
		close_block(b, store.block_count + 1);
	memset(b, 0, sizeof(*b));
	b->at = RW_STORE_HDR_SIZE + (long)store.block_count * RW_BLOCK_SIZE;
	b->hdr = (struct rw_block_hdr){ .magic = RW_BLOCK_MAGIC,
					.class = class,
					.index = next_index++,
					.before = before,
					.first_seq = store.next_seq,
					.last_seq = store.next_seq - 1,
					.place = store.block_count++,
					.from_ns = UINT64_MAX,
					.used = sizeof(b->hdr) };
}

static void append(struct rec_writer *w)
{
	uint32_t class = event_desc(w->hdr->type)->class, size = rec_end(w);
	struct open_block *b = &blocks[class];

	if (!b->at || b->hdr.used + size > RW_BLOCK_SIZE)
		open_block(b, class);
	w->hdr->seq = store.next_seq++;
	w->hdr->time_ns = w->hdr->seq * 50000;
	w->hdr->cpu = (uint16_t)(w->hdr->seq % 4);
	w->hdr->crc = 0;
	w->hdr->crc = crc32c(0, w->hdr, size);
	memcpy(b->bytes + b->hdr.used, w->hdr, size);
	b->hdr.used += size;
	b->hdr.count++;
	b->hdr.last_seq = w->hdr->seq;
	b->hdr.to_ns = w->hdr->time_ns;
	if (b->hdr.from_ns == UINT64_MAX)
		b->hdr.from_ns = w->hdr->time_ns;
}

static void begin(struct rec_writer *w, void *buf, uint8_t type, const struct rw_task *task)
{
	rec_begin(w, buf, RW_REC_MAX, type, RW_VERDICT_ALLOW);
	rec_bytes(w, RW_F_TASK, task, RW_TASK_MIN);
}

static void add_file(struct rec_writer *w, const char *path, uint64_t ino)
{
	const struct rw_file file = { 0x801, ino, 1 };

	rec_bytes(w, RW_F_PATH, path, (uint16_t)strlen(path));
	rec_bytes(w, RW_F_FILE, &file, sizeof(file));
	rec_u32(w, RW_F_OPEN_FLAGS, 0);
}

static void add_connection(struct rec_writer *w, uint32_t n)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons((uint16_t)(n % 3 ? 443 : 5432)) };

	in.sin_addr.s_addr = htonl(0x0a000000 + n % 2000);
	rec_u32(w, RW_F_FAMILY, AF_INET);
	rec_u32(w, RW_F_SOCKET_TYPE, 1);
	rec_u32(w, RW_F_PROTOCOL, 6);
	rec_u64(w, RW_F_SOCKET, n);
	rec_u32(w, RW_F_NET_NS, 1);
	rec_bytes(w, RW_F_ADDRESS, &in, sizeof(in));
}

/* The records of one process: @left of them at most. Return: how many were made. */
static uint64_t process(uint32_t n, uint64_t left)
{
	static const char *const programs[] = {
		"bash", "cat", "sshd", "nginx", "python3", "postgres", "cron"
	};
	static uint64_t buf[RW_REC_MAX / 8];
	struct rw_task parent = { .pid = 1, .tgid = 1, .comm = "systemd", .cgroup = 1 };
	struct rw_task task = {
		.pid = 100 + n, .tgid = 100 + n, .ppid = 1, .uid = n % 5 * 250, .cgroup = 1 + n % 9
	};
	uint64_t made = 0;
	struct rec_writer w;
	char path[128];

	parent.loginuid = task.loginuid = parent.session = task.session = RW_TASK_UNSET;
	snprintf(task.comm, sizeof(task.comm), "%s", programs[n % 7]);
	begin(&w, buf, RW_REC_FORK, &parent);
	rec_u32(&w, RW_F_CHILD_PID, task.pid);
	rec_u32(&w, RW_F_CHILD_TGID, task.tgid);
	rec_u32(&w, RW_F_THREAD, 0);
	append(&w);
	for (made = 1; made < left && made < FILES_OF + 4; made++) {
		uint8_t type = made == 1            ? RW_REC_EXEC :
			       made == FILES_OF + 2 ? RW_REC_CONNECT :
						      RW_REC_FILE_OPEN;

		if (made == FILES_OF + 3)
			type = RW_REC_EXIT;
		begin(&w, buf, type, &task);
		snprintf(path, sizeof(path), made == 1 ? "/usr/bin/%s" : "/srv/data/%s/file-%u",
			 programs[n % 7], (n * 31 + (uint32_t)made * 7) % 5000);
		if (type == RW_REC_CONNECT) {
			add_connection(&w, n);
		} else if (type == RW_REC_EXIT) {
			rec_u32(&w, RW_F_EXIT_STATUS, 0);
			rec_u32(&w, RW_F_LAST_THREAD, 1);
		} else {
			add_file(&w, path, n + made);
		}
		append(&w);
	}
	return made;
}

static void base64(const uint8_t *p, size_t n, char *to)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? p[i + 1] : 0u) << 8 |
			     (i + 2 < n ? p[i + 2] : 0u);

		*to++ = digits[v >> 18];
		*to++ = digits[v >> 12 & 63];
		*to++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digits[v & 63] : '=';
	}
	*to = '\0';
}

static void put_frame(FILE *out, char type, uint32_t offset, const void *data, size_t n)
{
	char line[RW_FRAME_MAX_BYTES * 2];
	int len = snprintf(line, sizeof(line), RW_FRAME_MARK "%c b1910900 00000001 %08x ", type, offset);

	base64(data, n, line + len);
	strcat(line, " ");
	fprintf(out, "%s%08x\r\n", line, crc32c(0, line, strlen(line)));
}

/* The used part of each block, one after the other in the order of opening, as the hypervisor dumps them. */
static void write_capture(FILE *out)
{
	static uint8_t block[RW_BLOCK_SIZE], rest[RW_FRAME_MAX_BYTES];
	uint64_t total = 0, sent = 0;
	struct rw_block_hdr hdr;
	uint32_t crc = 0;
	size_t kept = 0;

	for (int pass = 0; pass < 2; pass++) {
		if (pass)
			put_frame(out, RW_FRAME_BEGIN, (uint32_t)total, &store, sizeof(store));
		fseek(image, RW_STORE_HDR_SIZE, SEEK_SET);
		for (uint32_t i = 0; i < store.block_count; i++) {
			if (fread(block, 1, sizeof(block), image) != sizeof(block))
				fail("biglog");
			memcpy(&hdr, block, sizeof(hdr));
			total += pass ? 0 : hdr.used;
			for (size_t at = 0; pass && at < hdr.used;) {
				size_t n = sizeof(rest) - kept < hdr.used - at ? sizeof(rest) - kept :
										 hdr.used - at;

				memcpy(rest + kept, block + at, n);
				kept += n;
				at += n;
				if (kept < sizeof(rest) && (i + 1 < store.block_count || at < hdr.used))
					continue;
				put_frame(out, RW_FRAME_DATA, (uint32_t)sent, rest, kept);
				crc = crc32c(crc, rest, kept);
				sent += kept;
				kept = 0;
			}
		}
	}
	put_frame(out, RW_FRAME_END, (uint32_t)total, &crc, sizeof(crc));
}

int main(int argc, char **argv)
{
	uint64_t records = argc > 2 ? strtoull(argv[1], NULL, 10) : 0, made = 0;
	FILE *capture;

	if (!records) {
		fputs("Usage: biglog RECORDS IMAGE [CAPTURE]\n", stderr);
		return 2;
	}
	crc32c_use_insn(__builtin_cpu_supports("sse4.2"));
	image = fopen(argv[2], "w+b");
	if (!image)
		fail(argv[2]);
	for (uint32_t n = 0; made < records; n++)
		made += process(n, records - made);
	for (size_t i = 0; i < RW_CLASS_COUNT; i++)
		if (blocks[i].at)
			close_block(&blocks[i], 0);
	store.crc = crc32c(0, &store, sizeof(store));
	put_at(0, &store, sizeof(store));
	if (argc > 3) {
		capture = fopen(argv[3], "wb");
		if (!capture)
			fail(argv[3]);
		write_capture(capture);
		if (fclose(capture) != 0)
			fail(argv[3]);
	}
	return fclose(image) == 0 ? 0 : 2;
}
