/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Parses monitor.conf. */
#include "lib/monitor_conf.h"

#include "lib/events.h"
#include "lib/string.h"

/* Settings of a type besides its rules; the first line that makes one counts. */
enum monitor_setting {
	SET_MODE,
	SET_FOLD,
	SET_LIMIT
};

/* One line being parsed: what is left of it, and what it has said so far. */
struct line {
	struct monitor_conf *conf;
	struct span verb, rest;
	uint8_t types[RW_MONITOR_TYPES / 8];
};

/* Words of the file and their values. */
struct word {
	const char *text;
	uint32_t value;
};

static const char *const key_names[RW_MONITOR_KEY_COUNT] = {
	[RW_MONITOR_UID] = "uid",       [RW_MONITOR_LOGIN_UID] = "login_uid",
	[RW_MONITOR_ACCESS] = "access", [RW_MONITOR_PORT] = "port",
	[RW_MONITOR_DEVICE] = "device", [RW_MONITOR_FS] = "fs",
	[RW_MONITOR_PATH] = "path",     [RW_MONITOR_EXE] = "exe",
	[RW_MONITOR_CGROUP] = "cgroup",
};

const char *monitor_key_name(unsigned int key)
{
	return key_names[key];
}

bool monitor_is_free(unsigned int type)
{
	return type < RW_MONITOR_TYPES && event_desc(type) && type != RW_REC_CRED_CHANGE &&
	       type != RW_REC_OOPS && type != RW_REC_PANIC &&
	       (type < RW_MONITOR_FIXED_FIRST || type > RW_MONITOR_FIXED_LAST);
}

uint32_t monitor_keys_of(unsigned int type)
{
	const struct event_desc *event = event_desc(type);
	const struct event_field *f;
	uint32_t keys = 0;

	for (f = event->fields; f->id; f++) {
		if (f->id == RW_F_TASK)
			keys |= 1u << RW_MONITOR_UID | 1u << RW_MONITOR_LOGIN_UID | 1u << RW_MONITOR_CGROUP |
				1u << RW_MONITOR_EXE;
		else if (f->id == RW_F_PATH || f->id == RW_F_NEW_PATH)
			keys |= 1u << RW_MONITOR_PATH;
		else if (f->id == RW_F_FILE)
			keys |= 1u << RW_MONITOR_DEVICE | 1u << RW_MONITOR_FS;
		else if (f->id == RW_F_OPEN_FLAGS)
			keys |= 1u << RW_MONITOR_ACCESS;
		else if (f->id == RW_F_ADDRESS || f->id == RW_F_LOCAL_ADDRESS)
			keys |= 1u << RW_MONITOR_PORT;
	}
	/* A task that exits has left its program. A line of the kernel's log can come from anywhere. */
	if (type == RW_REC_EXIT || type == RW_REC_KMSG)
		keys &= ~(1u << RW_MONITOR_EXE);
	return type == RW_REC_KMSG ? keys & ~(1u << RW_MONITOR_CGROUP) : keys;
}

static bool has_type(const uint8_t *types, unsigned int type)
{
	return types[type / 8] >> (type % 8) & 1;
}

static void add_type(uint8_t *types, unsigned int type)
{
	types[type / 8] = (uint8_t)(types[type / 8] | 1u << (type % 8));
}

/* Takes the text up to the next comma outside quotes; false at the end of @list. */
static bool next_item(struct span *list, struct span *item, bool *more)
{
	bool quoted = false;
	size_t n = 0;

	if (!*more)
		return false;
	while (n < list->size && (quoted || list->at[n] != ','))
		quoted ^= list->at[n++] == '"';
	*item = (struct span){ list->at, n };
	*more = n < list->size;
	*list = span_skip(*list, *more ? n + 1 : n);
	return true;
}

static struct conf_file *file_of(const struct line *l)
{
	return l->conf->file;
}

/* Events: *, class:NAME, NAME. */

