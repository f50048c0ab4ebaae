/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of rwlog on store images, raw memory dumps and ELF cores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "tests/unit/rwlog/build.h"
#include "util.h"
#include "verify.h"

static void samples_are_good(void **state)
{
	struct build b;
	struct input in;

	(void)state;
	build_start(&b, BUILD_FEW, 0xab);
	build_samples(&b);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_false(in.is_capture);
	assert_int_equal(in.nboot, 1);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	assert_int_equal(in.problems.count, 0);
	for (size_t i = 0; i < BUILD_SAMPLES; i++)
		assert_int_equal(boot_rec(&in.boot[0], i).hdr.seq, i + 1);
	input_free(&in);
	assert_true(build_verify(b.p, b.len));
	build_free(&b);
}

static void empty_store_is_good(void **state)
{
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	assert_true(build_verify(b.p, b.len));
	assert_true(build_verify(b.p, RW_STORE_HDR_SIZE));
	build_free(&b);
}

static void full_store_goes_round(void **state)
{
	struct build b;
	struct input in;
	char path[RW_PATH_MAX];

	(void)state;
	memset(path, 'x', sizeof(path));
	build_start(&b, 4, 1);
	for (size_t i = 0; i < 300; i++) {
		build_agent(&b, RW_REC_FILE_OPEN, path, i * 11 % 1500, "");
		if (!build_verify(b.p, b.len))
			fail_msg("not good after record %zu", i + 1);
	}
	assert_true(store_evicted(&b.hdr) > 100);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(in.boot[0].nrec, 300 - store_evicted(&b.hdr));
	assert_int_equal(boot_rec(&in.boot[0], 0).hdr.seq, b.hdr.first_seq);
	input_free(&in);
	build_free(&b);
}

/* A truncated image is good only if just whole unused blocks are missing. */
static void truncation(void **state)
{
	struct build b;
	size_t good = 0;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	build_samples(&b);
	for (size_t n = 0; n < b.len; n++) {
		if (n % BUILD_BLOCK && n % 5)
			continue;

		bool whole = n % BUILD_BLOCK == 0 && n >= RW_STORE_HDR_SIZE + b.places * BUILD_BLOCK;

		if (build_verify(b.p, n) != whole)
			fail_msg("cut at %zu: judged %s", n, whole ? "bad" : "good");
		good += whole;
	}
	assert_int_equal(good, BUILD_FEW - b.places);
	build_free(&b);
}

