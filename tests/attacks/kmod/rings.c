// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Puts garbage into the agent's ring on this CPU and has the hypervisor drain it.

#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "abi/hypercall.h"
#include "abi/record.h"
#include "abi/ring.h"
#include "lib/record.h"
#include "rwattack.h"

#define DATA_BYTES (16u * RW_PAGE_SIZE) /* of the agent's rings */

/* How the agent's per-CPU variable "rings" begins. */
struct agent_ring {
	struct rw_ring_hdr *hdr;
	u8 *data;
};

static void put(struct agent_ring *r, u64 pos, const void *from, size_t len)
{
	const u8 *bytes = from;
	size_t i;

	for (i = 0; i < len; i++)
		r->data[(pos + i) % DATA_BYTES] = bytes[i];
}

static void attack_random(struct agent_ring *r, struct rnd_state *rnd)
{
	prandom_bytes_state(rnd, r->data, DATA_BYTES);
	r->hdr->producer += (prandom_u32_state(rnd) % DATA_BYTES) & ~(u64)(RW_REC_ALIGN - 1);
}

static void attack_index(struct agent_ring *r, struct rnd_state *rnd)
{
	static const u64 steps[] = {
		DATA_BYTES, DATA_BYTES + 8, 1, 7, U32_MAX, 1ull << 63, U64_MAX, (u64)-8
	};
	u32 pick = prandom_u32_state(rnd);

	r->hdr->producer += steps[pick % ARRAY_SIZE(steps)];
	if (pick & 0x100)
		r->hdr->consumer = ((u64)pick << 32) | prandom_u32_state(rnd);
	if (pick & 0x200)
		r->hdr->lost = ((u64)pick << 32) | prandom_u32_state(rnd);
}

/*
 * A file_open record, spoiled as the members say. With no member set it is like the agent's.
 */
struct spoilt {
	const char *name;
	u8 type, verdict;
	u16 flags;
	u16 without; /* the field to leave out */
	u16 id, len; /* a field to insert before the last one; none if @len is 0 */
	u16 stretch; /* added to the last field's length, not to the record */
	bool dirty_padding, dirty_end;
};

static const struct spoilt cases[] = {
	{ "good", RW_REC_FILE_OPEN },
	{ "type_0", 0 },
	{ "type_190", 190 }, /* unknown, like the next one */
	{ "type_last", RW_REC_AGENT_LAST },
	{ "type_violation", RW_REC_VIOLATION },
	{ "type_255", 255 },
	{ "type_fork", RW_REC_FORK }, /* of its fields only the task is here */
	{ "verdict", RW_REC_FILE_OPEN, .verdict = RW_VERDICT_COUNT },
	{ "flag_unknown", RW_REC_FILE_OPEN, .flags = 0x8000 },
	{ "flag_time", RW_REC_FILE_OPEN, .flags = RW_RECF_TIME_ADJ },
	{ "no_task", RW_REC_FILE_OPEN, .without = RW_F_TASK },
	{ "no_file", RW_REC_FILE_OPEN, .without = RW_F_FILE },
	{ "no_path", RW_REC_FILE_OPEN, .without = RW_F_PATH },
	{ "twice", RW_REC_FILE_OPEN, .id = RW_F_OPEN_FLAGS, .len = 4 },
	{ "path_twice", RW_REC_FILE_OPEN, .id = RW_F_PATH, .len = 1 },
	{ "id_0", RW_REC_FILE_OPEN, .id = 0, .len = 4 },
	{ "foreign", RW_REC_FILE_OPEN, .id = RW_F_CHILD_PID, .len = 4 },
	{ "foreign_rip", RW_REC_FILE_OPEN, .id = RW_F_RIP, .len = 8 },
	{ "unknown", RW_REC_FILE_OPEN, .id = RW_FIELD_COUNT, .len = 4 },
	{ "unknown_last", RW_REC_FILE_OPEN, .id = U16_MAX, .len = 4 },
	{ "flags_short", RW_REC_FILE_OPEN, .without = RW_F_OPEN_FLAGS, .id = RW_F_OPEN_FLAGS, .len = 2 },
	{ "flags_long", RW_REC_FILE_OPEN, .without = RW_F_OPEN_FLAGS, .id = RW_F_OPEN_FLAGS, .len = 8 },
	{ "task_short", RW_REC_FILE_OPEN, .without = RW_F_TASK, .id = RW_F_TASK, .len = 36 },
	{ "task_long", RW_REC_FILE_OPEN, .without = RW_F_TASK, .id = RW_F_TASK, .len = 44 },
	{ "path_long", RW_REC_FILE_OPEN, .without = RW_F_PATH, .id = RW_F_PATH, .len = RW_PATH_MAX + 1 },
	{ "past_end", RW_REC_FILE_OPEN, .stretch = 8 },
	{ "past_all", RW_REC_FILE_OPEN, .stretch = U16_MAX - 16 },
	{ "padding", RW_REC_FILE_OPEN, .dirty_padding = true },
	{ "end", RW_REC_FILE_OPEN, .dirty_end = true },
};

static void add(struct rec_writer *w, u16 id, u16 len)
{
	static u8 value[RW_PATH_MAX + 1];

	memset(value, 'r', len);
	rec_bytes(w, id, value, len);
}

