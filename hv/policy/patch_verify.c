/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Whether a change of kernel text is one that the kernel's own patching makes. */
#include "policy/patch_verify.h"

#include "core/search.h"
#include "policy/branch.h"

/* XOR EAX, EAX with three prefixes: in place of a call of a function that only returns 0. */
static const uint8_t zero5[5] = { 0x2e, 0x2e, 0x2e, 0x31, 0xc0 };

static const struct patch_answer no = { .kind = PATCH_NO }, yes = { .kind = PATCH_YES };

static uint64_t site_address(const struct rw_site *site)
{
	return RW_SYMBOL_BASE + site->off;
}

const char *patch_site_problem(const struct rw_site *site)
{
	static const struct {
		uint8_t least, most;
	} len[RW_SITE_KINDS] = {
		[RW_SITE_JUMP] = { 2, 5 },   [RW_SITE_CALL] = { 5, 5 },   [RW_SITE_TAIL] = { 5, 6 },
		[RW_SITE_TRACE] = { 5, 5 },  [RW_SITE_TRACER] = { 5, 5 }, [RW_SITE_LOCK] = { 1, 1 },
		[RW_SITE_FROZEN] = { 1, 6 },
	};

	if (!site->kind || site->kind >= RW_SITE_KINDS)
		return "kind is not one that a site has";
	if (site->len < len[site->kind].least || site->len > len[site->kind].most ||
	    (site->kind == RW_SITE_JUMP && site->len != 2 && site->len != 5))
		return "length is not one of its kind";
	if (site->reserved || (site->target && site->kind != RW_SITE_JUMP))
		return "a field that its kind does not use is not 0";
	if (site->off > UINT32_MAX - site->len)
		return "address and length overflow";
	return NULL;
}

uint32_t patch_site_find(const struct rw_site *site, uint32_t count, uint32_t off)
{
	return FIRST_WHERE(i, count, site[i].off + site[i].len > off);
}

/* @code: a whole instruction, with the first byte that it has in the end. */
static struct patch_answer whole_jump(const struct rw_site *site, const uint8_t *code)
{
	uint64_t target = RW_SYMBOL_BASE + site->target;
	bool ok;

	if (site->len == 2)
		ok = !memcmp(code, nop2, 2) ||
		     (code[0] == JMP8 && site_address(site) + 2 + (uint64_t)(int8_t)code[1] == target);
	else
		ok = !memcmp(code, nop5, 5) ||
		     (code[0] == JMP32 && leads_to(site_address(site), code, 5) == target);
	return ok ? yes : no;
}

static struct patch_answer if_function(uint64_t target)
{
	return (struct patch_answer){ PATCH_IF_FUNCTION, target };
}

static struct patch_answer whole_call(const struct rw_site *site, const uint8_t *code)
{
	if (!memcmp(code, nop5, 5) || !memcmp(code, zero5, 5))
		return yes;
	return code[0] == CALL32 ? if_function(leads_to(site_address(site), code, 5)) : no;
}

static struct patch_answer whole_tail(const struct rw_site *site, uint64_t return_thunk, const uint8_t *code)
{
	bool jcc = site->len == 6 && code[0] == JCC_ESCAPE && (code[1] & 0xf0) == JCC32;

	if (site->len == 5 && !memcmp(code, return5, 5))
		return yes;
	if (site->len == 6 ? !jcc : code[0] != JMP32)
		return no;

	uint64_t target = leads_to(site_address(site), code, site->len);

	return return_thunk && target == return_thunk ? yes : if_function(target);
}

static struct patch_answer whole(const struct rw_site *site, uint64_t return_thunk, const uint8_t *code)
{
	switch (site->kind) {
	case RW_SITE_JUMP:
		return whole_jump(site, code);
	case RW_SITE_CALL:
		return whole_call(site, code);
	case RW_SITE_TAIL:
		return whole_tail(site, return_thunk, code);
	case RW_SITE_TRACE:
		if (!memcmp(code, nop5, 5))
			return yes;
		return code[0] == CALL32 ? (struct patch_answer){ PATCH_IF_TRACER,
								  leads_to(site_address(site), code, 5) } :
					   no;
	case RW_SITE_TRACER:
		return code[0] == CALL32 ? if_function(leads_to(site_address(site), code, 5)) : no;
	case RW_SITE_LOCK:
		return code[0] == LOCK_PREFIX || code[0] == DS_PREFIX ? yes : no;
	default:
		return no;
	}
}

static const uint8_t firsts[] = { 0x66, JCC_ESCAPE, 0x2e, 0xc3, JMP8, CALL32, JMP32 };

/*
 * The bytes after the first of some whole instruction that the site may have. At most one first byte leads to
 * a target; the others match as they are, or not.
 */
static struct patch_answer rest(const struct rw_site *site, uint64_t return_thunk, const uint8_t *now,
				uint8_t *first)
{
	struct patch_answer best = no;
	uint8_t code[RW_SITE_LEN_MAX];

	memcpy(code, now, site->len);
	for (uint32_t i = 0; i < sizeof(firsts) && best.kind != PATCH_YES; i++) {
		code[0] = firsts[i];

		struct patch_answer answer = whole(site, return_thunk, code);

		if (answer.kind == PATCH_NO)
			continue;
		best = answer;
		*first = code[0];
	}
	return best;
}

bool patch_heal(const struct rw_site *site, uint64_t return_thunk, const uint8_t *old, const uint8_t *now,
		uint8_t *first)
{
	if (site->len < 2 || site->kind == RW_SITE_FROZEN || old[0] != INT3 || now[0] == INT3 ||
	    memcmp(old + 1, now + 1, site->len - 1u) != 0)
		return false;
	return rest(site, return_thunk, old, first).kind != PATCH_NO;
}

struct patch_answer patch_verify(const struct rw_site *site, uint64_t return_thunk, const uint8_t *old,
				 const uint8_t *now)
{
	if (!memcmp(old, now, site->len))
		return yes;
	if (site->kind == RW_SITE_FROZEN)
		return no;
	/* The condition of a conditional jump is the compiler's. */
	if (site->len == 6 && (old[1] != now[1]))
		return no;
	if (site->kind == RW_SITE_LOCK || now[0] != INT3)
		return whole(site, return_thunk, now);
	if (!memcmp(old + 1, now + 1, site->len - 1u))
		return yes; /* INT3 in place of the first byte */

	uint8_t first;

	return old[0] == INT3 ? rest(site, return_thunk, now, &first) : no;
}

uint64_t patch_target(uint64_t at, const uint8_t *code, uint32_t len)
{
	if (len == 2)
		return code[0] == JMP8 || code[0] == INT3 ? at + 2 + (uint64_t)(int8_t)code[1] : 0;
	if (len == 5 && (code[0] == CALL32 || code[0] == JMP32 ||
			 (code[0] == INT3 && memcmp(code + 1, nop5 + 1, 4) &&
			  memcmp(code + 1, zero5 + 1, 4) && memcmp(code + 1, return5 + 1, 4))))
		return leads_to(at, code, 5);
	if (len == 6 && (code[0] == JCC_ESCAPE || code[0] == INT3) && (code[1] & 0xf0) == JCC32)
		return leads_to(at, code, 6);
	return 0;
}
