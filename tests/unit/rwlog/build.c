/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Builds logs in memory for the tests of rwlog: records, store images, serial captures. */
#include "tests/unit/rwlog/build.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "abi/frame.h"
#include "lib/crc32c.h"
#include "verify.h"

void build_seal_hdr(struct build *b)
{
	b->hdr.crc = 0;
	b->hdr.crc = crc32c(0, &b->hdr, sizeof(b->hdr));
	memcpy(b->p, &b->hdr, sizeof(b->hdr));
}

void build_seal_block(struct rw_block_hdr *block)
{
	block->crc = 0;
	block->crc = crc32c(0, block, sizeof(*block));
}

struct rw_block_hdr *build_block(const struct build *b, uint32_t place)
{
	return (struct rw_block_hdr *)(b->p + RW_STORE_HDR_SIZE + (size_t)place * BUILD_BLOCK);
}

void build_seal_record(uint8_t *rec)
{
	struct rw_rec_hdr h;

	memcpy(&h, rec, sizeof(h));
	h.crc = 0;
	memcpy(rec, &h, sizeof(h));
	h.crc = crc32c(0, rec, h.size);
	memcpy(rec, &h, sizeof(h));
}

uint8_t *build_field(uint8_t *rec, uint16_t id)
{
	uint32_t pos = sizeof(struct rw_rec_hdr);
	struct rw_rec_hdr h;
	struct rec_field f;

	memcpy(&h, rec, sizeof(h));
	while (rec_next(rec, h.size, &pos, &f) > 0)
		if (f.id == id)
			return rec + (f.value - rec);
	abort();
}

void build_start(struct build *b, uint32_t count, uint8_t boot)
{
	memset(b, 0, sizeof(*b));
	b->len = RW_STORE_HDR_SIZE + (size_t)count * BUILD_BLOCK;
	b->p = calloc(1, b->len);
	memcpy(b->hdr.magic, RW_STORE_MAGIC, sizeof(b->hdr.magic));
	b->hdr.version = RW_STORE_VERSION;
	b->hdr.size = sizeof(b->hdr);
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

/* The oldest block of the class that has the most. */
static struct rw_block_hdr *victim(const struct build *b)
{
	uint32_t blocks[RW_CLASS_COUNT] = { 0 };
	struct rw_block_hdr *v = NULL;

	for (uint32_t i = 0; i < b->hdr.block_count; i++)
		blocks[build_block(b, i)->class]++;
	for (uint32_t i = 0; i < b->hdr.block_count; i++) {
		struct rw_block_hdr *block = build_block(b, i);

		if (!v || blocks[block->class] > blocks[v->class] ||
		    (block->class == v->class && block->index < v->index))
			v = block;
	}
	return v;
}

static uint64_t first_seq(const struct build *b)
{
	uint64_t first = b->hdr.next_seq;

	for (uint32_t i = 0; i < b->places; i++)
		if (build_block(b, i)->magic && build_block(b, i)->first_seq < first)
			first = build_block(b, i)->first_seq;
	return first;
}

static void open_block(struct build *b, uint32_t class)
{
	struct rw_block_hdr *last = b->newest[class], *block;
	uint64_t before = last ? last->before + last->count : 0;

	if (b->places < b->hdr.block_count) {
		block = build_block(b, b->places++);
	} else {
		block = victim(b);
		b->hdr.evicted[block->class] += block->count;
		block->magic = 0;
		b->hdr.first_seq = first_seq(b);
	}
	if (last && last->magic) {
		last->next = (uint32_t)(((uint8_t *)block - b->p) / BUILD_BLOCK);
		build_seal_block(last);
	}
	memset(block, 0, BUILD_BLOCK);
	block->magic = RW_BLOCK_MAGIC;
	block->class = class;
	block->index = b->next_index++;
	block->before = before;
	block->first_seq = b->hdr.next_seq;
	block->last_seq = b->hdr.next_seq - 1;
	block->place = (uint32_t)(((uint8_t *)block - b->p) / BUILD_BLOCK - 1);
	block->from_ns = UINT64_MAX;
	block->used = sizeof(*block);
	b->newest[class] = block;
}

struct rec_writer *build_record(struct build *b, uint8_t type, uint8_t verdict)
{
	rec_begin(&b->w, b->rec.bytes, sizeof(b->rec.bytes), type, verdict);
	return &b->w;
}

void build_end(struct build *b)
{
	struct rw_rec_hdr *h = b->w.hdr;
	uint32_t size = rec_end(&b->w);

	if (b->w.full)
		abort();
	uint32_t class = event_desc(h->type) ? event_desc(h->type)->class : RW_STORE_CLASSES - 1;

	if (class >= RW_CLASS_COUNT)
		class = RW_CLASS_KERNEL; /* an event of a newer version */
	if (!b->newest[class] || b->newest[class]->used + size > BUILD_BLOCK)
		open_block(b, class);
	b->block = b->newest[class];
	b->now_ns += 1234567;
	h->seq = b->hdr.next_seq++;
	h->time_ns = b->now_ns;
	build_seal_record(b->rec.bytes);
	memcpy((uint8_t *)b->block + b->block->used, h, size);
	b->block->used += size;
	b->block->count++;
	b->block->last_seq = h->seq;
	if (h->time_ns < b->block->from_ns)
		b->block->from_ns = h->time_ns;
	if (h->time_ns > b->block->to_ns)
		b->block->to_ns = h->time_ns;
	build_seal_block(b->block);
	build_seal_hdr(b);
}

struct build_point build_point(const struct build *b)
{
	struct build_point point = { .hdr = b->hdr };

	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++)
		if (b->newest[i])
			point.newest[i] = *b->newest[i];
	return point;
}

