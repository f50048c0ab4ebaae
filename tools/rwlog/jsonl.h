/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copyright (C) 2026 The Ringward authors */
/* One record as a JSON object. docs/log-format.md names the members. rwlog and rwctl print the same. */
#pragma once

#include "json.h"
#include "members.h"

/** jsonl_members() - write the members of a record into the open object. */
void jsonl_members(const struct rec *r, const struct members_boot *boot, struct json *j);

/** jsonl_record() - write a record and a newline. */
void jsonl_record(const struct rec *r, const struct members_boot *boot, struct sink *to);
