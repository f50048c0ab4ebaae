/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* What an instruction changed in a page. */
#include "protect/patch.h"

#include "lib/string.h"
#include "mm/page_pool.h"
#include "protect/evidence.h"

void patch_fill_value(struct evidence *rec, const uint8_t *copy, const uint8_t *real)
{
	uint32_t first = rec->gpa & (PAGE_SIZE - 1);

	for (uint32_t i = 0; i < RW_VALUE_BYTES && first + i < PAGE_SIZE; i++) {
		rec->old_value[i] = real ? real[first + i] : 0xff;
		rec->new_value[i] = copy[first + i];
		if (rec->old_value[i] != rec->new_value[i])
			rec->value_len = (uint8_t)(i + 1);
	}
	memset(rec->old_value + rec->value_len, 0, RW_VALUE_BYTES - rec->value_len);
	memset(rec->new_value + rec->value_len, 0, RW_VALUE_BYTES - rec->value_len);
}

void patch_commit(struct percpu *cpu, struct evidence *rec, const struct step_page *p, uint8_t *real)
{
	for (uint32_t i = 0; i < PAGE_SIZE; i++) {
		uint64_t gpa = (p->gpa & PAGE_MASK) + i;
		bool same = !(i % 8) && *(uint64_t *)(real + i) == *(uint64_t *)(p->copy + i);

		if (same)
			i += 7;
		if (same || real[i] == p->copy[i])
			continue;
		if (gpa - rec->gpa >= RW_VALUE_BYTES || (gpa ^ rec->gpa) >= PAGE_SIZE) {
			evidence_record(cpu, rec);
			evidence_retarget(rec, gpa);
			patch_fill_value(rec, p->copy, real);
		}
		__atomic_store_n(&real[i], p->copy[i], __ATOMIC_RELAXED);
	}
}