void build_back(struct build *b, const struct build_point *point)
{
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++)
		if (point->newest[i].magic)
			*b->newest[i] = point->newest[i];
	memcpy(b->p, &point->hdr, sizeof(point->hdr));
}

/* Whether the samples have a field: of those that an event may have, only the first ones of the table. */
static bool sampled(const struct event_field *field)
{
	return field->must ||
	       (field->id < RW_F_OLD_CRED && field->id != RW_F_CRED && field->id != RW_F_ARGUMENTS);
}

/* The samples' value for a field of an agent's record. */
static void sample_field(struct rec_writer *w, uint16_t id)
{
	static const struct rw_task task = {
		.pid = 101,
		.tgid = 100,
		.ppid = 1,
		.uid = 1000,
		.euid = 0,
		.gid = 1001,
		.comm = "sixteen-letters!",
		.loginuid = RW_TASK_UNSET,
		.session = RW_TASK_UNSET,
		.cgroup = 1,
		.pid_ns = 4026531836u,
		.mnt_ns = 4026531840u,
	};
	static const struct rw_file file = { 0x801, UINT64_MAX - 1, 7 };
	static const uint8_t digest[32] = { 0xe3, 0xb0, 0xc4, 0x42 };

	switch (id) {
	case RW_F_TASK:
		rec_bytes(w, id, &task, RW_TASK_MIN);
		break;
	case RW_F_FILE:
		rec_bytes(w, id, &file, sizeof(file));
		break;
	case RW_F_OPEN_FLAGS:
		rec_u32(w, id, 0x241);
		break;
	case RW_F_MODE:
		rec_u32(w, id, 01755);
		break;
	case RW_F_RESULT:
		rec_u32(w, id, (uint32_t)-13);
		break;
	case RW_F_CHILD_PID:
		rec_u32(w, id, 555);
		break;
	case RW_F_CHILD_TGID:
		rec_u32(w, id, 444);
		break;
	case RW_F_EXIT_STATUS:
		rec_u32(w, id, 0x0300);
		break;
	case RW_F_SHA256:
		rec_bytes(w, id, digest, sizeof(digest));
		break;
	case RW_F_SIZE:
		rec_u64(w, id, 6432);
		break;
	case RW_F_RENAME_FLAGS:
	case RW_F_LAST_THREAD:
	case RW_F_KEXEC_STEP:
	case RW_F_THREAD:
		rec_u32(w, id, id == RW_F_RENAME_FLAGS || id == RW_F_LAST_THREAD);
		break;
	default: /* a field that the samples do without */
		break;
	}
}

void build_agent_fields(struct rec_writer *w, const void *path, size_t path_len, const char *path2)
{
	for (const struct event_field *field = event_desc(w->hdr->type)->fields; field->id; field++) {
		if (!sampled(field))
			continue;
		if (field_desc(field->id)->kind != RW_KIND_PATH)
			sample_field(w, field->id);
		else if (field->id == RW_F_PATH && (path_len || field->must))
			rec_bytes(w, field->id, path, (uint16_t)path_len);
		else if (field->id != RW_F_PATH && (path2[0] || field->must))
			rec_bytes(w, field->id, path2, (uint16_t)strlen(path2));
	}
}

