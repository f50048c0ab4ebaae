/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Segment and table registers: from the firmware's GDT, and after reset. */
#include "arch/x86/segment.h"

#include "arch/x86/regs.h"
#include "lib/string.h"

#define DESCRIPTOR_PAGES BIT(55) /* the limit counts pages */
enum {
	SELECTOR_LDT = 4,
	TSS_LIMIT = 0x67,
	LIMIT16 = 0xffff,
	ATTR_CODE_OR_DATA = 0x10,
	ATTR_ACCESSED = 0x01,
	ATTR_DATA16 = 0x93,
	ATTR_CODE16 = 0x9b,
	ATTR_LDT = 0x82,
	ATTR_TSS_BUSY = 0x8b,
};

/*
 * @size: of the descriptor, 16 bytes for a system segment. A selector that is null, or stale from an older
 * GDT, gives an unusable segment: 64-bit mode needs none but CS. The firmware identity-maps memory.
 */
static struct segment load(uint16_t selector, unsigned int size, const struct rw_handoff *h)
{
	unsigned int offset = selector & ~7u;
	uint64_t gdt, d[2] = { 0 };

	if (!offset || selector & SELECTOR_LDT || offset + size - 1 > h->gdtr_limit)
		return (struct segment){ 0 };
	memcpy(&gdt, h->gdtr_base, sizeof(gdt));
	memcpy(d, (const void *)(RW_HV_GUEST + gdt + offset), size);

	struct segment seg = {
		.selector = selector,
		.attributes = (uint16_t)((d[0] >> 40 & 0xff) | (d[0] >> 44 & 0xf00)),
		.limit = (uint32_t)((d[0] & 0xffff) | (d[0] >> 32 & 0xf0000)),
		.base = (d[0] >> 16 & 0xffffff) | (d[0] >> 32 & 0xff000000) | d[1] << 32,
	};
	if (d[0] & DESCRIPTOR_PAGES)
		seg.limit = seg.limit << 12 | 0xfff;
	if (seg.attributes & ATTR_CODE_OR_DATA)
		/* as the CPU sets it on loading; VM entry requires it */
		seg.attributes |= ATTR_ACCESSED;
	return seg;
}

const char *segments_load(struct segment seg[SEG_COUNT], const struct rw_handoff *h)
{
	seg[SEG_CS] = load(h->cs, 8, h);
	if (!seg[SEG_CS].attributes)
		return "the firmware's code segment selector points outside its GDT";
	seg[SEG_SS] = load(h->ss, 8, h);
	seg[SEG_DS] = load(h->ds, 8, h);
	seg[SEG_ES] = load(h->es, 8, h);
	seg[SEG_FS] = load(h->fs, 8, h);
	seg[SEG_FS].base = h->fs_base;
	seg[SEG_GS] = load(h->gs, 8, h);
	seg[SEG_GS].base = h->gs_base;
	seg[SEG_LDTR] = load(h->ldtr, 16, h);
	seg[SEG_TR] = load(h->tr, 16, h);
	if (!seg[SEG_TR].attributes) /* VM entry requires a TSS, even if the firmware has none */
		seg[SEG_TR] = (struct segment){ .attributes = ATTR_TSS_BUSY, .limit = TSS_LIMIT };
	seg[SEG_GDTR] = (struct segment){ .limit = h->gdtr_limit };
	memcpy(&seg[SEG_GDTR].base, h->gdtr_base, sizeof(h->gdtr_base));
	seg[SEG_IDTR] = (struct segment){ .limit = h->idtr_limit };
	memcpy(&seg[SEG_IDTR].base, h->idtr_base, sizeof(h->idtr_base));
	return NULL;
}

/* Intel SDM volume 3, "Processor State After Reset"; AMD APM volume 2, "Processor Initialization State". */
void segments_reset(struct segment seg[SEG_COUNT], uint8_t vector)
{
	for (int i = 0; i < SEG_COUNT; i++)
		seg[i] = (struct segment){ .attributes = ATTR_DATA16, .limit = LIMIT16 };
	seg[SEG_CS] = (struct segment){ (uint16_t)(vector << 8), ATTR_CODE16, LIMIT16,
					(uint32_t)vector << 12 };
	seg[SEG_LDTR].attributes = ATTR_LDT;
	seg[SEG_TR].attributes = ATTR_TSS_BUSY;
}
