/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A step in progress: what each CPU keeps of it. */
#pragma once

#include "mm/nested.h"
#include "protect/evidence_state.h"

#define STEP_PAGES          NESTED_VIEW_PAGES /* MOVS touches two and two; XSAVE and tile areas up to three */
#define STEP_MAX_ITERATIONS 4096              /* of a repeated instruction, before the step ends anyway */

enum step_kind {
	STEP_PROTECTED, /* a page of the guest: the copy starts equal to the page */
	STEP_POLICY,    /* the hypervisor's, readable: the copy starts equal to the page */
	STEP_HIDDEN,    /* the hypervisor's: the copy is full of ones */
	STEP_DEVICE     /* the APIC's: the register that was hit, the rest zeros */
};

struct step_page {
	uint64_t gpa;  /* the address that was hit */
	uint8_t *copy; /* what the guest sees in this view */
	uint64_t copy_pa;
	enum step_kind kind;
};

struct step_state {
	bool active;
	bool commit; /* copy changes to the real page: a patch */
	uint32_t pages, iterations;
	uint64_t rip;
	uint8_t nbytes;               /* in bytes */
	uint8_t bytes[RW_CODE_BYTES]; /* code at rip when the step began */
	struct step_page page[STEP_PAGES];
	struct nested_view view;
	struct evidence rec; /* made at the fault, finished and stored at the end of the step */
};
