/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What scripts/prove shows of lib/access.c with CBMC: for every image of up to PROOF_BYTES bytes, whatever it
 * holds, access_open() and, on what it passes, all functions that read the image stay inside it and end.
 */
#include <stdlib.h>

#include "lib/access.h"

/* Any value: CBMC takes a function without a body for that. */
uint32_t any_number(void);

static const char name[] = "ab";

int main(void)
{
	uint32_t size = any_number(), node = any_number(), scope = any_number(), file = any_number();
	struct access_subject who = { any_number(), any_number() };
	uint8_t hash[32], *image;
	struct access a;

	__CPROVER_assume(size <= PROOF_BYTES);
	image = malloc(size); /* of any contents */
	__CPROVER_assume(image != NULL);
	if (access_open(&a, image, size))
		return 0;
	access_child(&a, node, name, any_number() % sizeof(name));
	__CPROVER_assume(scope < a.hdr->scopes || scope == RW_ACCESS_NONE);
	access_decide_for(&a, scope, &who, any_number());
	access_user_label(&a, who.uid);
	if (node < a.hdr->nodes)
		access_file(&a, node);
	if (file < a.hdr->files)
		access_trusts(&a, file, RW_ACCESS_LIB, hash);
	access_door(&a, any_number() % RW_DOORS);
	return 0;
}
