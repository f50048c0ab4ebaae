/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What the parsers of the lines of policy.conf share: words, paths, the list of rules. */
#include "lib/access_line.h"

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

struct span access_word(struct access_line *l)
{
	struct span word = conf_next_word(&l->rest);

	if (word.size)
		l->end = word.at + word.size;
	return word;
}

void access_expect_end(struct access_line *l)
{
	struct span word = access_word(l);
	char text[CONF_QUOTE_LEN];

	if (word.size)
		conf_error(l->conf->file, word.at, "%s: nothing can stand here", span_quote(word, text));
}

bool access_need(struct access_line *l, const char *what, struct span *word)
{
	*word = access_word(l);
	if (!word->size)
		conf_error(l->conf->file, word->at, "no %s: %s", what, l->syntax);
	return word->size != 0;
}

unsigned int access_keyword(struct access_line *l, const char *const *words, unsigned int count)
{
	struct span word = access_word(l);
	char text[CONF_QUOTE_LEN];
	unsigned int i;

	for (i = 0; i < count && !span_equals(word, words[i]); i++)
		;
	if (i == count && word.size)
		conf_error(l->conf->file, word.at, "%s is wrong here: %s", span_quote(word, text), l->syntax);
	else if (i == count)
		conf_error(l->conf->file, word.at, "the line ends too early: %s", l->syntax);
	return i;
}

void access_audit(struct access_line *l, struct access_rule *rule)
{
	struct span word = access_word(l);
	char text[CONF_QUOTE_LEN];

	rule->audit = span_equals(word, "audit");
	if (word.size && !rule->audit)
		conf_error(l->conf->file, word.at, "%s: only audit can stand here", span_quote(word, text));
	else
		access_expect_end(l);
}

void access_kinds(struct access_line *l, struct span word, bool is_signed, struct access_rule *rule)
{
	struct conf_file *file = l->conf->file;
	char text[CONF_QUOTE_LEN];
	uint32_t seen = 0;
	unsigned int kind;

	for (size_t i = is_signed; i < word.size; i++) {
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

bool access_unquote(struct access_line *l, struct span *word)
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

void access_path(struct access_line *l, struct span word, struct access_rule *rule)
{
	struct conf_file *file = l->conf->file;
	char text[CONF_QUOTE_LEN];
	struct span part;

	if (!access_unquote(l, &word))
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

bool access_program(struct access_line *l, struct access_rule *rule)
{
	struct span word;

	if (!access_need(l, "path", &word))
		return false;
	access_path(l, word, rule);
	if (rule->path.size && access_is_below(rule))
		conf_error(l->conf->file, word.at + word.size - 1,
			   "the path ends with /: a file is wanted, not a directory");
	return true;
}

void access_uid(struct access_line *l, struct span word, struct access_rule *rule)
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
	if (span_equals(path, ACCESS_ROOT))
		return true;
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

/* Notes in its node what a rule is about. */
static void mark_node(struct access_conf *conf, const struct access_rule *rule)
{
	struct access_node *n = &conf->node[rule->node];

	if (rule->what == ACCESS_TRUST || rule->what == ACCESS_ISOLATE || rule->what == ACCESS_LABEL)
		n->file = true;
	else if (access_is_below(rule))
		n->below = true;
	else
		n->self = true;
}

struct access_rule *access_add(struct access_line *l, const struct access_rule *rule)
{
	struct access_conf *conf = l->conf;
	struct access_rule *r = &conf->rule[conf->rules];

	if (conf->file->errors != l->errors)
		return NULL;
	if (conf->rules == ACCESS_RULES_MAX) {
		conf_error(conf->file, l->verb.at, "more than %u rules", ACCESS_RULES_MAX);
		return NULL;
	}
	*r = *rule;
	r->number = conf->file->line;
	r->column = (uint32_t)(l->verb.at - conf->file->text) + 1;
	r->line = (struct span){ l->verb.at, (size_t)(l->end - l->verb.at) };
	if (r->path.size) {
		if (!add_nodes(conf, r)) {
			conf_error(conf->file, r->path.at, "the paths have more than %u different names",
				   ACCESS_NODES_MAX);
			return NULL;
		}
		mark_node(conf, r);
	}
	conf->rules++;
	return r;
}
