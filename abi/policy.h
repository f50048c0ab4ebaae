/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/*
 * The policy area: configuration for the agent and for the hypervisor, in whole pages of its region.
 *
 * boot/ compiles the files on the EFI system partition and fills the area before the first guest entry. From
 * then on the guest can read these pages and nobody can write them: a write is refused and recorded, with the
 * target RW_TARGET_POLICY. The agent finds the area by RW_HC_POLICY.
 *
 * The area begins with struct rw_policy_dir. Images follow, each at a multiple of RW_POLICY_ALIGN; what no
 * image covers is 0. Little endian; all offsets count from the start of the structure that holds them, so the
 * area can lie anywhere.
 */
#pragma once

#include "abi/types.h"

#define RW_POLICY_MAGIC     0x4c4f5057u /* "WPOL" */
#define RW_POLICY_VERSION   1u
#define RW_POLICY_ALIGN     64u
#define RW_POLICY_IMAGES    7u
#define RW_POLICY_BYTES_MAX (16u << 20) /* of the whole area */

/* rw_policy_entry.kind */
enum rw_policy_kind {
	RW_POLICY_NONE = 0,
	RW_POLICY_MONITOR = 1, /* abi/monitor.h: which events are recorded, and how */
	RW_POLICY_ACCESS = 2,  /* abi/access.h: who may do what to which file; only with a policy.conf */
	/* abi/approved.h: modules that may be loaded after the lock; only with modules = approved */
	RW_POLICY_APPROVED = 3,
	RW_POLICY_KIND_COUNT
};

struct rw_policy_entry {
	uint32_t kind;     /* enum rw_policy_kind; each but RW_POLICY_NONE at most once */
	uint32_t offset;   /* a multiple of RW_POLICY_ALIGN */
	uint32_t size;     /* bytes */
	uint32_t reserved; /* 0 */
};

struct rw_policy_dir {
	uint32_t magic;
	uint32_t version;
	uint32_t size;  /* bytes of the whole area, a multiple of RW_PAGE_SIZE */
	uint32_t count; /* entries in use, the first ones */
	struct rw_policy_entry image[RW_POLICY_IMAGES];
};
RW_ASSERT_SIZE(struct rw_policy_dir, 16 + 16 * RW_POLICY_IMAGES);

/* Answer of RW_HC_POLICY. */
struct rw_policy_area {
	uint64_t gpa;  /* page-aligned */
	uint64_t size; /* bytes, as in the directory */
};
RW_ASSERT_SIZE(struct rw_policy_area, 16);