static void add_class(struct line *l, struct span item)
{
	struct span name = span_skip(item, sizeof("class:") - 1);
	char text[CONF_QUOTE_LEN];
	unsigned int class, type;

	for (class = 0; class < RW_CLASS_COUNT; class ++)
		if (span_equals(name, class_desc(class)->name))
			break;
	if (class == RW_CLASS_COUNT)
		conf_error(file_of(l), name.at, "%s is not a class of events", span_quote(name, text));
	for (type = 0; type < RW_MONITOR_TYPES; type++)
		if (monitor_is_free(type) && event_desc(type)->class == class)
			add_type(l->types, type);
}

static void add_event(struct line *l, struct span item)
{
	char text[CONF_QUOTE_LEN];
	unsigned int type;

	for (type = 0; type < RW_TYPES; type++)
		if (event_desc(type) && span_equals(item, event_desc(type)->name))
			break;
	if (type == RW_TYPES)
		conf_error(file_of(l), item.at, "%s is not an event", span_quote(item, text));
	else if (type >= RW_MONITOR_TYPES)
		conf_error(file_of(l), item.at, "%s comes from the hypervisor, which records it always",
			   event_desc(type)->name);
	else if (!monitor_is_free(type))
		conf_error(file_of(l), item.at, "%s is recorded always", event_desc(type)->name);
	else
		add_type(l->types, type);
}

/* Return: whether the line names events; false also after an error. */
static bool parse_events(struct line *l)
{
	struct span list = conf_next_word(&l->rest), item;
	uint32_t errors = file_of(l)->errors;
	bool more = true;
	char text[CONF_QUOTE_LEN];
	unsigned int type;

	if (!list.size) {
		conf_error(file_of(l), list.at, "%s: no events: *, class:CLASS or names with commas between",
			   span_quote(l->verb, text));
		return false;
	}
	while (next_item(&list, &item, &more)) {
		if (span_equals(item, "*"))
			for (type = 0; type < RW_MONITOR_TYPES; type++) {
				if (monitor_is_free(type))
					add_type(l->types, type);
			}
		else if (span_has_prefix(item, "class:"))
			add_class(l, item);
		else
			add_event(l, item);
	}
	return errors == file_of(l)->errors;
}

/* Values of conditions. Each function: 0, or -1 after an error. */

static int not_valid(struct line *l, unsigned int key, struct span item, const char *wanted)
{
	char text[CONF_QUOTE_LEN];

	conf_error(file_of(l), item.at, "%s: %s is not %s", key_names[key], span_quote(item, text), wanted);
	return -1;
}

/* N, N-M, N- */
static int parse_range(struct span item, uint32_t max, struct rw_monitor_value *v)
{
	size_t dash = 0;

	while (dash < item.size && item.at[dash] != '-')
		dash++;
	if (!span_number((struct span){ item.at, dash }, 10, &v->a))
		return -1;
	v->b = max;
	if (dash == item.size)
		v->b = v->a;
	else if (dash + 1 < item.size && !span_number(span_skip(item, dash + 1), 10, &v->b))
		return -1;
	return v->a <= v->b && v->b <= max ? 0 : -1;
}

/* MAJOR:MINOR, MAJOR:* */
static int parse_device(struct span item, struct rw_monitor_value *v)
{
	const uint32_t minors = 1u << RW_MONITOR_MINOR_BITS;
	uint32_t major, minor = 0;
	size_t colon = 0;
	struct span tail;

	while (colon < item.size && item.at[colon] != ':')
		colon++;
	if (colon == item.size || !span_number((struct span){ item.at, colon }, 10, &major) ||
	    major >= 1u << (32 - RW_MONITOR_MINOR_BITS))
		return -1;
	tail = span_skip(item, colon + 1);
	if (!span_equals(tail, "*") && (!span_number(tail, 10, &minor) || minor >= minors))
		return -1;
	v->a = (major << RW_MONITOR_MINOR_BITS) + minor;
	v->b = span_equals(tail, "*") ? v->a + minors - 1 : v->a;
	return 0;
}

