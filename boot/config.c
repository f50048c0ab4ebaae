/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses ringward.conf. */
#include "config.h"

#include "lib/conf_text.h"
#include "lib/format.h"
#include "lib/uart16550.h"

#include "abi/bootinfo.h"
#include "ucs2.h"

#define EXIT_PORT_MIN 0x1u
#define EXIT_PORT_MAX (0x10000u - RW_EXIT_PORTS)

struct parser {
	struct config *config;
	struct conf_file *file;
	bool section;  /* [ringward] was there */
	bool any_key;  /* a key was there */
	uint32_t seen; /* bit for each entry of keys[] */
};

/* Stores a value: 0, or -1 with the reason, which the caller prefixes with line and key. */
typedef int (*set_value)(struct config *config, struct span value, struct message *why);

static void copy(char *out, struct span s)
{
	size_t i;

	for (i = 0; i < s.size; i++)
		out[i] = s.at[i];
	out[i] = '\0';
}

static int set_next(struct config *config, struct span value, struct message *why)
{
	static const char forbidden[] = "\"*/:<>?|";
	struct span path = value;
	bool other = span_has_prefix(value, "other:");
	size_t i, j;

	if (other) {
		path.at += 6;
		path.size -= 6;
		path = span_trim(path);
	}
	if (!path.size)
		return message_fail(why, "names no file");
	if (path.at[0] != '\\')
		return message_fail(why, "the path does not begin with \\");
	if (path.at[path.size - 1] == '\\')
		return message_fail(why, "the path ends with \\ and names no file");
	if (path.size > CONFIG_PATH_MAX)
		return message_fail(why, "the path is longer than %u bytes", CONFIG_PATH_MAX);
	for (i = 0; i < path.size; i++)
		for (j = 0; forbidden[j]; j++)
			if (path.at[i] == forbidden[j])
				return message_fail(why,
						    "the path contains %c, which no file name can contain",
						    forbidden[j]);
	copy(config->next, path);
	config->next_other = other;
	return 0;
}

static int set_next_options(struct config *config, struct span value, struct message *why)
{
	if (value.size > CONFIG_OPTIONS_MAX)
		return message_fail(why, "is longer than %u bytes", CONFIG_OPTIONS_MAX);
	copy(config->next_options, value);
	return 0;
}

static int set_store_mib(struct config *config, struct span value, struct message *why)
{
	char text[CONF_QUOTE_LEN];
	uint32_t mib;

	if (!span_number(value, 10, &mib) || mib < 1 || mib > CONFIG_STORE_MIB_MAX)
		return message_fail(why, "%s is not in 1..%u", span_quote(value, text), CONFIG_STORE_MIB_MAX);
	config->store_mib = mib;
	return 0;
}

static bool serial_port(struct span name, uint16_t *port)
{
	static const uint16_t com[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };
	uint32_t value;

	if (name.size == 4 && span_has_prefix(name, "com") && name.at[3] >= '1' && name.at[3] <= '4') {
		*port = com[name.at[3] - '1'];
		return true;
	}
	if (!span_has_prefix(name, "0x"))
		return false;
	name.at += 2;
	name.size -= 2;
	if (!span_number(name, 16, &value) || value < 0x100 || value > 0xfff8 || value % 8)
		return false;
	*port = (uint16_t)value;
	return true;
}

static int set_serial(struct config *config, struct span value, struct message *why)
{
	struct span name = value, speed = { NULL, 0 };
	char text[CONF_QUOTE_LEN];
	uint32_t baud = UART_CLOCK;
	uint16_t port;
	size_t i;

	for (i = 0; i < value.size; i++) {
		if (value.at[i] != ',')
			continue;
		name.size = i;
		speed = span_trim((struct span){ value.at + i + 1, value.size - i - 1 });
		break;
	}
	name = span_trim(name);
	if (i == value.size && span_equals(name, "none")) {
		config->serial_port = 0;
		return 0;
	}
	if (!serial_port(name, &port))
		return message_fail(why,
				    "%s is not com1..com4, none or an I/O port 0x100..0xfff8 "
				    "(a multiple of 8)",
				    span_quote(name, text));
	if (i < value.size &&
	    (!span_number(speed, 10, &baud) || !baud || UART_CLOCK % baud || UART_CLOCK / baud > 0xffff))
		return message_fail(why, "%s is not a speed that divides %u", span_quote(speed, text),
				    UART_CLOCK);
	config->serial_port = port;
	config->serial_baud = baud;
	return 0;
}

