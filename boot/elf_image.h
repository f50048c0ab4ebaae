/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* The hypervisor core as an ELF file: its segments, checked, and their placement. */
#pragma once

#include "message.h"

#include <stdbool.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX 8u
#define ELF_IMAGE_MAX    (16u << 20) /* bytes in memory */

struct elf_segment {
	uint64_t offset;     /* from RW_HV_LINK; page-aligned */
	uint64_t file_at;    /* offset in the file */
	uint64_t file_size;  /* bytes */
	uint64_t mem_size;   /* bytes, not rounded */
	bool write, execute; /* never both */
};

struct elf_image {
	const uint8_t *file;
	uint64_t size;  /* in memory, from RW_HV_LINK on, whole pages */
	uint64_t entry; /* virtual address */
	uint32_t count;
	struct elf_segment segment[ELF_SEGMENTS_MAX]; /* ascending, sharing no page */
};

/**
 * elf_image_check() - check that an ELF file meets the handoff's requirements.
 * @image:     filled; keeps a pointer to @file
 * @file:      the file's bytes
 * @file_size: bytes of @file
 * @why:       on an error: what is wrong
 *
 * Accepted: ELF64, x86-64, static, linked at RW_HV_LINK, page-aligned segments that share no page and are
 * never both writable and executable, the entry point in an executable one.
 *
 * Context: anywhere. Return: 0, or -1 with @why.
 */
int elf_image_check(struct elf_image *image, const void *file, uint64_t file_size, struct message *why);

/**
 * elf_image_place() - copy the segments to where they run.
 * @image: checked
 * @at:    image->size bytes of zeros
 *
 * Context: anywhere.
 */
void elf_image_place(const struct elf_image *image, uint8_t *at);
