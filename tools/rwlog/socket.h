/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses Linux's socket addresses. */
#pragma once

#include "members.h"

#define SOCKET_PARTS    4u
#define SOCKET_TEXT_LEN 64u

/**
 * socket_parts() - parse a struct sockaddr.
 * @raw:  its bytes, at least 2, untrusted
 * @part: receives members of the forms MEMBER_WORD, _U64, _TEXT and _HEX, the family first
 * @text: room for the words
 *
 * An unknown family, or a truncated address, has its bytes in the part "data".
 *
 * Return: number of parts.
 */
unsigned int socket_parts(struct text raw, struct member part[SOCKET_PARTS], char text[SOCKET_TEXT_LEN]);
