/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* A refused access or a patch, kept by each CPU from the fault until it is stored. */
#pragma once

#include "abi/record.h"

#include <stdbool.h>
#include <stddef.h>

struct evidence {
	uint8_t type;      /* RW_REC_VIOLATION, RW_REC_PATCH; 0: nothing to record */
	uint8_t verdict;   /* enum rw_verdict */
	uint8_t target;    /* enum rw_target */
	uint8_t access;    /* enum rw_access */
	uint8_t cpl;       /* privilege level of the access, 0 to 3 */
	uint8_t nbytes;    /* valid bytes in bytes */
	uint8_t value_len; /* valid bytes in old_value and new_value; 0: not known or nothing changed */
	bool task_known;
	uint32_t repeat;            /* further accesses of the same kind that this record stands for */
	uint64_t first_ns, last_ns; /* with repeat: times of the first and the last one */
	uint64_t gpa;               /* guest-physical address of the first byte hit */
	uint64_t gva;               /* guest-linear address used; 0 if not known */
	uint64_t rip;
	uint64_t cr3;
	uint64_t nr;                       /* RW_ACCESS_HYPERCALL: the call's number */
	uint64_t sym_off;                  /* bytes from the start of symbol */
	const char *why;                   /* a patch that was refused: the reason, a constant; else NULL */
	uint64_t old_target, new_target;   /* then: where the code led, and would lead; 0: not a jump */
	struct rw_guest_task task;         /* untrusted */
	uint8_t bytes[RW_CODE_BYTES];      /* code at rip */
	uint8_t old_value[RW_VALUE_BYTES]; /* bytes at gpa that remain */
	uint8_t new_value[RW_VALUE_BYTES]; /* bytes at gpa that the access would have left, or left (patch) */
	char symbol[RW_SYMBOL_LEN];        /* what lies at gpa; NUL-terminated, "" if not known */
};

/* Two accesses are the same if these two parts are: all but the number of them and their times. */
#define EVIDENCE_WHAT  offsetof(struct evidence, repeat)
#define EVIDENCE_WHERE offsetof(struct evidence, gpa)
_Static_assert(EVIDENCE_WHAT == 8 &&
		       sizeof(struct evidence) == EVIDENCE_WHERE + 9 * 8 + sizeof(struct rw_guest_task) +
							  RW_CODE_BYTES + 2 * RW_VALUE_BYTES + RW_SYMBOL_LEN,
	       "no padding in what is compared");
