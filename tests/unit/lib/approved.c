/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of approved.conf: its parser, its image, and the look-up. */
#include "conf.h"

#include "lib/approved.h"
#include "lib/approved_conf.h"

#define A64  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64  "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define ONE  "0000000000000000000000000000000000000000000000000000000000000001"
#define LINE (2 * RW_SHA256_LEN + 8)

static uint32_t image[APPROVED_IMAGE_MAX / sizeof(uint32_t)];
static uint32_t image_size;

static int parse(const char *text, size_t size, struct conf_file *file)
{
	image_size = approved_parse(text, size, file, image);
	return image_size ? 0 : -1;
}

static const struct rw_approved_hdr *hdr(void)
{
	return (const struct rw_approved_hdr *)image;
}

static void test_lines_become_an_image(void **state)
{
	static const char text[] = "# made by hand\n" B64 "  6.1/b\r\n\n  " A64 "\tname # comment\n" ONE " x";
	uint8_t digest[RW_SHA256_LEN];

	(void)state;
	assert_int_equal(parse_block(parse, text, sizeof(text) - 1), 0);
	assert_string_equal(said, "");
	assert_int_equal(hdr()->count, 3);
	assert_true(approved_is_sound(image, image_size));
	memset(digest, 0xaa, sizeof(digest));
	assert_true(approved_has(image, digest));
	memset(digest, 0xbb, sizeof(digest));
	assert_true(approved_has(image, digest));
	digest[31] = 0xba;
	assert_false(approved_has(image, digest));
	memset(digest, 0, sizeof(digest));
	assert_false(approved_has(image, digest));
	digest[31] = 1;
	assert_true(approved_has(image, digest));
}

static void test_an_empty_file_approves_nothing(void **state)
{
	uint8_t digest[RW_SHA256_LEN] = { 0 };

	(void)state;
	assert_int_equal(parse_block(parse, "", 0), 0);
	assert_true(approved_is_sound(image, image_size));
	assert_false(approved_has(image, digest));
}

static void test_equal_digests_are_one(void **state)
{
	static const char text[] = A64 " a\n" ONE " x\n" A64 " b\n" A64 " a\n";

	(void)state;
	assert_int_equal(parse_block(parse, text, sizeof(text) - 1), 0);
	assert_int_equal(hdr()->count, 2);
}

static void test_every_error_has_its_place(void **state)
{
	static const struct row rows[] = {
		{ "xyz a\n", "1:1: xyz: a SHA-256 has hexadecimal digits only" },
		{ "12g a", "1:3: 12g: a SHA-256 has hexadecimal digits only" },
		{ "\n12 a", "2:1: 12: a SHA-256 has 64 digits" },
		{ A64 "0 a", "1:65: "
			     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...: a SHA-256 has 64 digits" },
		{ A64, "1:65: the module's name is missing; a line is: SHA256 NAME" },
		{ " " A64 " # name", "1:66: the module's name is missing; a line is: SHA256 NAME" },
		{ A64 " a\001b", "1:67: byte 0x01 cannot be part of a name" },
		{ A64 " \xc3\xa4", "1:66: byte 0xc3 cannot be part of a name" },
		{ A64 " \"a b\"", "1:68: byte 0x20 cannot be part of a name" },
		{ A64 " a b", "1:68: b: nothing may follow the name but a comment" },
		{ "1 a\n" ONE " good\n2 b\n",
		  "1:1: 1: a SHA-256 has 64 digits\n3:1: 2: a SHA-256 has 64 digits" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect_row(parse, &rows[i]);
}

static void test_long_names(void **state)
{
	char text[2 * RW_SHA256_LEN + 1 + APPROVED_TEXT_MAX + 2];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[2 * RW_SHA256_LEN] = ' ';
	assert_int_equal(parse_block(parse, text, sizeof(text) - 1), -1);
	assert_string_equal(said, "1:226: the name is longer than 160 bytes");
	assert_int_equal(parse_block(parse, text, sizeof(text) - 2), 0);
}

/* A file of @count lines, with digests that begin with a number in a scattered order; to be freed. */
static char *many(uint32_t count)
{
	char *text = malloc((size_t)count * LINE + 1);

	assert_non_null(text);
	for (uint32_t i = 0; i < count; i++)
		snprintf(text + (size_t)i * LINE, LINE + 1, "%08x%056x module\n", i * 2654435761u, 7);
	return text;
}

static void test_100000_modules(void **state)
{
	char *text = many(RW_APPROVED_MAX + 2);
	const uint8_t *list = (const uint8_t *)(hdr() + 1);

	(void)state;
	assert_int_equal(parse_block(parse, text, (size_t)RW_APPROVED_MAX * LINE), 0);
	assert_int_equal(hdr()->count, RW_APPROVED_MAX);
	assert_int_equal(image_size, APPROVED_IMAGE_MAX);
	for (uint32_t i = 1; i < RW_APPROVED_MAX; i++)
		assert_true(memcmp(list + (i - 1) * RW_SHA256_LEN, list + i * RW_SHA256_LEN, RW_SHA256_LEN) <
			    0);
	for (uint32_t i = 0; i < RW_APPROVED_MAX; i++) {
		uint32_t number = __builtin_bswap32(i * 2654435761u);
		uint8_t digest[RW_SHA256_LEN] = { [31] = 7 };

		memcpy(digest, &number, sizeof(number));
		assert_true(approved_has(image, digest));
		digest[31] = 8;
		assert_false(approved_has(image, digest));
	}
	assert_int_equal(parse_block(parse, text, (size_t)(RW_APPROVED_MAX + 2) * LINE), -1);
	assert_string_equal(said, "100001:1: more than 100000 modules");
	free(text);
}

static void test_large_files(void **state)
{
	struct conf_file file = { .report = say };

	(void)state;
	said[0] = '\0';
	assert_int_equal(approved_parse("", APPROVED_FILE_MAX + 1, &file, image), 0);
	assert_string_equal(said, "0:0: the file has 25165825 bytes; the limit is 25165824");
}

static void test_unsound_images(void **state)
{
	struct rw_approved_hdr bad;

	(void)state;
	assert_int_equal(parse_block(parse, A64 " a", 66), 0);
	assert_false(approved_is_sound(image, image_size - 1));
	assert_false(approved_is_sound(image, image_size + 1));
	assert_false(approved_is_sound(image, sizeof(bad) - 1));
	bad = *hdr();
	bad.magic++;
	assert_false(approved_is_sound(&bad, image_size));
	bad = *hdr();
	bad.version++;
	assert_false(approved_is_sound(&bad, image_size));
	bad = *hdr();
	bad.count = RW_APPROVED_MAX + 1;
	assert_false(approved_is_sound(&bad, (uint32_t)RW_APPROVED_BYTES(RW_APPROVED_MAX + 1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_become_an_image),
		cmocka_unit_test(test_an_empty_file_approves_nothing),
		cmocka_unit_test(test_equal_digests_are_one),
		cmocka_unit_test(test_every_error_has_its_place),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_100000_modules),
		cmocka_unit_test(test_large_files),
		cmocka_unit_test(test_unsound_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