static int parse_number(struct line *l, unsigned int key, struct span item, struct rw_monitor_value *v)
{
	if (key == RW_MONITOR_LOGIN_UID && span_equals(item, "unset")) {
		v->a = v->b = UINT32_MAX;
		return 0;
	}
	if (key == RW_MONITOR_ACCESS) {
		v->a = v->b = span_equals(item, "read") ? RW_MONITOR_READ : RW_MONITOR_WRITE;
		return v->a == RW_MONITOR_READ || span_equals(item, "write") ?
			       0 :
			       not_valid(l, key, item, "read or write");
	}
	if (key == RW_MONITOR_DEVICE)
		return parse_device(item, v) ? not_valid(l, key, item, "MAJOR:MINOR or MAJOR:*") : 0;
	if (key == RW_MONITOR_PORT)
		return parse_range(item, 65535, v) ? not_valid(l, key, item, "a port, or a range of ports") :
						     0;
	if (!parse_range(item, UINT32_MAX - (key == RW_MONITOR_LOGIN_UID), v))
		return 0;
	return not_valid(l, key, item,
			 key == RW_MONITOR_UID ? "a number or a range: N, N-M or N-" :
						 "a number, a range (N, N-M or N-) or unset");
}

static int unquote(struct line *l, struct span *item)
{
	bool open = item->size && item->at[0] == '"';
	size_t i;

	if (open) {
		if (item->size < 2 || item->at[item->size - 1] != '"') {
			conf_error(file_of(l), item->at, "a double quote is not closed at the value's end");
			return -1;
		}
		*item = (struct span){ item->at + 1, item->size - 2 };
	}
	for (i = 0; i < item->size; i++)
		if (item->at[i] == '"') {
			conf_error(file_of(l), item->at + i, "a double quote inside a value");
			return -1;
		}
	return 0;
}

static int parse_text(struct line *l, unsigned int key, struct span item, struct rw_monitor_value *v)
{
	struct monitor_conf *conf = l->conf;
	struct span whole;

	if (unquote(l, &item))
		return -1;
	whole = item;
	if (key != RW_MONITOR_FS && (!item.size || item.at[0] != '/'))
		return not_valid(l, key, item, "an absolute path: it does not begin with /");
	if (!item.size)
		return not_valid(l, key, item, "a file system type");
	while (key != RW_MONITOR_FS && item.size && item.at[item.size - 1] == '/')
		item.size--;
	if (item.size > MONITOR_TEXT_MAX - conf->text_used) {
		conf_error(file_of(l), whole.at, "the paths and names have more than %u bytes together",
			   MONITOR_TEXT_MAX);
		return -1;
	}
	v->a = conf->text_used;
	v->b = (uint32_t)item.size;
	memcpy(conf->text + conf->text_used, item.at, item.size);
	conf->text_used += v->b;
	return 0;
}

static int parse_values(struct line *l, struct rw_monitor_cond *cond, struct span list)
{
	struct monitor_conf *conf = l->conf;
	struct rw_monitor_value v;
	struct span item;
	bool more = true;

	cond->first = conf->values;
	while (next_item(&list, &item, &more)) {
		int ret = cond->key < RW_MONITOR_FIRST_TEXT ? parse_number(l, cond->key, item, &v) :
							      parse_text(l, cond->key, item, &v);

		if (ret)
			return -1;
		if (conf->values == MONITOR_VALUES_MAX) {
			conf_error(file_of(l), item.at, "more than %u values", MONITOR_VALUES_MAX);
			return -1;
		}
		conf->value[conf->values++] = v;
		cond->values++;
	}
	return 0;
}

/* KEY=VALUES or KEY!=VALUES. @conds: by key; an entry without values is not there yet. */
static int parse_cond(struct line *l, struct span word, struct rw_monitor_cond *conds)
{
	char text[CONF_QUOTE_LEN];
	struct span name;
	unsigned int key;
	size_t is = 0;
	bool negate;

	while (is < word.size && word.at[is] != '=')
		is++;
	negate = is && is < word.size && word.at[is - 1] == '!';
	name = (struct span){ word.at, is - negate };
	if (is == word.size) {
		conf_error(file_of(l), word.at, "%s: = is missing; a condition is KEY=VALUE or KEY!=VALUE",
			   span_quote(word, text));
		return -1;
	}
	for (key = 0; key < RW_MONITOR_KEY_COUNT; key++)
		if (span_equals(name, key_names[key]))
			break;
	if (key == RW_MONITOR_KEY_COUNT) {
		conf_error(file_of(l), word.at,
			   "%s is not uid, login_uid, access, port, device, fs, path, exe or cgroup",
			   span_quote(name, text));
		return -1;
	}
	if (conds[key].values) {
		conf_error(file_of(l), word.at, "%s occurs a second time; several values have commas between",
			   key_names[key]);
		return -1;
	}
	conds[key].key = (uint8_t)key;
	conds[key].negate = negate;
	return parse_values(l, &conds[key], span_skip(word, is + 1));
}

