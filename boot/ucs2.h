/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* UTF-8 to UCS-2, the firmware's characters. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/**
 * ucs2_decode() - decode the first character of UTF-8 text.
 * @text: untrusted
 * @size: bytes of @text, at least 1
 * @code: the character
 *
 * Overlong forms, surrogates and characters beyond UCS-2 (above U+FFFF) are refused.
 *
 * Context: anywhere. Return: bytes taken, 1 to 3; 0 if there is no valid character.
 */
size_t ucs2_decode(const char *text, size_t size, uint16_t *code);

/**
 * ucs2_from_utf8() - convert a string that ucs2_decode() accepts.
 * @out:  takes the characters and a NUL
 * @max:  characters that @out has room for, the NUL included; strlen(@text) + 1 is always enough
 * @text: NUL-terminated
 *
 * Context: anywhere. Return: characters in @out with the NUL; 0 if @text is not valid or too long.
 */
size_t ucs2_from_utf8(uint16_t *out, size_t max, const char *text);
