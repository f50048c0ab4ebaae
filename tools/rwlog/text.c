/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Text for people and for JSON, from bytes that a hostile guest may have chosen. */
#define _GNU_SOURCE
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sink.h"
#include "socket.h"
#include "util.h"

#define NS_PER_S   UINT64_C(1000000000)
#define SECOND_LEN 19u /* of YYYY-MM-DDTHH:MM:SS */
#define US_DIGITS  6u

size_t text_utf8(const uint8_t *p, size_t n, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len;
	uint32_t c;

	if (n == 0)
		return 0;
	c = p[0];
	if (c < 0x80) {
		*code = c;
		return 1;
	}
	if (c >= 0xc2 && c <= 0xdf) {
		len = 2;
		c &= 0x1f;
	} else if (c >= 0xe0 && c <= 0xef) {
		len = 3;
		c &= 0x0f;
	} else if (c >= 0xf0 && c <= 0xf4) {
		len = 4;
		c &= 0x07;
	} else {
		return 0;
	}
	if (n < len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return len;
}

bool text_unsafe(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) ||        /* C0, DEL, C1 */
	       code == 0x61c || (code >= 0x200b && code <= 0x200f) || /* zero width, marks of direction */
	       (code >= 0x2028 && code <= 0x202e) ||                  /* line ends, overrides of direction */
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff ||
	       (code >= 0xe0000 && code <= 0xe007f); /* tags */
}

/* Bytes at the begin of a text that are shown as they are: nearly all are printable ASCII. */
static size_t plain_length(struct text t)
{
	size_t n = 0;

	while (n < t.len && t.p[n] >= ' ' && t.p[n] <= '~' && t.p[n] != '\\' && t.p[n] != '"')
		n++;
	return n;
}

void text_show(FILE *out, struct text t, bool quoted)
{
	if (quoted)
		putc_unlocked('"', out);
	for (size_t i = 0; i < t.len;) {
		size_t plain = plain_length((struct text){ t.p + i, t.len - i }), n;
		uint32_t code = 0;

		if (plain) {
			fwrite_unlocked(t.p + i, 1, plain, out);
			i += plain;
			continue;
		}
		n = text_utf8(t.p + i, t.len - i, &code);
		if (n == 0)
			fprintf(out, "\\x%02x", t.p[i]);
		else if (text_unsafe(code))
			fprintf(out, "\\u{%" PRIx32 "}", code);
		else if (code == '\\' || (quoted && code == '"'))
			fprintf(out, "\\%c", (int)code);
		else
			fwrite(t.p + i, 1, n, out);
		i += n ? n : 1;
	}
	if (quoted)
		putc_unlocked('"', out);
}

#define U64_DIGITS 20u

/* Writes @v with at least @least digits to the end of @s. Return: its first digit. */
static char *digits(char s[U64_DIGITS], uint64_t v, unsigned int least)
{
	char *p = s + U64_DIGITS;

	for (unsigned int n = 0; v || n < least; v /= 10, n++)
		*--p = (char)('0' + v % 10);
	return p;
}

void text_u64(FILE *out, const char *before, uint64_t v)
{
	char s[U64_DIGITS], *first = digits(s, v, 1);

	fputs_unlocked(before, out);
	fwrite_unlocked(first, 1, (size_t)(s + U64_DIGITS - first), out);
}

void text_hex(FILE *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%02x", p[i]);
}

bool text_list_next(struct text_list *l, struct text *one)
{
	size_t n = strnlen((const char *)l->p, l->left), skip = n < l->left ? n + 1 : n;

	if (!l->left)
		return false;
	*one = (struct text){ l->p, n };
	l->p += skip;
	l->left -= skip;
	return true;
}

void text_strings(FILE *out, struct text list)
{
	struct text_list l = { list.p, list.len };
	const char *blank = "";
	struct text one;

	for (; text_list_next(&l, &one); blank = " ") {
		fputs(blank, out);
		text_show(out, one, true);
	}
}

void text_ids(FILE *out, struct text list)
{
	for (size_t i = 0; i + 4 <= list.len; i += 4) {
		uint32_t id;

		memcpy(&id, list.p + i, sizeof(id));
		fprintf(out, "%s%" PRIu32, i ? "," : "", id);
	}
}

void text_areas(FILE *out, struct text list)
{
	for (size_t i = 0; i + RW_AREA_BYTES <= list.len; i += RW_AREA_BYTES) {
		struct rw_area area;

		memcpy(&area, list.p + i, sizeof(area));
		fprintf(out, "%s%" PRIx64 "+%" PRIx64, i ? " " : "", area.gpa, area.bytes);
	}
}

