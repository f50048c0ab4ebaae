/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* An input file of rwlog: loaded, recognised by its content, parsed. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "alerts.h"
#include "boots.h"
#include "expand.h"
#include "progress.h"
#include "resident.h"
#include "util.h"

#define READ_CHUNK 65536u

static uint64_t limit_of(const struct input *in)
{
	return in->limit ? in->limit : INPUT_LIMIT;
}

/* Reads what is no regular file. */
static int read_all(struct input *in, int fd)
{
	ssize_t n;

	do {
		uint8_t *to = spool_add(&in->piped, READ_CHUNK);

		n = read(fd, to, READ_CHUNK);
		in->piped.len -= n > 0 ? READ_CHUNK - (size_t)n : READ_CHUNK;
		progress("reading", in->piped.len, 0);
		if (in->piped.len > limit_of(in))
			return -EFBIG;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return -errno;
	in->data = spool_bytes(&in->piped);
	in->len = in->piped.len;
	return 0;
}

int input_load(struct input *in, const char *name)
{
	bool is_stdin = strcmp(name, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	int err = 0;

	in->name = is_stdin ? "standard input" : name;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &in->st) == 0 && S_ISREG(in->st.st_mode) && in->st.st_size > 0 && !is_stdin) {
		in->data = mmap(NULL, (size_t)in->st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		in->mapped = in->data != MAP_FAILED;
		in->len = in->mapped ? (size_t)in->st.st_size : 0;
		if (in->mapped)
			resident_watch(in->data, in->len, fd);
		else
			in->data = NULL;
	}
	if (!in->mapped)
		err = read_all(in, fd);
	if (!is_stdin)
		close(fd);
	return err;
}

#define LOOK_AT      (1u << 20) /* bytes from which a file's kind is judged */
#define TEXT_PERCENT 90u
#define MEMORY_PAGE  4096u

/* Whether most of the first bytes are printable, as in a capture. */
static bool is_mostly_text(const struct input *in)
{
	size_t n = in->len < LOOK_AT ? in->len : LOOK_AT, printable = 0;

	for (size_t i = 0; i < n; i++)
		printable += (in->data[i] >= ' ' && in->data[i] <= '~') || in->data[i] == '\n' ||
			     in->data[i] == '\r' || in->data[i] == '\t';
	return printable * 100 >= n * TEXT_PERCENT;
}

static bool looks_like_memory(const struct input *in)
{
	return in->scan.core || (in->len % MEMORY_PAGE == 0 && !is_mostly_text(in));
}

/* Parses the loaded bytes as a capture. Return: whether they hold a frame of this version. */
static bool parse_capture(struct input *in)
{
	in->capture.problems = &in->problems;
	capture_parse(&in->capture, (const char *)in->data, in->len);
	in->other_version = in->capture.other_version;
	return in->capture.frames || in->capture.bad_frames ||
	       (in->capture.console.nalert && !in->capture.other_version);
}

/*
 * A guest can write the header of a store to the serial line, and the text of frames into its memory: neither
 * may hide what is really in the file.
 */
static void tell_both(struct input *in)
{
	struct problems ignored = { 0 };
	struct capture frames = { .problems = &ignored };

	if (in->is_capture) {
		problem_add(&in->problems, PROBLEM_SEVERAL, NULL,
			    "a store lies at offset 0x%" PRIx64
			    " of this capture, and a guest may have sent it: it "
			    "was not read; --as memory reads it",
			    in->scan.good[0].off);
		return;
	}
	capture_frames(&frames, (const char *)in->data, in->len);
	for (size_t i = 0; i < frames.dumps.npart; i++) {
		if (!frames.dumps.part[i]->complete)
			continue;
		problem_add(&in->problems, PROBLEM_SEVERAL, NULL,
			    "a whole dump of boot %08" PRIx32 " stands in line %" PRIu64
			    " of this memory, and was "
			    "not read; --as capture reads it",
			    frames.dumps.part[i]->boot, frames.dumps.part[i]->line);
		break;
	}
	capture_free(&frames);
	problems_free(&ignored);
}

/* Decides what the file is, and parses frames if it is a capture. Return: as input_parse(). */
static int recognise(struct input *in)
{
	const struct image_scan *scan = &in->scan;
	bool memory = in->as == INPUT_AS_MEMORY ||
		      (in->as == INPUT_AS_IT_LOOKS && scan->ngood && looks_like_memory(in));

	if (!memory && !in->choice.have_at && !in->choice.console)
		in->is_capture = parse_capture(in);
	if (!in->is_capture && in->as == INPUT_AS_CAPTURE)
		return in->other_version ? -EPROTONOSUPPORT : -ENOENT;
	if (in->is_capture || scan->ngood)
		return 0;
	if (scan->other_version)
		in->other_version = scan->other_version;
	if (in->other_version)
		return -EPROTONOSUPPORT;
	return scan->damaged.p ? 0 : -ENOENT;
}

/* Whether a boot is wanted: by its whole id, or by the digits that its frames have. */
static bool is_wanted(const struct input *in, const char *id)
{
	const char *boot = in->choice.boot;
	size_t len = boot && strlen(boot) < strlen(id) ? strlen(boot) : strlen(id);

	return !boot || strncmp(id, boot, len) == 0;
}

bool input_wants(const struct input *in, uint32_t boot)
{
	char id[TEXT_BOOT_LEN];

	snprintf(id, sizeof(id), "%08" PRIx32, boot);
	return is_wanted(in, id);
}

static bool wants_dump(const struct input *in, const struct part *p)
{
	char id[TEXT_BOOT_LEN];

	if (!p->have_hdr)
		return input_wants(in, p->boot);
	text_boot(id, &p->hdr);
	return is_wanted(in, id);
}

/* Whether there are counters of a boot that is wanted. */
static bool wants_counters(const struct input *in)
{
	for (size_t i = 0; i < in->capture.dumps.nset; i++)
		if (input_wants(in, in->capture.dumps.set[i].boot))
			return true;
	return false;
}

/* Forgets what is wrong with the dumps that are not wanted. Return: whether one is wanted. */
static bool add_dumps(struct input *in)
{
	const struct dumps *d = &in->capture.dumps;
	struct part **wanted = make((d->npart + 1) * sizeof(struct part *));
	size_t n = 0;

	for (size_t i = 0; i < d->npart; i++) {
		struct part *p = d->part[i];

		if (wants_dump(in, p))
			wanted[n++] = p;
		else
			problems_forget(&in->problems, p, p->bad_of);
	}
	in->boot = boots_of_parts(wanted, n, &in->nboot);
	free(wanted);
	return n || !in->choice.boot || wants_counters(in);
}

/* What a logger did to the capture, and was undone. */
static void tell_repairs(struct input *in)
{
	const struct capture *c = &in->capture;

	if (c->dumps.repeats)
		problem_note(&in->notes, NULL,
			     "%" PRIu64 " frames are there more than once, byte by byte the same",
			     c->dumps.repeats);
	if (c->rejoined)
		problem_note(
			&in->notes, NULL,
			"%zu frames were broken by a terminal or logger, and put together again: their CRCs "
			"are right",
			c->rejoined);
}

static void free_data(struct input *in)
{
	if (in->mapped) {
		resident_forget(in->data);
		munmap(in->data, in->len);
	} else if (in->piped.cap) {
		spool_free(&in->piped);
	} else {
		free(in->data);
	}
	in->mapped = false;
	in->data = NULL;
	in->len = 0;
}

/* Puts what came out in the place of what the file holds. */
static void take_expanded(struct input *in, const struct expanded *e, enum expand_end end)
{
	problem_note(&in->notes, NULL,
		     "this is a file in the form %s: offsets and lines are those of its content, "
		     "%zu bytes",
		     e->name, e->len);
	if (end == EXPAND_CUT)
		problem_add(&in->problems, PROBLEM_CUT, NULL,
			    "the %s ends too early: %zu bytes came out of it", e->name, e->len);
	if (end == EXPAND_ALTERED)
		problem_add(&in->problems, PROBLEM_ALTERED, NULL,
			    "the %s is damaged: %zu bytes came out of it", e->name, e->len);
	free_data(in);
	in->data = e->data;
	in->len = e->len;
}

/* Undoes compression, UTF-16 and hex dumps. Return: 0, or -EFBIG. */
static int expand_all(struct input *in)
{
	for (unsigned int i = 0; i < INPUT_LAYERS; i++) {
		struct expanded e = { .limit = limit_of(in) };
		enum expand_end end = expand(&e, in->data, in->len);

		if (end == EXPAND_NOTHING)
			return 0;
		if (end == EXPAND_TOO_MUCH) {
			free(e.data);
			return -EFBIG;
		}
		take_expanded(in, &e, end);
	}
	return 0;
}

int input_parse(struct input *in)
{
	int ret = expand_all(in);

	if (ret)
		return ret;
	image_scan(&in->scan, in->data, in->len);
	ret = recognise(in);
	if (ret)
		return ret;
	if (!in->is_capture) {
		in->image = image_choose(&in->scan, &in->choice, &in->problems, &in->notes);
		if (!in->image)
			return -ESRCH;
		in->boot = boots_of_parts(&in->image, 1, &in->nboot);
	}
	if (in->scan.ngood && in->as == INPUT_AS_IT_LOOKS)
		tell_both(in);
	if (in->is_capture && !add_dumps(in))
		return -ESRCH;
	for (size_t i = 0; i < in->nboot; i++)
		boot_merge(&in->boot[i], &in->problems);
	if (in->is_capture) {
		tell_repairs(in);
		alerts_check(in);
	}
	return 0;
}

int input_console(struct input *in)
{
	int ret = expand_all(in);

	if (!ret)
		capture_console(&in->capture, (const char *)in->data, in->len);
	return ret;
}

enum status input_status(const struct input *in)
{
	if (!in->problems.count && !in->nboot && !in->other_version)
		return STATUS_CUT; /* frames, but no dump of a store */
	return status_of_problems(in->problems.of);
}

void input_list(const struct input *in, FILE *out)
{
	char id[TEXT_BOOT_LEN];

	for (size_t i = 0; i < in->nboot && in->is_capture; i++) {
		boot_name(&in->boot[i], id);
		fprintf(out, "boot %s, %zu dumps in this capture, %zu records\n", id, in->boot[i].npart,
			in->boot[i].nrec);
	}
	image_list(&in->scan, out);
}

void input_free(struct input *in)
{
	boots_free(in->boot, in->nboot);
	if (in->image)
		part_free(in->image);
	free(in->image);
	image_scan_free(&in->scan);
	capture_free(&in->capture);
	problems_free(&in->problems);
	problems_free(&in->notes);
	free_data(in);
}