static void parse_rule(struct line *l, uint32_t action)
{
	struct rw_monitor_cond conds[RW_MONITOR_KEY_COUNT] = { { 0 } };
	struct monitor_conf *conf = l->conf;
	struct rw_monitor_rule rule = { .action = (uint8_t)action, .first = conf->conds };
	struct monitor_place *place = &conf->place[conf->rules];
	struct span word;
	unsigned int key;

	if (!parse_events(l))
		return;
	while (word = conf_next_word(&l->rest), word.size)
		if (parse_cond(l, word, conds))
			return;
	if (conf->rules == MONITOR_RULES_MAX || conf->conds > MONITOR_CONDS_MAX - RW_MONITOR_KEY_COUNT) {
		conf_error(file_of(l), l->verb.at, "more than %u rules, or %u conditions", MONITOR_RULES_MAX,
			   MONITOR_CONDS_MAX);
		return;
	}
	for (key = 0; key < RW_MONITOR_KEY_COUNT; key++) {
		if (!conds[key].values)
			continue;
		conf->cond[conf->conds++] = conds[key];
		rule.conds++;
		rule.early = (uint8_t)(rule.early + (key < RW_MONITOR_EARLY));
	}
	place->line = file_of(l)->line;
	place->column = (uint32_t)(l->verb.at - file_of(l)->text) + 1;
	memcpy(place->types, l->types, sizeof(place->types));
	conf->rule[conf->rules++] = rule;
}

/* Settings: the parameter of a line is the value for each of its events that no earlier line has set. */

static void apply(struct line *l, enum monitor_setting setting, uint32_t value)
{
	struct monitor_conf *conf = l->conf;
	bool any = false;
	unsigned int type;

	for (type = 0; type < RW_MONITOR_TYPES; type++) {
		if (!has_type(l->types, type) || conf->set[type] & 1u << setting)
			continue;
		/* Such a record is handed over at once: it may come under any of the kernel's locks. */
		if (type == RW_REC_KMSG && (setting != SET_MODE || value != RW_MONITOR_MODE_SYNC))
			continue;
		any = true;
		conf->set[type] = (uint8_t)(conf->set[type] | 1u << setting);
		if (setting == SET_MODE)
			conf->type[type].mode = (uint8_t)value;
		else if (setting == SET_FOLD)
			conf->type[type].fold_ms = (uint16_t)value;
		else
			conf->type[type].limit = value;
	}
	if (!any)
		conf_warn(
			conf->file, conf->file->line, (uint32_t)(l->verb.at - conf->file->text) + 1,
			"this line never counts: earlier lines say it for each of its events, or none can have it");
}

static bool no_more(struct line *l)
{
	struct span word = conf_next_word(&l->rest);
	char text[CONF_QUOTE_LEN], verb[CONF_QUOTE_LEN];

	if (word.size)
		conf_error(file_of(l), word.at, "%s: %s is one word too many", span_quote(l->verb, verb),
			   span_quote(word, text));
	return !word.size;
}

static void parse_mode(struct line *l, uint32_t mode)
{
	if (parse_events(l) && no_more(l))
		apply(l, SET_MODE, mode);
}

/* Milliseconds of a time like 500ms or 2s; UINT32_MAX if it is none. */
static uint32_t parse_time(struct span s)
{
	uint32_t unit = 1000, n;

	if (s.size > 2 && s.at[s.size - 1] == 's' && s.at[s.size - 2] == 'm')
		unit = 1;
	else if (s.size < 2 || s.at[s.size - 1] != 's')
		return UINT32_MAX;
	s.size -= unit == 1 ? 2 : 1;
	return span_number(s, 10, &n) && n && n <= MONITOR_FOLD_MAX / unit ? n * unit : UINT32_MAX;
}

