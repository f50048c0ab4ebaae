/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Fuzzes the reader and the evaluator of access images. An input is an image, or, as few random bytes are
 * one, changes to a good image: its first byte chooses.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/access.h"
#include "lib/access_conf.h"

#define HASH "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char policy[] =
	"-r /tmp/log 1000\n-r /tmp/log 0\n+w /tmp/log 0\n-w /etc/ *\n+w /etc/own/ 5\n-x /bin/a *\n"
	"trust exe /x/a " HASH "\ntrust lib /x/l " HASH "\nallow trusted a rw /etc/a\n"
	"isolate exe /x/a\nlevel low 1\nsubject uid 7 level low\nsubject uid 5 level low\n"
	"subject exe /x/b level low\nobject /srv/ level low\ndoor kexec open\n";

static struct access_conf conf;
static uint64_t good[ACCESS_IMAGE_MAX / sizeof(uint64_t) + 1];
static uint32_t good_size;

static void report(void *context, const struct conf_report *r)
{
	(void)context;
	(void)r;
}

static volatile uint32_t sink; /* so that what is read is used */

static void use_answers(const struct access *a)
{
	static const char *const names[] = { "tmp", "log", "etc", "own", "x", "a", "zzz" };

	for (uint32_t node = 0; node < a->hdr->nodes && node < 64; node++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			sink += access_child(a, node, names[i], (uint32_t)strlen(names[i]));
		for (uint32_t uid = 0; uid < 6; uid++) {
			struct access_subject who = { uid, node };
			struct access_answer answer = access_decide_for(a, a->node[node].self, &who,
									RW_RIGHT_ALL);

			for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
				if (answer.decided >> kind & 1)
					sink += a->rule[answer.rule[kind]].line;
			if (answer.denied & answer.audited ||
			    (answer.denied | answer.audited) & ~answer.decided)
				abort();
		}
		if (access_file(a, node) != RW_ACCESS_NONE)
			sink += access_trusts(a, access_file(a, node), RW_ACCESS_LIB, (const uint8_t *)HASH);
		sink += access_user_label(a, node).level;
		sink += access_object_label(a, a->node[node].self).level;
	}
	for (unsigned int door = 0; door < RW_DOORS; door++)
		if (access_door(a, door) >= RW_DOOR_STATES)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_file file = { .report = report };
	struct access a;
	uint8_t *image;
	size_t bytes;

	if (!good_size) {
		if (access_parse(&conf, policy, sizeof(policy) - 1, &file, RW_ACCESS_EVERYTHING))
			abort();
		good_size = access_build(&conf, good);
	}
	if (!size)
		return 0;
	bytes = data[0] & 1 ? size - 1 : good_size;
	image = malloc(bytes ? bytes : 1); /* of exactly this size: the sanitizer sees a read past it */
	if (!image)
		abort();
	if (data[0] & 1) {
		memcpy(image, data + 1, bytes);
	} else {
		memcpy(image, good, bytes);
		for (size_t i = 1; i + 2 < size; i += 3)
			image[(data[i] | data[i + 1] << 8) % bytes] = data[i + 2];
	}
	if (!access_open(&a, image, (uint32_t)bytes))
		use_answers(&a);
	free(image);
	return 0;
}
