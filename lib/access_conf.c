/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses policy.conf. */
#include "lib/access_conf.h"

#include "lib/access.h"
#include "lib/string.h"

/* A kind's letter in the file, and the kinds that it stands for. */
static const struct {
	char letter;
	uint8_t kinds;
} letters[RW_RIGHTS] = {
	[RW_RIGHT_READ] = { 'r', 1u << RW_RIGHT_READ },
	/* Who may write may append, and who may not write may not append. */
	[RW_RIGHT_WRITE] = { 'w', 1u << RW_RIGHT_WRITE | 1u << RW_RIGHT_APPEND },
	[RW_RIGHT_APPEND] = { 'a', 1u << RW_RIGHT_APPEND },
	[RW_RIGHT_EXECUTE] = { 'x', 1u << RW_RIGHT_EXECUTE },
};

const char *access_letters(uint32_t kinds, char out[RW_RIGHTS + 1])
{
	char *at = out;

	for (unsigned int kind = 0; kind < RW_RIGHTS; kind++)
		if (kinds >> kind & 1)
			*at++ = letters[kind].letter;
	*at = '\0';
	return out;
}

bool access_next_part(struct span *path, struct span *part)
{
	size_t n = 0;

	while (path->size && path->at[0] == '/')
		*path = span_skip(*path, 1);
	while (n < path->size && path->at[n] != '/')
		n++;
	*part = (struct span){ path->at, n };
	*path = span_skip(*path, n);
	return n > 0;
}

/* One line being parsed. */
struct line {
	struct access_conf *conf;
	struct span rest;
	const char *end; /* of what belongs to the rule */
};

/* The next word; blanks in double quotes belong to it. Empty at the end of the line or before a comment. */
static struct span next_word(struct line *l)
{
	struct span word;
	bool quoted = false;
	size_t n = 0;

	l->rest = span_trim(l->rest);
	if (l->rest.size && l->rest.at[0] == '#')
		l->rest.size = 0;
	while (n < l->rest.size && (quoted || !span_is_blank(l->rest.at[n])))
		quoted ^= l->rest.at[n++] == '"';
	word = (struct span){ l->rest.at, n };
	l->rest = span_skip(l->rest, n);
	if (n)
		l->end = word.at + n;
	return word;
}

static void parse_kinds(struct line *l, struct span word, struct access_rule *rule)
{
	struct conf_file *file = l->conf->file;
	char text[CONF_QUOTE_LEN];
	uint32_t seen = 0;
	unsigned int kind;

	rule->deny = word.at[0] == '-';
	if (word.size == 1)
		conf_error(file, word.at,
			   "%s without an access: r (read), w (write), a (append), x (execute)",
			   span_quote(word, text));
	for (size_t i = 1; i < word.size; i++) {
		for (kind = 0; kind < RW_RIGHTS && letters[kind].letter != word.at[i]; kind++)
			;
		if (kind == RW_RIGHTS)
			conf_error(file, word.at + i,
				   "%s is not an access: r (read), w (write), a (append), "
				   "x (execute)",
				   span_quote((struct span){ word.at + i, 1 }, text));
		else if (seen >> kind & 1)
			conf_error(file, word.at + i, "%s stands twice",
				   span_quote((struct span){ word.at + i, 1 }, text));
		else {
			seen |= 1u << kind;
			rule->kinds |= letters[kind].kinds;
		}
	}
}

static bool unquote(struct line *l, struct span *word)
{
	struct conf_file *file = l->conf->file;

	if (word->at[0] == '"') {
		if (word->size < 2 || word->at[word->size - 1] != '"') {
			conf_error(file, word->at, "a double quote is not closed at the path's end");
			return false;
		}
		*word = (struct span){ word->at + 1, word->size - 2 };
	}
	for (size_t i = 0; i < word->size; i++)
		if (word->at[i] == '"' || !word->at[i]) {
			conf_error(file, word->at + i, "a path cannot have a %s here",
				   word->at[i] ? "double quote" : "NUL byte");
			return false;
		}
	return true;
}

static void parse_path(struct line *l, struct span word, struct access_rule *rule)
{
	struct conf_file *file = l->conf->file;
	char text[CONF_QUOTE_LEN];
	struct span part;

	if (!unquote(l, &word))
		return;
	rule->path = word;
	if (!word.size || word.at[0] != '/') {
		conf_error(file, word.at, "%s is not an absolute path: it does not begin with /",
			   span_quote(word, text));
		return;
	}
	if (word.size > ACCESS_PATH_MAX) {
		conf_error(file, word.at, "the path has %lu bytes; the limit is %u", (unsigned long)word.size,
			   ACCESS_PATH_MAX);
		return;
	}
	while (access_next_part(&word, &part)) {
		if (part.size > ACCESS_PART_MAX)
			conf_error(file, part.at, "a name of the path has %lu bytes; the limit is %u",
				   (unsigned long)part.size, ACCESS_PART_MAX);
		else if (span_equals(part, ".") || span_equals(part, ".."))
			conf_error(file, part.at, "a path in a rule has no . or ..: write where it leads to");
	}
}

static void parse_uid(struct line *l, struct span word, struct access_rule *rule)
{
	char text[CONF_QUOTE_LEN];

	if (span_equals(word, "*"))
		rule->uid = ACCESS_UID_ANY;
	else if (!span_number(word, 10, &rule->uid) || rule->uid == ACCESS_UID_ANY)
		conf_error(l->conf->file, word.at,
			   "%s is not a user: a number below 4294967295, or * for all",
			   span_quote(word, text));
}

