/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of hv/log/drain.c: its lines, read by a decoder that knows only abi/frame.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/hv/log/check.h"
#include "abi/frame.h"
#include "abi/hypercall.h"
#include "log/drain.h"
#include "log/printk.h"

#define BOOT       0xfffe0102u /* the first bytes of boot_id */
#define STORE_SIZE ((LOG_STORE_MIN + RW_PAGE_SIZE - 1) / RW_PAGE_SIZE * RW_PAGE_SIZE)

/* The decoder's result. */
struct decoded {
	uint32_t dump;
	unsigned int begins, ends, stats;
	struct rw_store_hdr hdr;
	uint32_t total, got;
	uint8_t data[STORE_SIZE];
	uint32_t stats_bytes;
	uint8_t stats_data[64 * sizeof(struct rw_cpu_stats)];
};

static int digit(char c, const char *digits)
{
	const char *found = c ? strchr(digits, c) : NULL;

	assert_non_null(found);
	return (int)(found - digits);
}

static uint32_t hex8(const char *s)
{
	uint32_t value = 0;
	int i;

	for (i = 0; i < 8; i++)
		value = value << 4 | (uint32_t)digit(s[i], "0123456789abcdef");
	assert_int_equal(s[8] == ' ' || s[8] == '\r', true);
	return value;
}

static size_t base64(const char *s, size_t n, uint8_t *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0, have = 0;
	size_t i, got = 0, pad = 0;

	assert_int_equal(n % 4, 0);
	while (pad < 2 && s[n - 1 - pad] == '=')
		pad++;
	for (i = 0; i < n - pad; i++) {
		bits = bits << 6 | (uint32_t)digit(s[i], digits);
		have += 6;
		if (have >= 8) {
			have -= 8;
			out[got++] = (uint8_t)(bits >> have);
			bits &= (1u << have) - 1;
		}
	}
	assert_int_equal(bits, 0);
	assert_int_equal(got, n / 4 * 3 - pad);
	return got;
}

static void take_frame(struct decoded *d, char type, uint32_t offset, const uint8_t *data, size_t n)
{
	uint32_t crc;

	switch (type) {
	case 'B':
		assert_int_equal(d->begins++, 0);
		assert_int_equal(n, sizeof(d->hdr));
		memcpy(&d->hdr, data, n);
		d->total = offset;
		break;
	case 'D':
		assert_int_equal(d->begins - d->ends, 1);
		assert_int_equal(offset, d->got);
		assert_true(offset + n <= d->total && offset + n <= sizeof(d->data));
		memcpy(d->data + offset, data, n);
		d->got += n;
		break;
	case 'E':
		assert_int_equal(d->ends++, 0);
		assert_int_equal(n, 4);
		memcpy(&crc, data, 4);
		assert_int_equal(crc, plain_crc32c(d->data, d->got));
		assert_int_equal(offset, d->total);
		assert_int_equal(d->got, d->total);
		break;
	case 'S':
		d->stats++;
		assert_int_equal(offset, d->stats_bytes);
		assert_true(offset + n <= sizeof(d->stats_data));
		memcpy(d->stats_data + offset, data, n);
		d->stats_bytes += n;
		break;
	default:
		fail_msg("frame of type %c", type);
	}
}

static struct decoded *decoding; /* receives the lines */

/* Replaces the serial line. */
void printk_raw(const char *s, size_t n)
{
	struct decoded *d = decoding;
	const char *body = s + 7 + 9 + 9 + 9, *blank;
	uint8_t data[RW_FRAME_MAX_BYTES];
	size_t i;

	for (i = 0; i < n - 2; i++)
		assert_in_range(s[i], ' ', '~');
	assert_memory_equal(s + n - 2, "\r\n", 2);
	assert_memory_equal(s, "@RW2 ", 5);
	assert_int_equal(s[6], ' ');
	assert_int_equal(hex8(s + 7), BOOT);
	assert_int_equal(hex8(s + 16), d->dump);
	blank = memchr(body, ' ', n - (size_t)(body - s));
	assert_non_null(blank);
	assert_true(blank - body <= RW_FRAME_MAX_BYTES / 3 * 4);
	assert_int_equal(blank + 1 + 8 + 2 - s, n);
	assert_int_equal(hex8(blank + 1), plain_crc32c(s, (size_t)(blank + 1 - s)));
	take_frame(d, s[5], hex8(s + 25), data, base64(body, (size_t)(blank - body), data));
}

static const struct rw_store_hdr id = { .boot_id = { 0xff, 0xfe, 1, 2, 3 }, .tsc_hz = 1 };

static void dump_to(struct decoded *d, const struct log_store *s, uint32_t dump)
{
	decoding = d;
	log_drain_dump(s, dump);
}

