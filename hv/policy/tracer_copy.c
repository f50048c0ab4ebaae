/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Whether code is a copy of one of the kernel's tracing entries. */
#include "policy/tracer_copy.h"

#include "policy/branch.h"
#include "policy/patch_verify.h"

#define MOV_BYTES  7u /* MOV of 64 bits at a displacement from RIP to RDX */
#define CALL_BYTES 5u
#define JUMP_BYTES 2u

static const uint8_t mov_rdx[3] = { 0x48, 0x8b, 0x15 };
static const uint8_t ret[2] = { 0xc3, 0xcc };

/* Are the first @offset bytes, from *@done on, those of the original? Then @len more are done. */
static bool same_up_to(const uint8_t *original, const uint8_t *copy, uint32_t *done, uint32_t offset,
		       uint32_t len)
{
	if (offset < *done || memcmp(original + *done, copy + *done, offset - *done) != 0)
		return false;
	*done = offset + len;
	return true;
}

uint64_t tracer_copy_calls(const struct rw_tracer *t, uint64_t return_thunk, const uint8_t *original,
			   const uint8_t *copy, uint64_t at)
{
	uint32_t size = (uint32_t)(t->end - t->start), op = (uint32_t)(t->op - t->start);
	uint32_t call = (uint32_t)(t->call - t->start), jump = (uint32_t)(t->jump - t->start), done = 0;
	int32_t user;

	/* Linux' entries have these three in this order. */
	if (!same_up_to(original, copy, &done, op, MOV_BYTES) ||
	    !same_up_to(original, copy, &done, call, CALL_BYTES) ||
	    (t->jump && !same_up_to(original, copy, &done, jump, JUMP_BYTES)) ||
	    !same_up_to(original, copy, &done, size, 0))
		return 0;
	memcpy(&user, copy + op + sizeof(mov_rdx), sizeof(user));
	if (memcmp(copy + op, mov_rdx, sizeof(mov_rdx)) != 0 ||
	    user != (int32_t)(size + TRACER_RETURN_BYTES - op - MOV_BYTES))
		return 0;
	if (t->jump && memcmp(copy + jump, nop2, sizeof(nop2)) != 0)
		return 0;
	if (memcmp(copy + size, ret, sizeof(ret)) != 0 &&
	    (copy[size] != JMP32 || !return_thunk ||
	     patch_target(at + size, copy + size, TRACER_RETURN_BYTES) != return_thunk))
		return 0;
	return copy[call] == CALL32 ? patch_target(at + call, copy + call, CALL_BYTES) : 0;
}