/* Sets the rule's node; makes the nodes that are missing. Return: false if there are too many. */
static bool add_nodes(struct access_conf *conf, struct access_rule *rule)
{
	struct span path = rule->path, name;
	const uint32_t mask = ACCESS_NODE_SLOTS_MAX - 1;

	rule->node = 0;
	while (access_next_part(&path, &name)) {
		uint32_t at = access_hash_name(rule->node, name.at, (uint32_t)name.size) & mask;

		for (; conf->slot[at] != RW_ACCESS_NONE; at = (at + 1) & mask) {
			const struct access_node *n = &conf->node[conf->slot[at]];

			if (n->parent == rule->node && span_same(n->name, name))
				break;
		}
		if (conf->slot[at] == RW_ACCESS_NONE) {
			if (conf->nodes == ACCESS_NODES_MAX)
				return false;
			conf->node[conf->nodes] = (struct access_node){
				.name = name,
				.parent = rule->node,
				.rule = conf->rules,
			};
			conf->slot[at] = conf->nodes++;
		}
		rule->node = conf->slot[at];
	}
	return true;
}

/* Reports a word that is one too many. */
static void expect_end(struct line *l)
{
	struct span word = next_word(l);
	char text[CONF_QUOTE_LEN];

	if (word.size)
		conf_error(l->conf->file, word.at, "%s: nothing can stand here", span_quote(word, text));
}

/* [+|-][rwax] PATH UID [audit] */
static void parse_rule(struct line *l, struct span verb)
{
	struct access_conf *conf = l->conf;
	struct access_rule rule = { .number = conf->file->line };
	struct span path, uid, last;
	uint32_t errors = conf->file->errors;

	rule.column = (uint32_t)(verb.at - conf->file->text) + 1;
	parse_kinds(l, verb, &rule);
	path = next_word(l);
	uid = next_word(l);
	if (path.size)
		parse_path(l, path, &rule);
	else
		conf_error(conf->file, path.at, "no path: a rule is an access, a path and a user");
	if (uid.size)
		parse_uid(l, uid, &rule);
	else if (path.size)
		conf_error(conf->file, uid.at, "no user: a rule is an access, a path and a user");
	last = next_word(l);
	if (last.size && span_equals(last, "audit"))
		rule.audit = true;
	else if (last.size) {
		char text[CONF_QUOTE_LEN];

		conf_error(conf->file, last.at, "%s: only audit can stand after the user",
			   span_quote(last, text));
		return;
	}
	expect_end(l);
	if (rule.audit && !rule.deny)
		conf_error(conf->file, last.at, "audit is for rules that refuse: this one allows");
	if (errors != conf->file->errors)
		return;
	if (conf->rules == ACCESS_RULES_MAX) {
		conf_error(conf->file, verb.at, "more than %u rules", ACCESS_RULES_MAX);
		return;
	}
	rule.line = (struct span){ verb.at, (size_t)(l->end - verb.at) };
	if (!add_nodes(conf, &rule)) {
		conf_error(conf->file, path.at, "the paths have more than %u different names",
			   ACCESS_NODES_MAX);
		return;
	}
	if (access_is_below(&rule))
		conf->node[rule.node].below = true;
	else
		conf->node[rule.node].self = true;
	conf->rule[conf->rules++] = rule;
}

/* mode enforce|audit */
static void parse_mode(struct line *l, struct span verb)
{
	struct access_conf *conf = l->conf;
	struct span word = next_word(l);
	char text[CONF_QUOTE_LEN];

	if (conf->mode_line) {
		conf_error(conf->file, verb.at, "line %u has already set the mode", conf->mode_line);
		return;
	}
	if (span_equals(word, "enforce"))
		conf->mode = RW_ACCESS_ENFORCE;
	else if (span_equals(word, "audit"))
		conf->mode = RW_ACCESS_AUDIT;
	else
		conf_error(conf->file, word.at, "mode: %s is not enforce or audit",
			   word.size ? span_quote(word, text) : "nothing");
	conf->mode_line = conf->file->line;
	expect_end(l);
}

static void parse_line(struct line *l)
{
	struct span verb = next_word(l);
	char text[CONF_QUOTE_LEN];

	if (!verb.size)
		return;
	if (verb.at[0] == '+' || verb.at[0] == '-')
		parse_rule(l, verb);
	else if (span_equals(verb, "mode"))
		parse_mode(l, verb);
	else
		conf_error(l->conf->file, verb.at, "%s begins no line: + or - and an access (+rw), or mode",
			   span_quote(verb, text));
}

int access_parse(struct access_conf *conf, const char *text, size_t size, struct conf_file *file)
{
	struct span rest, line;

	conf->file = file;
	conf->mode = RW_ACCESS_ENFORCE;
	conf->mode_line = conf->rules = 0;
	memset(conf->slot, 0xff, sizeof(conf->slot)); /* RW_ACCESS_NONE */
	conf->node[0] = (struct access_node){ .parent = RW_ACCESS_NONE };
	conf->nodes = 1;
	if (!conf_start(file, text, size, ACCESS_FILE_MAX, &rest))
		return -1;
	while (conf_next_line(file, &rest, &line)) {
		struct line l = { .conf = conf, .rest = line, .end = line.at };

		if (line.size > ACCESS_LINE_MAX)
			conf_error(file, line.at, "the line has %lu bytes; the limit is %u",
				   (unsigned long)line.size, ACCESS_LINE_MAX);
		else
			parse_line(&l);
	}
	file->line = 0;
	return file->errors ? -1 : 0;
}
