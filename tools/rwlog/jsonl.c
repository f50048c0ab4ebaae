/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One record as a JSON object. */
#include "jsonl.h"

#include <inttypes.h>
#include <string.h>

#include "socket.h"
#include "text.h"

/* A list of strings; if one of them is not UTF-8, also a list with the bytes of all. */
static void json_strings(struct json *j, const struct member *m)
{
	struct text_list list = { m->text.p, m->text.len };
	struct text one;
	bool good = true;
	char hex[64];

	json_open(j, m->name, '[');
	while (text_list_next(&list, &one))
		good &= json_text_item(j, one);
	json_close(j, ']');
	if (good)
		return;
	list = (struct text_list){ m->text.p, m->text.len };
	snprintf(hex, sizeof(hex), "%s_hex", m->name);
	json_open(j, hex, '[');
	while (text_list_next(&list, &one))
		json_hex(j, NULL, one.p, one.len);
	json_close(j, ']');
}

static void json_ids(struct json *j, const struct member *m)
{
	json_open(j, m->name, '[');
	for (size_t i = 0; i + 4 <= m->text.len; i += 4) {
		struct rec_field id = { 0, 4, m->text.p + i };

		json_u64(j, NULL, value_number(&id));
	}
	json_close(j, ']');
}

static void json_areas(struct json *j, const struct member *m)
{
	json_open(j, m->name, '[');
	for (size_t i = 0; i + RW_AREA_BYTES <= m->text.len; i += RW_AREA_BYTES) {
		struct rw_area area;

		memcpy(&area, m->text.p + i, sizeof(area));
		json_open(j, NULL, '{');
		json_address(j, "gpa", area.gpa);
		json_u64(j, "bytes", area.bytes);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void json_member(void *ctx, const struct member *m);

/* The members of a struct sockaddr, into the open object. */
static void json_socket(struct json *j, struct text raw)
{
	struct member part[SOCKET_PARTS];
	char text[SOCKET_TEXT_LEN];
	unsigned int n = socket_parts(raw, part, text);

	for (unsigned int i = 0; i < n; i++)
		json_member(j, &part[i]);
}

/* The names of the bits that are set; those without a name together, in hex. */
static void json_flags(struct json *j, const struct member *m)
{
	const struct flag_name *list = m->bits.names;
	uint64_t left = m->bits.v;
	const char *name;
	char rest[24];

	json_open(j, m->name, '[');
	while ((name = flags_next(&list, m->bits.v, &left)))
		json_str(j, NULL, name);
	if (left) {
		snprintf(rest, sizeof(rest), "0x%" PRIx64, left);
		json_str(j, NULL, rest);
	}
	json_close(j, ']');
}

static void json_member(void *ctx, const struct member *m)
{
	struct json *j = ctx;

	switch (m->form) {
	case MEMBER_U64:
		json_u64(j, m->name, m->u);
		break;
	case MEMBER_I64:
		json_i64(j, m->name, m->i);
		break;
	case MEMBER_BOOL:
		json_bool(j, m->name, m->u);
		break;
	case MEMBER_ADDRESS:
		json_address(j, m->name, m->u);
		break;
	case MEMBER_WORD:
		json_str(j, m->name, m->word);
		break;
	case MEMBER_TEXT:
		json_text(j, m->name, m->text);
		break;
	case MEMBER_HEX:
		json_hex(j, m->name, m->text.p, m->text.len);
		break;
	case MEMBER_STRINGS:
		json_strings(j, m);
		break;
	case MEMBER_IDS:
		json_ids(j, m);
		break;
	case MEMBER_AREAS:
		json_areas(j, m);
		break;
	case MEMBER_SOCKET:
		json_open(j, m->name, '{');
		json_socket(j, m->text);
		json_close(j, '}');
		break;
	case MEMBER_FLAGS:
		json_flags(j, m);
		break;
	case MEMBER_TIME:
		json_time(j, m->name, m->time.epoch, m->time.ns);
	}
}

void jsonl_members(const struct rec *r, const struct members_boot *boot, struct json *j)
{
	members_of_record(r, boot, json_member, j);
}

void jsonl_record(const struct rec *r, const struct members_boot *boot, struct sink *to)
{
	struct json j = { .to = to };

	json_open(&j, NULL, '{');
	jsonl_members(r, boot, &j);
	json_close(&j, '}');
	sink_char(to, '\n');
}