/* Every bit of the header, of the blocks in use and of those not in use matters. */
static void bit_flips(void **state)
{
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	assert_true(build_verify(b.p, b.len));
	for (size_t i = 0; i < b.len; i++) {
		uint8_t bit = (uint8_t)(1u << (i * 5 % 8));

		if ((i >= sizeof(struct rw_store_hdr) && i < RW_STORE_HDR_SIZE) || (!b.p[i] && i % 5))
			continue;
		b.p[i] ^= bit;
		if (build_verify(b.p, b.len))
			fail_msg("bit flip at %zu not seen", i);
		b.p[i] ^= bit;
	}
	for (size_t i = 0; i < 8 * sizeof(struct rw_store_hdr); i++) {
		b.p[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(build_verify(b.p, b.len));
		b.p[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_true(build_verify(b.p, b.len));
	build_free(&b);
}

/* Whether the samples are good with one byte of record @number changed and its CRC corrected. */
static bool good_when(size_t number, uint16_t field, size_t off, uint8_t value)
{
	struct build b;
	struct input in;
	uint8_t *rec;
	bool good;

	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	rec = b.p + (boot_rec(&in.boot[0], number - 1).p - in.data);
	*((field ? build_field(rec, field) : rec) + off) = value;
	build_seal_record(rec);
	input_free(&in);
	good = build_verify(b.p, b.len);
	build_free(&b);
	return good;
}

/* A byte of the record's header. */
static bool good_with(size_t number, size_t off, uint8_t value)
{
	return good_when(number, 0, off, value);
}

/* A byte of a field's value, or of the 4 bytes before it. */
static bool good_field(size_t number, uint16_t field, size_t off, uint8_t value)
{
	return good_when(number, field, off, value);
}

#define FIELD_ID  ((size_t)-4)
#define FIELD_LEN ((size_t)-2)

static void headers_of_records(void **state)
{
	(void)state;
	assert_false(good_with(3, offsetof(struct rw_rec_hdr, type), 0));
	assert_false(good_with(3, offsetof(struct rw_rec_hdr, type), RW_REC_VIOLATION));
	assert_false(good_with(3, offsetof(struct rw_rec_hdr, verdict), RW_VERDICT_COUNT));
	assert_false(good_with(3, offsetof(struct rw_rec_hdr, flags), 0x10));
	assert_false(good_with(3, offsetof(struct rw_rec_hdr, seq), 4));
	assert_false(good_with(3, offsetof(struct rw_rec_hdr, seq), 0));
	assert_false(
		good_with(3, offsetof(struct rw_rec_hdr, time_ns) + 2, 0)); /* not in its block's times */
}

static void fields(void **state)
{
	(void)state;
	assert_true(good_field(3, RW_F_FILE, 8, 9));
	assert_false(good_field(3, RW_F_FILE, FIELD_LEN, 16));
	assert_false(good_field(3, RW_F_PATH, FIELD_LEN, 0));
	assert_false(good_field(3, RW_F_PATH, FIELD_LEN + 1, 0x10));
	assert_false(good_field(3, RW_F_PATH, FIELD_ID, RW_F_INTERPRETER)); /* twice, and no path */
	assert_false(good_field(3, RW_F_PATH, FIELD_ID, 0));
	assert_false(good_field(3, RW_F_TASK, FIELD_ID, 200)); /* unknown, but the event must have a task */
	assert_false(good_field(4, RW_F_PATH, 9, 1));          /* padding */
	assert_false(good_field(3, RW_F_RESULT, 3, 0));        /* above 0 */
	assert_false(good_field(5, RW_F_THREAD, 0, 2));
	assert_false(good_field(5, RW_F_THREAD, FIELD_LEN, 2));
	assert_true(good_field(10, RW_F_TARGET, 0, RW_TARGET_IDT));
	assert_false(good_field(10, RW_F_TARGET, 0, 0));
	assert_false(good_field(10, RW_F_ACCESS, 0, 0));
	assert_false(good_field(10, RW_F_GPA, FIELD_LEN, 4));
	assert_false(good_field(13, RW_F_DROP_REASON, 0, 0));
	assert_false(good_field(14, RW_F_FIRST_REFUSAL, 0, 0));
}

/* Additions by a newer version of this format are good. */
static void newer_fields(void **state)
{
	(void)state;
	assert_true(good_with(3, offsetof(struct rw_rec_hdr, type), 77));
	assert_true(good_field(3, RW_F_INTERPRETER, FIELD_ID, 99));
	assert_true(good_field(3, RW_F_INTERPRETER, FIELD_ID + 1, 0xff)); /* number 0xff0c */
	assert_true(good_field(10, RW_F_TARGET, 0, 77));
	assert_true(good_field(10, RW_F_ACCESS, 0, RW_ACCESS_COUNT));
	assert_true(good_field(13, RW_F_DROP_REASON, 0, RW_DROP_COUNT));
	assert_true(good_field(14, RW_F_FIRST_REFUSAL, 0, RW_BAD_COUNT));
	assert_true(good_field(16, RW_F_KEXEC_STEP, 0, RW_KEXEC_STEP_COUNT));
}

/* A header with a valid CRC but numbers that do not match the records. */
static void header_disagrees(void **state)
{
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	b.hdr.next_seq++;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	b.hdr.next_seq = UINT64_MAX;
	b.hdr.first_seq = UINT64_MAX;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	b.hdr.next_seq = BUILD_SAMPLES + 1;
	b.hdr.first_seq = 1;
	b.hdr.evicted[RW_CLASS_FILE] = 1;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	b.hdr.evicted[RW_CLASS_FILE] = 0;
	b.hdr.end_reason = RW_END_COUNT;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	b.hdr.end_reason = 0;
	build_seal_hdr(&b);
	assert_true(build_verify(b.p, b.len));
	b.hdr.block_size = UINT32_MAX & ~7u;
	b.hdr.block_count = UINT32_MAX;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	b.hdr.block_size = BUILD_BLOCK;
	b.hdr.block_count = 1u << 27; /* far more than the file holds: the rest counts as unused */
	build_seal_hdr(&b);
	assert_true(build_verify(b.p, b.len));
	build_free(&b);
}

/* Readable records are found even if the header, or a block's header, is damaged. */
static void damaged_headers(void **state)
{
	struct build b;
	struct input in;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	b.p[RW_STORE_HDR_SIZE + 9] ^= 1;
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	assert_true(in.problems.count > 0);
	input_free(&in);
	b.p[RW_STORE_HDR_SIZE + 9] ^= 1;
	b.p[20] ^= 1;
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	assert_true(in.problems.count > 0);
	input_free(&in);
	build_free(&b);
}

static void raw_dump(void **state)
{
	size_t len = 1u << 20, at = 0x43210, other = 0x80000;
	uint8_t *mem = malloc(len);
	struct build b, old;
	struct input in;

	(void)state;
	for (size_t i = 0; i < len; i++)
		mem[i] = (uint8_t)(i * 2654435761u >> 13);
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	build_start(&old, BUILD_FEW, 2);
	build_note(&old, RW_REC_AGENT, "6.1");
	memcpy(mem + 64, RW_STORE_MAGIC, 8); /* the magic number as a constant in some program */
	memcpy(mem + 1003, b.p, b.len);      /* not aligned */
	memcpy(mem + at, b.p, b.len);
	memcpy(mem + other, old.p, old.len);
	assert_int_equal(build_parse(&in, mem, len), 0);
	assert_int_equal(in.image->base, at);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	assert_int_equal(in.problems.count, 1); /* that there are two */
	input_free(&in);
	memcpy(mem + other, b.p, b.len); /* the same store twice is no riddle */
	assert_int_equal(build_parse(&in, mem, len), 0);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	assert_int_equal(in.problems.count, 0);
	input_free(&in);
	build_agent(&b, RW_REC_EXEC, "/bin/ls", 7, ""); /* a newer state of the same boot */
	memcpy(mem + 0xc0000, b.p, b.len);
	assert_int_equal(build_parse(&in, mem, len), 0);
	assert_int_equal(in.image->base, 0xc0000);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES + 1);
	assert_int_equal(in.problems.count, 1);
	input_free(&in);
	free(mem);
	build_free(&b);
	build_free(&old);
}

static void elf_core(void **state)
{
	size_t at = 4096 + 3 + 0x100, len = at + 64 * 1024;
	Elf64_Ehdr eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			  .e_type = ET_CORE,
			  .e_machine = EM_X86_64,
			  .e_version = EV_CURRENT,
			  .e_phoff = sizeof(eh),
			  .e_ehsize = sizeof(eh),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 2 };
	Elf64_Phdr ph[2] = {
		{ .p_type = PT_NOTE },
		{ .p_type = PT_LOAD, .p_offset = at - 0x101, .p_filesz = len, .p_paddr = 0x100000 }
	};
	uint8_t *core = calloc(1, len);
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	memcpy(core, &eh, sizeof(eh));
	memcpy(core + at, b.p, b.len);
	memcpy(core + sizeof(eh), ph, sizeof(ph));
	assert_false(build_verify(core, len)); /* aligned neither in its segment nor in the file */
	ph[1].p_offset = at - 0x100;
	memcpy(core + sizeof(eh), ph, sizeof(ph));
	assert_true(build_verify(core, len)); /* and the segment is truncated by the file's end */
	for (size_t n = 0; n < at + RW_STORE_HDR_SIZE; n++)
		assert_false(build_verify(core, n));
	eh.e_phnum = 0xfff0;
	eh.e_phoff = UINT64_MAX - 8;
	memcpy(core, &eh, sizeof(eh));
	(void)build_verify(core, len);
	free(core);
	build_free(&b);
}

/* Starts of large records all over a block: reported as damage, in bounded time. */
static void many_beginnings(void **state)
{
	struct rw_rec_hdr h = { .magic = RW_REC_MAGIC, .size = RW_REC_MAX };
	size_t size = 16u << 20;
	struct build b;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	b.hdr.block_size = (uint32_t)size;
	b.hdr.block_count = 1;
	build_seal_hdr(&b);
	b.p = realloc(b.p, RW_STORE_HDR_SIZE + size);
	for (size_t i = 0; i < size; i += RW_REC_ALIGN)
		memcpy(b.p + RW_STORE_HDR_SIZE + i, &h, RW_REC_ALIGN);
	assert_false(build_verify(b.p, RW_STORE_HDR_SIZE + size));
	build_free(&b);
}

static void foreign(void **state)
{
	struct input in;
	uint8_t junk[5000];
	uint32_t v = 12345;

	(void)state;
	for (size_t i = 0; i < sizeof(junk); i++)
		junk[i] = (uint8_t)((v = v * 1664525 + 1013904223) >> 24);
	for (size_t n = 0; n < sizeof(junk); n += 37) {
		assert_int_equal(build_parse(&in, junk, n), -ENOENT);
		input_free(&in);
	}
	assert_int_equal(build_parse(&in, "see @RW2 TYPE DUMP, @RW2 ", 25), -ENOENT);
	input_free(&in);
}

/* Records not yet counted by any header, in the newest block of a running machine. */
static void batch_under_way(void **state)
{
	struct build_point point;
	struct build b;
	struct input in;
	size_t at;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	b.hdr.end_reason = RW_END_RUNNING;
	build_samples(&b);
	point = build_point(&b);
	at = (size_t)((uint8_t *)b.newest[RW_CLASS_EXEC] - b.p) + b.newest[RW_CLASS_EXEC]->used;
	build_agent(&b, RW_REC_EXEC, "/bin/ls", 7, "");
	build_agent(&b, RW_REC_EXEC, "/bin/rm", 7, "");
	build_back(&b, &point);
	assert_true(build_verify(b.p, b.len));
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES + 2);
	assert_int_equal(in.notes.count, 1);
	input_free(&in);
	b.p[at] ^= 1; /* the first is not a record: the bytes are damage */
	assert_false(build_verify(b.p, b.len));
	b.p[at] ^= 1;
	point.hdr.end_reason = RW_END_RESET;
	b.hdr = point.hdr;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len)); /* this machine has ended */
	build_free(&b);
}

