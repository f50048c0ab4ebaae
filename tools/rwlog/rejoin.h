/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Reads a frame that a terminal or a logger has broken into lines, or mixed with other characters. */
#pragma once

#include <stdbool.h>

#include "framing.h"

/** enum rejoin_rule - what is left out at the begin of a line that continues the one before it. */
enum rejoin_rule {
	REJOIN_NOTHING,
	REJOIN_WIDTH, /* as many characters as stand before the text on its first line */
	REJOIN_STAMP, /* up to the last character that no frame has, and the number after ':' or '.' */
	REJOIN_LINES, /* lines with such a character, as a whole */
	REJOIN_RULES
};

/**
 * rejoin_skip() - get how many characters of a line are left out by REJOIN_NOTHING, _WIDTH or _STAMP.
 * @line, @n: the line; @width: for REJOIN_WIDTH
 */
size_t rejoin_skip(const char *line, size_t n, enum rejoin_rule rule, size_t width);

/**
 * rejoin_begins() - whether a frame's mark may begin at @s, with control characters between its own.
 * @s: the position of '@'; @avail: characters that may be read there
 */
bool rejoin_begins(const char *s, size_t avail);

/**
 * rejoin_frame() - read a frame that frame_parse() does not.
 * @start: begin of the capture, for what stands before the mark on its line
 * @s:     the position of '@'
 * @avail: characters that may be read at @s
 * @f:     receives the frame
 *
 * Leaves out control characters and escape sequences, and joins lines. What stands at the begin of the other
 * lines is left out as one of the rules says. A frame must then have the right CRC, like any other.
 *
 * Return: whether there is a good frame.
 */
bool rejoin_frame(const char *start, const char *s, size_t avail, struct frame *f);
