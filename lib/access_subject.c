/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses the lines of policy.conf about programs and doors. */
#include "lib/access_line.h"
#include "lib/hex.h"

static const char *const door_names[RW_DOORS] = {
	[RW_DOOR_DEVMEM] = "devmem",   [RW_DOOR_PORTS] = "ports",       [RW_DOOR_MSR] = "msr",
	[RW_DOOR_PCI] = "pci",         [RW_DOOR_KEXEC] = "kexec",       [RW_DOOR_HIBERNATION] = "hibernation",
	[RW_DOOR_MODULES] = "modules", [RW_DOOR_BLOCKDEV] = "blockdev", [RW_DOOR_BPF] = "bpf",
	[RW_DOOR_KPROBES] = "kprobes", [RW_DOOR_HELPERS] = "helpers",   [RW_DOOR_RESULTS] = "results",
};

const char *access_door_name(enum rw_door door)
{
	return door_names[door];
}

/* Takes a word that has to be there. Return: false, reported, if it is not: the rest has no meaning then. */
static bool expect(struct access_line *l, const char *word)
{
	return access_keyword(l, &word, 1) == 0;
}

/* isolate exe PATH [audit] */
void access_parse_isolate(struct access_line *l)
{
	struct access_rule rule = { .what = ACCESS_ISOLATE };

	if (!expect(l, "exe") || !access_program(l, &rule))
		return;
	access_audit(l, &rule);
	access_add(l, &rule);
}

static void parse_hash(struct access_line *l, struct span word, struct access_rule *rule)
{
	static const char prefix[] = "sha256:";
	const size_t skip = sizeof(prefix) - 1;
	struct conf_file *file = l->conf->file;
	char text[CONF_QUOTE_LEN];

	if (!span_has_prefix(word, prefix)) {
		conf_error(file, word.at, "%s is not sha256: and 64 hexadecimal digits",
			   span_quote(word, text));
		return;
	}
	word = span_skip(word, skip);
	for (size_t i = 0; i < word.size; i++) {
		int digit = hex_digit(word.at[i]);

		if (digit < 0) {
			conf_error(file, word.at + i, "%s is not a hexadecimal digit",
				   span_quote((struct span){ word.at + i, 1 }, text));
			return;
		}
		if (i < 64)
			rule->sha256[i / 2] = (uint8_t)(rule->sha256[i / 2] << 4 | digit);
	}
	if (word.size != 64)
		conf_error(file, word.at, "%lu hexadecimal digits; SHA-256 has 64", (unsigned long)word.size);
}

/* trust exe|lib PATH sha256:HEX */
void access_parse_trust(struct access_line *l)
{
	static const char *const uses[] = { [RW_ACCESS_EXE] = "exe", [RW_ACCESS_LIB] = "lib" };
	struct access_rule rule = { .what = ACCESS_TRUST };
	struct span word;

	rule.use = (uint8_t)access_keyword(l, uses, RW_ACCESS_USES);
	if (rule.use == RW_ACCESS_USES || !access_program(l, &rule) || !access_need(l, "hash", &word))
		return;
	parse_hash(l, word, &rule);
	access_expect_end(l);
	access_add(l, &rule);
}

/* Whether a path is meant by @name: the path itself, or its last name. */
static bool is_named(const struct access_conf *conf, uint32_t node, struct span path, struct span name)
{
	return name.size && name.at[0] == '/' ? span_same(path, name) :
						span_same(conf->node[node].name, name);
}

/* Finds the one trusted program of this name, which may have several hashes. */
static void find_program(struct access_line *l, struct span name, struct access_rule *rule)
{
	const struct access_conf *conf = l->conf;
	const struct access_rule *found = NULL;
	char text[CONF_QUOTE_LEN];

	for (uint32_t i = 0; i < conf->rules; i++) {
		const struct access_rule *r = &conf->rule[i];

		if (r->what != ACCESS_TRUST || r->use != RW_ACCESS_EXE || (found && found->node == r->node) ||
		    !is_named(conf, r->node, r->path, name))
			continue;
		if (found) {
			conf_error(conf->file, name.at,
				   "%s: lines %u and %u trust programs of this name: write the path",
				   span_quote(name, text), found->number, r->number);
			return;
		}
		found = r;
	}
	if (found)
		rule->program = found->node;
	else
		conf_error(conf->file, name.at, "%s: no line above trusts a program of this name",
			   span_quote(name, text));
}

/* allow trusted NAME [rwax] PATH [audit] */
void access_parse_allow(struct access_line *l)
{
	struct access_rule rule = { .what = ACCESS_ALLOW, .deny = true, .uid = ACCESS_UID_ANY };
	struct span word;

	if (!expect(l, "trusted") || !access_need(l, "name", &word))
		return;
	if (access_unquote(l, &word))
		find_program(l, word, &rule);
	if (!access_need(l, "access", &word))
		return;
	access_kinds(l, word, false, &rule);
	if (!access_need(l, "path", &word))
		return;
	access_path(l, word, &rule);
	access_audit(l, &rule);
	access_add(l, &rule);
}

/* door NAME open|audit|shut */
void access_parse_door(struct access_line *l)
{
	static const char *const states[] = {
		[RW_DOOR_OPEN] = "open",
		[RW_DOOR_AUDIT] = "audit",
		[RW_DOOR_SHUT] = "shut",
	};
	struct access_rule rule = { .what = ACCESS_DOOR };
	struct access_conf *conf = l->conf;
	char text[CONF_QUOTE_LEN];
	unsigned int door;
	struct span word;

	if (!access_need(l, "name", &word))
		return;
	for (door = 0; door < RW_DOORS && !span_equals(word, door_names[door]); door++)
		;
	if (door == RW_DOORS)
		conf_error(
			conf->file, word.at,
			"%s is not devmem, ports, msr, pci, kexec, hibernation, modules, blockdev, bpf, kprobes, "
			"helpers or results",
			span_quote(word, text));
	else if (!(conf->supported & RW_ACCESS_DOOR(door)))
		conf_error(conf->file, word.at, "door %s is not supported by this version", door_names[door]);
	else if (conf->door_line[door])
		conf_error(conf->file, word.at, "line %u is about this door", conf->door_line[door]);
	else
		conf->door_line[door] = conf->file->line;
	rule.door = (uint8_t)door;
	rule.state = (uint8_t)access_keyword(l, states, RW_DOOR_STATES);
	access_expect_end(l);
	access_add(l, &rule);
}