static int set_exit_port(struct config *config, struct span value, struct message *why)
{
	char text[CONF_QUOTE_LEN];
	struct span digits = value;
	uint32_t port = 0;

	if (span_has_prefix(value, "0x")) {
		digits.at += 2;
		digits.size -= 2;
	}
	if (!span_equals(value, "none") && (digits.size == value.size || !span_number(digits, 16, &port) ||
					    port < EXIT_PORT_MIN || port > EXIT_PORT_MAX))
		return message_fail(why, "%s is not none or an I/O port 0x%x..0x%x", span_quote(value, text),
				    EXIT_PORT_MIN, EXIT_PORT_MAX);
	config->exit_port = (uint16_t)port;
	return 0;
}

/* A word that a key accepts, and its value. */
struct word {
	const char *text;
	uint32_t value;
};

#define WORDS_MAX 3u

/* One key: accepts any text through set(), or one of the words. */
static const struct key {
	const char *name;
	set_value set;
	struct word words[WORDS_MAX];
	size_t at, size; /* member of struct config that takes the word's value: a bool, or 32 bits */
	bool may_be_empty;
} keys[] = {
#define WORDS(member, ...) \
	.at = offsetof(struct config, member), .size = sizeof(((struct config *)0)->member), \
	.words = { __VA_ARGS__ }
	{ "next", .set = set_next },
	{ "next_options", .set = set_next_options, .may_be_empty = true },
	{ "store_mib", .set = set_store_mib },
	{ "serial", .set = set_serial },
	{ "exit_port", .set = set_exit_port },
	{ "agent", WORDS(agent, { "yes", true }, { "no", false }) },
	{ "on_violation", WORDS(settings.on_violation, { "skip", RW_ON_VIOLATION_SKIP },
				{ "fault", RW_ON_VIOLATION_FAULT }, { "stop", RW_ON_VIOLATION_STOP }) },
	{ "kexec", WORDS(settings.kexec, { "refuse", RW_KEXEC_REFUSE }, { "allow", RW_KEXEC_ALLOW }) },
	{ "control_state", WORDS(settings.control_state, { "enforce", RW_CONTROL_ENFORCE },
				 { "audit", RW_CONTROL_AUDIT }, { "off", RW_CONTROL_OFF }) },
	{ "kernel_code", WORDS(settings.kernel_code, { "enforce", RW_KERNEL_CODE_ENFORCE },
			       { "audit", RW_KERNEL_CODE_AUDIT }, { "off", RW_KERNEL_CODE_OFF }) },
	{ "exec_fallback", WORDS(settings.exec_fallback, { "strict", RW_EXEC_FALLBACK_STRICT },
				 { "smep", RW_EXEC_FALLBACK_SMEP }, { "off", RW_EXEC_FALLBACK_OFF }) },
	{ "modules", WORDS(settings.modules, { "any", RW_MODULES_ANY }, { "approved", RW_MODULES_APPROVED },
			   { "none", RW_MODULES_NONE }) },
	{ "dynamic_code", WORDS(settings.dynamic_code, { "audit", RW_DYNAMIC_CODE_AUDIT },
				{ "deny", RW_DYNAMIC_CODE_DENY }) },
	{ "bpf_jit", WORDS(settings.bpf_jit, { "deny", RW_BPF_JIT_DENY },
			   { "approve_at_lock", RW_BPF_JIT_APPROVE_AT_LOCK }) },
	{ "on_agent_loss", WORDS(settings.on_agent_loss, { "record", RW_ON_AGENT_LOSS_RECORD },
				 { "stop", RW_ON_AGENT_LOSS_STOP }) },
	{ "patches",
	  WORDS(settings.patches, { "verify", RW_PATCHES_VERIFY }, { "record", RW_PATCHES_RECORD }) },
	{ "kprobes", WORDS(settings.kprobes, { "deny", RW_KPROBES_DENY }, { "allow", RW_KPROBES_ALLOW }) },
	{ "page_tables", WORDS(settings.page_tables, { "enforce", RW_PAGE_TABLES_ENFORCE },
			       { "audit", RW_PAGE_TABLES_AUDIT }, { "off", RW_PAGE_TABLES_OFF }) },
	{ "on_error", WORDS(boot_on_error, { "stop", false }, { "boot", true }) },
	{ "watch_resets", WORDS(watch_resets, { "lock", false }, { "start", true }) },
};
#define KEY_COUNT (sizeof(keys) / sizeof(keys[0]))

