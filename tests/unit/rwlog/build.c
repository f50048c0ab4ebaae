/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Builds logs in memory for the tests of rwlog: records, store images, serial captures. */
#include "tests/unit/rwlog/build.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "abi/frame.h"
#include "verify.h"

static uint32_t crc_of(const void *p, size_t n)
{
	return (uint32_t)crc32(0, p, (uInt)n);
}

void build_seal_hdr(struct build *b)
{
	b->hdr.crc = 0;
	b->hdr.crc = crc_of(&b->hdr, sizeof(b->hdr));
	memcpy(b->p, &b->hdr, sizeof(b->hdr));
}

static void seal_block(struct build *b)
{
	b->block->crc = 0;
	b->block->crc = crc_of(b->block, sizeof(*b->block));
}

void build_seal_record(uint8_t *rec)
{
	struct rw_rec_hdr h;

	memcpy(&h, rec, sizeof(h));
	h.crc = 0;
	memcpy(rec, &h, sizeof(h));
	h.crc = crc_of(rec, h.size);
	memcpy(rec, &h, sizeof(h));
}

void build_start(struct build *b, uint32_t count, uint8_t boot)
{
	memset(b, 0, sizeof(*b));
	b->len = RW_STORE_HDR_SIZE + (size_t)count * BUILD_BLOCK;
	b->p = calloc(1, b->len);
	memcpy(b->hdr.magic, RW_STORE_MAGIC, sizeof(b->hdr.magic));
	b->hdr.version = RW_STORE_VERSION;
	memset(b->hdr.boot_id, boot, sizeof(b->hdr.boot_id));
	b->hdr.boot_epoch = BUILD_EPOCH;
	b->hdr.tsc_hz = 2000000000;
	b->hdr.block_size = BUILD_BLOCK;
	b->hdr.block_count = count;
	b->hdr.end_reason = RW_END_POWEROFF;
	b->hdr.first_seq = b->hdr.next_seq = 1;
	build_seal_hdr(b);
}

void build_free(struct build *b)
{
	free(b->p);
}

static void open_block(struct build *b)
{
	uint64_t slot = b->next_block % b->hdr.block_count;

	b->block = (struct rw_block_hdr *)(b->p + RW_STORE_HDR_SIZE + slot * BUILD_BLOCK);
	if (b->block->magic) {
		b->hdr.evicted += b->block->count;
		b->hdr.first_seq += b->block->count;
		b->oldest_block++;
	}
	memset(b->block, 0, BUILD_BLOCK);
	b->block->magic = RW_BLOCK_MAGIC;
	b->block->index = b->next_block++;
	b->block->first_seq = b->hdr.next_seq;
	b->block->used = sizeof(*b->block);
}

void build_append(struct build *b, void *rec, size_t size)
{
	struct rw_rec_hdr *h = rec;

	if (!b->block || b->block->used + size > BUILD_BLOCK)
		open_block(b);
	b->now_ns += 1234567;
	h->magic = RW_REC_MAGIC;
	h->size = (uint16_t)size;
	h->seq = b->hdr.next_seq++;
	h->time_ns = b->now_ns;
	build_seal_record(rec);
	memcpy((uint8_t *)b->block + b->block->used, rec, size);
	b->block->used += (uint32_t)size;
	b->block->count++;
	seal_block(b);
	build_seal_hdr(b);
}

void build_agent(struct build *b, uint8_t type, const void *path, size_t path_len, const char *path2)
{
	size_t path2_len = strlen(path2),
	       size = (sizeof(struct rw_rec_agent) + path_len + path2_len + 7) & ~(size_t)7;
	struct rw_rec_agent *a = calloc(1, size);

	a->hdr.type = type;
	a->hdr.flags = RW_RECF_SYNC;
	a->proc = (struct rw_proc){ 101, 100, 1, 1000, 0, 1001, "sixteen-letters!" };
	a->dev = 0x801;
	a->ino = UINT64_MAX - 1;
	a->generation = 7;
	a->flags = type == RW_REC_KEXEC ? RW_KEXEC_LOAD : 0x241;
	a->arg[0] = type == RW_REC_EXIT ? 0x0300 : 555;
	a->arg[1] = 444;
	a->result = -13;
	a->path_len = (uint16_t)path_len;
	a->path2_len = (uint16_t)path2_len;
	memcpy(a->data, path, path_len);
	memcpy(a->data + path_len, path2, path2_len);
	build_append(b, a, size);
	free(a);
}

void build_violation(struct build *b, uint8_t type, uint8_t target, uint8_t access)
{
	struct rw_rec_violation v = {
		.hdr = { .type = type, .verdict = RW_VERDICT_SKIP, .flags = RW_RECF_PROC },
		.proc = { .pid = 77, .tgid = 77, .comm = "insmod" },
		.target = target,
		.access = access,
		.nbytes = 5,
		.value_len = 8,
		.repeat = 2,
		.gpa = 0x1234000,
		.gva = 0xffffffff82001000,
		.rip = 0xffffffffc0001010,
		.cr3 = 0x5000,
		.nr = 6,
		.sym_off = 0x38,
		.bytes = { 0x48, 0x89, 0x03, 0x90, 0x90 },
		.old_value = { 1, 2, 3, 4, 5, 6, 7, 8 },
		.new_value = { 0xff, 0xee },
		.symbol = "security_hook_heads",
	};

	build_append(b, &v, sizeof(v));
}

