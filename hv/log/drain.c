/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Dumping: store and counters as frames (abi/frame.h), read in place. */
#include "drain.h"

#include "lib/crc32c.h"
#include "abi/frame.h"
#include "lib/format.h"
#include "log/printk.h"

/* Mark, type, boot, dump and offset, each followed by a blank; base64, blank, CRC, CR LF. */
#define FRAME_LINE_MAX (sizeof(RW_FRAME_MARK) - 1 + 2 + 9 + 9 + 9 + RW_FRAME_MAX_BYTES / 3 * 4 + 1 + 8 + 2)
_Static_assert(RW_FRAME_MAX_BYTES % 3 == 0, "only a dump's last frames need padding");
_Static_assert(sizeof(struct rw_store_hdr) <= RW_FRAME_MAX_BYTES, "one frame holds the store's header");

/* Return: number of digits written at @to. */
static size_t add_base64(char *to, const uint8_t *data, size_t n)
{
	static const char digit[64] __attribute__((nonstring)) =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t second = i + 1 < n ? data[i + 1] : 0;
		uint32_t third = i + 2 < n ? data[i + 2] : 0;
		uint32_t bits = (uint32_t)data[i] << 16 | second << 8 | third;

		*to++ = digit[bits >> 18];
		*to++ = digit[bits >> 12 & 63];
		*to++ = i + 1 < n ? digit[bits >> 6 & 63] : '=';
		*to++ = i + 2 < n ? digit[bits & 63] : '=';
	}
	return (n + 2) / 3 * 4;
}

/* Prints one frame; @n is 1 to RW_FRAME_MAX_BYTES. */
static void put_frame(const struct log_dump *dump, char type, uint32_t offset, const void *data, size_t n)
{
	char line[FRAME_LINE_MAX + 1];
	size_t len = format_text(line, sizeof(line), RW_FRAME_MARK "%c %02x%02x%02x%02x %08x %08x ", type,
				 dump->boot_id[0], dump->boot_id[1], dump->boot_id[2], dump->boot_id[3],
				 dump->number, offset);

	len += add_base64(line + len, data, n);
	line[len++] = ' ';
	len += format_text(line + len, sizeof(line) - len, "%08x\r\n", crc32c(0, line, len));
	printk_raw(line, len);
}

/* Prints @n bytes in as many frames as they need. */
static void put_frames(const struct log_dump *dump, char type, uint32_t offset, const void *data, uint32_t n)
{
	for (uint32_t done = 0; done < n; done += RW_FRAME_MAX_BYTES) {
		uint32_t left = n - done;

		put_frame(dump, type, offset + done, (const uint8_t *)data + done,
			  left < RW_FRAME_MAX_BYTES ? left : RW_FRAME_MAX_BYTES);
	}
}

/* Bytes in use of a live block; 0 if a stop came before its header was complete. */
static uint32_t block_used(const struct log_store *s, uint32_t place)
{
	const struct rw_block_hdr *block = log_store_block(s, place);

	if (block->magic != RW_BLOCK_MAGIC || block->place != place || block->used > s->hdr->block_size)
		return 0;
	return block->used;
}

void log_drain_dump(const struct log_store *s, uint32_t number)
{
	const struct log_dump dump = { s->hdr->boot_id, number };
	uint32_t total = 0, offset = 0, crc = 0;

	for (uint32_t place = 0; place < s->places; place++)
		total += block_used(s, place);
	put_frame(&dump, RW_FRAME_BEGIN, total, s->hdr, sizeof(*s->hdr));
	for (uint32_t place = 0; place < s->places; place++) {
		uint32_t used = block_used(s, place);

		crc = crc32c(crc, log_store_block(s, place), used);
		put_frames(&dump, RW_FRAME_DATA, offset, log_store_block(s, place), used);
		offset += used;
	}
	put_frame(&dump, RW_FRAME_END, total, &crc, sizeof(crc));
}

void log_drain_stats(const struct log_dump *dump, const struct rw_cpu_stats *stats, uint32_t position)
{
	put_frames(dump, RW_FRAME_STATS, position * (uint32_t)sizeof(*stats), stats, sizeof(*stats));
}