static void parse_fold(struct line *l, uint32_t unused)
{
	char text[CONF_QUOTE_LEN];
	struct span word, time;
	uint32_t ms;

	(void)unused;
	if (!parse_events(l))
		return;
	word = conf_next_word(&l->rest);
	time = span_has_prefix(word, "within=") ? span_skip(word, 7) : (struct span){ word.at, 0 };
	ms = span_equals(time, "off") ? 0 : parse_time(time);
	if (ms == UINT32_MAX)
		conf_error(file_of(l), word.at, "fold: %s is not within=TIME, 1ms to 60s, or within=off",
			   span_quote(word, text));
	else if (no_more(l))
		apply(l, SET_FOLD, ms);
}

static void parse_limit(struct line *l, uint32_t unused)
{
	char text[CONF_QUOTE_LEN];
	struct span word, number;
	uint32_t rate = 0;

	(void)unused;
	if (!parse_events(l))
		return;
	word = conf_next_word(&l->rest);
	number = span_has_prefix(word, "rate=") ? span_skip(word, 5) : (struct span){ word.at, 0 };
	if (!span_equals(number, "off") &&
	    (!span_number(number, 10, &rate) || !rate || rate > MONITOR_LIMIT_MAX))
		conf_error(file_of(l), word.at,
			   "limit: %s is not rate=N, 1 to %u records a second, or rate=off",
			   span_quote(word, text), MONITOR_LIMIT_MAX);
	else if (no_more(l))
		apply(l, SET_LIMIT, rate);
}

static const struct {
	const char *name;
	void (*parse)(struct line *l, uint32_t value);
	uint32_t value;
} verbs[] = {
	{ "include", parse_rule, RW_MONITOR_INCLUDE },
	{ "exclude", parse_rule, RW_MONITOR_EXCLUDE },
	{ "sync", parse_mode, RW_MONITOR_MODE_SYNC },
	{ "batch", parse_mode, RW_MONITOR_MODE_BATCH },
	{ "fold", parse_fold, 0 },
	{ "limit", parse_limit, 0 },
};

/* False, with an error, if a line has a control character: it is no text, or hides something. */
static bool check_bytes(struct conf_file *file, struct span line)
{
	size_t i;

	for (i = 0; i < line.size; i++) {
		uint8_t c = (uint8_t)line.at[i];

		if ((c < ' ' && c != '\t') || c == 0x7f) {
			conf_error(file, line.at + i, "byte 0x%02x is a control character", (unsigned int)c);
			return false;
		}
	}
	return true;
}

static void parse_line(struct monitor_conf *conf, struct span text)
{
	struct line l = { .conf = conf, .rest = text };
	char quote[CONF_QUOTE_LEN];
	size_t i;

	if (text.size > MONITOR_LINE_MAX) {
		conf_error(conf->file, text.at + MONITOR_LINE_MAX, "the line is longer than %u bytes",
			   MONITOR_LINE_MAX);
		return;
	}
	if (!check_bytes(conf->file, text))
		return;
	l.verb = conf_next_word(&l.rest);
	if (!l.verb.size)
		return;
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (span_equals(l.verb, verbs[i].name)) {
			verbs[i].parse(&l, verbs[i].value);
			return;
		}
	conf_error(conf->file, l.verb.at, "%s is not include, exclude, sync, batch, fold or limit",
		   span_quote(l.verb, quote));
}

int monitor_parse(struct monitor_conf *conf, const char *text, size_t size, struct conf_file *file)
{
	struct span rest, line;

	memset(conf, 0, sizeof(*conf));
	conf->file = file;
	if (!conf_start(file, text, size, MONITOR_FILE_MAX, &rest))
		return -1;
	while (conf_next_line(file, &rest, &line))
		parse_line(conf, line);
	file->line = 0;
	return file->errors ? -1 : 0;
}