/* Makes an image from the decoded frames, as rwlog does, and walks it. */
static void check_decoded(const struct decoded *d, const void *store, struct image *image)
{
	uint8_t *mem = calloc(1, STORE_SIZE);
	uint32_t pos = 0;

	assert_non_null(mem);
	assert_int_equal(d->begins, 1);
	assert_int_equal(d->ends, 1);
	memcpy(mem, &d->hdr, sizeof(d->hdr));
	while (pos < d->got) {
		struct rw_block_hdr block;

		memcpy(&block, d->data + pos, sizeof(block));
		assert_true(block.used <= d->got - pos);
		memcpy(mem + RW_STORE_HDR_SIZE + block.place * RW_BLOCK_SMALL, d->data + pos, block.used);
		pos += block.used;
	}
	assert_memory_equal(mem, store, STORE_SIZE);
	image_check(mem, STORE_SIZE, false, image);
	free(mem);
}

static void dump_of_any_fill(void **state)
{
	struct decoded *d = malloc(sizeof(*d));
	uint8_t *mem = aligned_alloc(RW_PAGE_SIZE, STORE_SIZE);
	uint64_t buf[RW_REC_MAX / 8], seed = 3;
	struct rw_rec_hdr *rec = (void *)buf;
	struct log_store s;
	struct image image;
	uint32_t dump;
	size_t i;

	(void)state;
	assert_true(d && mem);
	assert_int_equal(log_store_init(&s, mem, STORE_SIZE, &id), 0);
	for (dump = 1; dump < 300; dump++) {
		if (dump < 30 || dump % 10 == 0) {
			memset(d, 0, sizeof(*d));
			d->dump = dump == 100 ? UINT32_MAX : dump;
			dump_to(d, &s, d->dump);
			check_decoded(d, mem, &image);
			assert_int_equal(image.hdr.next_seq, s.hdr->next_seq);
		}
		for (i = 0; i < sizeof(buf) / sizeof(buf[0]); i++)
			buf[i] = random64(&seed);
		rec->type = 1 + dump / 8 % RW_REC_FILE_CHMOD;
		rec->size = (uint16_t)(dump < 20 ? 32 + dump * 8 : 32 + random64(&seed) % 1034 * 8);
		rec->time_ns = dump;
		assert_int_equal(log_store_append(&s, rec), 0);
		log_store_seal(&s);
	}
	assert_true(s.next_index > s.hdr->block_count);
	log_store_set_end(&s, RW_END_RESET);
	memset(d, 0, sizeof(*d));
	dump_to(d, &s, 0);
	check_decoded(d, mem, &image);
	assert_int_equal(image.hdr.end_reason, RW_END_RESET);
	free(d);
	free(mem);
}

/* A stop while a block is being opened: the dump omits it. */
static void dump_of_unfinished(void **state)
{
	static const struct {
		size_t off;
		uint32_t value;
	} damage[] = {
		{ offsetof(struct rw_block_hdr, magic), 0 },
		{ offsetof(struct rw_block_hdr, place), 0 },
		{ offsetof(struct rw_block_hdr, used), RW_BLOCK_SMALL + 8 },
	};
	const struct log_drop drop = { .reason = RW_DROP_RING_FULL, .lost.count = 1, .total = 1 };
	struct decoded *d = malloc(sizeof(*d));
	uint8_t *mem = aligned_alloc(RW_PAGE_SIZE, STORE_SIZE);
	size_t i, n;

	(void)state;
	assert_true(d && mem);
	for (i = 0; i < 3; i++) {
		struct log_store s;

		assert_int_equal(log_store_init(&s, mem, STORE_SIZE, &id), 0);
		for (n = 0; n < 300; n++)
			log_store_drop(&s, &drop, 0);
		log_store_seal(&s);
		assert_int_equal(s.places, 2);
		memcpy(mem + RW_STORE_HDR_SIZE + RW_BLOCK_SMALL + damage[i].off, &damage[i].value, 4);
		memset(d, 0, sizeof(*d));
		d->dump = 7;
		dump_to(d, &s, 7);
		assert_int_equal(d->ends, 1);
		assert_int_equal(d->got, log_store_block(&s, 0)->used);
	}
	free(d);
	free(mem);
}

static void stats(void **state)
{
	struct rw_cpu_stats cpus[64];
	struct decoded *d = calloc(1, sizeof(*d));
	uint64_t seed = 5;
	uint32_t i;

	(void)state;
	assert_non_null(d);
	for (i = 0; i < sizeof(cpus); i++)
		((uint8_t *)cpus)[i] = (uint8_t)random64(&seed);
	const struct log_dump dump = { id.boot_id, 0xabcdef01 };

	d->dump = dump.number;
	decoding = d;
	for (i = 0; i < 64; i++)
		log_drain_stats(&dump, &cpus[i], i);
	assert_int_equal(d->stats_bytes, sizeof(cpus));
	assert_memory_equal(d->stats_data, cpus, sizeof(cpus));
	assert_int_equal(d->stats, 128);
	free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dump_of_any_fill),
		cmocka_unit_test(dump_of_unfinished),
		cmocka_unit_test(stats),
	};

	return cmocka_run_group_tests_name("hvlog_drain", tests, NULL, NULL);
}
