/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* Records as auditd writes them to audit.log: for ausearch, aureport, and what else reads that. */
#pragma once

#include "members.h"
#include "procs.h"
#include "sink.h"

/**
 * auditd_record() - write a record as one event of one or more lines.
 * @boot:  has a name, which becomes the event's node
 * @procs: which program the task runs; has taken the record
 *
 * Text from the guest is encoded as the kernel does: in quotes if it has neither blanks, quotes nor bytes
 * beyond printable ASCII, otherwise in hex digits.
 */
void auditd_record(const struct rec *r, const struct members_boot *boot, const struct procs *procs,
		   struct sink *to);