static int not_a_word(const struct key *key, struct span value, struct message *why)
{
	char text[CONF_QUOTE_LEN];
	size_t used = format_text(why->text, sizeof(why->text), "%s is not ", span_quote(value, text)), i;

	for (i = 0; i < WORDS_MAX && key->words[i].text; i++) {
		bool last = i + 1 == WORDS_MAX || !key->words[i + 1].text;

		used += format_text(why->text + used, sizeof(why->text) - used, "%s%s",
				    i == 0 ? "" :
				    last   ? " or " :
					     ", ",
				    key->words[i].text);
	}
	return -1;
}

static int set_word(struct config *config, const struct key *key, struct span value, struct message *why)
{
	char *member = (char *)config + key->at;
	size_t i;

	for (i = 0; i < WORDS_MAX && key->words[i].text; i++)
		if (span_equals(value, key->words[i].text))
			break;
	if (i == WORDS_MAX || !key->words[i].text)
		return not_a_word(key, value, why);
	if (key->size == sizeof(bool))
		*(bool *)member = key->words[i].value;
	else
		*(uint32_t *)member = key->words[i].value;
	return 0;
}

static int set_key(struct config *config, const struct key *key, struct span value, struct message *why)
{
	return key->set ? key->set(config, value, why) : set_word(config, key, value, why);
}

/* Strips the quotes of a quoted value; false if they do not match. */
static bool unquote(struct span *value)
{
	size_t i;

	if (!value->size || value->at[0] != '"')
		return true;
	if (value->size < 2 || value->at[value->size - 1] != '"')
		return false;
	value->at++;
	value->size -= 2;
	for (i = 0; i < value->size; i++)
		if (value->at[i] == '"')
			return false;
	return true;
}

static void parse_key(struct parser *p, struct span key, struct span value)
{
	char text[CONF_QUOTE_LEN];
	struct message why;
	size_t i;

	p->any_key = true;
	for (i = 0; i < KEY_COUNT; i++)
		if (span_equals(key, keys[i].name))
			break;
	if (i == KEY_COUNT) {
		conf_error(p->file, key.at, "%s is not a known key", span_quote(key, text));
		return;
	}
	if (p->seen & 1u << i) {
		if (keys[i].at == offsetof(struct config, boot_on_error))
			p->config->boot_on_error = false; /* in doubt: stop */
		conf_error(p->file, key.at, "%s occurs a second time", keys[i].name);
		return;
	}
	p->seen |= 1u << i;
	if (!unquote(&value))
		conf_error(p->file, value.at, "%s: a quoted value must end at its second double quote",
			   keys[i].name);
	else if (!value.size && !keys[i].may_be_empty)
		conf_error(p->file, value.at, "%s has no value", keys[i].name);
	else if (set_key(p->config, &keys[i], value, &why))
		conf_error(p->file, value.at, "%s: %s", keys[i].name, why.text);
}

static void parse_section(struct parser *p, struct span line)
{
	char text[CONF_QUOTE_LEN];
	struct span name = { line.at + 1, line.size - 2 };

	if (line.size < 2 || line.at[line.size - 1] != ']')
		conf_error(p->file, line.at, "a section header does not end with ]");
	else if (!span_equals(span_trim(name), "ringward"))
		conf_error(p->file, line.at, "[%s] is not a known section",
			   span_quote(span_trim(name), text));
	else if (p->section)
		conf_error(p->file, line.at, "[ringward] occurs a second time");
	else if (p->any_key)
		conf_error(p->file, line.at, "[ringward] must precede the first key");
	p->section = true;
}

