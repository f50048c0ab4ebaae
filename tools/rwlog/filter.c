/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Which records the user wants to see. */
#define _GNU_SOURCE
#include "filter.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "socket.h"
#include "util.h"

#define NS_PER_S UINT64_C(1000000000)

/* Parses digits at *s and moves past them. Return: false if there are none or the number is above @max. */
static bool take_number(const char **s, uint64_t max, uint64_t *v)
{
	const char *start = *s;

	for (*v = 0; **s >= '0' && **s <= '9'; (*s)++) {
		uint64_t digit = (uint64_t)(**s - '0');

		if (*v > (max - digit) / 10)
			return false;
		*v = *v * 10 + digit;
	}
	return *s != start;
}

/* Takes the "!" off a value. Return: whether there is one. */
static bool take_not(const char **value)
{
	bool not = **value == '!';

	*value += not ;
	return not ;
}

/* The number of the name in the first @n characters, or -1. */
typedef int number_of(const char *name, size_t n);

static int number_of_type(const char *name, size_t n)
{
	unsigned int type = type_by_name(name, n);

	return type ? (int)type : -1;
}

static int number_of_class(const char *name, size_t n)
{
	for (int i = 0; i < RW_CLASS_COUNT; i++) {
		char buf[NAME_LEN];
		const char *one = name_of_class((uint32_t)i, buf);

		if (strlen(one) == n && memcmp(one, name, n) == 0)
			return i;
	}
	return -1;
}

static int number_of_verdict(const char *name, size_t n)
{
	char word[16];

	snprintf(word, sizeof(word), "%.*s", (int)n, name);
	return n < sizeof(word) ? verdict_by_name(word) : -1;
}

static bool add_names(struct filter_set *set, const char *list, number_of *number)
{
	bool not = take_not(&list);

	for (;;) {
		size_t n = strcspn(list, ",");
		int i = number(list, n);

		if (i < 0)
			return false;
		set->any_wanted |= !not ;
		(not ? set->unwanted : set->wanted)[i] = true;
		if (!list[n])
			return true;
		list += n + 1;
	}
}

bool filter_types(struct filter *f, const char *list)
{
	return add_names(&f->types, list, number_of_type);
}

bool filter_classes(struct filter *f, const char *list)
{
	return add_names(&f->classes, list, number_of_class);
}

bool filter_verdicts(struct filter *f, const char *list)
{
	return add_names(&f->verdicts, list, number_of_verdict);
}

void filter_wrong_word(bool (*parse)(struct filter *, const char *), const char *list, char *word,
		       size_t size)
{
	struct filter ignored = FILTER_ALL;

	take_not(&list);
	for (;;) {
		size_t n = strcspn(list, ",");

		snprintf(word, size, "%.*s", (int)(n < size ? n : size), list);
		if (!list[n] || !parse(&ignored, word))
			return;
		list += n + 1;
	}
}

static void add_value(struct filter_list *l, bool not, struct filter_value v)
{
	if (not ) {
		l->unwanted = grow(l->unwanted, l->nunwanted, &l->unwanted_cap, sizeof(v));
		l->unwanted[l->nunwanted++] = v;
	} else {
		l->wanted = grow(l->wanted, l->nwanted, &l->wanted_cap, sizeof(v));
		l->wanted[l->nwanted++] = v;
	}
}

bool filter_numbers(struct filter *f, enum filter_what what, const char *list)
{
	bool not = take_not(&list);

	for (;;) {
		struct filter_value v = { .text = NULL };

		if (!take_number(&list, UINT32_MAX, &v.number) || (*list && *list != ','))
			return false;
		add_value(&f->list[what], not, v);
		if (!*list++)
			return true;
	}
}

bool filter_text(struct filter *f, enum filter_what what, const char *value)
{
	bool not = take_not(&value);
	struct filter_value v = { .text = value };
	const char *end = value;

	if (!*value)
		return false;
	if (what == FILTER_CONTAINER && value[strspn(value, "0123456789abcdef")])
		return false;
	if (what == FILTER_CGROUP && take_number(&end, UINT64_MAX, &v.number) && !*end)
		v.text = NULL;
	add_value(&f->list[what], not, v);
	return true;
}

bool filter_address(struct filter *f, const char *value)
{
	bool not = take_not(&value);
	struct filter_value v = { .text = value };
	const char *slash = strchrnul(value, '/');
	char host[INET6_ADDRSTRLEN];
	uint64_t bits;

	snprintf(host, sizeof(host), "%.*s", (int)(slash - value), value);
	if (inet_pton(AF_INET, host, v.address) == 1)
		v.family = AF_INET;
	else if (inet_pton(AF_INET6, host, v.address) == 1)
		v.family = AF_INET6;
	else if (*value != '/' && *value != '@')
		return false;
	v.bits = v.family == AF_INET ? 32 : 128;
	if (v.family && *slash++) {
		if (!take_number(&slash, v.bits, &bits) || *slash)
			return false;
		v.bits = (unsigned int)bits;
	}
	add_value(&f->list[FILTER_ADDRESS], not, v);
	return true;
}