void build_agent(struct build *b, uint8_t type, const void *path, size_t path_len, const char *path2)
{
	struct rec_writer *w = build_record(b, type, RW_VERDICT_ALLOW);

	w->hdr->flags = RW_RECF_SYNC;
	build_agent_fields(w, path, path_len, path2);
	build_end(b);
}

void build_violation(struct build *b, uint8_t type, uint32_t target, uint32_t access)
{
	static const struct rw_guest_task task = { 77, 77, "insmod" };
	static const uint8_t code[] = { 0x48, 0x89, 0x03, 0x90, 0x90 };
	static const uint8_t old_value[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, new_value[8] = { 0xff, 0xee };
	static const char symbol[] = "security_hook_heads";
	struct rec_writer *w = build_record(b, type, RW_VERDICT_SKIP);

	rec_bytes(w, RW_F_GUEST_TASK, &task, sizeof(task));
	rec_u32(w, RW_F_ACCESS, access);
	rec_u32(w, RW_F_TARGET, target);
	if (access == RW_ACCESS_HYPERCALL)
		rec_u64(w, RW_F_HYPERCALL, 6);
	rec_bytes(w, RW_F_SYMBOL, symbol, sizeof(symbol) - 1);
	rec_u64(w, RW_F_SYMBOL_OFFSET, 0x38);
	rec_u64(w, RW_F_GPA, 0x1234000);
	rec_u64(w, RW_F_GVA, 0xffffffff82001000);
	rec_u32(w, RW_F_CPL, 0);
	rec_u64(w, RW_F_RIP, 0xffffffffc0001010);
	rec_u64(w, RW_F_CR3, 0x5000);
	rec_bytes(w, RW_F_CODE, code, sizeof(code));
	rec_bytes(w, RW_F_OLD_VALUE, old_value, sizeof(old_value));
	rec_bytes(w, RW_F_NEW_VALUE, new_value, sizeof(new_value));
	rec_u32(w, RW_F_REPEAT, 2);
	build_end(b);
}

void build_note(struct build *b, uint8_t type, const char *text)
{
	struct rec_writer *w = build_record(b, type, RW_VERDICT_NONE);

	if (type == RW_REC_AGENT) {
		rec_u32(w, RW_F_ABI_VERSION, 1);
		rec_bytes(w, RW_F_RELEASE, text, (uint16_t)strlen(text));
	} else {
		rec_u32(w, RW_F_RANGES, 12);
		rec_u64(w, RW_F_PAGES, 4321);
		rec_bytes(w, RW_F_NOTE, text, (uint16_t)strlen(text));
	}
	build_end(b);
}

void build_drop(struct build *b, uint32_t reason, uint64_t count, uint64_t total)
{
	struct rec_writer *w = build_record(b, RW_REC_DROP, RW_VERDICT_NONE);

	rec_u32(w, RW_F_DROP_REASON, reason);
	rec_u64(w, RW_F_COUNT, count);
	rec_u64(w, RW_F_TOTAL, total);
	if (reason == RW_DROP_MALFORMED)
		rec_u32(w, RW_F_FIRST_REFUSAL, RW_BAD_SIZE);
	if (reason != RW_DROP_EVICTED)
		rec_u32(w, RW_F_RING_CPU, 1);
	rec_u64(w, RW_F_FROM_TIME, 1000);
	rec_u64(w, RW_F_TO_TIME, 2000000);
	build_end(b);
}

void build_samples(struct build *b)
{
	build_note(b, RW_REC_AGENT, "6.1.0-56-cloud-amd64");
	build_note(b, RW_REC_LOCK, "kernel_text 14 MiB");
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
	build_drop(b, RW_DROP_RING_FULL, 3, 5);
	build_drop(b, RW_DROP_MALFORMED, 2, 2);
	build_agent(b, RW_REC_EXIT, "", 0, "");
	build_agent(b, RW_REC_KEXEC, "/boot/vmlinuz", 13, "");
	build_note(b, RW_REC_UNLOCK, "kexec");
	build_agent(b, RW_REC_DIR_MAKE, "/srv/new", 8, "");
	build_agent(b, RW_REC_DIR_REMOVE, "/srv/old", 8, "");
	build_agent(b, RW_REC_FILE_LINK, "/srv/a", 6, "/srv/b");
	build_agent(b, RW_REC_FILE_CHMOD, "/srv/a", 6, "");
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

void build_frame(FILE *out, char type, struct build_dump dump, uint32_t offset, const void *payload,
		 size_t len)
{
	char line[512], data[300] = "-";
	int n;

	if (len)
		base64(data, payload, len);
	n = snprintf(line, sizeof(line), "%s%c %08x %08x %08x %s ", RW_FRAME_MARK, type, dump.boot,
		     dump.number, offset, data);
	fprintf(out, "%s%08x\r\n", line, crc32c(0, line, (size_t)n));
}

static void chunks(FILE *out, char type, struct build_dump dump, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i += RW_FRAME_MAX_BYTES)
		build_frame(out, type, dump, (uint32_t)i, p + i,
			    n - i < RW_FRAME_MAX_BYTES ? n - i : RW_FRAME_MAX_BYTES);
}

static struct build_dump dump_of(uint8_t boot, uint32_t number)
{
	return (struct build_dump){ boot * 0x01010101u, number };
}

void build_dump(const struct build *b, FILE *out, uint32_t number)
{
	struct build_dump dump = dump_of(b->hdr.boot_id[0], number);
	uint8_t *data = calloc(1, b->len), crc[4];
	uint32_t n = 0, sum;

	for (uint32_t i = 0; i < b->places; i++) {
		const uint8_t *p = (const uint8_t *)build_block(b, i);
		struct rw_block_hdr h;

		memcpy(&h, p, sizeof(h));
		memcpy(data + n, p, h.used);
		n += h.used;
	}
	sum = crc32c(0, data, n);
	memcpy(crc, &sum, sizeof(crc));
	build_frame(out, RW_FRAME_BEGIN, dump, n, &b->hdr, sizeof(b->hdr));
	chunks(out, RW_FRAME_DATA, dump, data, n);
	build_frame(out, RW_FRAME_END, dump, n, crc, sizeof(crc));
	free(data);
}

void build_stats(FILE *out, uint8_t boot, uint32_t number, uint32_t cpus)
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
	chunks(out, RW_FRAME_STATS, dump_of(boot, number), (const uint8_t *)s, n);
	free(s);
}