/* False, with an error, if a line has a byte that is not text. */
static bool check_bytes(struct parser *p, struct span line)
{
	uint16_t code;
	size_t i = 0, taken;

	while (i < line.size) {
		taken = ucs2_decode(line.at + i, line.size - i, &code);
		if (!taken) {
			conf_error(p->file, line.at + i,
				   "byte %lu (0x%02x) is not UTF-8 text of the Basic Multilingual Plane",
				   (unsigned long)i + 1, (unsigned int)(uint8_t)line.at[i]);
			return false;
		}
		if ((code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0)) {
			conf_error(p->file, line.at + i, "byte %lu (0x%02x) is a control character",
				   (unsigned long)i + 1, (unsigned int)(uint8_t)line.at[i]);
			return false;
		}
		i += taken;
	}
	return true;
}

static void parse_line(struct parser *p, struct span line)
{
	char text[CONF_QUOTE_LEN];
	size_t i;

	if (line.size > CONFIG_LINE_MAX) {
		conf_error(p->file, line.at + CONFIG_LINE_MAX, "the line is longer than %u bytes",
			   CONFIG_LINE_MAX);
		return;
	}
	if (!check_bytes(p, line))
		return;
	line = span_trim(line);
	if (!line.size || line.at[0] == '#' || line.at[0] == ';')
		return;
	if (line.at[0] == '[') {
		parse_section(p, line);
		return;
	}
	for (i = 0; i < line.size; i++)
		if (line.at[i] == '=')
			break;
	if (i == line.size) {
		conf_error(p->file, line.at, "%s: = is missing; a line is: key = value",
			   span_quote(line, text));
		return;
	}
	parse_key(p, span_trim((struct span){ line.at, i }),
		  span_trim((struct span){ line.at + i + 1, line.size - i - 1 }));
}

void config_default(struct config *config)
{
	config->next[0] = '\0';
	config->next_other = false;
	config->next_options[0] = '\0';
	config->store_mib = 16;
	config->serial_port = 0x2f8;
	config->serial_baud = UART_CLOCK;
	config->agent = true;
	config->settings.on_violation = RW_ON_VIOLATION_SKIP;
	config->settings.kexec = RW_KEXEC_REFUSE;
	config->settings.control_state = RW_CONTROL_ENFORCE;
	config->settings.kernel_code = RW_KERNEL_CODE_ENFORCE;
	config->settings.exec_fallback = RW_EXEC_FALLBACK_OFF;
	config->settings.modules = RW_MODULES_ANY;
	config->settings.dynamic_code = RW_DYNAMIC_CODE_AUDIT;
	config->settings.bpf_jit = RW_BPF_JIT_DENY;
	config->settings.on_agent_loss = RW_ON_AGENT_LOSS_RECORD;
	config->settings.patches = RW_PATCHES_VERIFY;
	config->settings.kprobes = RW_KPROBES_DENY;
	config->settings.page_tables = RW_PAGE_TABLES_ENFORCE;
	config->boot_on_error = false;
	config->exit_port = 0;
	config->watch_resets = false;
}

int config_read(struct config *config, const char *text, size_t size, struct conf_file *file)
{
	struct parser p = { .config = config, .file = file };
	struct span rest, line;

	config_default(config);
	if (!conf_start(file, text, size, CONFIG_FILE_MAX, &rest))
		return -1;
	while (conf_next_line(file, &rest, &line))
		parse_line(&p, line);
	file->line = 0;
	if (!(p.seen & 1u))
		conf_error(file, text,
			   "next is missing: it names the program to boot, for example "
			   "next = \\EFI\\debian\\grubx64.efi");
	return file->errors ? -1 : 0;
}

int config_parse(struct config *config, const char *text, size_t size, struct message *why)
{
	struct message_first first = { .why = why, .name = CONFIG_NAME };
	struct conf_file file = { .report = message_first, .context = &first };

	return config_read(config, text, size, &file);
}
