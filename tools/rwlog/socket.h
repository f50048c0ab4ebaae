/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Socket addresses of Linux, taken apart. */
#ifndef RWLOG_SOCKET_H
#define RWLOG_SOCKET_H

#include "members.h"

#define SOCKET_PARTS    4u
#define SOCKET_TEXT_LEN 64u

/**
 * socket_parts() - what a struct sockaddr says.
 * @raw:  its bytes, at least 2, untrusted
 * @part: receives members of the forms MEMBER_WORD, _U64, _TEXT and _HEX, the family first
 * @text: room for the words
 *
 * A family that is not known, or one whose address is cut short, has its bytes as the part "data".
 *
 * Return: number of parts.
 */
unsigned int socket_parts(struct text raw, struct member part[SOCKET_PARTS], char text[SOCKET_TEXT_LEN]);

#endif
