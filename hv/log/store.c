/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The log store: append, open a block, evict one. What holds in an image taken at any moment, such as by a
 * crash between two stores (x86 keeps their order, barrier() keeps the compiler from changing it):
 *  - the first `used` bytes of each block are whole records of its class with correct CRCs, and the store's
 *    header counts no record that no block has. After them the newest block of each class may hold whole
 *    records of the current batch; all that the store's header does not count carry the next numbers;
 *  - before a block is reused, the store's header counts its records as evicted; then the block's header is
 *    cleared, then the rest;
 *  - for each class, the records counted as evicted and those in its blocks are all that it ever had;
 *  - a header's CRC may be wrong only while that header itself is being written.
 */
#include "log/store.h"

#include "abi/hypercall.h"
#include "lib/crc32c.h"
#include "lib/events.h"
#include "lib/record.h"
#include "lib/string.h"

#define barrier() __asm__ volatile("" : : : "memory")

#define DROP_BYTES 144u /* a drop record with all its fields */
#define BLOCK_TAIL offsetof(struct rw_block_hdr, from_ns)
#define STORE_TAIL offsetof(struct rw_store_hdr, next_seq)

_Static_assert(sizeof(struct rw_block_hdr) + RW_REC_MAX <= RW_BLOCK_SMALL,
	       "an empty block takes a record of any size");
_Static_assert(sizeof(struct rw_block_hdr) + RW_CLASS_COUNT * DROP_BYTES <= RW_BLOCK_SMALL,
	       "an empty block takes the reports of all classes");
_Static_assert(RW_REC_MAX <= UINT16_MAX, "rw_rec_hdr.size holds every size");

#define RW_CLASS(NAME, name, share, keep, doc) \
	_Static_assert((share) >= LOG_SHARE_MIN && (keep) <= 50, "class " name ": its share has two blocks");
#include "abi/events.def"

struct rw_block_hdr *log_store_block(const struct log_store *s, uint32_t place)
{
	return (struct rw_block_hdr *)(void *)(s->blocks + (size_t)place * s->hdr->block_size);
}

/* Checksums the whole header of the store, built aside, and copies it into place after all earlier writes. */
static void write_store_hdr(struct log_store *s, struct rw_store_hdr *hdr)
{
	hdr->crc = 0;
	s->crc_head = crc32c(0, hdr, STORE_TAIL);
	hdr->crc = crc32c(s->crc_head, &hdr->next_seq, sizeof(*hdr) - STORE_TAIL);
	barrier();
	memcpy(s->hdr, hdr, sizeof(*hdr));
	barrier();
}

/* Updates the part of a newest block's header that changes with each record. */
static void seal_block(struct log_class *c)
{
	c->hdr.crc = 0;
	c->hdr.crc = crc32c(c->crc_head, &c->hdr.from_ns, sizeof(c->hdr) - BLOCK_TAIL);
	barrier();
	memcpy(&c->block->from_ns, &c->hdr.from_ns, sizeof(c->hdr) - BLOCK_TAIL);
	barrier();
}

/* Writes the whole header of a newest block. */
static void write_block_hdr(struct log_class *c)
{
	c->hdr.crc = 0;
	c->crc_head = crc32c(0, &c->hdr, BLOCK_TAIL);
	c->hdr.crc = crc32c(c->crc_head, &c->hdr.from_ns, sizeof(c->hdr) - BLOCK_TAIL);
	barrier();
	memcpy(c->block, &c->hdr, sizeof(c->hdr));
	barrier();
}

void log_store_seal(struct log_store *s)
{
	struct rw_store_hdr *hdr = s->hdr;

	if (hdr->next_seq == s->next_seq)
		return;
	for (uint32_t left = s->unsealed; left; left &= left - 1)
		seal_block(&s->by_class[__builtin_ctz(left)]);
	hdr->next_seq = s->next_seq;
	hdr->crc = crc32c(s->crc_head, &s->next_seq, sizeof(s->next_seq));
	barrier();
	s->unsealed = 0; /* at last: a panic may seal again at any moment */
}

/* Puts a record, which fits, into the newest block of its class. */
static inline void put_record(struct log_store *s, unsigned int class, struct rw_rec_hdr *rec)
{
	struct log_class *c = &s->by_class[class];
	uint8_t *to = (uint8_t *)c->block + c->hdr.used;

	rec->magic = RW_REC_MAGIC;
	rec->seq = s->next_seq;
	rec->crc = 0;
	rec->crc = crc32c(0, rec, rec->size);
	memcpy(to, rec, rec->size);
	barrier(); /* the record is complete before anything counts it: a panic may seal at any moment */
	s->unsealed |= 1u << class;
	c->hdr.used += rec->size;
	c->hdr.count++;
	c->hdr.last_seq = rec->seq;
	if (rec->time_ns < c->hdr.from_ns)
		c->hdr.from_ns = rec->time_ns;
	if (rec->time_ns > c->hdr.to_ns)
		c->hdr.to_ns = rec->time_ns;
	c->bytes += rec->size;
	s->next_seq++;
}

