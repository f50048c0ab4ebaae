/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text for people and for JSON, made of bytes that a hostile guest may have chosen. */
#pragma once

#include <stdio.h>

#include "rec.h"
#include "abi/store.h"

#define TEXT_BOOT_LEN 33u /* a boot's name, with its NUL */
#define TEXT_TIME_LEN 48u

/**
 * text_utf8() - decode the UTF-8 sequence at @p, where @n bytes may be read.
 * @code: receives the character
 *
 * Return: its length, 1 to 4, or 0 if it is not well-formed (overlong forms, surrogates and numbers above
 * U+10FFFF are not).
 */
size_t text_utf8(const uint8_t *p, size_t n, uint32_t *code);

/** text_unsafe() - whether a character must not reach a terminal: it controls, hides or reverses text. */
bool text_unsafe(uint32_t code);

/**
 * text_show() - write bytes for people: as a quoted string, or bare.
 *
 * Unsafe characters become \u{HEX}, bytes that are not UTF-8 \xNN; backslash and (when quoted) the quote get
 * a backslash. So the output is unambiguous, and the text cannot end the quotes.
 */
void text_show(FILE *out, struct text t, bool quoted);

/** text_u64() - write a few words and a number in decimal: printf(3) would take half of show's time. */
void text_u64(FILE *out, const char *before, uint64_t v);

/** text_hex() - write bytes as hex digits. */
void text_hex(FILE *out, const uint8_t *p, size_t n);

/* NUL-terminated strings; the last may lack its NUL. */
struct text_list {
	const uint8_t *p;
	size_t left;
};

/** text_list_next() - take the next string, without its NUL. Return: false if there is none. */
bool text_list_next(struct text_list *l, struct text *one);

/** text_strings() - write a list of strings: quoted, separated by blanks. */
void text_strings(FILE *out, struct text list);

/** text_areas() - write parts of memory as ADDRESS+LENGTH in hex, separated by blanks. */
void text_areas(FILE *out, struct text list);

/** text_ids() - write numbers of 4 bytes, separated by commas. */
void text_ids(FILE *out, struct text list);

/** text_socket() - write a struct sockaddr: its family, then names and values. */
void text_socket(FILE *out, struct text raw);

/** text_end() - name how a boot ended. Untrusted: @reason, of a header. Return: NULL if it has no name. */
const char *text_end(uint32_t reason);

/** text_boot() - make a boot's name: its boot_id in hex. */
void text_boot(char name[TEXT_BOOT_LEN], const struct rw_store_hdr *h);

/**
 * text_use_zone() - choose the zone of times: "UTC", "local", "+HH:MM", or a name such as "Europe/Berlin".
 *
 * Without it, it is UTC. Return: whether the zone is known.
 */
bool text_use_zone(const char *zone);

/** text_zone_is_utc() - whether times are UTC; otherwise localtime_r(3) and mktime(3) have the zone. */
bool text_zone_is_utc(void);

/**
 * text_time() - format the time of a record.
 * @epoch:   of the boot, seconds since 1970; 0: unknown
 * @time_ns: since the hypervisor's start
 *
 * To the microsecond, with the zone; or "+SECONDS" since the start if the epoch is unknown.
 */
void text_time(char s[TEXT_TIME_LEN], uint64_t epoch, uint64_t time_ns);
