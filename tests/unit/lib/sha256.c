/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Tests of SHA-256: NIST's examples, and any length in any pieces against OpenSSL. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "lib/sha256.h"

static void expect(const char *text, size_t repeat, const char *hex)
{
	uint8_t digest[SHA256_LEN];
	char said[2 * SHA256_LEN + 1];
	struct sha256 s;

	sha256_start(&s);
	while (repeat--)
		sha256_add(&s, text, strlen(text));
	sha256_end(&s, digest);
	for (size_t i = 0; i < SHA256_LEN; i++)
		snprintf(said + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(said, hex);
}

/* FIPS 180-2, appendix B, and the CAVP's empty message. */
static void test_examples(void **state)
{
	(void)state;
	expect("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	expect("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	expect("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	expect("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	       "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
	       1, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
	expect("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_lengths_and_pieces(void **state)
{
	uint8_t message[400], digest[SHA256_LEN], wanted[SHA256_LEN];
	struct sha256 s;

	(void)state;
	for (size_t i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)(i * 37);
	for (size_t size = 0; size <= sizeof(message); size++) {
		uint8_t *block = malloc(size ? size : 1); /* the sanitizer sees a read past it */

		assert_non_null(block);
		memcpy(block, message, size);
		assert_true(EVP_Digest(message, size, wanted, NULL, EVP_sha256(), NULL));
		for (size_t piece = 1; piece < 140; piece += 13) {
			sha256_start(&s);
			for (size_t done = 0; done < size; done += piece)
				sha256_add(&s, block + done, piece < size - done ? piece : size - done);
			sha256_end(&s, digest);
			assert_memory_equal(digest, wanted, sizeof(digest));
		}
		free(block);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_lengths_and_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
