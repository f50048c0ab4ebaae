// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (C) 2026 The Ringward authors
// Puts garbage into the agent's ring on this CPU and has it handed over.

#include <linux/irqflags.h>
#include <linux/limits.h>
#include <linux/percpu.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "abi/hypercall.h"
#include "abi/record.h"
#include "abi/ring.h"
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

/* A record like the agent's, for the others to spoil. */
static struct rw_rec_agent good_record(void)
{
	struct rw_rec_agent rec = {
		.hdr = { .magic = RW_REC_MAGIC, .size = sizeof(rec), .type = RW_REC_FILE_OPEN },
		.proc = { .comm = "rwattack" },
	};

	return rec;
}

static void attack_sizes(struct agent_ring *r, struct rnd_state *rnd)
{
	static const u16 sizes[] = { 0,   1,   8,    24,   31,   32,    104,   111,
				     113, 120, 8296, 8304, 8312, 32768, 65528, 65535 };
	static const u16 lens[] = { 0, 1, 8, 255, 4095, 4096, 8191, 65535 };
	struct rw_rec_agent rec = good_record();
	u64 announced;

	rec.hdr.size = sizes[prandom_u32_state(rnd) % ARRAY_SIZE(sizes)];
	rec.path_len = lens[prandom_u32_state(rnd) % ARRAY_SIZE(lens)];
	rec.path2_len = lens[prandom_u32_state(rnd) % ARRAY_SIZE(lens)];
	announced = prandom_u32_state(rnd) % 2 ? ALIGN((u64)rec.hdr.size, 8) % DATA_BYTES : sizeof(rec);
	put(r, r->hdr->producer, &rec, sizeof(rec));
	r->hdr->producer += announced;
}

static void attack_fields(struct agent_ring *r, struct rnd_state *rnd)
{
	struct rw_rec_agent rec = good_record();

	prandom_bytes_state(rnd, (u8 *)&rec + prandom_u32_state(rnd) % (sizeof(rec) - 4), 4);
	rec.hdr.size = sizeof(rec);
	if (prandom_u32_state(rnd) % 2)
		rec.hdr.type = prandom_u32_state(rnd);
	put(r, r->hdr->producer, &rec, sizeof(rec));
	r->hdr->producer += sizeof(rec);
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