void text_socket(FILE *out, struct text raw)
{
	struct member part[SOCKET_PARTS];
	char text[SOCKET_TEXT_LEN];
	unsigned int n = socket_parts(raw, part, text);

	fputs(part[0].word, out);
	for (unsigned int i = 1; i < n; i++) {
		fprintf(out, " %s ", part[i].name);
		if (part[i].form == MEMBER_U64)
			fprintf(out, "%" PRIu64, part[i].u);
		else if (part[i].form == MEMBER_WORD)
			fputs(part[i].word, out);
		else if (part[i].form == MEMBER_TEXT)
			text_show(out, part[i].text, true);
		else
			text_hex(out, part[i].text.p, part[i].text.len);
	}
}

const char *text_end(uint32_t reason)
{
	static const char *const names[] = RW_END_NAMES;

	_Static_assert(ARRAY_SIZE(names) == RW_END_COUNT, "every end has a name");
	return reason < RW_END_COUNT ? names[reason] : NULL;
}

void text_boot(char name[TEXT_BOOT_LEN], const struct rw_store_hdr *h)
{
	for (size_t i = 0; i < sizeof(h->boot_id); i++)
		snprintf(name + 2 * i, 3, "%02x", h->boot_id[i]);
}

/* A second, and its zone, as text. */
struct second {
	time_t t; /* -1: none */
	char text[TEXT_TIME_LEN], zone[12];
};

/* Records of one second follow one another: the last one is kept. */
static struct second last_second = { .t = -1 };
static bool other_zone;

/* The form of POSIX has a name, and the sign of what must be added to get UTC: "RWLOG-01:00". */
static bool posix_zone(const char *zone, char tz[TEXT_TIME_LEN])
{
	unsigned int hours, minutes;
	int end = 0;

	if ((*zone != '+' && *zone != '-') || sscanf(zone + 1, "%2u:%2u%n", &hours, &minutes, &end) != 2 ||
	    zone[1 + end] || hours > 14 || minutes > 59)
		return false;
	snprintf(tz, TEXT_TIME_LEN, "RWLOG%c%02u:%02u", *zone == '+' ? '-' : '+', hours, minutes);
	return true;
}

/* Whether the C library knows a zone by this name. */
static bool named_zone(const char *zone)
{
	char path[256];

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone);
	return *zone && *zone != '/' && !strstr(zone, "..") && access(path, R_OK) == 0;
}

bool text_use_zone(const char *zone)
{
	char tz[TEXT_TIME_LEN];

	other_zone = strcmp(zone, "UTC") != 0;
	last_second.t = -1;
	if (!other_zone || strcmp(zone, "local") == 0) {
		tzset();
		return true;
	}
	if (posix_zone(zone, tz))
		zone = tz;
	else if (!named_zone(zone))
		return false;
	if (setenv("TZ", zone, 1) != 0)
		return false;
	tzset();
	return true;
}

bool text_zone_is_utc(void)
{
	return !other_zone;
}

/* "+HH:MM" of the "+HHMM" that strftime(3) writes. */
static void put_zone(char *s, size_t size, const struct tm *tm)
{
	char zone[8];

	if (!other_zone)
		snprintf(s, size, "Z");
	else if (strftime(zone, sizeof(zone), "%z", tm) == 5)
		snprintf(s, size, "%.3s:%s", zone, zone + 3);
}

static const struct second *second_of(time_t t)
{
	struct second *last = &last_second;
	struct tm tm;

	if (t == last->t)
		return last;
	if (other_zone)
		localtime_r(&t, &tm);
	else
		gmtime_r(&t, &tm);
	strftime(last->text, sizeof(last->text), "%Y-%m-%dT%H:%M:%S", &tm);
	put_zone(last->zone, sizeof(last->zone), &tm);
	last->t = t;
	return last;
}

void text_time(char s[TEXT_TIME_LEN], uint64_t epoch, uint64_t time_ns)
{
	uint64_t us = time_ns % NS_PER_S / 1000;
	const struct second *second;
	char us_text[U64_DIGITS];

	if (!sink_has_time(epoch, time_ns)) {
		snprintf(s, TEXT_TIME_LEN, "+%" PRIu64 ".%06" PRIu64 "s", time_ns / NS_PER_S, us);
		return;
	}
	second = second_of((time_t)(epoch + time_ns / NS_PER_S));
	memcpy(s, second->text, SECOND_LEN);
	s[SECOND_LEN] = '.';
	memcpy(s + SECOND_LEN + 1, digits(us_text, us, US_DIGITS), US_DIGITS);
	strcpy(s + SECOND_LEN + 1 + US_DIGITS, second->zone);
}
