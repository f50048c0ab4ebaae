// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Lists the events that the agent records: what the rules in force do with each, how many the store has.
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "abi/policy.h"
#include "lib/monitor.h"
#include "lib/monitor_conf.h"
#include "rwctl.h"
#include "store.h"

/* When a record is handed over, where monitor.conf does not say. */
enum own_mode {
	OWN_BATCH = 0, /* most */
	OWN_SYNC,
	OWN_EITHER
};

static const unsigned char own_mode[RW_MONITOR_TYPES] = {
#define RW_MODE(NAME, MODE) [RW_REC_##NAME] = OWN_##MODE,
#include "abi/events.def"
};

/* What is known of all events. */
struct overview {
	struct monitor monitor;
	uint64_t held[RW_TYPES]; /* records in the store, by type */
};

/* Return: the image, to be freed; NULL after an error message. */
static void *get_rules(int fd, struct monitor *m)
{
	void *image = malloc(RW_POLICY_BYTES_MAX);
	struct rw_ioc_image req = { .buffer = (uintptr_t)image, .size = RW_POLICY_BYTES_MAX };

	if (!image || ioctl(fd, RW_IOC_MONITOR, &req) != 0)
		fprintf(stderr, "rwctl: events: the rules: %s\n", strerror(errno));
	else if (monitor_open(m, image, (uint32_t)req.size) != 0)
		fputs("rwctl: events: the rules are not as this version knows them\n", stderr);
	else
		return image;
	free(image);
	return NULL;
}

/* Counts what the store has now. Return: whether it could. */
static bool count_held(int fd, struct overview *o)
{
	static struct store store;
	struct rec rec;
	uint64_t end = UINT64_MAX;
	int ret;

	store.fd = fd;
	while (store.seq < end && (ret = store_read(&store)) != 0) {
		if (ret < 0)
			return false;
		if (end == UINT64_MAX)
			end = store.next_seq; /* what comes meanwhile does not make this endless */
		while (store_next(&store, &rec))
			o->held[rec.hdr.type]++;
	}
	return true;
}

static const char *recorded(const struct overview *o, unsigned int type)
{
	if (!monitor_is_free(type))
		return "always";
	switch (monitor_outcomes(&o->monitor, type)) {
	case MONITOR_MAY_RECORD:
		return "yes";
	case MONITOR_MAY_DROP:
		return "no";
	default:
		return "filtered";
	}
}

static const char *mode_of(const struct overview *o, unsigned int type)
{
	static const char *const own[] = { "batch", "sync", "either" };

	switch (o->monitor.hdr->type[type].mode) {
	case RW_MONITOR_MODE_SYNC:
		return "sync";
	case RW_MONITOR_MODE_BATCH:
		return "batch";
	default:
		return own[own_mode[type]];
	}
}

static void print_text(const struct overview *o)
{
	printf("%3s  %-16s %-7s %-9s %-6s %10s\n", "ID", "EVENT", "CLASS", "RECORDED", "MODE", "IN STORE");
	for (unsigned int type = 1; type < RW_MONITOR_TYPES; type++) {
		const struct event_desc *event = event_desc(type);
		const struct rw_monitor_type *t = &o->monitor.hdr->type[type];

		if (!event)
			continue;
		printf("%3u  %-16s %-7s %-9s %-6s %10" PRIu64, type, event->name,
		       class_desc(event->class)->name, recorded(o, type), mode_of(o, type), o->held[type]);
		if (t->fold_ms)
			printf("  fold %u ms", t->fold_ms);
		if (t->limit)
			printf("  limit %" PRIu32 "/s", t->limit);
		putchar('\n');
	}
}

static json_t *event_json(const struct overview *o, unsigned int type)
{
	const struct event_desc *event = event_desc(type);
	const struct rw_monitor_type *t = &o->monitor.hdr->type[type];

	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:i, s:I}", "id", (int)type, "name", event->name,
			 "class", class_desc(event->class)->name, "recorded", recorded(o, type), "mode",
			 mode_of(o, type), "in_store", (json_int_t)o->held[type], "fold_ms", (int)t->fold_ms,
			 "limit", (json_int_t)t->limit);
}

static int print_json(const struct overview *o)
{
	json_t *list = json_array();
	int ret;

	for (unsigned int type = 1; type < RW_MONITOR_TYPES; type++)
		if (event_desc(type))
			json_array_append_new(list, event_json(o, type));
	ret = json_dumpf(list, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(list);
	return ret;
}

int events(int fd, bool json)
{
	static struct overview o;
	void *image = get_rules(fd, &o.monitor);
	int ret = 0;

	if (!image)
		return 1;
	if (!count_held(fd, &o)) {
		free(image);
		return 1;
	}
	if (json)
		ret = print_json(&o);
	else
		print_text(&o);
	free(image);
	if (ret == 0 && fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	fprintf(stderr, "rwctl: standard output: %s\n", strerror(errno));
	return 1;
}
