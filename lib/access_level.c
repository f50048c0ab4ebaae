/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses the lines of policy.conf about levels. */
#include "lib/access_line.h"

static bool is_name(struct span word)
{
	for (size_t i = 0; i < word.size; i++) {
		char c = word.at[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    c != '-' && c != '_' && c != '.')
			return false;
	}
	return word.size != 0;
}

static const struct access_level *find_level(const struct access_conf *conf, struct span name)
{
	for (uint32_t i = 0; i < conf->levels; i++)
		if (span_same(conf->level[i].name, name))
			return &conf->level[i];
	return NULL;
}

/* level NAME N */
void access_parse_level(struct access_line *l)
{
	struct access_conf *conf = l->conf;
	const struct access_level *same;
	char text[CONF_QUOTE_LEN];
	struct span name, word;
	uint32_t number = 0;

	if (!access_need(l, "name", &name))
		return;
	same = find_level(conf, name);
	if (!is_name(name))
		conf_error(conf->file, name.at, "%s is not a name: letters, digits, - _ and .",
			   span_quote(name, text));
	else if (same)
		conf_error(conf->file, name.at, "line %u has already said what %s is", same->line,
			   span_quote(name, text));
	if (!access_need(l, "number", &word))
		return;
	if (!span_number(word, 10, &number) || number > RW_ACCESS_LEVEL_MAX)
		conf_error(conf->file, word.at, "%s is not a number up to %u", span_quote(word, text),
			   RW_ACCESS_LEVEL_MAX);
	access_expect_end(l);
	if (conf->file->errors != l->errors)
		return;
	if (conf->levels == ACCESS_LEVELS_MAX) {
		conf_error(conf->file, l->verb.at, "more than %u levels", ACCESS_LEVELS_MAX);
		return;
	}
	conf->level[conf->levels++] = (struct access_level){
		.name = name,
		.line = conf->file->line,
		.level = (uint16_t)number,
	};
}

/* What ends a line: level NAME. */
static void take_level(struct access_line *l, struct access_rule *rule)
{
	static const char *const words[] = { "level" };
	const struct access_level *level;
	char text[CONF_QUOTE_LEN];
	struct span word;

	if (access_keyword(l, words, 1) || !access_need(l, "level", &word))
		return;
	level = find_level(l->conf, word);
	if (level)
		rule->level = level->level;
	else
		conf_error(l->conf->file, word.at, "%s: no line above says what level this is",
			   span_quote(word, text));
	access_expect_end(l);
}

/* subject uid UID level NAME, subject exe PATH level NAME */
void access_parse_subject(struct access_line *l)
{
	static const char *const kinds[] = { "uid", "exe" };
	struct access_rule rule = { .what = ACCESS_USER };
	unsigned int kind = access_keyword(l, kinds, 2);
	struct span word;

	if (kind == 2)
		return;
	if (kind == 1) {
		rule.what = ACCESS_LABEL;
		if (!access_program(l, &rule))
			return;
	} else {
		if (!access_need(l, "user", &word))
			return;
		access_uid(l, word, &rule);
		if (span_equals(word, "*"))
			conf_error(l->conf->file, word.at, "one user is wanted here, not all");
	}
	take_level(l, &rule);
	access_add(l, &rule);
}

/* object PATH level NAME */
void access_parse_object(struct access_line *l)
{
	struct access_rule rule = { .what = ACCESS_OBJECT };
	struct span word;

	if (!access_need(l, "path", &word))
		return;
	access_path(l, word, &rule);
	take_level(l, &rule);
	access_add(l, &rule);
}
