/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Writes and reads the directory of the policy area. */
#include "lib/policy_area.h"

static uint32_t align_up(uint32_t value, uint32_t to)
{
	return (value + to - 1) / to * to;
}

void policy_area_start(struct rw_policy_dir *dir)
{
	*dir = (struct rw_policy_dir){
		.magic = RW_POLICY_MAGIC,
		.version = RW_POLICY_VERSION,
		.size = RW_PAGE_SIZE,
	};
}

uint32_t policy_area_add(struct rw_policy_dir *dir, uint32_t kind, uint32_t size)
{
	uint32_t offset = sizeof(*dir);

	if (dir->count == RW_POLICY_IMAGES)
		return 0;
	if (dir->count)
		offset = dir->image[dir->count - 1].offset + dir->image[dir->count - 1].size;
	offset = align_up(offset, RW_POLICY_ALIGN);
	if (size > RW_POLICY_BYTES_MAX - offset)
		return 0;
	dir->image[dir->count++] = (struct rw_policy_entry){ .kind = kind, .offset = offset, .size = size };
	dir->size = align_up(offset + size, RW_PAGE_SIZE);
	return offset;
}

int policy_area_check(const void *area, uint64_t size)
{
	const struct rw_policy_dir *dir = (const struct rw_policy_dir *)area;

	if (size < sizeof(*dir) || size > RW_POLICY_BYTES_MAX || dir->magic != RW_POLICY_MAGIC ||
	    dir->version != RW_POLICY_VERSION || dir->size != size || dir->count > RW_POLICY_IMAGES)
		return -1;
	for (uint32_t i = 0; i < dir->count; i++) {
		const struct rw_policy_entry *e = &dir->image[i];

		if (e->offset % RW_POLICY_ALIGN || e->offset > size || e->size > size - e->offset)
			return -1;
	}
	return 0;
}

const void *policy_area_image(const void *area, uint32_t kind, uint32_t *size)
{
	const struct rw_policy_dir *dir = (const struct rw_policy_dir *)area;

	for (uint32_t i = 0; i < dir->count; i++) {
		if (dir->image[i].kind != kind)
			continue;
		*size = dir->image[i].size;
		return (const char *)area + dir->image[i].offset;
	}
	return (void *)0;
}
