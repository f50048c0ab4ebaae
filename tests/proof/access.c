/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * What scripts/prove shows of lib/access.c with CBMC.
 *
 * parts: whatever a header says, find_parts() takes it only if all parts lie in the image, one after another.
 * image: in every image with NODES, SCOPES ... elements, whatever they and the rest of the header hold, all
 *        that access_open() and, where it passes, the other functions read lies in the image, all end, and
 *        access_refused() refuses what access_decide_for() does.
 */
#include "lib/access.c"

uint32_t nondet_number(void); /* to CBMC, any value */

int parts(void);
int image(void);

int parts(void)
{
	struct rw_access_hdr hdr;
	uint32_t size = nondet_number();
	struct access a;
	uint64_t end;

	if (!check_header(&hdr, size) || !find_parts(&a, &hdr, size))
		return 0;
	end = sizeof(hdr) + (uint64_t)hdr.nodes * sizeof(*a.node) +
	      (uint64_t)hdr.node_slots * sizeof(*a.node_slot) + (uint64_t)hdr.scopes * sizeof(*a.scope) +
	      (uint64_t)hdr.user_slots * sizeof(*a.user) + (uint64_t)hdr.rules * sizeof(*a.rule) +
	      (uint64_t)hdr.files * sizeof(*a.file) + (uint64_t)hdr.hashes * sizeof(*a.hash) +
	      (uint64_t)hdr.subjects * sizeof(*a.subject) + hdr.text;
	__CPROVER_assert(end <= size, "the parts lie in the image");
	__CPROVER_assert((const char *)a.text - (const char *)&hdr + (uint64_t)hdr.text == end,
			 "the text is last");
	return 0;
}

#ifdef NODES
/* As many bytes as the elements need: an access outside is one that CBMC reports. */
static struct {
	struct rw_access_hdr hdr;
	struct rw_access_node node[NODES];
	uint32_t node_slot[NODE_SLOTS];
	struct rw_access_scope scope[SCOPES];
	struct rw_access_user user[USER_SLOTS];
	struct rw_access_rule rule[RULES];
	struct rw_access_file file[FILES];
	struct rw_access_hash hash[HASHES];
	struct rw_access_subject subject[SUBJECTS];
	char text[TEXT];
} bytes;

/* Sets how many there are of each; the rest is of any value. */
static void set_header(void)
{
	struct rw_access_hdr hdr;

	hdr.size = sizeof(bytes);
	hdr.nodes = NODES;
	hdr.node_slots = NODE_SLOTS;
	hdr.scopes = SCOPES;
	hdr.user_slots = USER_SLOTS;
	hdr.rules = RULES;
	hdr.files = FILES;
	hdr.hashes = HASHES;
	hdr.subjects = SUBJECTS;
	hdr.text = TEXT;
	bytes.hdr = hdr;
}

int image(void)
{
	uint32_t node = nondet_number(), scope = nondet_number(), file = nondet_number(),
		 len = nondet_number(), kinds = nondet_number();
	struct access_subject who = { nondet_number(), nondet_number() };
	struct access_answer answer;
	uint8_t hash[32];
	struct access a;
	char name[2];

	__CPROVER_havoc_object(&bytes);
	set_header();
	if (access_open(&a, &bytes, sizeof(bytes)))
		return 0;
	__CPROVER_assume(len <= sizeof(name));
	__CPROVER_assume(scope < SCOPES || scope == RW_ACCESS_NONE);
	access_child(&a, node, name, len);
	answer = access_decide_for(&a, scope, &who, kinds);
	__CPROVER_assert(access_refused(&a, scope, &who, kinds) == (answer.denied | answer.audited),
			 "both say the same");
	access_object_label(&a, scope);
	access_user_label(&a, who.uid);
	if (node < NODES || node == RW_ACCESS_NONE)
		access_file(&a, node);
	if (file < FILES)
		access_trusts(&a, file, RW_ACCESS_LIB, hash);
	access_door(&a, nondet_number() % RW_DOORS);
	return 0;
}
#endif
