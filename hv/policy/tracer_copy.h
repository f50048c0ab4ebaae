/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Whether code is a copy of a tracing entry of the kernel, as Linux makes one for a user of the tracer. */
#pragma once

#include "abi/hypercall.h"

/* A copy has a return after the entry, and after that the address of its user, which is data. */
#define TRACER_RETURN_BYTES 5u

/**
 * tracer_copy_calls() - checks a copy byte by byte. Three places may differ: where the user's address lies,
 * the function that is called, and the return at its end.
 * @tracer: valid
 * @return_thunk: as in struct rw_patching
 * @original: the bytes from tracer->start to tracer->end
 * @copy: as many and TRACER_RETURN_BYTES, untrusted; they lie at linear address @at
 * Return: the linear address that the copy calls; 0: it is no copy.
 */
uint64_t tracer_copy_calls(const struct rw_tracer *tracer, uint64_t return_thunk, const uint8_t *original,
			   const uint8_t *copy, uint64_t at);