/* The newest block may count nothing yet, and the store's header may lag by that block's count. */
static void headers_lag(void **state)
{
	struct build b;
	struct input in;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	b.hdr.end_reason = RW_END_RUNNING;
	build_samples(&b);
	b.hdr.next_seq -= 4;
	build_seal_hdr(&b);
	assert_true(build_verify(b.p, b.len));
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++) {
		struct rw_block_hdr *block = b.newest[i];

		if (!block)
			continue;
		block->used = sizeof(*block);
		block->count = 0;
		block->last_seq = block->first_seq - 1;
		block->from_ns = UINT64_MAX;
		block->to_ns = 0;
		build_seal_block(block);
	}
	b.hdr.next_seq = 1;
	build_seal_hdr(&b);
	assert_true(build_verify(b.p, b.len));
	assert_int_equal(build_parse(&in, b.p, b.len), 0);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	input_free(&in);
	b.hdr.next_seq = BUILD_SAMPLES + 2; /* more than exist */
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	build_free(&b);
}

/*
 * Intact headers of other versions: alone, in the middle of memory, in an ELF core, next to a store of this
 * version.
 */
static void other_versions(void **state)
{
	static const struct {
		uint32_t version, size;
		bool known;
	} stores[] = { { 1, 88, true },    { 3, 64, true },  { 3, 96, true }, { 4000, 4096, true },
		       { 3, 4100, false }, { 3, 60, false }, { 2, 96, false } };
	size_t len = 3 * RW_STORE_HDR_SIZE, at = RW_STORE_HDR_SIZE;
	uint8_t *mem = calloc(1, len);
	struct input in;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(stores); i++) {
		uint32_t version = stores[i].version;

		build_other_store(mem + at, version, stores[i].size);
		if (!stores[i].known) {
			assert_int_not_equal(build_parse(&in, mem, len), -EPROTONOSUPPORT);
			input_free(&in);
			continue;
		}
		assert_int_equal(build_parse(&in, mem + at, len - at), -EPROTONOSUPPORT);
		assert_int_equal(in.other_version, version);
		input_free(&in);
		assert_int_equal(build_parse(&in, mem, len), -EPROTONOSUPPORT);
		assert_int_equal(in.other_version, version);
		input_free(&in);
		for (size_t bit = 0; bit < 8 * (size_t)stores[i].size; bit += 5) {
			mem[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_not_equal(build_parse(&in, mem, len), -EPROTONOSUPPORT);
			input_free(&in);
			mem[at + bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	free(mem);
}

static void other_version_in_a_core(void **state)
{
	Elf64_Ehdr eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			  .e_type = ET_CORE,
			  .e_machine = EM_X86_64,
			  .e_version = EV_CURRENT,
			  .e_phoff = sizeof(eh),
			  .e_ehsize = sizeof(eh),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 1 };
	Elf64_Phdr ph = { .p_type = PT_LOAD, .p_offset = 1000 + 3, .p_filesz = 60000 };
	uint8_t *core = calloc(1, 60000);
	struct build b;
	struct input in;

	(void)state;
	memcpy(core, &eh, sizeof(eh));
	memcpy(core + sizeof(eh), &ph, sizeof(ph));
	for (uint32_t version = 1; version <= 3; version += 2) {
		build_other_store(core + 1003 + 1600, version, 88);
		assert_int_equal(build_parse(&in, core, 60000), -EPROTONOSUPPORT);
		assert_int_equal(in.other_version, version);
		input_free(&in);
	}
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	memcpy(core + 1003 + 16000, b.p, b.len);
	assert_int_equal(build_parse(&in, core, 60000), 0);
	assert_int_equal(in.boot[0].nrec, BUILD_SAMPLES);
	assert_int_equal(in.problems.count, 0);
	assert_int_equal(in.notes.count, 1); /* the other one was not read */
	input_free(&in);
	free(core);
	build_free(&b);
}

/* Bytes that the format says are zero, changed one by one, with right CRCs where one covers them. */
static void hidden_bytes(void **state)
{
	struct build b;
	struct rw_block_hdr *block;
	uint8_t *longer;

	(void)state;
	build_start(&b, BUILD_FEW, 1);
	build_samples(&b);
	assert_true(build_verify(b.p, b.len));
	for (size_t at = sizeof(b.hdr); at < RW_STORE_HDR_SIZE; at += at < 200 || at > 4080 ? 1 : 97) {
		b.p[at] = 'x';
		assert_false(build_verify(b.p, b.len));
		b.p[at] = 0;
	}
	b.hdr.reserved = 1;
	build_seal_hdr(&b);
	assert_false(build_verify(b.p, b.len));
	b.hdr.reserved = 0;
	build_seal_hdr(&b);
	block = build_block(&b, 1);
	block->reserved = 1;
	build_seal_block(block);
	assert_false(build_verify(b.p, b.len));
	block->reserved = 0;
	build_seal_block(block);
	assert_true(build_verify(b.p, b.len));
	longer = calloc(1, b.len + 100);
	assert_non_null(longer);
	memcpy(longer, b.p, b.len);
	assert_true(build_verify(longer, b.len + 100));
	longer[b.len + 99] = 'x';
	assert_false(build_verify(longer, b.len + 100));
	free(longer);
	build_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_are_good),
		cmocka_unit_test(empty_store_is_good),
		cmocka_unit_test(full_store_goes_round),
		cmocka_unit_test(truncation),
		cmocka_unit_test(bit_flips),
		cmocka_unit_test(headers_of_records),
		cmocka_unit_test(fields),
		cmocka_unit_test(newer_fields),
		cmocka_unit_test(batch_under_way),
		cmocka_unit_test(headers_lag),
		cmocka_unit_test(other_versions),
		cmocka_unit_test(other_version_in_a_core),
		cmocka_unit_test(header_disagrees),
		cmocka_unit_test(damaged_headers),
		cmocka_unit_test(raw_dump),
		cmocka_unit_test(elf_core),
		cmocka_unit_test(many_beginnings),
		cmocka_unit_test(foreign),
		cmocka_unit_test(hidden_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