static void put_u32(uint8_t *p, size_t off, uint32_t v)
{
	memcpy(p + off, &v, sizeof(v));
}

void build_other_store(uint8_t *p, uint32_t version, uint32_t size)
{
	memset(p, 0x5a, RW_STORE_HDR_SIZE);
	snprintf((char *)p, 9, "%s%u", RW_STORE_FAMILY, version);
	put_u32(p, 8, version);
	put_u32(p, 12, 0);
	if (version > 1)
		put_u32(p, 16, size);
	put_u32(p, 12, version == 1 ? (uint32_t)crc32_z(0, p, size) : crc32c(0, p, size));
}

void build_other_frame(FILE *out, uint32_t version)
{
	char line[128];
	int n = snprintf(line, sizeof(line), "@RW%u D 00000001 00000000 AAAA ", version);
	uint32_t crc = version == 1 ? (uint32_t)crc32_z(0, (const Bytef *)line, (size_t)n) :
				      crc32c(0, line, (size_t)n);

	fprintf(out, "%s%08x\r\n", line, crc);
}

void build_text_start(struct build_text *t)
{
	t->f = open_memstream(&t->p, &t->len);
}

void build_text_stop(struct build_text *t)
{
	fclose(t->f);
}

void build_capture(struct build_text *t)
{
	struct build b;

	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	build_text_start(t);
	fputs("ringward: VMX/EPT on 1 CPU\r\n", t->f);
	build_dump(&b, t->f, 1);
	fputs("ringward: the guest is off\r\n", t->f);
	build_text_stop(t);
	build_free(&b);
}

int build_parse_as(struct input *in, const void *data, size_t len, enum input_as as,
		   struct image_choice choice)
{
	*in = (struct input){ .name = "test", .as = as, .choice = choice };
	in->data = malloc(len ? len : 1);
	in->len = len;
	if (len)
		memcpy(in->data, data, len);
	return input_parse(in);
}

void build_gzip(FILE *out, const uint8_t *p, size_t n)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = (uInt)n };
	size_t max = n + 1000;
	uint8_t *to = malloc(max);

	if (!to || deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_out = to;
	z.avail_out = (uInt)max;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	fwrite(to, 1, z.total_out, out);
	deflateEnd(&z);
	free(to);
}

int build_parse(struct input *in, const void *data, size_t len)
{
	return build_parse_as(in, data, len, INPUT_AS_IT_LOOKS, (struct image_choice){ 0 });
}

bool build_verify(const void *data, size_t len)
{
	static FILE *null;
	struct input in;
	bool good;

	if (!null)
		null = fopen("/dev/null", "w");
	good = build_parse(&in, data, len) == 0 && verify(&in, "", 5, null) == STATUS_GOOD;
	input_free(&in);
	return good;
}
