/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * Writes JSON objects, one member after the other.
 *
 * Own code instead of a library, because Jansson's integers are signed: an inode number above 2^63 would come
 * out wrong.
 */
#pragma once

#include "rec.h"
#include "sink.h"

struct json {
	struct sink *to;
	bool more; /* the open object or array already has a member */
};

/* Begin and end an object or array; @name is NULL inside an array and for the outermost. */
void json_open(struct json *j, const char *name, char bracket);
void json_close(struct json *j, char bracket);

void json_u64(struct json *j, const char *name, uint64_t v);
void json_i64(struct json *j, const char *name, int64_t v);
void json_bool(struct json *j, const char *name, bool v);

/** json_str() - write a string made by this program: plain ASCII. */
void json_str(struct json *j, const char *name, const char *v);

/** json_number_str() - write a number as a string, as ECS has identifiers. */
void json_number_str(struct json *j, const char *name, uint64_t v);

/** json_time() - write a time as RFC 3339 has it; sink_has_time() must accept it. */
void json_time(struct json *j, const char *name, uint64_t epoch, uint64_t time_ns);

/** json_address() - write a 64-bit number as a string "0x..." of 16 digits. */
void json_address(struct json *j, const char *name, uint64_t v);

/** json_hex() - write bytes as a string of hex digits. */
void json_hex(struct json *j, const char *name, const uint8_t *p, size_t n);

/**
 * json_text() - write a string from the guest.
 *
 * Each byte that is not UTF-8 becomes U+FFFD; then a member NAME_hex follows with all bytes in hex.
 */
void json_text(struct json *j, const char *name, struct text t);

/** json_text_only() - write a string from the guest without that member. Return: whether it was UTF-8. */
bool json_text_only(struct json *j, const char *name, struct text t);

/** json_text_item() - write a string from the guest into an array. Return: whether all bytes were UTF-8. */
bool json_text_item(struct json *j, struct text t);
