/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One frame of a serial capture: from characters to its payload. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "abi/frame.h"

struct frame {
	char type;     /* RW_FRAME_* */
	uint32_t boot; /* its id's first four bytes, the first one highest */
	uint32_t dump;
	uint32_t offset;
	size_t chars;                            /* of the text, from the mark to the CRC */
	size_t len;                              /* bytes in payload */
	uint8_t payload[RW_FRAME_MAX_BYTES + 1]; /* and one that decoding writes */
};

enum frame_result {
	FRAME_GOOD,
	FRAME_BAD,  /* meant to be a frame, but damaged */
	FRAME_TEXT, /* text that only contains the mark */
};

/**
 * frame_parse() - parse a frame.
 * @s:     the position of the mark RW_FRAME_MARK
 * @avail: characters that may be read there, the mark included
 * @f:     receives the frame, if it is good
 * @why:   receives what is wrong, if it is bad: a constant
 *
 * Ignores what follows the frame's CRC, except that it must not be another hex digit.
 */
enum frame_result frame_parse(const char *s, size_t avail, struct frame *f, const char **why);