/* Blocks by which a class exceeds its share; negative: it has less. */
static int32_t excess(const struct log_class *c)
{
	return (int32_t)c->blocks - (int32_t)c->share;
}

/*
 * Which class gives up a block for @class, when all are in use: the one that exceeds its share the most, and
 * @class itself among equals. If @class has less than its share, another one has more: the shares are no more
 * than the blocks. Whoever gives up a block has at least its share and so, beside those kept, one more.
 */
static unsigned int choose_victim(const struct log_store *s, unsigned int class)
{
	int32_t most = excess(&s->by_class[class]);
	unsigned int victim = class;

	if (most < 0)
		most = 0;
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++) {
		if (excess(&s->by_class[i]) > most) {
			most = excess(&s->by_class[i]);
			victim = i;
		}
	}
	return victim;
}

/* The lowest number that the store holds, or the next one. */
static uint64_t first_seq(const struct log_store *s)
{
	uint64_t first = s->next_seq;

	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++) {
		const struct log_class *c = &s->by_class[i];
		uint64_t own = first;

		if (c->keep && c->opened)
			own = c->kept_first;
		else if (c->oldest)
			own = log_store_block(s, c->oldest - 1)->first_seq;
		if (own < first)
			first = own;
	}
	return first;
}

/* Adds the records of a block to those that are lost. */
static void add_lost(struct log_lost *lost, const struct rw_block_hdr *b)
{
	if (!lost->count)
		*lost = (struct log_lost){ .from_seq = b->first_seq, .from_ns = b->from_ns };
	lost->count += b->count;
	lost->to_seq = b->last_seq;
	if (b->from_ns < lost->from_ns)
		lost->from_ns = b->from_ns;
	if (b->to_ns > lost->to_ns)
		lost->to_ns = b->to_ns;
}

/* Evicts the oldest block of a class that is not kept. Return: its place, now zeros. */
static uint32_t evict(struct log_store *s, unsigned int class)
{
	struct log_class *c = &s->by_class[class];
	uint32_t place = c->oldest - 1;
	struct rw_block_hdr *block = log_store_block(s, place);
	struct rw_store_hdr hdr = *s->hdr;

	add_lost(&c->lost, block);
	s->unreported |= 1u << class;
	c->blocks--;
	c->bytes -= block->used - sizeof(*block);
	c->oldest = block->next;
	if (c->block == block)
		c->block = NULL;
	hdr.evicted[class] += block->count;
	hdr.first_seq = first_seq(s);
	write_store_hdr(s, &hdr);
	memset(block, 0, sizeof(*block));
	barrier();
	memset(block, 0, hdr.block_size);
	return place;
}

/* Opens an empty block for a class, in the place of an evicted one if all are in use. */
static __attribute__((noinline)) void open_block(struct log_store *s, unsigned int class)
{
	struct log_class *c = &s->by_class[class];
	uint64_t before = c->hdr.before + c->hdr.count;
	uint32_t place;

	log_store_seal(s);
	place = s->places < s->hdr->block_count ? s->places++ : evict(s, choose_victim(s, class));
	if (c->block) {
		c->hdr.next = place + 1;
		write_block_hdr(c);
	}
	c->hdr = (struct rw_block_hdr){
		.magic = RW_BLOCK_MAGIC,
		.class = class,
		.index = s->next_index++,
		.before = before,
		.first_seq = s->next_seq,
		.place = place,
		.from_ns = UINT64_MAX,
		.last_seq = s->next_seq - 1,
		.used = sizeof(c->hdr),
	};
	c->block = log_store_block(s, place);
	write_block_hdr(c); /* from now on, records before the next seal are found after this header */
	c->blocks++;
	if (c->opened == 0)
		c->kept_first = s->next_seq;
	if (c->opened++ >= c->keep && !c->oldest)
		c->oldest = place + 1;
}

/* Makes sure that the newest block of a class has room for @size bytes. */
static inline void make_room(struct log_store *s, unsigned int class, uint32_t size)
{
	const struct log_class *c = &s->by_class[class];

	if (!c->block || size > s->hdr->block_size - c->hdr.used)
		open_block(s, class);
}