bool filter_seq(struct filter *f, const char *value)
{
	f->seq_from = 0;
	f->seq_to = UINT64_MAX;
	if (!*value || strcmp(value, "-") == 0)
		return false;
	if (*value != '-' && !take_number(&value, UINT64_MAX, &f->seq_from))
		return false;
	if (!*value) {
		f->seq_to = f->seq_from;
		return true;
	}
	if (*value++ != '-')
		return false;
	if (*value && !take_number(&value, UINT64_MAX, &f->seq_to))
		return false;
	return !*value && f->seq_from <= f->seq_to;
}

bool filter_seconds(uint64_t *ns, const char *value)
{
	uint64_t s, unit = NS_PER_S;

	if (!take_number(&value, UINT64_MAX / NS_PER_S - 1, &s))
		return false;
	*ns = s * NS_PER_S;
	if (!*value)
		return true;
	if (*value++ != '.' || !*value)
		return false;
	for (; *value >= '0' && *value <= '9' && unit > 1; value++) {
		unit /= 10;
		*ns += (uint64_t)(*value - '0') * unit;
	}
	return !*value;
}

#define PATTERN_MAX 4096u

/* Whether a text is what a shell's pattern says; "*" also stands for slashes. */
static bool is_like(struct text t, const char *pattern)
{
	char copy[PATTERN_MAX];

	if (t.len >= sizeof(copy))
		return false;
	for (size_t i = 0; i < t.len; i++)
		copy[i] = t.p[i] ? (char)t.p[i] : '?';
	copy[t.len] = '\0';
	return fnmatch(pattern, copy, 0) == 0;
}

static bool match_path(struct text t, const char *value)
{
	if (strpbrk(value, "*?["))
		return is_like(t, value);
	return memmem(t.p, t.len, value, strlen(value)) != NULL;
}

static bool has_path(const struct rec *r, const char *value)
{
	struct rec_field field;
	uint32_t pos = 0;

	while (rec_walk(r, &pos, &field)) {
		const struct field_desc *desc = field_desc(field.id);

		if (desc && desc->kind == RW_KIND_PATH && match_path(value_text(&field), value))
			return true;
	}
	return false;
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int rest = bits % 8, mask = 0xffu << (8 - rest) & 0xff;

	return memcmp(a, b, bits / 8) == 0 && (!rest || ((a[bits / 8] ^ b[bits / 8]) & mask) == 0);
}

static bool match_unix(const struct member *part, unsigned int n, const char *pattern)
{
	for (unsigned int i = 1; i < n; i++) {
		if (part[i].form != MEMBER_TEXT)
			continue;
		if (strcmp(part[i].name, "path") == 0)
			return is_like(part[i].text, pattern);
		return pattern[0] == '@' && is_like(part[i].text, pattern + 1);
	}
	return false;
}

static bool match_socket(struct text raw, enum filter_what what, const struct filter_value *v)
{
	struct member part[SOCKET_PARTS];
	char text[SOCKET_TEXT_LEN];
	unsigned int n = socket_parts(raw, part, text), family = 0;
	uint8_t address[16];

	if (strcmp(part[0].word, "inet") == 0)
		family = AF_INET;
	else if (strcmp(part[0].word, "inet6") == 0)
		family = AF_INET6;
	if (what == FILTER_ADDRESS && !v->family)
		return match_unix(part, n, v->text);
	if (!family || n < 3)
		return false;
	if (what == FILTER_PORT)
		return part[2].u == v->number;
	return family == v->family && inet_pton((int)family, part[1].word, address) == 1 &&
	       same_bits(address, v->address, v->bits);
}

static bool has_socket(const struct rec *r, enum filter_what what, const struct filter_value *v)
{
	struct rec_field field;
	uint32_t pos = 0;

	while (rec_walk(r, &pos, &field)) {
		const struct field_desc *desc = field_desc(field.id);

		if (desc && desc->kind == RW_KIND_ADDRESS && match_socket(value_text(&field), what, v))
			return true;
	}
	return false;
}

/* A record, and who did it. */
struct subject {
	const struct filter *f;
	const struct rec *r;
	struct rw_task task;
	int known; /* as rec_task() */
};

static bool match_cgroup(const struct subject *s, enum filter_what what, const struct filter_value *v)
{
	struct text path, unit;

	if (what == FILTER_CGROUP && !v->text)
		return s->task.cgroup == v->number;
	if (!cgroups_find(s->f->cgroups, s->task.cgroup, &path))
		return false;
	if (what == FILTER_UNIT)
		return cgroups_unit(path, &unit) && is_like(unit, v->text);
	if (what == FILTER_CONTAINER)
		return cgroups_container(path, &unit) && unit.len >= strlen(v->text) &&
		       memcmp(unit.p, v->text, strlen(v->text)) == 0;
	return match_path(path, v->text);
}

