// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Follows the log: what the store has, then each new record, until a signal comes.
//
// Printing must not feed itself. A write to a terminal, a file or a pipe makes a record only the first time,
// but where standard output is journald's, each line is one (syslog). So records that this process makes
// itself are left out, and counted.
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rwctl.h"
#include "store.h"
#include "tools/rwlog/jsonl.h"
#include "tools/rwlog/line.h"
#include "tools/rwlog/util.h"

/*
 * How long to wait for new records. Batched ones reach the store within a second, so a shorter time gains
 * little; and an idle machine makes no other hypercalls.
 */
#define POLL_NS 250000000

/* Records that name cgroups, which must stay as long as the index. */
struct cgroup_records {
	struct rec *rec;
	size_t n, cap;
	struct cgroups index;
};

struct tail {
	const struct rwctl_tail *options;
	struct store store;
	struct cgroup_records cgroups;
	uint64_t live;   /* records from this number on were made after the start */
	uint64_t pid_ns; /* inode number of this process' PID namespace; 0: unknown */
	uint64_t missed; /* evicted, and not reported yet */
	uint64_t shown, own, evicted;
	struct sink to; /* JSON on its way to standard output */
	char boot[33];  /* the boot's id in hex, for JSON */
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

static void catch_signals(void)
{
	const struct sigaction action = { .sa_handler =
						  stop }; /* not SA_RESTART: a write is interrupted, too */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* Keeps a copy of a record that names a cgroup, if it is the first that names it. */
static void keep_cgroup(struct cgroup_records *c, const struct rec *rec)
{
	struct text known;
	struct rec copy = *rec;
	uint8_t *bytes;

	if (rec->hdr.type != RW_REC_CGROUP || cgroups_find(&c->index, rec_number(rec, RW_F_CGROUP), &known))
		return;
	bytes = malloc(rec->hdr.size);
	if (!bytes) {
		fputs("rwctl: tail: out of memory\n", stderr);
		exit(1);
	}
	memcpy(bytes, rec->p, rec->hdr.size);
	copy.p = bytes;
	c->rec = grow(c->rec, c->n, &c->cap, sizeof(*c->rec));
	c->rec[c->n++] = copy;
	cgroups_free(&c->index);
	c->index = cgroups_index(c->rec, c->n);
}

static void free_cgroups(struct cgroup_records *c)
{
	cgroups_free(&c->index);
	for (size_t i = 0; i < c->n; i++)
		free((void *)c->rec[i].p);
	free(c->rec);
}

static bool is_wanted(const struct tail *t, const struct rec *rec)
{
	return filter_match(&t->options->filter, rec);
}

/* Whether this process has made the record: in its PID namespace it has its pid. */
static bool is_own(const struct tail *t, const struct rec *rec)
{
	struct rw_task task;

	if (rec->hdr.seq < t->live || rec_task(rec, &task) < 2 || (t->pid_ns && task.pid_ns != t->pid_ns))
		return false;
	return (task.ns_pid ? task.ns_tgid : task.tgid) == (uint32_t)getpid();
}

/* Reads the rest of what the store held at the start. @last: the last @room numbers of wanted records. */
static int survey_rest(struct tail *t, uint64_t *last, uint64_t room, uint64_t *found)
{
	struct rec rec;
	int ret = 1;

	while (ret > 0) {
		while (store_next(&t->store, &rec) && rec.hdr.seq < t->live) {
			keep_cgroup(&t->cgroups, &rec);
			if (room && is_wanted(t, &rec))
				last[(*found)++ % room] = rec.hdr.seq;
		}
		ret = t->store.seq < t->live ? store_read(&t->store) : 0;
	}
	return ret;
}

/*
 * Reads what the store holds now: the names of cgroups, so that all lines show them, and where the last
 * wanted records begin. Return: whether it could.
 */
static bool survey(struct tail *t, uint64_t *begin)
{
	uint64_t *last, room, found = 0;
	int ret = store_read(&t->store);

	if (ret < 0)
		return false;
	t->live = t->store.next_seq;
	room = t->options->last < t->live ? t->options->last : t->live;
	last = calloc(room + 1, sizeof(*last));
	if (!last) {
		fputs("rwctl: tail: out of memory\n", stderr);
		return false;
	}
	if (ret)
		ret = survey_rest(t, last, room, &found);
	*begin = found ? last[found < room ? 0 : found % room] : t->live;
	free(last);
	return ret >= 0;
}

static void show_missed(struct tail *t)
{
	t->evicted += t->missed;
	if (t->missed)
		fprintf(t->options->json ? stderr : stdout,
			"-- %" PRIu64 " records evicted before they were read\n", t->missed);
	t->missed = 0;
}

/* Learns the boot's name, which the objects have. Return: whether the agent tells it. */
static bool start_json(struct tail *t)
{
	struct rw_ioc_status status = { 0 };

	if (ioctl(t->store.fd, RW_IOC_STATUS, &status) != 0) {
		fprintf(stderr, "rwctl: the hypervisor's status: %s (see the kernel log)\n", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < sizeof(status.hv.boot_id); i++)
		snprintf(t->boot + 2 * i, 3, "%02x", status.hv.boot_id[i]);
	sink_open(&t->to, stdout);
	return true;
}

static void show_json(struct tail *t, const struct rec *rec)
{
	const struct members_boot boot = { .name = t->boot,
					   .epoch = t->store.boot_epoch,
					   .cgroups = &t->cgroups.index };

	jsonl_record(rec, &boot, &t->to);
	sink_flush(&t->to);
}

static void show_record(struct tail *t, const struct rec *rec)
{
	keep_cgroup(&t->cgroups, rec);
	if (!is_wanted(t, rec))
		return;
	if (is_own(t, rec)) {
		t->own++;
		return;
	}
	t->shown++;
	if (t->options->json)
		show_json(t, rec);
	else
		line_show(&(struct line){ stdout, rec, t->store.boot_epoch, NULL, &t->cgroups.index, false });
}

/* Shows the piece just read. What was evicted from what the store held at the start is reported once. */
static void show_piece(struct tail *t)
{
	struct rec rec;

	t->missed += t->store.missed;
	if (t->store.seq >= t->live)
		show_missed(t);
	while (!stopped && store_next(&t->store, &rec))
		show_record(t, &rec);
}

/* Return: whether standard output and the store could be used until a signal came. */
static bool follow(struct tail *t)
{
	const struct timespec wait = { .tv_nsec = POLL_NS };

	while (!stopped) {
		int ret = store_read(&t->store);

		if (ret < 0)
			return false;
		if (ret)
			show_piece(t);
		if ((fflush(stdout) != 0 || ferror(stdout)) && !stopped) {
			fprintf(stderr, "rwctl: standard output: %s\n", strerror(errno));
			return false;
		}
		if (!ret)
			nanosleep(&wait, NULL);
	}
	return true;
}

int tail(int fd, const struct rwctl_tail *options)
{
	static struct tail t;
	struct stat ns;
	uint64_t begin;
	bool good;

	t.options = options;
	t.store.fd = fd;
	t.pid_ns = stat("/proc/self/ns/pid", &ns) == 0 ? ns.st_ino : 0;
	catch_signals();
	good = (!options->json || start_json(&t)) && survey(&t, &begin);
	if (good) {
		t.store.seq = begin;
		good = follow(&t);
	}
	if (good)
		fprintf(options->json ? stderr : stdout,
			"-- %" PRIu64 " records shown, %" PRIu64 " of rwctl itself left out, %" PRIu64
			" evicted before they were read\n",
			t.shown, t.own, t.evicted);
	free_cgroups(&t.cgroups);
	if (options->json)
		sink_close(&t.to);
	return good && fflush(stdout) == 0 ? 0 : 1;
}