int log_store_init(struct log_store *s, void *mem, size_t size, const struct rw_store_hdr *id)
{
	struct rw_store_hdr hdr = *id;
	size_t room = size - RW_STORE_HDR_SIZE;

	if (size < LOG_STORE_MIN || size > UINT32_MAX)
		return -RW_EINVAL;
	memcpy(hdr.magic, RW_STORE_MAGIC, sizeof(hdr.magic));
	hdr.version = RW_STORE_VERSION;
	hdr.size = sizeof(hdr);
	hdr.block_size = room / RW_BLOCK_SIZE < RW_BLOCK_SMALL_BELOW ? RW_BLOCK_SMALL : RW_BLOCK_SIZE;
	hdr.block_count = (uint32_t)(room / hdr.block_size);
	hdr.end_reason = RW_END_RUNNING;
	hdr.next_seq = 1;
	hdr.first_seq = 1;
	memset(mem, 0, size);
	*s = (struct log_store){ .hdr = mem, .blocks = (uint8_t *)mem + RW_STORE_HDR_SIZE, .next_seq = 1 };
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++) {
		struct log_class *c = &s->by_class[i];

		c->share = hdr.block_count * class_desc(i)->share / 100;
		c->keep = c->share * class_desc(i)->keep / 100;
	}
	write_store_hdr(s, &hdr);
	return 0;
}

/* Builds a drop record in @buf of DROP_BYTES. */
static struct rw_rec_hdr *make_drop(uint64_t *buf, const struct log_drop *drop, uint16_t cpu,
				    uint64_t time_ns)
{
	struct rec_writer w;

	rec_begin(&w, buf, DROP_BYTES, RW_REC_DROP, RW_VERDICT_NONE);
	rec_u32(&w, RW_F_DROP_REASON, drop->reason);
	if (drop->has_class)
		rec_u32(&w, RW_F_LOST_CLASS, drop->class);
	rec_u64(&w, RW_F_COUNT, drop->lost.count);
	rec_u64(&w, RW_F_TOTAL, drop->total);
	if (drop->first)
		rec_u32(&w, RW_F_FIRST_REFUSAL, drop->first);
	if (drop->has_ring)
		rec_u32(&w, RW_F_RING_CPU, drop->ring_cpu);
	if (drop->lost.from_seq) {
		rec_u64(&w, RW_F_FROM_SEQ, drop->lost.from_seq);
		rec_u64(&w, RW_F_TO_SEQ, drop->lost.to_seq);
	}
	rec_u64(&w, RW_F_FROM_TIME, drop->lost.from_ns);
	rec_u64(&w, RW_F_TO_TIME, drop->lost.to_ns);
	rec_end(&w);
	w.hdr->cpu = cpu;
	w.hdr->time_ns = time_ns;
	return w.hdr;
}

/* Reports evictions. Room for the reports may cost a block, too: then that is reported with the rest. */
static __attribute__((noinline)) void report_lost(struct log_store *s, uint16_t cpu)
{
	const unsigned int own = event_desc(RW_REC_DROP)->class;

	while (s->unreported) {
		uint64_t buf[DROP_BYTES / 8];

		make_room(s, own, DROP_BYTES);

		uint32_t class = (uint32_t)__builtin_ctz(s->unreported);
		struct log_class *c = &s->by_class[class];
		const struct log_drop drop = { .reason = RW_DROP_EVICTED,
					       .has_class = true,
					       .class = class,
					       .lost = c->lost,
					       .total = s->hdr->evicted[class] };

		put_record(s, own, make_drop(buf, &drop, cpu, s->now_ns));
		s->unreported &= s->unreported - 1;
		c->lost.count = 0;
	}
}

int log_store_append(struct log_store *s, struct rw_rec_hdr *rec)
{
	const struct event_desc *event = event_desc(rec->type);

	if (rec->size < sizeof(*rec) || rec->size > RW_REC_MAX || rec->size % RW_REC_ALIGN || !event)
		return -RW_EINVAL;
	make_room(s, event->class, rec->size);
	put_record(s, event->class, rec);
	if (s->unreported)
		report_lost(s, rec->cpu);
	return 0;
}

void log_store_drop(struct log_store *s, const struct log_drop *drop, uint16_t cpu)
{
	uint64_t buf[DROP_BYTES / 8];

	log_store_append(s, make_drop(buf, drop, cpu, s->now_ns)); /* its size and type are correct */
}

void log_store_set_end(struct log_store *s, uint32_t reason)
{
	struct rw_store_hdr hdr;

	log_store_seal(s);
	hdr = *s->hdr;
	hdr.end_reason = reason;
	write_store_hdr(s, &hdr);
}

void log_store_usage(const struct log_store *s, struct rw_status *status)
{
	status->store_bytes = (uint64_t)s->hdr->block_count * s->hdr->block_size;
	status->store_first = s->hdr->first_seq;
	status->store_next = s->next_seq;
	memcpy(status->boot_id, s->hdr->boot_id, sizeof(status->boot_id));
	for (unsigned int i = 0; i < RW_CLASS_COUNT; i++) {
		status->by_class[i] = (struct rw_class_usage){ s->by_class[i].bytes, s->hdr->evicted[i] };
		status->store_used += s->by_class[i].bytes;
		status->evicted += s->hdr->evicted[i];
	}
}
