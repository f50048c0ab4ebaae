/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses policy.conf: the lines, and those with the rules themselves. lib/access_subject.c has the others. */
#include "lib/access_conf.h"

#include "lib/access_line.h"
#include "lib/string.h"

/* [+|-][rwax] PATH UID [audit] */
static void parse_rule(struct access_line *l)
{
	struct access_rule rule = { .what = ACCESS_RULE, .deny = l->verb.at[0] == '-' };
	struct conf_file *file = l->conf->file;
	char text[CONF_QUOTE_LEN];
	struct span word;

	if (l->verb.size == 1)
		conf_error(file, l->verb.at,
			   "%s without an access: r (read), w (write), a (append), x (execute)",
			   span_quote(l->verb, text));
	access_kinds(l, l->verb, true, &rule);
	if (!access_need(l, "path", &word))
		return;
	if (span_equals(word, ACCESS_ROOT))
		rule.path = word;
	else
		access_path(l, word, &rule);
	if (!access_need(l, "user", &word))
		return;
	access_uid(l, word, &rule);
	access_audit(l, &rule);
	if (rule.audit && !rule.deny)
		conf_error(file, l->end - 5, "audit is for rules that refuse: this one allows");
	access_add(l, &rule);
}

/* Whether a setting that may stand once stands for the first time; notes where. */
static bool first_time(struct access_line *l, const char *what, uint32_t *line)
{
	if (*line) {
		conf_error(l->conf->file, l->verb.at, "line %u has already set the %s", *line, what);
		return false;
	}
	*line = l->conf->file->line;
	return true;
}

/* mode enforce|audit */
static void parse_mode(struct access_line *l)
{
	static const char *const modes[] = { [RW_ACCESS_ENFORCE] = "enforce", [RW_ACCESS_AUDIT] = "audit" };
	unsigned int mode;

	if (!first_time(l, "mode", &l->conf->mode_line))
		return;
	mode = access_keyword(l, modes, RW_ACCESS_MODE_COUNT);
	if (mode < RW_ACCESS_MODE_COUNT)
		l->conf->mode = mode;
	access_expect_end(l);
}

/* levels strict|highwater */
static void parse_levels(struct access_line *l)
{
	static const char *const ways[] = { "strict", "highwater" };

	if (!first_time(l, "levels", &l->conf->levels_line))
		return;
	if (access_keyword(l, ways, 2) == 1)
		l->conf->flags |= RW_ACCESS_HIGH_WATER;
	access_expect_end(l);
}

#define FIRST_WORDS "+ or -, allow, door, isolate, level, levels, mode, object, subject or trust"

/* The lines that there are. */
static const struct statement {
	const char *word; /* the first one; NULL: + or - and an access */
	const char *syntax;
	uint32_t needs; /* features */
	void (*parse)(struct access_line *l);
} statements[] = {
	{ NULL, "[+|-][rwax] PATH UID [audit]", RW_ACCESS_RULES, parse_rule },
	{ "mode", "mode enforce|audit", 0, parse_mode },
	{ "door", "door NAME open|audit|shut", 0, access_parse_door },
	{ "isolate", "isolate exe PATH [audit]", RW_ACCESS_ISOLATE, access_parse_isolate },
	{ "trust", "trust exe|lib PATH sha256:HEX", RW_ACCESS_TRUST, access_parse_trust },
	{ "allow", "allow trusted NAME [rwax] PATH [audit]", RW_ACCESS_TRUST, access_parse_allow },
	{ "level", "level NAME N", RW_ACCESS_LEVELS, access_parse_level },
	{ "levels", "levels strict|highwater", RW_ACCESS_LEVELS, parse_levels },
	{ "subject", "subject uid|exe UID|PATH level NAME", RW_ACCESS_LEVELS, access_parse_subject },
	{ "object", "object PATH level NAME", RW_ACCESS_LEVELS, access_parse_object },
};
#define STATEMENTS (sizeof(statements) / sizeof(statements[0]))

const char *access_syntax(unsigned int i, uint32_t *needs)
{
	if (i >= STATEMENTS)
		return NULL;
	*needs = statements[i].needs;
	return statements[i].syntax;
}

static const struct statement *find_statement(struct span verb)
{
	if (verb.at[0] == '+' || verb.at[0] == '-')
		return &statements[0];
	for (size_t i = 1; i < STATEMENTS; i++)
		if (span_equals(verb, statements[i].word))
			return &statements[i];
	return NULL;
}

static void parse_line(struct access_line *l)
{
	const struct statement *s;
	char text[CONF_QUOTE_LEN];

	l->verb = access_word(l);
	if (!l->verb.size)
		return;
	s = find_statement(l->verb);
	if (!s) {
		conf_error(l->conf->file, l->verb.at, "%s begins no line: " FIRST_WORDS,
			   span_quote(l->verb, text));
		return;
	}
	if (s->needs & ~l->conf->supported)
		conf_error(l->conf->file, l->verb.at, "%s is not supported by this version",
			   span_quote(l->verb, text));
	l->syntax = s->syntax;
	s->parse(l);
}

/* Whatever an earlier file has left in @conf, but for the arrays. */
static void start(struct access_conf *conf, struct conf_file *file, uint32_t supported)
{
	conf->file = file;
	conf->supported = supported;
	conf->mode = RW_ACCESS_ENFORCE;
	conf->flags = 0;
	conf->mode_line = conf->levels_line = conf->rules = conf->levels = 0;
	memset(conf->door_line, 0, sizeof(conf->door_line));
	memset(conf->slot, 0xff, sizeof(conf->slot)); /* RW_ACCESS_NONE */
	conf->node[0] = (struct access_node){ .parent = RW_ACCESS_NONE };
	conf->nodes = 1;
}

int access_parse(struct access_conf *conf, const char *text, size_t size, struct conf_file *file,
		 uint32_t supported)
{
	struct span rest, line;

	start(conf, file, supported);
	if (!conf_start(file, text, size, ACCESS_FILE_MAX, &rest))
		return -1;
	while (conf_next_line(file, &rest, &line)) {
		struct access_line l = { .conf = conf, .rest = line, .end = line.at, .errors = file->errors };

		if (line.size > ACCESS_LINE_MAX)
			conf_error(file, line.at, "the line has %lu bytes; the limit is %u",
				   (unsigned long)line.size, ACCESS_LINE_MAX);
		else
			parse_line(&l);
	}
	file->line = 0;
	return file->errors ? -1 : 0;
}