void build_event(struct build *b, uint8_t type, uint32_t code, const uint64_t arg[4], const char *text)
{
	size_t len = strlen(text), size = (sizeof(struct rw_rec_event) + len + 7) & ~(size_t)7;
	struct rw_rec_event *e = calloc(1, size);

	e->hdr.type = type;
	e->hdr.verdict = RW_VERDICT_NONE;
	e->code = code;
	e->text_len = (uint32_t)len;
	memcpy(e->arg, arg, sizeof(e->arg));
	memcpy(e->text, text, len);
	build_append(b, e, size);
	free(e);
}

void build_samples(struct build *b)
{
	static const uint64_t lock[4] = { 4321 }, full[4] = { 3, 0, 5, 1 },
			      malformed[4] = { 2, RW_BAD_SIZE, 2, 0 };
	static const uint64_t none[4];

	build_event(b, RW_REC_AGENT, 1, none, "6.1.0-56-cloud-amd64");
	build_event(b, RW_REC_LOCK, 12, lock, "kernel_text 14 MiB");
	build_agent(b, RW_REC_EXEC, "/bin/ls", 7, "/lib64/ld.so");
	build_agent(b, RW_REC_EXEC, "/bin/true", 9, "");
	build_agent(b, RW_REC_FORK, "", 0, "");
	build_agent(b, RW_REC_FILE_OPEN, "/etc/passwd", 11, "");
	build_agent(b, RW_REC_FILE_UNLINK, "/tmp/x", 6, "");
	build_agent(b, RW_REC_FILE_RENAME, "/tmp/a", 6, "/tmp/b");
	build_agent(b, RW_REC_MODULE_LOAD, "", 0, "");
	build_violation(b, RW_REC_VIOLATION, RW_TARGET_LSM_HOOKS, RW_ACCESS_WRITE);
	build_violation(b, RW_REC_VIOLATION, RW_TARGET_HYPERVISOR, RW_ACCESS_HYPERCALL);
	build_violation(b, RW_REC_PATCH, RW_TARGET_KERNEL_TEXT, RW_ACCESS_WRITE);
	build_event(b, RW_REC_DROP, RW_DROP_RING_FULL, full, "");
	build_event(b, RW_REC_DROP, RW_DROP_MALFORMED, malformed, "");
	build_agent(b, RW_REC_EXIT, "", 0, "");
	build_agent(b, RW_REC_KEXEC, "/boot/vmlinuz", 13, "");
	build_event(b, RW_REC_UNLOCK, 12, lock, "kexec");
}

static void base64(char *s, const uint8_t *p, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0u);

		*s++ = digit[v >> 18];
		*s++ = digit[v >> 12 & 63];
		*s++ = '=';
		*s++ = '=';
		if (i + 1 < n)
			s[-2] = digit[v >> 6 & 63];
		if (i + 2 < n)
			s[-1] = digit[v & 63];
	}
	*s = '\0';
}

void build_frame(FILE *out, char type, uint32_t dump, uint32_t offset, const void *payload, size_t len)
{
	char line[512], data[300] = "-";
	int n;

	if (len)
		base64(data, payload, len);
	n = snprintf(line, sizeof(line), "%s%c %08x %08x %s ", RW_FRAME_MARK, type, dump, offset, data);
	fprintf(out, "%s%08x\r\n", line, crc_of(line, (size_t)n));
}

static void chunks(FILE *out, char type, uint32_t dump, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i += RW_FRAME_MAX_BYTES)
		build_frame(out, type, dump, (uint32_t)i, p + i,
			    n - i < RW_FRAME_MAX_BYTES ? n - i : RW_FRAME_MAX_BYTES);
}

void build_dump(const struct build *b, FILE *out, uint32_t dump)
{
	uint8_t *data = calloc(1, b->len), crc[4];
	uint32_t n = 0, sum;

	for (uint64_t i = b->oldest_block; i < b->next_block; i++) {
		const uint8_t *p = b->p + RW_STORE_HDR_SIZE + i % b->hdr.block_count * BUILD_BLOCK;
		struct rw_block_hdr h;

		memcpy(&h, p, sizeof(h));
		memcpy(data + n, p, h.used);
		n += h.used;
	}
	sum = crc_of(data, n);
	memcpy(crc, &sum, sizeof(crc));
	build_frame(out, RW_FRAME_BEGIN, dump, n, &b->hdr, sizeof(b->hdr));
	chunks(out, RW_FRAME_DATA, dump, data, n);
	build_frame(out, RW_FRAME_END, dump, n, crc, sizeof(crc));
	free(data);
}

void build_stats(FILE *out, uint32_t dump, uint32_t cpus)
{
	size_t n = cpus * sizeof(struct rw_cpu_stats);
	struct rw_cpu_stats *s = calloc(1, n);

	for (uint32_t c = 0; c < cpus; c++) {
		uint64_t v = c * 1000;

		s[c].cpu = c;
		s[c].apic_id = c * 2;
		for (uint64_t *p = s[c].exits; p <= &s[c].shootdowns; p++)
			memcpy(p, &v, sizeof(v)), v++;
	}
	chunks(out, RW_FRAME_STATS, dump, (const uint8_t *)s, n);
	free(s);
}

int build_parse(struct input *in, const void *data, size_t len)
{
	memset(in, 0, sizeof(*in));
	in->name = "test";
	in->data = malloc(len ? len : 1);
	in->len = len;
	if (len)
		memcpy(in->data, data, len);
	return input_parse(in);
}

bool build_verify(const void *data, size_t len)
{
	static FILE *null;
	struct input in;
	bool good;

	if (!null)
		null = fopen("/dev/null", "w");
	good = build_parse(&in, data, len) == 0 && verify(&in, "", null);
	input_free(&in);
	return good;
}