/* Of a field that only tasks have of which all is known. */
static bool match_whole_task(const struct subject *s, enum filter_what what, const struct filter_value *v)
{
	struct text exe;

	switch (what) {
	case FILTER_PPID:
		return s->task.ppid == v->number;
	case FILTER_UID:
		return s->task.uid == v->number;
	case FILTER_EUID:
		return s->task.euid == v->number;
	case FILTER_LOGINUID:
		return s->task.loginuid == v->number;
	case FILTER_EXE:
		return s->f->programs &&
		       programs_exe(s->f->programs, s->task.tgid, s->r->hdr.time_ns, &exe) &&
		       match_path(exe, v->text);
	default:
		return match_cgroup(s, what, v);
	}
}

static bool match(const struct subject *s, enum filter_what what, const struct filter_value *v)
{
	switch (what) {
	case FILTER_PATH:
		return has_path(s->r, v->text);
	case FILTER_PORT:
	case FILTER_ADDRESS:
		return has_socket(s->r, what, v);
	case FILTER_PID:
		return s->known && (s->task.pid == v->number || s->task.tgid == v->number);
	case FILTER_COMM:
		return s->known && is_like(rec_comm(s->task.comm), v->text);
	default:
		return s->known == 2 && match_whole_task(s, what, v);
	}
}

static bool match_list(const struct subject *s, enum filter_what what)
{
	const struct filter_list *l = &s->f->list[what];
	bool found = !l->nwanted;

	for (size_t i = 0; i < l->nwanted && !found; i++)
		found = match(s, what, &l->wanted[i]);
	for (size_t i = 0; i < l->nunwanted && found; i++)
		found = !match(s, what, &l->unwanted[i]);
	return found;
}

bool filter_has(const struct filter *f, enum filter_what what)
{
	return f->list[what].nwanted || f->list[what].nunwanted;
}

static bool has_lists(const struct filter *f)
{
	for (int what = 0; what < FILTER_WHATS; what++)
		if (filter_has(f, (enum filter_what)what))
			return true;
	return false;
}

static bool match_lists(const struct filter *f, const struct rec *r)
{
	struct subject s = { .f = f, .r = r };
	bool good = true;

	if (!has_lists(f))
		return true;
	s.known = rec_task(r, &s.task);
	for (int what = 0; what < FILTER_WHATS && good; what++)
		good = match_list(&s, (enum filter_what)what);
	return good;
}

struct filter filter_for_boot(const struct filter *f, uint64_t epoch)
{
	struct filter own = *f;

	if (f->since.given)
		own.from_ns = when_in_boot(&f->since, epoch, false);
	if (f->until.given)
		own.to_ns = when_in_boot(&f->until, epoch, true);
	/* Records without a date are neither before nor after one; a boot may start after the end. */
	if ((f->since.date || f->until.date) && !epoch)
		own.from_ns = UINT64_MAX;
	if (f->until.date && epoch && f->until.ns + f->until.unit - 1 < epoch * NS_PER_S)
		own.from_ns = UINT64_MAX;
	return own;
}

static bool in_set(const struct filter_set *set, unsigned int i)
{
	return (!set->any_wanted || set->wanted[i]) && !set->unwanted[i];
}

static bool in_class(const struct filter *f, unsigned int type)
{
	const struct event_desc *event = event_desc(type);

	return event ? in_set(&f->classes, event->class) : !f->classes.any_wanted;
}

bool filter_match(const struct filter *f, const struct rec *r)
{
	return in_set(&f->types, r->hdr.type) && r->hdr.seq >= f->seq_from && r->hdr.seq <= f->seq_to &&
	       r->hdr.time_ns >= f->from_ns && r->hdr.time_ns <= f->to_ns &&
	       in_set(&f->verdicts, r->hdr.verdict) && in_class(f, r->hdr.type) && match_lists(f, r);
}

static bool is_empty(const struct filter_set *set)
{
	static const struct filter_set empty;

	return memcmp(set, &empty, sizeof(empty)) == 0;
}

bool filter_is_all(const struct filter *f)
{
	return is_empty(&f->types) && is_empty(&f->classes) && is_empty(&f->verdicts) && !has_lists(f) &&
	       !f->since.given && !f->until.given && !f->seq_from && f->seq_to == UINT64_MAX;
}

void filter_free(struct filter *f)
{
	for (int what = 0; what < FILTER_WHATS; what++) {
		free(f->list[what].wanted);
		free(f->list[what].unwanted);
		f->list[what] = (struct filter_list){ .wanted = NULL };
	}
}