/* Return: the record, which the next call overwrites. */
static struct rw_rec_hdr *make_record(const struct spoilt *s)
{
	static const struct rw_field fields[] = {
		{ RW_F_TASK, sizeof(struct rw_task) },
		{ RW_F_FILE, sizeof(struct rw_file) },
		{ RW_F_OPEN_FLAGS, 4 },
		{ RW_F_PATH, 9 }, /* is padded, and so is the record */
	};
	static u64 buffer[RW_REC_MAX / sizeof(u64)];
	u8 *bytes = (u8 *)buffer;
	struct rec_writer w;
	unsigned int i;
	u32 last = 0;

	rec_begin(&w, buffer, sizeof(buffer), s->type, s->verdict);
	w.hdr->flags = s->flags;
	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (i == ARRAY_SIZE(fields) - 1 && s->len)
			add(&w, s->id, s->len);
		if (fields[i].id == s->without)
			continue;
		last = w.used;
		add(&w, fields[i].id, fields[i].len);
	}
	bytes[w.used - 1] |= s->dirty_padding;
	((struct rw_field *)(bytes + last))->len += s->stretch;
	bytes[rec_end(&w) - 1] |= s->dirty_end;
	return w.hdr;
}

static void put_record(struct agent_ring *r, const struct rw_rec_hdr *hdr)
{
	put(r, r->hdr->producer, hdr, hdr->size);
	r->hdr->producer += hdr->size;
}

static void attack_sizes(struct agent_ring *r, struct rnd_state *rnd)
{
	static const u16 sizes[] = { 0,   1,   8,     24,    31,    32,    104,   111,
				     120, 136, 12280, 12288, 12296, 32768, 65528, 65535 };
	static const u16 lens[] = { 0, 1, 8, 255, 4095, 4096, 8191, 65535 };
	const struct spoilt how = {
		.type = RW_REC_FILE_OPEN,
		.stretch = lens[prandom_u32_state(rnd) % ARRAY_SIZE(lens)],
	};
	struct rw_rec_hdr *hdr = make_record(&how);
	u32 made = hdr->size;
	u64 announced;

	hdr->size = sizes[prandom_u32_state(rnd) % ARRAY_SIZE(sizes)];
	announced = prandom_u32_state(rnd) % 2 ? ALIGN((u64)hdr->size, RW_REC_ALIGN) % DATA_BYTES : made;
	put(r, r->hdr->producer, hdr, made);
	r->hdr->producer += announced;
}

static void attack_fields(struct agent_ring *r, struct rnd_state *rnd)
{
	struct rw_rec_hdr *hdr = make_record(&cases[prandom_u32_state(rnd) % ARRAY_SIZE(cases)]);
	u32 made = hdr->size;

	prandom_bytes_state(rnd, (u8 *)hdr + prandom_u32_state(rnd) % (made - 4), 4);
	hdr->size = made;
	if (prandom_u32_state(rnd) % 4 == 0)
		hdr->type = prandom_u32_state(rnd);
	put_record(r, hdr);
}

static const struct {
	const char *name;
	void (*fn)(struct agent_ring *r, struct rnd_state *rnd);
} kinds[] = {
	{ "random", attack_random },
	{ "index", attack_index },
	{ "sizes", attack_sizes },
	{ "fields", attack_fields },
};

static int find_kind(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(name, kinds[i].name) == 0)
			return i;
	return strcmp(name, "mixed") == 0 ? (int)i : -1;
}

int cmd_ring(int argc, char **argv)
{
	struct agent_ring __percpu *rings = (void __percpu *)symbol("ringward:rings");
	int kind = argc == 4 ? find_kind(argv[1]) : -1;
	long ret = 0, stored = 0, refused = 0;
	struct rnd_state rnd;
	u64 n[2], i;

	if (kind < 0 || numbers(argv + 2, n, 2))
		return -EINVAL;
	if (!rings || !this_cpu_ptr(rings)->hdr) {
		say("ring: the agent has no ring here\n");
		return 0;
	}
	prandom_seed_state(&rnd, n[0]);
	for (i = 0; i < n[1] && ret != LONG_MIN; i++) {
		unsigned int k = kind < (int)ARRAY_SIZE(kinds) ? kind :
								 prandom_u32_state(&rnd) % ARRAY_SIZE(kinds);
		unsigned long flags;

		local_irq_save(flags);
		kinds[k].fn(this_cpu_ptr(rings), &rnd);
		ret = call_agent(RW_HC_DRAIN, 0, 0, 0);
		local_irq_restore(flags);
		if (ret < 0)
			refused++;
		else
			stored += ret;
	}
	say("ring %s seed=%llu: %llu drains, %ld records stored, %ld calls refused\n", argv[1], n[0], i,
	    stored, refused);
	return 0;
}

/* Sends one record of the table above, alone in the ring: the answer says whether it was stored. */
int cmd_record(int argc, char **argv)
{
	struct agent_ring __percpu *rings = (void __percpu *)symbol("ringward:rings");
	const struct spoilt *s = cases;
	unsigned long flags;
	long stored;

	while (argc == 2 && s < cases + ARRAY_SIZE(cases) && strcmp(s->name, argv[1]) != 0)
		s++;
	if (argc != 2 || s == cases + ARRAY_SIZE(cases))
		return -EINVAL;
	if (!rings || !this_cpu_ptr(rings)->hdr) {
		say("record: the agent has no ring here\n");
		return 0;
	}
	local_irq_save(flags);
	call_agent(RW_HC_DRAIN, 0, 0, 0);
	put_record(this_cpu_ptr(rings), make_record(s));
	stored = call_agent(RW_HC_DRAIN, 0, 0, 0);
	local_irq_restore(flags);
	say("record %s: %ld stored\n", s->name, stored);
	return 0;
}
